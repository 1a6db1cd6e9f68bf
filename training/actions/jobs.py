"""Begin, carry, finish and revive background work."""

import logging
from collections.abc import Callable

from celery import current_app
from django.db import transaction
from django.utils import timezone

from training.models import Job
from training.models.jobs import MOST_TRIES

logger = logging.getLogger(__name__)


def request_job(task: str, *, owner=None) -> Job:
    """Write the job down and tell a worker once the row is committed.

    task: the Celery task's name; it takes the row's id.
    """
    job = Job.objects.create(task=task, owner=owner)
    transaction.on_commit(lambda: nudge(job), robust=True)
    return job


def nudge(job: Job) -> None:
    """Tell a worker to look at the job. A broker that is down changes nothing: the sweep comes."""
    try:
        current_app.send_task(job.task, [job.pk], retry=False)
    except Exception as error:  # whatever the broker raises, the row stands
        logger.warning("job %s: broker did not take it (%s)", job.pk, type(error).__name__)


def carry_out(job: Job, work: Callable[[Job], None]) -> None:
    """Do the work of a job that is ours, and write down how it ended. Safe to call twice.

    What breaks off because the job was cancelled is no fault.
    """
    if not job.claim():
        return
    try:
        work(job)
    except Exception as error:
        if finish(job, Job.State.FAILED, error=str(error) or type(error).__name__):
            raise
        logger.info("job %s: given up, it is no longer ours (%s)", job.pk, type(error).__name__)
    else:
        finish(job, Job.State.DONE)


def finish(job: Job, state, error="") -> bool:
    """Write down how the work ended, unless it was cancelled or another worker has it by now."""
    ended = Job.objects.own(job).update(state=state, error=error, seen_at=timezone.now())
    return bool(ended)


def cancel(job: Job) -> bool:
    """Have the work stop; its worker notices when it next reports. Returns whether it went on."""
    return bool(Job.objects.going_on().filter(pk=job.pk).update(state=Job.State.CANCELLED))


def try_again(job: Job) -> bool:
    """Begin a failed or cancelled job anew.

    Returns whether it was ours to begin: two clicks begin it once.
    """
    over = Job.objects.filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.CANCELLED])
    begun = over.update(
        state=Job.State.WAITING,
        error="",
        tries=0,
        taken_as=None,
        done=0,
        created_at=timezone.now(),
        seen_at=timezone.now(),
    )
    if begun:
        job.refresh_from_db()
        transaction.on_commit(lambda: nudge(job), robust=True)
    return bool(begun)


def sweep() -> int:
    """Revive jobs that nobody works on; give up after three tries. Returns how many."""
    silent = Job.objects.silent(timezone.now())
    silent.filter(tries__gte=MOST_TRIES).update(
        state=Job.State.FAILED, error="The work broke off three times."
    )
    revived = 0
    for job in Job.objects.silent(timezone.now()):
        still = Job.objects.silent(timezone.now()).filter(pk=job.pk)  # nobody cancelled it since
        if still.update(seen_at=timezone.now(), state=Job.State.WAITING):
            nudge(job)
            revived += 1
    return revived
