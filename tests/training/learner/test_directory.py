from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import (
    CohortFactory,
    EnrolmentFactory,
    ExampleFactory,
    PlaceFactory,
    ServiceFactory,
    ServiceTypeFactory,
    UserFactory,
)
from tests.reader import Reader, text
from training.models import ServiceType

pytestmark = pytest.mark.django_db

UNKNOWN = "not verified: ask your focal point"
OTHERWISE = "Names and places of services are shown to people who have signed in"


@pytest.fixture
def officer():
    """An officer of Siem Reap."""
    cohort = CohortFactory(province=PlaceFactory(code="17"))
    return EnrolmentFactory(cohort=cohort).learner


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def names(response):
    return [service.name_en for service in response.context["entries"]]


@pytest.mark.parametrize("language", ["km", "en"])
def test_anybody_reads_what_each_type_is_for(client, language):
    kind = ServiceTypeFactory(code="DIC")

    page = text(client.get(f"/{language}/services/"))

    for name in ("name", "need", "say", "run_by"):
        assert getattr(kind, f"{name}_{language}") in page
    assert {"km": "ស្ម័គ្រចិត្ត", "en": "voluntary"}[language] in page
    assert f'href="/{language}/services/entries/?type=DIC"' in page
    assert f'href="/{language}/sign-in/?next=/{language}/services/"' in page
    assert "<form" not in page.split("<main")[1]


@pytest.mark.parametrize("address", ["services/", "services/entries/?type=T1&province=17"])
def test_nobody_sees_an_entry_without_signing_in(client, address):
    service = ServiceFactory()

    response = client.get(f"/en/{address}")

    page = text(response)
    assert "entries" not in response.context
    assert OTHERWISE in page
    assert service.name_en not in page
    assert service.code not in page


def test_an_entry_leads_whoever_is_not_signed_in_to_the_sign_in(client):
    url = f"/en/services/{ServiceFactory().code}/"

    assert client.get(url).url == f"/en/sign-in/?next={url}"


def test_an_unsigned_type_is_marked_in_pilot_and_hidden_in_production(client, settings):
    ServiceTypeFactory(code="EMG", needs_sign_off=True, to_confirm=True)
    assert "Not yet confirmed" in text(client.get("/en/services/"))
    assert "Not yet confirmed" in text(client.get("/en/services/entries/?type=EMG"))

    settings.PRODUCTION = True

    page = text(client.get("/en/services/"))
    assert "EMG" not in page
    assert "No type of service is confirmed yet." in page
    assert "Rest" not in text(client.get("/en/services/entries/?type=EMG"))
    ServiceType.objects.update(signed_off_by="ចាន់ សុភា", signed_off_on=timezone.localdate())
    page = text(client.get("/en/services/"))
    assert "EMG" in page
    assert "Not yet confirmed" not in page


def test_a_tap_on_a_type_shows_the_services_of_the_own_province(signed_in):
    kind = ServiceTypeFactory()
    here = ServiceFactory(types=[kind])
    ServiceFactory(types=[kind], place=PlaceFactory(code="1201"))
    ServiceFactory()
    reader = Reader(signed_in).open("/en/services/")

    reader.follow(f"?type={kind.code}")

    assert "Place 17 province" in reader.html
    assert here.name_en in reader.html
    assert "In other provinces" in reader.html
    reader.follow("province=12")
    assert "Place 12 capital" in reader.html
    assert here.name_en not in reader.html


def test_the_own_province_is_chosen_already(signed_in):
    ServiceTypeFactory()
    PlaceFactory(code="12")

    page = text(signed_in.get("/en/services/"))

    assert '<option value="17" selected>Place 17 province</option>' in page


