"""The survey's pages: what is saved, what is refused, and that nothing is lost or twice."""

import re
import uuid

import pytest
from django.test import Client

from quizzes.actions.responses import ask, send
from quizzes.actions.studies import close_wave
from quizzes.keys import key_path
from quizzes.models import CohortWave, Draft, Quarantine, Response
from tests.quizzes.conftest import officers
from training.actions.people import make_account
from training.models import Completion, Role

pytestmark = pytest.mark.django_db

SURVEY = "/en/survey/small-pre/"


@pytest.fixture
def phone(officer):
    return signed_in(officer)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def agree(client):
    return fill(client, follow=True, consent="yes")


def hidden(response):
    """What a page's form carries unseen."""
    return dict(
        re.findall(r'name="(uid|owner|page|carried)" value="([^"]*)"', response.content.decode())
    )


def fill(client, follow=False, **values):
    """Open the survey where it stands, and send what it shows with these answers."""
    return client.post(SURVEY, {**hidden(client.get(SURVEY)), **values}, follow=follow)


def page_of(client):
    """The number of the page on which the survey opens; None where it shows no page."""
    number = hidden(client.get(SURVEY)).get("page")
    return number and int(number)


def answers(user):
    draft = ask("small-pre", user).draft()
    return draft.answers if draft else None


def test_saying_no_stores_nothing_and_leads_on(phone, officer):
    response = fill(phone, follow=True, consent="no")

    assert "Thank you, this step is done" in response.content.decode()
    assert Completion.objects.get().step.slug == "small-pre"
    assert (Draft.objects.count(), Response.objects.count()) == (0, 0)


def test_nobody_changes_from_no_to_yes(phone):
    fill(phone, consent="no")

    agree(phone)

    assert not Draft.objects.exists()


def test_nobody_changes_from_yes_to_no_on_the_way(phone):
    agree(phone)

    fill(phone, consent="no")

    assert Draft.objects.exists()
    assert not Completion.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"consent": ""}, {"consent": "maybe"}])
def test_a_consent_that_is_neither_yes_nor_no_is_asked_again(phone, sent):
    response = fill(phone, follow=True, **sent)

    assert 'value="yes"' in response.content.decode()
    assert not Completion.objects.exists()


@pytest.mark.parametrize("language", ["km", "en"])
def test_consent_tells_waves_day_group_and_contact(phone, language, settings):
    settings.DATA_KEEPER = "The keeper, room 4"

    html = phone.get(f"/{language}/survey/small-pre/").content.decode()

    assert "The keeper, room 4" in html
    assert ("១០" if language == "km" else "groups of 10") in html
    assert html.count('class="action plain" name="consent"') == 2
    assert "{" not in re.sub(r"<[^>]*>", "", html)


def test_a_page_is_saved_and_leads_to_the_next(phone, officer):
    agree(phone)

    response = fill(phone, Q1=4, Q2=2)

    assert response.headers["Location"] == SURVEY
    assert answers(officer) == {"Q1": 4, "Q2": 2}
    assert page_of(phone) == 2


def test_a_page_left_half_filled_is_saved_and_asks_again(phone, officer):
    agree(phone)

    response = fill(phone, Q1=4)

    html = response.content.decode()
    assert response.status_code == 200
    assert "1 question on this page has no answer yet. What was chosen is saved." in html
    assert "checked" in html
    assert answers(officer) == {"Q1": 4}
    assert page_of(phone) == 1


def test_open_questions_may_be_left(phone, officer):
    agree(phone)

    fill(phone, Q1=4, skip=1)

    assert page_of(phone) == 2


@pytest.mark.parametrize("value", ["6", "0", "-7", "-9", "x", "4 or 1"])
def test_an_answer_that_is_none_of_those_shown_is_refused(phone, officer, value):
    agree(phone)

    response = fill(phone, Q1=value, Q2=2)

    assert "Some answers could not be read" in response.content.decode()
    assert answers(officer) == {}


def test_the_same_page_sent_twice_counts_once(phone, officer):
    agree(phone)
    sent = {**hidden(phone.get(SURVEY)), "Q1": 4, "Q2": 2}

    phone.post(SURVEY, sent)
    phone.post(SURVEY, {**sent, "Q1": 1})

    assert answers(officer) == {"Q1": 4, "Q2": 2}


def test_switching_the_language_keeps_page_and_answers(phone, officer):
    agree(phone)

    response = fill(phone, Q1=4, language="km")

    assert response.headers["Location"] == "/km/survey/small-pre/"
    assert answers(officer) == {"Q1": 4}
    assert "checked" in phone.get("/km/survey/small-pre/").content.decode()


def test_an_unknown_language_becomes_khmer(phone):
    agree(phone)

    assert fill(phone, language="fr").headers["Location"] == "/km/survey/small-pre/"
    assert phone.get("/fr/survey/small-pre/").status_code == 404


def test_a_page_of_another_person_is_not_saved(phone, officer, cohort):
    """Two people at one computer: the form of the first, the session of the second."""
    other = officers(cohort, 1)[0]
    agree(phone)
    sent = {**hidden(phone.get(SURVEY)), "Q1": 4, "Q2": 2}
    second = signed_in(other)
    agree(second)

    response = second.post(SURVEY, {**sent}, follow=True)

    assert "filled under another name" in response.content.decode()
    assert (answers(officer), answers(other)) == ({}, {})


