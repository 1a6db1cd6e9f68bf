"""The survey's pages: what is saved, what is refused, and that nothing is lost or twice."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from quizzes.actions.instruments import FrozenError, load_instrument
from quizzes.actions.responses import ask, send
from quizzes.actions.studies import add_cohort, close_wave
from quizzes.keys import key_path, keys_of
from quizzes.models import CohortWave, Draft, Quarantine, Response, pages
from tests.quizzes.conftest import INSTRUMENT, officers
from training.actions.enrolment import join
from training.actions.people import make_account
from training.actions.progress import complete_step
from training.models import Cohort, Completion, Role
from training.models.way import way_of

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
    owner = hidden(phone.get(SURVEY))["owner"]

    phone.post(SURVEY, {"owner": owner, "consent": "no"})

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

    response = fill(phone, follow=True, Q1=4)

    html = response.content.decode()
    assert response.redirect_chain == [(SURVEY, 302)]
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

    response = fill(phone, follow=True, Q1=value, Q2=2)

    assert "Some answers could not be read" in response.content.decode()
    assert "No answer yet" in response.content.decode()
    assert answers(officer) == {"Q2": 2}


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

    earlier = fill(phone, back=1, follow=True)
    assert hidden(earlier)["page"] == "1"
    assert "checked" in earlier.content.decode()
    later = signed_in(officer)
    assert page_of(later) == 2
    reopened = fill(later, back=1, follow=True)
    assert hidden(reopened)["page"] == "2"
    assert "checked" not in reopened.content.decode()


def test_a_new_session_sees_nothing_of_a_page_that_another_half_filled(phone, officer):
    """Not even after it has saved something on that page itself. What was given stays."""
    agree(phone)
    fill(phone, Q1=5)

    later = signed_in(officer)
    assert "checked" not in later.get(SURVEY).content.decode()
    page = fill(later, follow=True, Q2=2).content.decode()

    assert len(re.findall(r"checked", page)) == 1
    assert answers(officer) == {"Q1": 5, "Q2": 2}


def test_an_earlier_page_that_was_open_when_the_session_ended_is_kept(phone, officer):
    agree(phone)
    fill(phone, Q1=4, Q2=2)
    earlier = {**hidden(fill(phone, back=1, follow=True)), "Q1": 1, "Q2": 2}
    later = signed_in(officer)

    later.post(SURVEY, earlier)

    assert answers(officer) == {"Q1": 1, "Q2": 2}
    assert page_of(later) == 2


@pytest.mark.parametrize("page", ["", "x", "0", "-1", "4", "99", "2", "១"])
def test_a_page_that_is_not_there_or_not_yet_changes_nothing(phone, officer, page):
    agree(phone)

    assert fill(phone, page=page, Q1=4, K1=1).status_code == 302

    assert answers(officer) == {}


@pytest.mark.parametrize("page", ["", "x", "0", "99"])
def test_such_a_page_is_no_fault_on_the_way_to_sending_either(phone, page):
    agree(phone)
    for given in ({"Q1": 4, "Q2": 2}, {"K1": 1}, {"D1": 1}):
        fill(phone, **given)

    assert fill(phone, page=page).status_code == 302


def test_the_last_page_leads_back_too(phone):
    agree(phone)
    fill(phone, Q1=4, Q2=2)
    fill(phone, K1=1)
    fill(phone, D1=1)
    assert page_of(phone) is None

    fill(phone, back=1)

    assert page_of(phone) == 3


def test_no_form_of_a_survey_is_answered_with_a_page(phone):
    """Else "back" would ask to send it again, and would tell who had a form to send."""
    for sent in ({"consent": "yes"}, {"Q1": 4}, {"Q1": 9}, {"skip": 1}, {"back": 1}, {"K1": 1}):
        assert fill(phone, **sent).status_code == 302


def test_what_is_asked_is_fixed_at_the_consent(phone, officer, study, settings):
    """Signing off adds items for those who begin later; nobody's pages move meanwhile."""
    settings.PRODUCTION = True
    study.version.items.filter(code="Q1").update(to_confirm=True)
    pages._items.cache_clear()
    agree(phone)
    study.version.refresh_from_db()  # the first yes has frozen it
    study.version.signed_off_by, study.version.signed_off_on = "N.", timezone.localdate()
    study.version.save()

    fill(phone, Q2=2)
    assert page_of(phone) == 2
    fill(phone, K1=1)
    fill(phone, D1=1)
    fill(phone, send=1)

    response = Response.objects.get()
    content = keys_of(study).open(response.sealed, place=f"SMALL|pre|{response.code}")
    assert content["answers"] == [-7, 2, 1, 1]
    pages._items.cache_clear()


def test_a_session_that_ended_in_mid_survey_loses_nothing(phone, officer):
    agree(phone)
    sent = {**hidden(phone.get(SURVEY)), "Q1": 4, "Q2": 2}
    officer.set_password("a good one 9")
    officer.save()
    away = Client()

    response = away.post(SURVEY, sent)
    assert "are not lost" in response.content.decode()
    carried = hidden(response)["carried"]
    assert sent["uid"] not in carried
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

    response = phone.post("/en/my-data/", {"sure": 1}, follow=True)

    assert "Survey answers were deleted, if there were any." in response.content.decode()
    assert not Draft.objects.exists()
    assert [done.step.slug for done in Completion.objects.all()] == ["small-pre"]


