"""Work that goes on without its page. The row is the truth; Celery only carries its number."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SILENT_AFTER = timezone.timedelta(minutes=2)
MOST_TRIES = 3


class Cancelled(Exception):  # noqa: N818 - the name of the state, not of a fault
    """The job is no longer this worker's: somebody cancelled it or another worker has it."""


class JobQuerySet(models.QuerySet):
    def silent(self, now):
        """Jobs that nobody works on: never begun, or without a sign of life for two minutes."""
        return self.going_on().filter(seen_at__lt=now - SILENT_AFTER)

    def going_on(self):
        return self.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])

    def own(self, job):
        """The row of this job while whoever holds it may write to it."""
        return self.filter(pk=job.pk, taken_as=job.taken_as).exclude(state=Job.State.CANCELLED)


class Job(models.Model):
    """One piece of background work, with its owner, its progress and its outcome."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    task = models.CharField(max_length=80)  # the Celery task that takes this row's id
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)  # 0: not known yet
    error = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Drawn anew by each worker that takes the job: a late one does not write over the next one's.
    taken_as = models.UUIDField(null=True, editable=False)  # NULL: nobody has taken it yet
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)  # the last sign of life

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed", "cancelled"]),
                name="job_has_a_state",
            )
        ]

    def __str__(self):
        return f"{self.task} {self.pk}"

    @property
    def percent(self):
        return int(100 * self.done / self.total) if self.total else 0

    @property
    def is_over(self):
        return self.state not in (self.State.WAITING, self.State.RUNNING)

    @property
    def is_unattended(self):
        """Nobody has begun it for a while: perhaps no worker runs."""
        waited = timezone.now() - self.created_at
        return self.state == self.State.WAITING and waited > timezone.timedelta(seconds=15)

    def claim(self):
        """Take the job if nobody else has it. Returns whether it is ours now."""
        now = timezone.now()
        free = Q(state=self.State.WAITING) | Q(
            state=self.State.RUNNING, seen_at__lt=now - SILENT_AFTER
        )
        taken_as = uuid.uuid4()
        won = (
            type(self)
            .objects.filter(free, pk=self.pk)
            .update(state=self.State.RUNNING, seen_at=now, tries=F("tries") + 1, taken_as=taken_as)
        )
        if won:
            self.taken_as = taken_as
        return bool(won)

    def report(self, done, total):
        """Say how far the work has come; also the sign of life. Raises Cancelled."""
        told = type(self).objects.own(self).update(done=done, total=total, seen_at=timezone.now())
        if not told:
            raise Cancelled
