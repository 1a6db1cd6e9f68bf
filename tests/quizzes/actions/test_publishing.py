"""States of a release that the database refuses, and work that is cancelled at the last moment."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from quizzes.actions.exports import request_export
from quizzes.actions.releases import (
    ReleaseError,
    cancel_work,
    note_seen,
    publish,
    request_release,
    unpublish,
)
from quizzes.models import Export, Release
from quizzes.models.triggers import CANCELLED
from quizzes.reports.build import build_release
from quizzes.tasks import build_release as build_task
from quizzes.tasks import write_export
from tests.factories import UserFactory
from tests.quizzes.actions.test_releases import finished, waves_of
from training.actions.jobs import carry_out
from training.models import AuditEntry, Job, Role
from training.models.jobs import Cancelled

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(study):
    """A release that no worker has taken yet."""
    return request_release(study, waves_of(finished(study)))


@pytest.fixture
def built(asked):
    build_task(asked.job_id)
    asked.refresh_from_db()
    return asked


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# taking back


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_release_is_taken_back_only_with_a_reason(built, reason):
    publish(built)

    with pytest.raises(ReleaseError):
        unpublish(built, reason=reason)

    assert fresh(built).is_published


def test_taking_back_twice_is_one_line(built):
    publish(built)

    for _ in range(2):
        unpublish(built, reason="a wrong name")

    assert not fresh(built).is_published
    assert AuditEntry.objects.filter(action="unpublish release").count() == 1


def test_that_it_was_published_is_kept(built):
    publish(built)
    first = fresh(built).published_at
    unpublish(built, reason="x")
    assert fresh(built).published_at == first

    publish(built)

    again = fresh(built)
    assert again.is_published
    assert again.published_at > first


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "state",
    [
        {"unpublished_at": timezone.now()},
        {"published_at": timezone.now(), "unpublished_at": timezone.now() - HOUR},
    ],
    ids=["taken back and never published", "taken back before"],
)
def test_the_database_refuses(built, state):
    with pytest.raises(IntegrityError, match="taken_back"), transaction.atomic():
        Release.objects.filter(pk=built.pk).update(**state)


def test_only_what_is_built_has_a_hash(asked):
    with pytest.raises(IntegrityError, match="has_a_hash"), transaction.atomic():
        Release.objects.filter(pk=asked.pk).update(content_hash="a" * 64)


# cancelling


def test_cancelled_before_the_last_report_nothing_is_stored(asked):
    reports = []

    def work(job):
        def progress(done, of):
            reports.append(done)
            if done == of:
                cancel_work(asked)
            job.report(done, of)

        build_release(asked, progress)

    carry_out(asked.job, work)

    assert reports
    assert fresh(asked).built_at is None
    assert Job.objects.get().state == Job.State.CANCELLED


def test_cancelled_after_the_last_report_nothing_is_stored(asked):
    """The worker has counted everything and hears of nothing any more: the database refuses."""
    asked.job.claim()
    cancel_work(asked)

    with pytest.raises(IntegrityError, match=CANCELLED):
        build_release(asked)

    assert fresh(asked).built_at is None


def test_a_file_that_was_cancelled_at_the_last_moment_is_not_kept(built, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    export = request_export(built)

    def work(job):
        write_export(job.export, lambda done, of: None)  # hears of nothing

    def cancelled_first(job):
        cancel_work(export)
        work(job)

    carry_out(export.job, cancelled_first)

    assert (fresh(export).sha256, fresh(export).file.name) == ("", "")
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
    assert fresh(export.job).state == Job.State.CANCELLED


def test_a_worker_that_reports_hears_that_it_was_cancelled(asked):
    asked.job.claim()
    cancel_work(asked)

    with pytest.raises(Cancelled):
        build_release(asked, lambda done, of: asked.job.report(done, of))


def test_what_is_built_is_not_cancelled_though_its_job_goes_on(asked):
    """The worker has stored the release and not yet said so."""
    asked.job.claim()
    build_release(asked)

    assert not cancel_work(asked)
    assert fresh(asked.job).state == Job.State.RUNNING
    assert not AuditEntry.objects.filter(action="cancel release").exists()


def test_two_who_cancel_leave_one_line(asked):
    assert [cancel_work(fresh(asked)), cancel_work(fresh(asked))] == [True, False]
    assert AuditEntry.objects.filter(action="cancel release").count() == 1


def test_a_cancelled_release_is_asked_for_again(asked):
    rows = list(asked.cohort_waves.select_related("wave", "study_cohort__cohort"))
    cancel_work(asked)

    again = request_release(asked.study, rows)
    build_task(again.job_id)

    assert again == asked
    assert fresh(asked).built_at
    assert Job.objects.get().state == Job.State.DONE


# what the audit keeps


def test_what_a_file_is_for_stands_in_the_audit(built):
    user = UserFactory(roles=[Role.EVALUATOR])

    export = request_export(built, by=user, why="report: for the donor")

    line = AuditEntry.objects.get(action="request export")
    assert (line.actor, line.thing) == (user, f"export {export.pk}")
    assert line.reason == "report: for the donor"
    assert Export.objects.get() == export


def test_reading_twice_on_a_day_is_one_line(built):
    user = UserFactory(roles=[Role.EVALUATOR])

    for _ in range(2):
        note_seen(built, by=user)

    assert AuditEntry.objects.filter(action="see release", actor=user).count() == 1
