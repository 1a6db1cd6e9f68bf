import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from quizzes.actions import responses
from quizzes.actions.responses import ClosedError, agree, as_array, ask, save_page, send, withdraw
from quizzes.actions.studies import add_cohort, close_wave
from quizzes.models import CohortWave, Draft, InstrumentVersion, Quarantine, Response
from quizzes.models.instruments import NOT_ANSWERED, NOT_ASKED, PREFER_NOT
from tests.quizzes.conftest import officers
from training.actions.enrolment import join
from training.actions.people import change_password
from training.models import Cohort

pytestmark = pytest.mark.django_db


def begin(user, slug="small-pre"):
    asked = ask(slug, user)
    agree(asked, consent_version=1, language="km")
    return asked


def save(asked, values, *, number=1, uid=None, is_done=True, session="s1", language="km"):
    return save_page(
        asked,
        number,
        values,
        uid=uid or str(uuid.uuid4()),
        session=session,
        language=language,
        is_done=is_done,
    )


def opened(response, asked):
    return asked.keys.open(response.sealed, place=asked.place)


def test_sent_answers_are_one_sealed_array_in_item_order(officer):
    asked = begin(officer)
    save(asked, {"Q1": 4, "Q2": PREFER_NOT})
    save(asked, {"K1": 1}, number=2)

    assert send(asked)

    response = Response.objects.get()
    content = opened(response, asked)
    assert content["answers"] == [4, PREFER_NOT, 1, NOT_ANSWERED]
    assert content["consent"] == {"version": 1, "language": "km"}
    assert (response.language, response.mode) == ("km", "web")
    assert not Draft.objects.exists()


def test_an_item_that_was_not_asked_is_stored_so(version):
    stored = as_array(version, ["Q1", "Q2", "K1"], {"Q2": 3})

    assert stored == [NOT_ANSWERED, 3, NOT_ANSWERED, NOT_ASKED]


@pytest.mark.parametrize("answers", [{"Q1": 6}, {"Q1": 0}, {"Q1": -7}, {"NO": 1}])
def test_a_value_outside_the_options_is_refused(version, answers):
    with pytest.raises(ValueError, match=r"Q1|NO"):
        as_array(version, ["Q1", "Q2", "K1", "D1"], answers)


def test_the_same_page_twice_changes_nothing(officer):
    asked = begin(officer)
    uid = str(uuid.uuid4())

    save(asked, {"Q1": 4}, uid=uid)
    save(asked, {"Q1": 1}, uid=uid)

    assert asked.draft().answers == {"Q1": 4}


def test_pages_merge_item_by_item(officer):
    asked = begin(officer)

    save(asked, {"Q1": 4})
    save(asked, {"Q2": 2})

    assert asked.draft().answers == {"Q1": 4, "Q2": 2}


def test_sending_twice_makes_one_response(officer):
    asked = begin(officer)
    save(asked, {"Q1": 4})

    assert send(asked)
    assert send(asked)

    assert Response.objects.count() == 1


def test_without_agreeing_nothing_is_stored(officer):
    asked = ask("small-pre", officer)

    assert save(asked, {"Q1": 4}) is False
    assert send(asked) is False

    assert not Response.objects.exists()
    assert not Quarantine.objects.exists()


def test_a_page_after_sending_goes_to_quarantine(officer):
    asked = begin(officer)
    save(asked, {"Q1": 4})
    send(asked)

    assert save(asked, {"Q1": 1}) is False

    assert opened(Response.objects.get(), asked)["answers"][0] == 4
    assert Quarantine.objects.get().arrived_on == timezone.localdate()


def test_closing_deletes_what_was_not_sent_and_takes_no_more(officer):
    asked = begin(officer)
    save(asked, {"Q1": 4})

    close_wave(asked.cohort_wave)

    assert not Draft.objects.exists()
    assert save(asked, {"Q1": 5}) is False
    assert Quarantine.objects.count() == 1
    with pytest.raises(ClosedError):
        send(asked)


def test_a_follow_up_takes_nothing_before_its_day(officer):
    asked = ask("small-post", officer)
    CohortWave.objects.filter(pk=asked.cohort_wave.pk).update(
        opens_on=timezone.localdate() + timedelta(days=1)
    )

    with pytest.raises(ClosedError):
        agree(asked, consent_version=1, language="km")


def test_withdrawing_deletes_open_waves_and_leaves_closed_ones(officer):
    before, after = begin(officer), begin(officer, "small-post")
    send(before)
    send(after)
    close_wave(before.cohort_wave)

    withdraw(officer)

    assert [row.wave.name for row in Response.objects.all()] == ["pre"]


def test_forgetting_drafts_leaves_what_was_sent(officer):
    send(begin(officer))
    begin(officer, "small-post")

    responses.forget_drafts(officer)

    assert Response.objects.count() == 1
    assert not Draft.objects.exists()


def test_one_person_is_one_participant_in_every_cohort_of_a_study(study, officer):
    first = begin(officer)
    send(first)
    other = Cohort.objects.create(name="Second", ends_on=timezone.localdate())
    add_cohort(study, other)
    join(other, officer)

    again = ask("small-post", officer)

    assert again.code == first.code
    assert again.cohort_wave.study_cohort == first.cohort_wave.study_cohort


def test_the_database_refuses_a_second_response_of_a_participant(officer):
    asked = begin(officer)
    send(asked)
    response = Response.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.create(
            wave=response.wave,
            cohort_wave=response.cohort_wave,
            code=response.code,
            version=response.version,
            language="km",
            sealed=b"",
        )


def test_the_first_answer_freezes_the_version(version, officer):
    send(begin(officer))

    assert InstrumentVersion.objects.get().frozen_on == timezone.localdate()


def test_a_new_password_keeps_the_code(officer):
    code = ask("small-pre", officer).code

    change_password(officer, "another one 99")

    assert ask("small-pre", officer).code == code


def test_the_language_of_most_pages_is_the_response_s(officer):
    asked = begin(officer)
    save(asked, {"Q1": 4}, language="en")
    save(asked, {"K1": 1}, number=2, language="en")
    save(asked, {"D1": 1}, number=3, language="km")

    send(asked)

    assert Response.objects.get().language == "en"


def test_nobody_outside_the_cohort_is_asked(cohort):
    stranger = officers(Cohort.objects.create(name="Other", ends_on=timezone.localdate()), 1)[0]

    assert ask("small-pre", stranger) is None