def test_a_page_that_was_open_while_somebody_signed_in_again_is_saved(officer):
    """Signing in changes the CSRF token; the page's own mark still tells whose it is."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(officer)
    agree(strict)
    sent = {**hidden(strict.get(SURVEY)), "Q1": 4, "Q2": 2}
    strict.force_login(officer)

    strict.post(SURVEY, sent)

    assert answers(officer) == {"Q1": 4, "Q2": 2}


@pytest.mark.parametrize("sent", [{"consent": "yes"}, {"consent": "no"}, {"send": 1}])
@pytest.mark.parametrize("owner", [None, "", "x" * 24])
def test_no_foreign_page_says_yes_or_no_for_an_officer(phone, sent, owner):
    """Without the mark, as a page of another site would send it."""
    response = phone.post(SURVEY, sent | ({} if owner is None else {"owner": owner}), follow=True)

    assert "filled under another name" in response.content.decode()
    assert not Draft.objects.exists()
    assert not Completion.objects.exists()


@pytest.mark.parametrize("sent", [{"consent": "yes"}, {"send": 1}, {"Q1": 4, "Q2": 2}])
def test_a_wave_that_closes_while_a_page_is_open_says_so(phone, sent):
    if "consent" not in sent:
        agree(phone)
    if "send" in sent:
        fill(phone, Q1=4, Q2=2)
        fill(phone, K1=1)
        fill(phone, D1=1)
    form = hidden(phone.get(SURVEY))
    close_wave(CohortWave.objects.get(wave__name="pre"))

    html = phone.post(SURVEY, {**form, **sent}).content.decode()

    assert "This survey is closed at the moment" in html
    assert not Response.objects.exists()
    assert Quarantine.objects.count() == int("Q1" in sent)


def test_a_late_page_that_is_sent_twice_is_kept_once(phone):
    agree(phone)
    late = {**hidden(phone.get(SURVEY)), "Q1": 1, "Q2": 1}
    close_wave(CohortWave.objects.get(wave__name="pre"))

    phone.post(SURVEY, late)
    phone.post(SURVEY, late)

    assert Quarantine.objects.count() == 1


def second_cohort(study, user):
    cohort = Cohort.objects.create(name="Other", ends_on=timezone.localdate() + timedelta(days=30))
    add_cohort(study, cohort)
    return join(cohort, user)


def test_who_joins_another_cohort_after_a_closed_wave_is_asked_there(phone, officer, study):
    close_wave(CohortWave.objects.get(wave__name="pre"))
    second = second_cohort(study, officer)

    agree(phone)

    assert Draft.objects.get().cohort_wave.study_cohort.cohort == second.cohort


def test_who_answered_in_one_cohort_is_not_asked_in_the_next(phone, officer, study):
    agree(phone)
    send(ask("small-pre", officer))
    complete_step(ask("small-pre", officer).enrolment, ask("small-pre", officer).wave.step)
    second_cohort(study, officer)

    assert "Thank you" in phone.get(SURVEY).content.decode()
    assert Response.objects.count() == 1


def test_a_wave_closed_in_the_own_cohort_does_not_stop_the_way_of_another(phone, officer, study):
    """Answered before in the first cohort, whose wave after the course closed unanswered."""
    agree(phone)
    send(ask("small-pre", officer))
    complete_step(ask("small-pre", officer).enrolment, ask("small-pre", officer).wave.step)
    close_wave(CohortWave.objects.get(wave__name="post"))
    second = second_cohort(study, officer)
    assert way_of(second).next.step.slug == "small-post"

    html = phone.get("/en/survey/small-post/").content.decode()

    assert "This survey is closed at the moment" in html
    assert way_of(second).next is None
    assert not Draft.objects.exists()


def test_an_own_phone_asks_the_password_again_after_half_an_hour(officer, study):
    officer.set_password("a good one 9")
    officer.save()
    phone = Client()
    given = {"username": officer.code, "password": "a good one 9", "own_phone": "on"}
    with time_machine.travel("2026-11-24 09:00+07:00", tick=False) as clock:
        phone.post("/en/sign-in/", given)
        agree(phone)
        sent = {**hidden(phone.get(SURVEY)), "Q1": 4, "Q2": 2}
        clock.shift(timedelta(minutes=31))

        assert phone.get("/en/way/").status_code == 200
        for page in (SURVEY, "/en/my-data/"):
            assert phone.get(page).headers["Location"].startswith("/en/sign-in/")
        carried = hidden(phone.post(SURVEY, sent))["carried"]
        phone.post("/en/sign-in/", {**given, "carried": carried}, follow=True)

        assert answers(officer) == {"Q1": 4, "Q2": 2}
        assert page_of(phone) == 2


def test_the_first_yes_fixes_the_wording(phone, study):
    agree(phone)

    with pytest.raises(FrozenError):
        load_instrument(INSTRUMENT.replace("First", "Other"))


def test_answers_are_kept_whatever_was_loaded_in_between(phone, officer, study, version):
    """The same wording loaded again has other rows; the answers go by item codes."""
    phone.get(SURVEY)
    load_instrument(INSTRUMENT.replace("First", "Other"))
    load_instrument(INSTRUMENT)
    agree(phone)
    fill(phone, Q1=4, Q2=2)
    send(ask("small-pre", officer))

    response = Response.objects.get()
    content = keys_of(study).open(response.sealed, place=f"SMALL|pre|{response.code}")
    assert content["answers"] == [4, 2, -9, -9]


def test_without_keys_nobody_is_told_that_answers_were_deleted(phone, study):
    agree(phone)
    path = key_path(study)
    kept = path.read_bytes()
    path.unlink()

    response = phone.post("/en/my-data/", {"sure": 1}, follow=True)

    assert "could not be deleted" in response.content.decode()
    path.write_bytes(kept)
    assert Draft.objects.exists()
