"""Before a file of rows is handed out: what it is for, and the password once more."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client

from quizzes.actions.exports import request_export
from quizzes.models import Export
from tests.factories import PASSWORD, UserFactory
from tests.quizzes.evaluator.test_releases import (
    NEEDED,
    buttons,
    kept,
    main,
    sent,
    work,
)
from tests.quizzes.evaluator.world import *  # noqa: F403 - the small releases
from tests.reader import said, text
from training.models import AuditEntry, Role

pytestmark = pytest.mark.django_db

WRONG = "The password is not right."


@pytest.fixture
def file(built):
    """The address of a file that is ready."""
    export = request_export(built)
    work(export.job)
    return f"/en/evaluation/exports/{export.pk}/file/"


def is_file(response):
    """Whether this is the file; read to its end it is closed."""
    return response.streaming and sent(response).startswith(b"PK")


def asks(response):
    return not response.streaming and 'name="password"' in text(response)


def n_downloads():
    return AuditEntry.objects.filter(action="download export").count()


# what it is for


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize(
    "given",
    [{}, {"purpose": "analysis"}, {"words": "x"}, NEEDED | {"purpose": "fun"}],
    ids=["nothing", "no sentence", "no purpose", "an unknown purpose"],
)
def test_no_file_is_made_without_a_purpose(browser, built, language, given):
    before = kept()

    response = browser.post(f"/{language}/evaluation/releases/{built.pk}/exports/", given)

    problems = [n for n in main(response).find_all("p") if n.attrs.get("class") == "problem"]
    assert problems or not given
    assert buttons(response) == [said("Make the file", language)]
    assert kept() == before


@pytest.mark.parametrize("language", ["km", "en"])
def test_asking_what_it_is_for_changes_nothing(browser, built, language):
    before = kept()

    response = browser.get(f"/{language}/evaluation/releases/{built.pk}/exports/")

    options = [option.text for option in main(response).find_all("option")]
    assert options[:2] == [said("an analysis", language), said("a report", language)]
    assert kept() == before


# the password


@pytest.mark.parametrize("language", ["km", "en"])
def test_the_password_is_asked_for_before_a_file(browser, file, language):
    address = file.replace("/en/", f"/{language}/")

    asked = browser.get(address)

    assert asks(asked)
    words = "Please give your password once more"
    assert [node.text for node in main(asked).find_all("h1")] == [said(words, language)]
    assert (words in text(asked)) == (language == "en")
    assert "no-store" in asked.headers["Cache-Control"]
    assert n_downloads() == 0

    given = browser.post(address, {"password": PASSWORD})

    assert given.url == address
    assert is_file(browser.get(address))
    assert n_downloads() == 1


@pytest.mark.parametrize("password", ["wrong", "", " ", "x" * 201])
def test_without_the_right_password_there_is_no_file(browser, file, password):
    answer = browser.post(file, {"password": password})

    assert asks(answer)
    assert password not in text(answer).split() or not password.strip()
    assert asks(browser.get(file))
    assert n_downloads() == 0


def test_the_password_of_somebody_else_opens_nothing(browser, file):
    other = UserFactory(roles=[Role.EVALUATOR])
    other.set_password("another one 7")
    other.save()

    answer = browser.post(file, {"password": "another one 7", "username": other.code})

    assert asks(answer)
    assert WRONG in text(answer)
    assert asks(browser.get(file))


def test_a_password_holds_for_five_minutes(browser, file):
    with time_machine.travel("2026-11-24 09:00+07:00", tick=False) as clock:
        browser.get("/en/help/")
        browser.post(file, {"password": PASSWORD})
        clock.shift(timedelta(minutes=5))
        assert is_file(browser.get(file))
        clock.shift(timedelta(seconds=1))
        assert asks(browser.get(file))


def test_signing_out_ends_it(browser, evaluator, file):
    browser.post(file, {"password": PASSWORD})
    browser.post("/en/sign-out/")
    browser.post("/en/sign-in/", {"username": evaluator.code, "password": PASSWORD})

    assert asks(browser.get(file))  # to sign in is not to ask for a file


def test_it_holds_in_this_session_alone(browser, evaluator, file):
    browser.post(file, {"password": PASSWORD})
    elsewhere = Client()
    elsewhere.force_login(evaluator)

    assert asks(elsewhere.get(file))


def test_wrong_tries_are_counted_as_at_signing_in(browser, evaluator, file, settings):
    settings.AXES_ENABLED = True
    answers = [browser.post(file, {"password": "wrong"}) for _ in range(5)]

    locked = answers[-1]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert "Please wait 15 minutes" in locked.content.decode()
    assert evaluator.code not in locked.content.decode()
    assert browser.post(file, {"password": PASSWORD}).status_code == 429
    assert asks(browser.get(file))
    signing_in = {"username": evaluator.code, "password": PASSWORD}
    assert Client().post("/en/sign-in/", signing_in).status_code == 429
    attempt = AccessAttempt.objects.get()
    assert (attempt.username, "wrong" in attempt.post_data) == (evaluator.code, False)
    assert n_downloads() == 0


def test_a_file_that_is_gone_asks_for_no_password(browser, file):
    Export.objects.update(file="")

    assert browser.get(file).status_code == 404
    assert browser.post(file, {"password": PASSWORD}).status_code == 404
