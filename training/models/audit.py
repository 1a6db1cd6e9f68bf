from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def thing_of(row) -> str:
    """How the audit names a row: its kind and its number, "cohort 12"."""
    return f"{row._meta.model_name} {row.pk}"


class AuditQuerySet(models.QuerySet):
    def about(self, *rows):
        """The lines about these rows, the newest first."""
        return self.filter(thing__in=[thing_of(row) for row in rows])


class AuditEntry(models.Model):
    """Who did what, and why. Never a survey, never an answer, never a changed value.

    Lines are added and nothing else: training.models.triggers.
    """

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    action = models.CharField(max_length=60)
    thing = models.CharField(max_length=120, db_index=True)  # thing_of
    reason = models.CharField(max_length=300, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.thing}"
