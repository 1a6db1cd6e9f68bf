"""Signing in and out, forgotten passwords, one's own details."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from tests.factories import PASSWORD, EnrolmentFactory, LessonFactory, UserFactory
from training.actions.people import end_sessions, make_one_time_code
from training.models import OneTimeCode, Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    LessonFactory()
    return EnrolmentFactory(learner=UserFactory(code="K7M2PQ", phone="+85512345678")).learner


def sign_in(client, username="K7M2PQ", password=PASSWORD, **more):
    return client.post("/en/sign-in/", {"username": username, "password": password, **more})


def is_signed_in(client):
    return client.get("/en/way/").status_code == 200


@pytest.mark.parametrize(
    "username", ["K7M2PQ", "k7m2pq", "K៧M២PQ", "012345678", "០១២ ៣៤៥ ៦៧៨", "+855 12 345 678"]
)
def test_code_or_phone_number_open_the_account(client, officer, username):
    response = sign_in(client, username)

    assert response.headers["Location"] == "/en/"
    assert is_signed_in(client)


def test_a_password_takes_digits_of_both_scripts(client, officer):
    sign_in(client, password=PASSWORD.replace("123456", "១២៣៤៥៦"))

    assert is_signed_in(client)


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize(("username", "password"), [("K7M2PQ", "wrong"), ("NOBODY", PASSWORD)])
def test_who_exists_is_not_told(client, officer, language, username, password):
    page = client.post(
        f"/{language}/sign-in/", {"username": username, "password": password}
    ).content.decode()

    words = {
        "en": "Code or phone number and password do not fit together.",
        "km": "មិនត្រូវគ្នា",
    }
    assert words[language] in page
    assert not is_signed_in(client)


def test_five_wrong_tries_lock_this_person_at_this_address_only(client, officer, settings):
    settings.AXES_ENABLED = True
    other = UserFactory(code="ZZZZZZ")
    for _ in range(5):
        last = sign_in(client, password="wrong")

    assert last.status_code == 429
    assert "Please wait 15 minutes" in last.content.decode()
    assert sign_in(client).status_code == 429
    assert sign_in(Client(), "ZZZZZZ").status_code == 302
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302
    assert not AccessAttempt.objects.filter(username=other.code).exists()


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/", "javascript:x"])
def test_signing_in_leads_nowhere_else(client, officer, address):
    assert sign_in(client, next=address).headers["Location"] == "/en/"


def test_signing_in_leads_to_what_was_asked_for(client, officer):
    asked = client.get("/en/account/").headers["Location"]

    assert asked == "/en/sign-in/?next=/en/account/"
    assert sign_in(client, next="/en/account/").headers["Location"] == "/en/account/"


@pytest.mark.parametrize(("own_phone", "days"), [("", 0), ("on", 29)])
def test_a_shared_computer_signs_out_an_own_phone_stays(client, officer, own_phone, days):
    with time_machine.travel("2026-11-24 09:00+07:00", tick=False) as clock:
        sign_in(client, own_phone=own_phone)
        clock.shift(timedelta(minutes=9, days=days))
        assert is_signed_in(client)
        clock.shift(timedelta(minutes=11))
        assert is_signed_in(client) == bool(own_phone)


def test_signing_out_ends_the_session(client, officer):
    sign_in(client)

    client.get("/en/sign-out/")
    assert is_signed_in(client)
    client.post("/en/sign-out/")

    assert not is_signed_in(client)


def test_sessions_end_everywhere_and_for_good(officer):
    one, other, stranger = Client(), Client(), Client()
    for client in (one, other):
        client.force_login(officer)
    stranger.force_login(EnrolmentFactory().learner)

    end_sessions(officer)

    assert [is_signed_in(client) for client in (one, other, stranger)] == [False, False, True]


def test_a_one_time_code_opens_only_the_choice_of_a_password(client, officer):
    code = make_one_time_code(officer, by=UserFactory(roles=[Role.TRAINER]))

    response = client.post("/en/sign-in/code/", {"username": "k7m2pq", "code": code.lower()})
    assert response.headers["Location"] == "/en/new-password/"
    assert not is_signed_in(client)
    client.post("/en/new-password/", {"password": "ថ្មីណាស់១២៣"})

    officer.refresh_from_db()
    assert officer.check_password("ថ្មីណាស់123")
    assert is_signed_in(client)
    assert not OneTimeCode.objects.exists()


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize("why", ["wrong", "late", "spent", "switched off", "unknown"])
def test_a_code_that_does_not_fit_is_a_sentence(client, officer, language, why):
    code = make_one_time_code(officer, by=UserFactory(roles=[Role.TRAINER]))
    if why == "late":
        OneTimeCode.objects.update(expires_at=timezone.now())
    if why == "spent":
        OneTimeCode.objects.all().delete()
    if why == "switched off":
        User.objects.filter(pk=officer.pk).update(is_active=False)
    given = {
        "username": "NOBODY" if why == "unknown" else "K7M2PQ",
        "code": "AAAAAAAA" if why == "wrong" else code,
    }

    page = client.post(f"/{language}/sign-in/code/", given).content.decode()

    assert ("it works once, within a day" in page) == (language == "en")
    assert 'role="alert"' in page


def test_five_wrong_codes_end_the_code(client, officer):
    code = make_one_time_code(officer, by=UserFactory(roles=[Role.TRAINER]))
    for _ in range(5):
        client.post("/en/sign-in/code/", {"username": "K7M2PQ", "code": "AAAAAAAA"})

    page = client.post("/en/sign-in/code/", {"username": "K7M2PQ", "code": code})

    assert page.status_code == 200


def test_details_are_changed_by_their_owner(client, officer):
    client.force_login(officer)
    given = {
        "family_name_km": "ចាន់",
        "given_name_km": "សុភាព",
        "family_name_latin": "Chan",
        "given_name_latin": "Sopheap",
        "phone": "០៩៨៧៦៥៤៣២",
    }

    page = client.post("/en/account/", given, follow=True).content.decode()

    officer.refresh_from_db()
    assert "The changes are saved." in page
    assert officer.name_km == "ចាន់ សុភាព"
    assert officer.name_latin == "CHAN Sopheap"
    assert officer.phone == "+85598765432"


def test_the_password_is_changed_with_the_old_one(client, officer):
    other = Client()
    for one in (client, other):
        one.force_login(officer)

    wrong = client.post("/en/account/password/", {"old_password": "no", "password": "ថ្មីណាស់១២៣"})
    assert "This is not the password until now." in wrong.content.decode()
    client.post("/en/account/password/", {"old_password": PASSWORD, "password": "ថ្មីណាស់១២៣"})

    officer.refresh_from_db()
    assert officer.check_password("ថ្មីណាស់123")
    assert is_signed_in(client)
    assert not is_signed_in(other)
