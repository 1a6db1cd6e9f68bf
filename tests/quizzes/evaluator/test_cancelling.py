"""The making of a release or a file is stopped by whoever evaluates, and begun again."""

import pytest
from django.test import Client

from quizzes.actions.exports import request_export
from quizzes.models import Export, Release
from tests.factories import UserFactory
from tests.quizzes.evaluator.test_releases import (
    HEADING,
    RISE,
    ask_again,
    finished,
    is_fragment,
    job_part,
    kept,
    main,
    make,
    page_of,
    work,
)
from tests.quizzes.evaluator.world import *  # noqa: F403 - the small releases
from tests.reader import said, text
from training.models import AuditEntry, Job, Role

pytestmark = pytest.mark.django_db


def cancel(client, job, language="en"):
    return client.post(f"/{language}/evaluation/jobs/{job.pk}/cancel/", follow=True)


def forms_outside(response):
    """The addresses of the forms that htmx does not renew."""
    inside = {form.attrs["action"] for form in job_part(response).find_all("form")}
    return {form.attrs["action"] for form in main(response).find_all("form")} - inside


@pytest.mark.parametrize("is_running", [False, True], ids=["waiting", "running"])
@pytest.mark.parametrize("language", ["km", "en"])
def test_a_release_is_cancelled_and_says_so(browser, evaluator, waiting, language, is_running):
    page = f"/{language}/evaluation/releases/{waiting.pk}/"
    if is_running:
        waiting.job.claim()
    cancels = f"/{language}/evaluation/jobs/{waiting.job.pk}/cancel/"
    assert forms_outside(browser.get(page)) == {cancels}

    response = cancel(browser, waiting.job, language)

    assert response.redirect_chain == [(page, 302)]
    part = job_part(response)
    assert said("The work was cancelled.", language) in part.text
    assert [form.attrs["action"] for form in part.find_all("form")] == [
        f"/{language}/evaluation/jobs/{waiting.job.pk}/again/"
    ]
    assert not [name for name in part.attrs if name.startswith("hx-")]
    assert forms_outside(response) == set()
    line = AuditEntry.objects.get(action="cancel release")
    assert (line.actor, line.thing) == (evaluator, f"release {waiting.pk}")


def test_whoever_evaluates_may_cancel_what_another_one_asked_for(waiting):
    other = UserFactory(roles=[Role.EVALUATOR])
    client = Client()
    client.force_login(other)

    cancel(client, waiting.job)

    assert Job.objects.get().state == Job.State.CANCELLED
    assert AuditEntry.objects.get(action="cancel release").actor == other


def test_cancelling_twice_is_one_line(browser, waiting):
    answers = [cancel(browser, waiting.job) for _ in range(2)]

    words = "There was nothing left to cancel."
    assert [words in text(answer) for answer in answers] == [False, True]
    assert AuditEntry.objects.filter(action="cancel release").count() == 1


def test_htmx_loads_the_page_anew_once_the_job_was_cancelled(browser, waiting):
    cancel(browser, waiting.job)

    response = ask_again(browser, page_of(waiting))

    assert response.headers["HX-Refresh"] == "true"
    assert is_fragment(response)


def test_a_worker_does_not_build_what_was_cancelled(browser, waiting):
    cancel(browser, waiting.job)

    work(waiting.job)

    assert Release.objects.get().built_at is None
    assert Job.objects.get().state == Job.State.CANCELLED


def test_a_cancelled_release_begins_again(browser, waiting):
    cancel(browser, waiting.job)

    response = browser.post(f"/en/evaluation/jobs/{waiting.job.pk}/again/", follow=True)

    assert response.redirect_chain == [(page_of(waiting), 302)]
    assert "Waiting for a worker." in text(response)
    work(waiting.job)
    assert HEADING in text(browser.get(page_of(waiting)))


def test_choosing_the_same_set_again_begins_a_cancelled_release_again(browser, waiting):
    cohort = waiting.cohort_waves.first().study_cohort.cohort
    cancel(browser, waiting.job)

    response = make(browser, cohort, waves=["pre", "post"])

    assert response.url == page_of(waiting)
    assert Job.objects.get().state == Job.State.WAITING


def test_a_set_that_was_cancelled_does_not_stand_in_the_way_of_another_one(browser, study):
    """South is small: only one of both sets may be released, and it is the one that was built."""
    north = finished(study, {wave: RISE[wave] for wave in ("pre", "post")})
    south = finished(study, {"pre": [1, 2], "post": [2, 3]}, "South")
    make(browser, north, south, waves=["pre", "post"])
    both = Release.objects.get()
    cancel(browser, both.job)

    response = make(browser, north, waves=["pre", "post"])
    assert response.url == page_of(Release.objects.get(number=2))

    again = browser.post(f"/en/evaluation/jobs/{both.job.pk}/again/", follow=True)
    assert "Release 2 differs from this set by South" in text(again)
    assert Job.objects.get(pk=both.job.pk).state == Job.State.CANCELLED


def test_a_release_that_is_built_is_not_cancelled(browser, built):
    before = kept()

    response = cancel(browser, built.job)

    assert HEADING in text(response)
    assert kept()[:3] == before[:3]


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_file_is_cancelled_and_begins_again(browser, built, language):
    export = request_export(built)
    page = f"/{language}/evaluation/exports/{export.pk}/"

    response = cancel(browser, export.job, language)
    work(export.job)

    assert response.redirect_chain == [(page, 302)]
    assert said("The work was cancelled.", language) in job_part(response).text
    assert not Export.objects.get().file
    assert AuditEntry.objects.get(action="cancel export").thing == f"export {export.pk}"

    browser.post(f"/{language}/evaluation/jobs/{export.job.pk}/again/")
    work(export.job)

    assert Export.objects.get().file
    assert list(main(browser.get(page)).find_all("form")) == []