def test_services_of_a_type_and_a_province(signed_in):
    kind = ServiceTypeFactory()
    near = ServiceFactory(types=[kind], place=PlaceFactory(code="171009"))
    old = timezone.localdate() - timedelta(days=181)
    ServiceFactory(types=[kind], last_verified=old)
    for fields in (
        {"status": "draft"},
        {"status": "hidden"},
        {"last_verified": timezone.localdate() - timedelta(days=366)},
        {"place": PlaceFactory(code="1201")},
        {"types": []},
    ):
        ServiceFactory(**{"types": [kind], **fields})

    response = signed_in.get("/en/services/entries/", {"type": kind.code, "province": "17"})

    page = text(response)
    assert [service.pk for service in response.context["entries"]] == [near.pk + 1, near.pk]
    assert "sangkat Place 171009" in page
    assert page.count("may be old") == 1
    assert [(place.code, n) for place, n in response.context["elsewhere"]] == [("12", 1)]


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_province_without_services_says_whom_to_ask(signed_in, language):
    kind = ServiceTypeFactory()

    page = text(signed_in.get(f"/{language}/services/entries/?type={kind.code}"))

    assert {"en": "Please ask the focal point", "km": "សូមសួរអ្នកទំនាក់ទំនង"}[language] in page


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"type": "XYZ"}, "Please choose what is needed."),
        ({"type": "", "province": "17"}, "Please choose what is needed."),
        ({"type": "T1", "province": "99"}, "Please choose a province."),
        ({"type": "T1", "province": "1710"}, "Please choose a province."),
        ({"type": "T1", "province": ""}, "Please choose a province."),
        ({"type": "T1", "province": "<script>"}, "Please choose a province."),
    ],
)
def test_what_was_not_chosen_is_asked_again(signed_in, asked, sentence):
    ServiceFactory()

    response = signed_in.get("/en/services/entries/", asked)

    assert sentence in text(response)
    assert "<script>" not in text(response)
    assert "entries" not in response.context


def test_somebody_without_a_cohort_chooses_a_province(client):
    service = ServiceFactory()
    client.force_login(UserFactory())
    kind = service.types.get().code

    asked = client.get("/en/services/entries/", {"type": kind})
    found = client.get("/en/services/entries/", {"type": kind, "province": "17"})

    assert "Please choose a province." in text(asked)
    assert names(found) == [service.name_en]


@pytest.mark.parametrize("language", ["km", "en"])
def test_an_entry_says_everything_that_is_known(signed_in, language):
    service = ServiceFactory(
        place=PlaceFactory(code="171009"),
        phone="+85512345678",
        cost="free",
        confidentiality="confidential",
        min_age=15,
        source_url="https://example.org/a",
        **{
            f"{name}_{end}": f"{name} {end}"
            for name in ("organisation", "address", "focal_role", "opening_hours")
            for end in ("km", "en")
        },
        **{f"confidentiality_note_{end}": f"note {end}" for end in ("km", "en")},
        **{f"how_to_refer_{end}": f"call {end}" for end in ("km", "en")},
        **{f"what_to_bring_{end}": f"nothing {end}" for end in ("km", "en")},
        anonymous_use="yes",
        languages="ខ្មែរ",
        female_staff="no",
        child_friendly="yes",
    )

    page = text(signed_in.get(f"/{language}/services/{service.code}/"))

    for name in ("organisation", "address", "focal_role", "opening_hours", "note", "call"):
        assert f"{name} {language}" in page
    assert getattr(service, f"name_{language}") in page
    assert '<a href="tel:+85512345678" lang="en">012 345 678</a>' in page
    assert {"en": "15 years", "km": "១៥ ឆ្នាំ"}[language] in page
    assert {"en": "sangkat Place 171009, Place 1710 city", "km": "សង្កាត់ខ្មែរ Place"}[
        language
    ] in page
    assert 'href="https://example.org/a"' in page
    assert UNKNOWN not in page
    assert {"km": "ស្ម័គ្រចិត្ត", "en": "voluntary"}[language] in page


