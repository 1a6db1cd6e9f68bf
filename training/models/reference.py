"""What stands beside the lessons: words, findings, what to do now, the do-no-harm questions."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from training.models.curriculum import Lesson, LessonVersion, Module, Provenance, Reviewed


class Loaded(models.Model):
    """A row that was born in a content file, under the same code there and here.

    `digest` is of the row as it was loaded; a row that no longer has it was edited in the site.
    """

    code = models.SlugField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["position"]

    def __str__(self):
        return self.code


class Finding(Loaded):
    """What the study found (F01…F46), and what an officer may learn from it."""

    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("finding"))
    learn = models.TextField(_("what an officer may learn from it"))
    measured = models.CharField(max_length=60, blank=True)  # constructs: "KNOW HIV"

    class Meta(Loaded.Meta):
        verbose_name = _("finding")
        verbose_name_plural = _("findings")


class TermQuerySet(models.QuerySet):
    def explained(self):
        """Terms whose explanation may be shown: in production, once it is signed off."""
        terms = self.exclude(Q(explanation_km="") | Q(explanation_km=None))
        return terms.filter(signed_off_on__isnull=False) if settings.PRODUCTION else terms


class Term(Loaded, Reviewed):
    """A word of the field in both languages, as the glossary binds it."""

    class Group(models.TextChoices):
        APPROACH = "approach", _("Harm reduction and services")
        HEALTH = "health", _("Health")
        LAW = "law", _("Law and policy")
        POLICE = "police", _("Police, authorities, institutions")
        RANKS = "ranks", _("Ranks")
        SURVEY = "survey", _("Survey and course")
        SITE = "site", _("Words of this site")

    class Status(models.TextChoices):
        ATTESTED = "attested", _("seen in a Khmer source")
        PROPOSED = "proposed", _("proposed, to be confirmed")

    group = models.CharField(_("group"), max_length=8, choices=Group.choices)
    term = models.CharField(_("term"), max_length=160)
    also = models.TextField(_("also called"), blank=True)  # one a line
    status = models.CharField(_("status"), max_length=8, choices=Status.choices)
    note = models.TextField(_("note for editors"), blank=True)
    explanation = models.TextField(_("explanation"), blank=True)
    in_lessons = models.BooleanField(_("explained where lessons use it"), default=False)

    objects = TermQuerySet.as_manager()

    class Meta(Loaded.Meta):
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = Reviewed.Meta.constraints

    @property
    def is_explained(self):
        """Whether its explanation may be shown (as TermQuerySet.explained)."""
        is_signed = self.signed_off_on is not None or not settings.PRODUCTION
        return bool(self.explanation) and is_signed

    @property
    def names(self) -> dict[str, list[str]]:
        """language -> the term and its other names; the reader's language comes first."""
        languages = sorted(dict(settings.LANGUAGES), key=lambda code: code != get_language())
        return {code: self.names_in(code) for code in languages}

    def names_in(self, language) -> list[str]:
        also = getattr(self, f"also_{language}") or ""
        return [getattr(self, f"term_{language}"), *also.splitlines()]


class Situation(Loaded, Provenance, Reviewed):
    """What an officer may meet, and what to do then: three to six steps."""

    title = models.CharField(_("title"), max_length=120)
    signs = models.CharField(_("how to recognise it"), max_length=300)
    never = models.CharField(_("what not to do"), max_length=300)
    lessons = models.ManyToManyField(
        Lesson, related_name="+", blank=True, verbose_name=_("lessons")
    )

    class Meta(Loaded.Meta):
        verbose_name = _("situation")
        verbose_name_plural = _("situations")
        constraints = Reviewed.Meta.constraints


class SituationStep(models.Model):
    situation = models.ForeignKey(Situation, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("text"), max_length=400)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["situation", "position"], name="situation_step_has_its_own_place"
            )
        ]

    def __str__(self):
        return f"{self.situation_id}.{self.position}"


class SituationService(models.Model):
    """A type of service that helps in a situation, the best first."""

    situation = models.ForeignKey(Situation, on_delete=models.CASCADE, related_name="services")
    type = models.ForeignKey("ServiceType", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["situation", "type"], name="situation_names_a_service_type_once"
            )
        ]

    def __str__(self):
        return f"{self.situation_id}: {self.type_id}"


class HarmQuestion(Loaded):
    """A question that somebody asks of each version of a lesson before officers read it."""

    question = models.CharField(_("question"), max_length=300)
    must_be = models.BooleanField(_("must be yes"))

    class Meta(Loaded.Meta):
        verbose_name = _("do-no-harm question")
        verbose_name_plural = _("do-no-harm questions")


class HarmAnswer(models.Model):
    """The answer to one do-no-harm question for one version of a lesson."""

    version = models.ForeignKey(
        LessonVersion, on_delete=models.CASCADE, related_name="harm_answers"
    )
    question = models.ForeignKey(HarmQuestion, on_delete=models.PROTECT, related_name="+")
    is_yes = models.BooleanField()
    answered_by = models.CharField(max_length=120)  # a person's name
    answered_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "question"], name="harm_question_is_answered_once_a_version"
            ),
            models.CheckConstraint(
                condition=~Q(answered_by=""), name="harm_answer_names_who_gave_it"
            ),
        ]

    def __str__(self):
        return f"{self.version_id}: {self.question_id}"
