"""A published release is taken back, with a reason, and published again."""

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from tests.quizzes.evaluator.test_releases import (
    RISE,
    alerts,
    buttons,
    finished,
    kept,
    main,
    page_of,
    refused_to_publish,
    released,
)
from tests.quizzes.evaluator.world import *  # noqa: F403 - the small releases
from tests.reader import said, text
from training.models import AuditEntry, Role

pytestmark = pytest.mark.django_db

WHY = {"reason": "  A cohort was\nnamed wrongly "}


@pytest.fixture
def room(built):
    """The browser of a trainer of the release's cohort."""
    trainer = UserFactory(roles=[Role.TRAINER])
    built.cohort_waves.first().study_cohort.cohort.trainers.add(trainer)
    client = Client()
    client.force_login(trainer)
    return client


@pytest.fixture
def published(browser, built):
    browser.post(f"{page_of(built)}publish/")
    built.refresh_from_db()
    return built


def seen_by(room, release):
    """Whether a trainer finds the release in the list, and opens it."""
    address = f"/en/trainer/results/{release.pk}/"
    in_list = address in text(room.get("/en/trainer/results/"))
    assert room.get(address).status_code == (200 if in_list else 404)
    return in_list


def test_trainers_stop_seeing_it_at_once_and_the_audit_says_why(
    browser, evaluator, room, published
):
    assert seen_by(room, published)

    response = browser.post(f"{page_of(published)}unpublish/", WHY, follow=True)

    assert response.redirect_chain == [(page_of(published), 302)]
    page = text(response)
    assert "Trainers no longer see the result." in page
    assert f"Taken back on {timezone.localdate():%-d %B %Y}: trainers no longer see it." in page
    assert f'href="{page_of(published)}publish/"' in page
    assert f"{page_of(published)}unpublish/" not in page
    assert not seen_by(room, published)
    line = AuditEntry.objects.get(action="unpublish release")
    assert (line.actor, line.thing) == (evaluator, f"release {published.pk}")
    assert line.reason == "A cohort was named wrongly"


def test_it_can_be_published_again(browser, room, published):
    browser.post(f"{page_of(published)}unpublish/", WHY)
    browser.post(f"{page_of(published)}publish/")

    assert seen_by(room, published)
    page = text(browser.get(page_of(published)))
    assert "Taken back on" not in page
    assert f"{page_of(published)}unpublish/" in page
    lines = AuditEntry.objects.filter(action__endswith="publish release").order_by("pk")
    assert [line.action.split()[0] for line in lines] == ["publish", "unpublish", "publish"]


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize("reason", ["", "  \n", "x" * 201], ids=["none", "blank", "too long"])
def test_it_is_not_taken_back_without_a_reason(browser, published, language, reason):
    before = kept()
    address = f"/{language}/evaluation/releases/{published.pk}/unpublish/"

    response = browser.post(address, {"reason": reason})

    (problem,) = [n for n in main(response).find_all("p") if n.attrs.get("class") == "problem"]
    assert problem.text
    assert buttons(response) == [said("Take it back", language)]
    assert kept() == before


@pytest.mark.parametrize("language", ["km", "en"])
def test_taking_back_is_asked_first_and_asking_changes_nothing(browser, published, language):
    before = kept()

    response = browser.get(f"/{language}/evaluation/releases/{published.pk}/unpublish/")

    words = "Take this release back from the trainers?"
    assert [node.text for node in main(response).find_all("h1")] == [said(words, language)]
    assert buttons(response) == [said("Take it back", language)]
    assert alerts(response) == []
    assert kept() == before


def test_what_trainers_do_not_see_is_not_taken_back(browser, built):
    before = kept()

    asked = browser.get(f"{page_of(built)}unpublish/")
    browser.post(f"{page_of(built)}unpublish/", WHY)

    assert buttons(asked) == []
    assert "Trainers do not see this release." in main(asked).text
    assert kept() == before


def test_what_was_taken_back_still_counts_when_another_one_is_published(browser, study):
    """Whoever kept its numbers could compare them with the other one's."""
    north = finished(study, RISE)
    first = released(study, north, names=["pre", "post"])
    other = released(study, north, names=["pre", "fu3"])
    assert not refused_to_publish(browser, first, None)
    browser.post(f"{page_of(first)}unpublish/", WHY)

    assert refused_to_publish(browser, other, first)
    assert not refused_to_publish(browser, first, None)


def test_lists_of_releases_say_that_it_was_taken_back(browser, published):
    browser.post(f"{page_of(published)}unpublish/", WHY)

    for address in ("/en/evaluation/", "/en/evaluation/studies/SMALL/"):
        found = main(browser.get(address)).find_all("li")
        (line,) = [node.text for node in found if "· release 1 " in node.text]
        assert line.endswith("· taken back")
