"""Joining: what is typed wrong gets a sentence, and nobody is made twice."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override

from tests.factories import CohortFactory, EnrolmentFactory, LessonFactory, UserFactory
from training.models import Enrolment, Role, User

pytestmark = pytest.mark.django_db

GIVEN = {"family_name_km": "ចាន់", "given_name_km": "សុភា", "password": "ផ្លូវល្អ១២៣"}


@pytest.fixture
def cohort():
    LessonFactory()
    return CohortFactory(name="ជំនាន់ទី១", join_code="K7M2PQ")


def form_of(client, address="/en/join/K7M2PQ/"):
    html = client.get(address).content.decode()
    return {**GIVEN, "join_key": re.search('name="join_key" value="([^"]+)"', html)[1]}


@pytest.mark.parametrize("typed", ["K7M2PQ", "k7m2pq", " k7-m2 pq ", "K៧M២PQ", "k7m2pq\u200b"])
def test_a_code_is_read_however_it_is_typed(client, cohort, typed):
    response = client.post("/en/join/", {"code": typed})

    assert response.headers["Location"] == "/en/join/K7M2PQ/"


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize("code", ["XXXXXX", "K7M2P", "' OR 1=1", "ជំនាន់"])
def test_a_wrong_code_is_a_sentence_and_the_field_again(client, cohort, language, code):
    with override(language):
        sentence = gettext(
            "No cohort has this code. Please compare it with the paper from the trainer."
        )
    typed = client.post(f"/{language}/join/", {"code": code}).content.decode()
    opened = client.get(f"/{language}/join/WRONG1/")

    assert sentence in typed
    assert 'name="code"' in typed
    assert opened.status_code == 404
    assert sentence in opened.content.decode()


def test_joining_makes_account_enrolment_and_a_code_to_write_down(client, cohort):
    response = client.post("/en/join/K7M2PQ/", form_of(client), follow=True)

    user = User.objects.get()
    assert response.redirect_chain[-1][0] == "/en/welcome/"
    assert user.code in response.content.decode()
    assert user.roles == {Role.OFFICER}
    assert user.enrolments.get().cohort == cohort
    assert user.check_password("ផ្លូវល្អ123")
    assert client.get("/en/way/").status_code == 200


def test_a_form_sent_twice_is_one_person_who_is_signed_in(cohort):
    first = Client()
    sent = form_of(first)

    pages = [client.post("/en/join/K7M2PQ/", sent, follow=True) for client in (first, Client())]

    assert User.objects.count() == Enrolment.objects.count() == 1
    assert [page.redirect_chain[-1][0] for page in pages] == ["/en/welcome/"] * 2


def test_a_form_sent_again_with_another_password_opens_nothing(cohort):
    sent = form_of(Client())
    Client().post("/en/join/K7M2PQ/", sent)
    other = Client()

    page = other.post("/en/join/K7M2PQ/", {**sent, "password": "អ្នកផ្សេង៩៩៩"}).content.decode()

    assert "This form was sent before, and the account is made. Please sign in." in page
    assert User.objects.count() == 1
    assert "_auth_user_id" not in other.session


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("family_name_km", "", "This field is required."),
        ("family_name_km", "Chan", "Please write this name in Khmer letters."),
        ("given_name_km", "\u200b", "Please write this name in Khmer letters."),
        ("family_name_latin", "ចាន់", "Please write this name in Latin letters: A to Z."),
        ("given_name_latin", "x1", "Please write this name in Latin letters: A to Z."),
        ("phone", "12", "This is not a Cambodian phone number."),
        ("phone", "០១២ ៣៤៥ ៦៧៨", "Another account has this phone number already."),
        ("password", "ខ្លី", "This password is too short."),
        ("password", "១២៣៤៥៦៧៨", "This password is too common."),
        ("password", "ចាន់សុភា១", "The password is too similar to the name"),
        ("password", "a" * 201, "at most 200 characters"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(client, cohort, field, value, sentence):
    UserFactory(phone="+85512345678")

    page = client.post("/en/join/K7M2PQ/", form_of(client) | {field: value}).content.decode()

    assert sentence in page
    assert f'id="id_{field}_error"' in page
    assert User.objects.count() == 1
    kept = "given_name_km" if field != "given_name_km" else "family_name_km"
    assert f'value="{GIVEN[kept]}"' in page


@pytest.mark.parametrize("join_key", ["", "x", str(uuid.UUID(int=5))])
def test_a_broken_key_makes_no_second_person(client, cohort, join_key):
    sent = form_of(client) | {"join_key": join_key}

    for _ in range(2):
        client.post("/en/join/K7M2PQ/", sent)
        client.logout()

    assert User.objects.count() == int(join_key.endswith("5"))


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_closed_cohort_says_so_and_takes_nobody(client, cohort, language):
    sent = form_of(client)
    cohort.closed_on = timezone.localdate()
    cohort.save()

    opened = client.get(f"/{language}/join/K7M2PQ/")
    posted = client.post(f"/{language}/join/K7M2PQ/", sent)

    assert opened.status_code == posted.status_code == 409
    assert cohort.name in opened.content.decode()
    assert not User.objects.exists()


def test_joining_is_open_until_its_last_day_comes(client, cohort):
    cohort.closed_on = timezone.localdate() + timedelta(days=1)
    cohort.save()

    client.post("/en/join/K7M2PQ/", form_of(client))

    assert User.objects.count() == 1


def test_somebody_signed_in_joins_with_one_button(client, cohort):
    officer = UserFactory()
    client.force_login(officer)

    page = client.get("/en/join/K7M2PQ/").content.decode()
    assert officer.name_km in page
    assert "another role" not in page
    response = client.post("/en/join/K7M2PQ/")

    enrolment = officer.enrolments.get()
    assert response.headers["Location"] == f"/en/way/{enrolment.pk}/"
    assert client.get("/en/join/K7M2PQ/").headers["Location"] == f"/en/way/{enrolment.pk}/"
    client.post("/en/join/K7M2PQ/")
    assert officer.enrolments.count() == 1


def test_who_holds_another_role_is_warned_before_joining(client, cohort):
    client.force_login(UserFactory(roles=[Role.TRAINER]))

    assert "holds another role" in client.get("/en/join/K7M2PQ/").content.decode()


def test_who_is_in_a_closed_cohort_still_finds_the_way(client, cohort):
    enrolment = EnrolmentFactory(cohort=cohort)
    cohort.closed_on = timezone.localdate()
    cohort.save()
    client.force_login(enrolment.learner)

    assert client.get("/en/join/K7M2PQ/").headers["Location"] == f"/en/way/{enrolment.pk}/"
