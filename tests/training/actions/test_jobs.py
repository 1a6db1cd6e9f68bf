"""A job that is cancelled stays so, and a late worker writes over nobody's work."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from training.actions.jobs import cancel, carry_out, finish, sweep, try_again
from training.models import Job
from training.models.jobs import Cancelled

pytestmark = pytest.mark.django_db

OVER = [Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED]
LONG_AGO = timedelta(hours=1)


@pytest.fixture
def job():
    return Job.objects.create(task="some.task")


def state():
    return Job.objects.get().state


def again():
    """The row as another worker finds it."""
    return Job.objects.get()


def test_a_job_is_cancelled_once(job):
    assert [cancel(again()), cancel(again())] == [True, False]
    assert state() == Job.State.CANCELLED
    assert again().is_over


def test_a_job_is_cancelled_while_a_worker_has_it(job):
    again().claim()

    assert cancel(job)
    assert state() == Job.State.CANCELLED


@pytest.mark.parametrize("over", OVER)
def test_what_is_over_is_not_cancelled(job, over):
    Job.objects.update(state=over)

    assert not cancel(job)
    assert state() == over


def test_a_cancelled_job_is_not_taken(job):
    cancel(job)
    done = []

    carry_out(job, done.append)

    assert (done, state()) == ([], Job.State.CANCELLED)


def test_the_work_stops_when_it_next_reports(job):
    told = []

    def work(own):
        own.report(1, 3)
        told.append(1)
        cancel(again())
        own.report(2, 3)
        told.append(2)

    carry_out(job, work)

    assert told == [1]
    assert (state(), again().done, again().error) == (Job.State.CANCELLED, 1, "")


def test_work_that_ends_after_the_cancelling_does_not_make_it_done(job):
    carry_out(job, lambda own: cancel(again()))

    assert state() == Job.State.CANCELLED


def test_work_that_breaks_after_the_cancelling_does_not_make_it_failed(job):
    def work(own):
        cancel(again())
        raise OSError

    carry_out(job, work)

    assert (state(), again().error) == (Job.State.CANCELLED, "")


def test_a_fault_is_written_down_and_raised(job):
    def work(own):
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        carry_out(job, work)

    assert (state(), again().error) == (Job.State.FAILED, "the disk is full")


def test_what_is_done_is_not_cancelled_any_more(job):
    carry_out(job, lambda own: None)

    assert not cancel(job)
    assert state() == Job.State.DONE


def test_the_sweep_does_not_revive_what_was_cancelled(job):
    job.claim()
    Job.objects.update(seen_at=timezone.now() - LONG_AGO)
    cancel(job)

    assert sweep() == 0
    assert state() == Job.State.CANCELLED


def test_what_is_cancelled_while_the_sweep_looks_is_not_revived(job):
    Job.objects.update(seen_at=timezone.now() - LONG_AGO)
    cancelled = []

    def beside(execute, sql, *rest):
        found = execute(sql, *rest)
        if sql.startswith("SELECT") and not cancelled:
            cancelled.append(cancel(job))
        return found

    with connection.execute_wrapper(beside):
        assert sweep() == 0

    assert (cancelled, state()) == ([True], Job.State.CANCELLED)


@pytest.mark.parametrize("over", [Job.State.FAILED, Job.State.CANCELLED])
def test_a_job_that_failed_or_was_cancelled_begins_again_once(job, over):
    job.claim()
    Job.objects.update(state=over, error="x", done=4)

    assert [try_again(again()), try_again(again())] == [True, False]

    row = again()
    assert (row.state, row.error, row.tries, row.done) == (Job.State.WAITING, "", 0, 0)
    assert row.claim()


@pytest.mark.parametrize("is_taken", [False, True], ids=["waiting again", "taken again"])
def test_a_worker_of_an_earlier_try_neither_reports_nor_ends_the_next_one(job, is_taken):
    late = again()
    late.claim()
    cancel(job)
    try_again(job)
    if is_taken:
        again().claim()
    before = Job.objects.values().get()

    with pytest.raises(Cancelled):
        late.report(9, 9)
    for end in (Job.State.DONE, Job.State.FAILED):
        assert not finish(late, end)

    assert Job.objects.values().get() == before


def test_a_slow_worker_goes_on_until_another_one_has_the_job(job):
    slow, next_one = again(), again()
    slow.claim()
    Job.objects.update(seen_at=timezone.now() - LONG_AGO)
    assert sweep() == 1

    slow.report(1, 2)  # nobody else has it yet
    next_one.claim()

    with pytest.raises(Cancelled):
        slow.report(2, 2)
    assert not finish(slow, Job.State.DONE)
    assert state() == Job.State.RUNNING
    assert finish(next_one, Job.State.DONE)
    assert state() == Job.State.DONE