def test_what_nobody_verified_says_whom_to_ask_and_no_number_is_made_up(signed_in):
    service = ServiceFactory()

    page = text(signed_in.get(f"/en/services/{service.code}/"))

    assert page.count(UNKNOWN) == 14  # all but the place and the day of verification
    assert "tel:" not in page


def test_a_short_number_stands_as_it_is(signed_in):
    service = ServiceFactory(phone="115")

    page = text(signed_in.get(f"/en/services/{service.code}/"))

    assert '<a href="tel:115" lang="en">115</a>' in page


def test_licence_consent_and_who_verified_are_never_shown(signed_in):
    service = ServiceFactory(
        licence="SECRET-LICENCE", licence_until="2099-01-31", verified_by="SECRET-PERSON"
    )

    for address in (service.code, f"entries/?type={service.types.get().code}"):
        page = text(signed_in.get(f"/en/services/{address}{'' if '?' in address else '/'}"))
        assert "SECRET" not in page
        assert "2099" not in page


def test_an_entry_that_is_not_published_is_not_found(signed_in):
    days = timezone.localdate() - timedelta(days=366)
    for fields in ({"status": "draft"}, {"status": "hidden"}, {"last_verified": days}):
        url = f"/en/services/{ServiceFactory(**fields).code}/"
        assert signed_in.get(url).status_code == 404


def test_an_old_entry_says_so(signed_in):
    service = ServiceFactory(last_verified=timezone.localdate() - timedelta(days=200))

    assert "The information may be old" in text(signed_in.get(f"/en/services/{service.code}/"))


def test_examples_stand_under_a_banner_in_pilot_and_nowhere_in_production(signed_in, settings):
    kind = ServiceTypeFactory()
    example = ExampleFactory(types=[kind])
    pages = [f"/en/services/entries/?type={kind.code}", f"/en/services/{example.code}/"]

    for page in pages:
        assert "EXAMPLE – replace before use" in text(signed_in.get(page))
        assert example.name_en in text(signed_in.get(page))

    settings.PRODUCTION = True
    assert example.name_en not in text(signed_in.get(pages[0]))
    assert "EXAMPLE" not in text(signed_in.get(pages[0]))
    assert signed_in.get(pages[1]).status_code == 404


def test_a_type_that_waits_for_its_signature_is_not_named_at_an_entry(signed_in, settings):
    settings.PRODUCTION = True
    kind = ServiceTypeFactory(code="WAITS", needs_sign_off=True)
    service = ServiceFactory(types=[kind, ServiceTypeFactory(code="STANDS")])

    page = text(signed_in.get(f"/en/services/{service.code}/"))

    assert ("STANDS" in page, "WAITS" in page) == (True, False)


@pytest.mark.parametrize("n", [1, 4])
def test_pages_cost_the_same_however_many_services(client, officer, django_assert_num_queries, n):
    kind = ServiceTypeFactory()
    for number in range(n):
        ServiceTypeFactory()
        ServiceFactory(types=[kind], place=PlaceFactory(code=f"17{10 + number}"))
        ServiceFactory(types=[kind], place=PlaceFactory(code=f"{18 + number}01"))
        ExampleFactory(types=[kind])
    entry = ServiceFactory(types=list(ServiceType.objects.all()))
    url = f"/en/services/entries/?type={kind.code}"

    with django_assert_num_queries(2):  # types, their sources
        client.get("/en/services/")
    with django_assert_num_queries(2):  # the type, its sources
        client.get(url)
    client.force_login(officer)
    client.get(url)
    with django_assert_num_queries(8):
        # session, person, roles, own province; types, their sources; choices: types, provinces
        client.get("/en/services/")
    with django_assert_num_queries(13):
        # session, person, roles, own province; type, province; the type's sources; entries,
        # examples; elsewhere: counts, provinces; choices: types, provinces
        client.get(url)
    with django_assert_num_queries(5):  # session, person, roles; entry with places, its types
        client.get(f"/en/services/{entry.code}/")
