from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from training.models.cohorts import Enrolment
from training.models.people import new_code


def new_certificate_code():
    """For example SPN-7K4M-PX29."""
    return f"SPN-{new_code(4)}-{new_code(4)}"


class Certificate(models.Model):
    """Says that somebody finished the lessons of a course. The name is as it was on that day."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="certificates")
    code = models.CharField(max_length=13, unique=True, default=new_certificate_code)
    name_km = models.CharField(max_length=121)
    name_latin = models.CharField(max_length=121, blank=True)
    modules = models.PositiveSmallIntegerField()
    lessons = models.PositiveSmallIntegerField()
    issued_on = models.DateField(default=timezone.localdate)
    revoked_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=models.Q(revoked_on=None),
                name="enrolment_has_one_valid_certificate",
            )
        ]

    def __str__(self):
        return self.code