def test_earlier_pages_reopen_only_in_the_session_that_filled_them(phone, officer):
    agree(phone)
    fill(phone, Q1=4, Q2=2)

    earlier = fill(phone, back=1)
    assert hidden(earlier)["page"] == "1"
    assert "checked" in earlier.content.decode()
    later = signed_in(officer)
    assert page_of(later) == 2
    reopened = fill(later, back=1, follow=True)
    assert hidden(reopened)["page"] == "2"
    assert "checked" not in reopened.content.decode()


def test_a_session_that_ended_in_mid_survey_loses_nothing(phone, officer):
    agree(phone)
    sent = {**hidden(phone.get(SURVEY)), "Q1": 4, "Q2": 2}
    officer.set_password("a good one 9")
    officer.save()
    away = Client()

    response = away.post(SURVEY, sent)
    assert "are not lost" in response.content.decode()
    carried = hidden(response)["carried"]
    assert "Q1" not in carried
    response = away.post(
        "/en/sign-in/",
        {"username": officer.code, "password": "a good one 9", "carried": carried},
        follow=True,
    )

    assert answers(officer) == {"Q1": 4, "Q2": 2}
    assert response.redirect_chain[-1][0] == SURVEY
    assert not set(away.session.keys()) & {"carried", "reset"}


def test_what_was_carried_is_not_saved_under_another_person(phone, officer, cohort):
    agree(phone)
    sent = {**hidden(phone.get(SURVEY)), "Q1": 4, "Q2": 2}
    other = officers(cohort, 1)[0]
    other.set_password("a good one 9")
    other.save()
    agree(signed_in(other))
    away = Client()

    carried = hidden(away.post(SURVEY, sent))["carried"]
    response = away.post(
        "/en/sign-in/",
        {"username": other.code, "password": "a good one 9", "carried": carried},
        follow=True,
    )

    assert "filled under another name" in response.content.decode()
    assert (answers(officer), answers(other)) == ({}, {})


def test_sending_completes_the_step_and_shows_nothing_of_it_again(phone):
    agree(phone)
    fill(phone, Q1=4, Q2=2)
    fill(phone, K1=1)
    fill(phone, D1=1)

    response = fill(phone, follow=True, send=1)

    assert "Thank you, this step is done" in response.content.decode()
    assert Response.objects.count() == Completion.objects.count() == 1
    assert "Thank you" in phone.get(SURVEY).content.decode()


def test_sending_before_the_last_page_leads_back(phone):
    agree(phone)

    response = fill(phone, follow=True, send=1)

    assert hidden(response)["page"] == "1"
    assert not Response.objects.exists()


def test_a_break_between_sending_and_completing_heals(phone, officer):
    agree(phone)
    asked = ask("small-pre", officer)
    send(asked)
    assert not Completion.objects.exists()

    response = phone.get(SURVEY, follow=True)

    assert "Thank you" in response.content.decode()
    assert Completion.objects.count() == 1


def test_a_second_tab_that_comes_after_sending_goes_to_quarantine(phone):
    agree(phone)
    late = {**hidden(phone.get(SURVEY)), "Q1": 1, "Q2": 1}
    fill(phone, Q1=4, Q2=2)
    fill(phone, K1=1)
    fill(phone, D1=1)
    fill(phone, send=1)

    response = phone.post(SURVEY, {**late, "uid": uuid.uuid4()})

    assert "Thank you" in response.content.decode()
    assert (Response.objects.count(), Quarantine.objects.count()) == (1, 1)


def test_a_closed_wave_says_so_and_leads_on(phone):
    close_wave(CohortWave.objects.get(wave__name="pre"))

    html = phone.get(SURVEY).content.decode()

    assert "This survey is closed at the moment" in html
    assert "/en/way/continue/" in html


def test_without_keys_the_survey_says_so_and_the_way_goes_on(phone, study):
    key_path(study).unlink()

    assert "This survey is closed at the moment" in phone.get(SURVEY).content.decode()

    response = phone.get("/en/way/continue/", follow=True)
    assert response.redirect_chain[-1][0] == "/en/way/"
    assert not Draft.objects.exists()


def test_an_oversized_form_gets_a_sentence_and_changes_nothing(phone, officer):
    agree(phone)

    response = fill(phone, Q1=4, filler="x" * 600_000)

    assert response.status_code == 400
    assert "too large" in response.content.decode()
    assert answers(officer) == {}


def test_the_survey_opens_to_officers_who_are_asked(cohort, study):
    stranger = make_account(
        roles=[Role.OFFICER], password="a", family_name_km="ក", given_name_km="ខ"
    )
    trainer = make_account(
        roles=[Role.TRAINER], password="a", family_name_km="ក", given_name_km="ខ"
    )

    assert signed_in(stranger).get(SURVEY).status_code == 404
    assert signed_in(trainer).get(SURVEY).status_code == 403
    assert Client().get(SURVEY).headers["Location"].startswith("/en/sign-in/")


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_queries_whoever_else_answers(cohort, count, django_assert_num_queries):
    people = officers(cohort, count)
    for user in people:
        agree(signed_in(user))
    client = signed_in(people[0])
    client.get(SURVEY)

    # session, person, roles, wave, enrolment, way (2), draft; reading changes nothing
    with django_assert_num_queries(8):
        assert client.get(SURVEY).status_code == 200


def test_my_data_deletes_what_is_open_and_asks_no_more(phone, officer):
    agree(phone)
    fill(phone, Q1=4, Q2=2)

    response = phone.post("/en/my-data/", follow=True)

    assert "Survey answers were deleted, if there were any." in response.content.decode()
    assert not Draft.objects.exists()
    assert [done.step.slug for done in Completion.objects.all()] == ["small-pre"]
