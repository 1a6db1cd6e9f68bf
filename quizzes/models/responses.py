"""What somebody thinks, sealed. No row here leads to a person, and none carries a time."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quizzes.models.instruments import InstrumentVersion
from quizzes.models.studies import CohortWave, Wave


class Sealed(models.Model):
    """A blob under the study's data key, filed under a participant code."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="%(class)ss")
    cohort_wave = models.ForeignKey(CohortWave, on_delete=models.PROTECT, related_name="%(class)ss")
    code = models.CharField(max_length=16)  # HMAC of study and person, see keys.py
    sealed = models.BinaryField()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex="^[A-Z2-7]{16}$"),
                name="%(class)s_is_filed_under_a_participant_code",
            )
        ]

    def __str__(self):
        return str(self.pk)


class Draft(Sealed):
    """Answers under way; goes when they are sent, withdrawn, or the wave closes."""

    class Meta:
        constraints = [
            *Sealed.Meta.constraints,
            models.UniqueConstraint(fields=["wave", "code"], name="draft_is_one_a_wave"),
        ]


class Response(Sealed):
    """Answers as they were sent: an array in the item order of the frozen version."""

    class Mode(models.TextChoices):
        WEB = "web", _("on the site")
        PAPER = "paper", _("on paper")
        IMPORTED = "imported", _("imported")
        SIMULATED = "simulated", _("simulated")

    version = models.ForeignKey(
        InstrumentVersion, on_delete=models.PROTECT, related_name="responses"
    )
    language = models.CharField(max_length=2)  # of the pages as they were answered
    mode = models.CharField(max_length=9, choices=Mode.choices, default=Mode.WEB)

    class Meta:
        constraints = [
            *Sealed.Meta.constraints,
            models.UniqueConstraint(
                fields=["wave", "code"], name="participant_answers_a_wave_once"
            ),
            models.CheckConstraint(
                condition=Q(language__in=["km", "en"]), name="response_has_a_language"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["web", "paper", "imported", "simulated"]),
                name="response_has_a_mode",
            ),
        ]


class Quarantine(Sealed):
    """A page that came after sending or closing: kept, counted, never merged, deleted in time."""

    arrived_on = models.DateField()
