import pytest
from django.template.loader import render_to_string

from tests.factories import (
    CohortFactory,
    EnrolmentFactory,
    LessonFactory,
    ModuleFactory,
    UserFactory,
)
from training.models import Certificate, Role

pytestmark = pytest.mark.django_db

ADDRESSES = ["", "about/", "privacy/", "help/", "course/", "join/", "sign-in/", "sign-in/code/"]


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_anybody_reads_the_open_pages_in_both_languages(client, language, address):
    response = client.get(f"/{language}/{address}")

    other = {"km": "en", "en": "km"}[language]
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}">' in page
    assert f'<a href="/{other}/{address}" lang="{other}" hreflang="{other}">' in page
    assert "<script" not in page
    assert " style=" not in page


def test_the_language_link_keeps_what_was_asked(client):
    page = client.get("/km/sign-in/?next=/km/way/").content.decode()

    assert 'href="/en/sign-in/?next=/km/way/"' in page


@pytest.mark.parametrize(
    ("role", "start"),
    [
        (Role.OFFICER, "/km/way/"),
        (Role.TRAINER, "/km/trainer/"),
        (Role.EVALUATOR, "/km/evaluation/"),
        (Role.EDITOR, "/km/admin/"),
        (Role.ADMINISTRATOR, "/km/admin/"),
    ],
)
def test_each_role_has_its_start(client, role, start):
    client.force_login(UserFactory(roles=[role]))

    response = client.get("/km/")

    assert (response.status_code, response.url) == (302, start)


def test_an_officer_who_also_trains_starts_on_the_way(client):
    client.force_login(UserFactory(roles=[Role.TRAINER, Role.OFFICER]))

    assert client.get("/en/").url == "/en/way/"


def test_somebody_without_a_role_sees_the_start_page(client):
    client.force_login(UserFactory(roles=[]))

    response = client.get("/en/")

    assert response.status_code == 200
    assert 'name="code"' in response.content.decode()


@pytest.mark.parametrize("n_lessons", [1, 3])
def test_start_shows_the_course_in_one_query(client, django_assert_num_queries, n_lessons):
    module = ModuleFactory()
    lessons = [LessonFactory(module=module) for _ in range(n_lessons)]
    LessonFactory(module=module, status="draft")

    with django_assert_num_queries(1):  # lessons with their modules
        response = client.get("/en/")

    assert response.context["outline"] == [
        {"module": module, "lessons": lessons, "minutes": 6 * n_lessons}
    ]


def test_start_shows_modules_as_arches_once_there_are_several(client):
    for _ in range(2):
        LessonFactory()

    page = client.get("/en/").content.decode()

    assert page.count('href="#arch"') == 2
    assert "1 lesson · 6 minutes" in page


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_certificate_is_known_by_its_number(client, django_assert_num_queries, language):
    LessonFactory()
    enrolment = EnrolmentFactory(cohort=CohortFactory())
    certificate = Certificate.objects.create(
        enrolment=enrolment, name_km="ចាន់ សុភា", name_latin="CHAN Sophea", modules=1, lessons=1
    )

    with django_assert_num_queries(1):  # the certificate with its enrolment
        response = client.get(f"/{language}/certificates/{certificate.code.lower()}/")

    page = response.content.decode()
    assert response.status_code == 200
    assert "ចាន់ សុភា" in page
    assert "CHAN Sophea" in page
    assert ("១" if language == "km" else "modules: 1, lessons: 1") in page
    assert "not a real person" not in page


def test_a_simulated_certificate_says_so(client):
    enrolment = EnrolmentFactory(cohort=CohortFactory(origin="simulated", starts_on="2026-01-01"))
    certificate = Certificate.objects.create(
        enrolment=enrolment, name_km="ចាន់ សុភា", modules=1, lessons=1
    )

    page = client.get(f"/en/certificates/{certificate.code}/").content.decode()

    assert "Simulated: this is not a real person." in page


def test_a_withdrawn_certificate_is_not_valid_and_names_nobody(client):
    certificate = Certificate.objects.create(
        enrolment=EnrolmentFactory(),
        name_km="ចាន់ សុភា",
        modules=1,
        lessons=1,
        revoked_on="2026-03-01",
    )

    page = client.get(f"/en/certificates/{certificate.code}/").content.decode()

    assert "This certificate is no longer valid" in page
    assert "1 March 2026" in page
    assert "ចាន់ សុភា" not in page


def test_an_unknown_certificate_is_a_sentence(client):
    response = client.get("/en/certificates/SPN-AAAA-BBBB/")

    assert response.status_code == 404
    assert "There is no certificate with this number" in response.content.decode()


@pytest.mark.parametrize("typed", ["SPN-7K4M-PX29", "spn 7k4m px29", "spn៧k4mpx២៩"])
def test_a_certificate_s_number_is_read_however_it_is_typed(client, typed):
    response = client.get("/en/certificates/", {"number": typed})

    assert response.headers["Location"] == "/en/certificates/SPN-7K4M-PX29/"


@pytest.mark.parametrize("typed", ["", "x", "SPN-7K4M-PX2", "<script>"])
def test_what_is_no_certificate_number_is_a_sentence(client, typed):
    page = client.get("/en/certificates/", {"number": typed}).content.decode()

    assert 'role="alert"' in page
    assert "<script>" not in page


@pytest.mark.parametrize("language", ["km", "en"])
def test_an_address_that_is_not_there_leads_back(client, language):
    response = client.get(f"/{language}/nothing/here/")

    page = response.content.decode()
    assert response.status_code == 404
    assert f'href="/{language}/"' in page
    assert f'<html lang="{language}">' in page


def test_the_error_page_needs_no_request():
    page = render_to_string("error.html", {"title": "Broken", "text": "Wait."})

    assert "Broken" in page
    assert 'href="/km/"' in page


def test_pages_of_a_signed_in_person_show_who_it_is_and_are_kept_nowhere(client):
    user = UserFactory()
    client.force_login(user)

    response = client.get("/en/help/")

    assert user.name_km in response.content.decode()
    assert 'action="/en/sign-out/"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_only_the_links_of_ones_roles_stand_in_the_header(client):
    client.force_login(UserFactory(roles=[Role.EVALUATOR]))

    header = client.get("/en/help/").content.decode().split("</header>")[0]

    assert 'href="/en/evaluation/"' in header
    assert 'href="/en/way/"' not in header
    assert 'href="/en/trainer/"' not in header
    assert 'href="/en/admin/"' not in header


def test_the_pilot_says_so_and_production_does_not(client, settings):
    assert "Pilot:" in client.get("/en/help/").content.decode()

    settings.PRODUCTION = True

    assert "Pilot:" not in client.get("/en/help/").content.decode()


def test_privacy_names_the_keeper_and_the_smallest_group(client, settings):
    settings.DATA_KEEPER, settings.MIN_GROUP = "KHANA, 012 345 678", 12

    page = client.get("/en/privacy/").content.decode()

    assert "The data keeper answers: KHANA, 012 345 678" in page
    assert "groups of 12 people or more" in page
