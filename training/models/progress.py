"""What somebody has done: never what somebody thinks or chose."""

import secrets

from django.db import models
from django.db.models import Q

from training.models.cohorts import Enrolment
from training.models.curriculum import Step


def scattered_id():
    """A key that says nothing of when the row was made (63 bits, never 0)."""
    return secrets.randbits(62) + 1


class Completion(models.Model):
    """This enrolment has completed this step.

    A survey step carries no time, no score and no tries: it is the same for somebody who answered
    and for somebody who declined.
    """

    id = models.BigAutoField(primary_key=True, default=scattered_id)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="completions")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="completions")
    completed_at = models.DateTimeField(null=True)
    # Right answers at the first try, and how many tries it took: checks only.
    score = models.PositiveSmallIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(null=True)
    # Survey steps reach a trainer's board at the next midnight.
    is_shown = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "step"], name="step_is_completed_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True, tries__isnull=True)
                | Q(score__isnull=False, tries__gte=1),
                name="completion_has_score_and_tries_or_neither",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=False) | Q(score=None, tries=None),
                name="completion_without_a_time_has_no_score",
            ),
        ]

    def __str__(self):
        return f"{self.enrolment_id}: {self.step_id}"


class Tries(models.Model):
    """How often an enrolment has tried a check that is not done yet. Goes when it is done."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="open_checks")
    step = models.ForeignKey(Step, on_delete=models.CASCADE)
    tries = models.PositiveSmallIntegerField(default=0)
    score = models.PositiveSmallIntegerField(default=0)  # right answers at the first try

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "step"], name="check_is_tried_in_one_row")
        ]

    def __str__(self):
        return f"{self.enrolment_id}: {self.step_id}"
