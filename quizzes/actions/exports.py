"""Asking for a file of a release. Light: the writing is quizzes.exports'."""

from django.db import transaction

from quizzes.models import Export, Release
from training.actions.audit import record
from training.actions.jobs import request_job

TASK = "quizzes.tasks.build_export"


@transaction.atomic
def request_export(release: Release, *, by=None, why: str = "") -> Export:
    """A new file of this release, with its job. Each file has codes of its own.

    why: what it is needed for, as the audit keeps it.
    """
    export = Export.objects.create(release=release, job=request_job(TASK, owner=by))
    record("request export", export, by=by, reason=why)
    return export
