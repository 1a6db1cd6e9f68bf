"""What a worker does. Each task takes the id of a Job row and is safe to run twice."""

import tempfile
from pathlib import Path

from celery import shared_task
from django.core.files import File
from django.db import IntegrityError, transaction

from quizzes.actions import sweep as sweeping
from quizzes.exports.bundle import write_bundle
from quizzes.models import Export
from quizzes.reports.build import build_release as build
from quizzes.reports.content import content_of
from quizzes.reports.frozen import report_of
from training.actions.jobs import carry_out
from training.models import Job


@shared_task
def build_release(job_id: int) -> None:
    # The name too: a message left over from another database must not take another task's job.
    job = Job.objects.get(pk=job_id, task=build_release.name)
    carry_out(job, lambda job: build(job.release, in_percent(job)))


@shared_task
def build_export(job_id: int) -> None:
    job = Job.objects.get(pk=job_id, task=build_export.name)
    carry_out(job, lambda job: write_export(job.export, in_percent(job)))


def in_percent(job: Job):
    """Report progress without the number of answers: administrators see jobs."""
    return lambda done, total: job.report(100 * done // max(total, 1), 100)


def write_export(export: Export, progress) -> None:
    """Write the export's file beside its place and put it there whole."""
    if export.file:
        return
    release = export.release
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        export.rows, export.sha256 = write_bundle(
            release, content_of(release), report_of(release), path, progress
        )
        with path.open("rb") as file:
            export.file.save(export.file_name, File(file), save=False)
    try:
        with transaction.atomic():
            export.save()
    except IntegrityError:  # it was cancelled meanwhile: the row takes nothing in any more
        export.file.delete(save=False)
        raise


@shared_task
def sweep() -> None:
    sweeping.sweep()
