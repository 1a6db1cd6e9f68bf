from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from tests.factories import (
    CohortFactory,
    EnrolmentFactory,
    ExampleFactory,
    PlaceFactory,
    ServiceFactory,
    ServiceTypeFactory,
    UserFactory,
)
from training.models import Enrolment, Service

pytestmark = pytest.mark.django_db

# What the database refuses of a published entry, with the word that says it.
REFUSED = [
    ({"has_consent": False}, "consent"),
    ({"consent_on": None}, "consent"),
    ({"voluntary": "unknown"}, "voluntary"),
    ({"voluntary": "no"}, "voluntary"),
    ({"last_verified": None}, "verified"),
    ({"verified_by": ""}, "verified"),
    ({"place": None}, "district"),
    ({"name_km": ""}, "languages"),
    ({"name_km": None}, "languages"),
    ({"name_en": ""}, "languages"),
    ({"is_example": True}, "example"),
]


def faults(service):
    with translation.override("en"):
        return service.faults(service.types.all())


@pytest.mark.parametrize(("fields", "word"), REFUSED)
def test_what_the_database_refuses_to_publish_is_said_in_words(fields, word):
    service = ServiceFactory()
    for name, value in fields.items():
        setattr(service, name, value)

    assert word in faults(service)["status"]
    with pytest.raises(IntegrityError), transaction.atomic():
        service.save()

    service.status = "draft"
    assert "status" not in faults(service)


def test_an_entry_that_is_complete_has_no_faults():
    assert faults(ServiceFactory()) == {}
    assert faults(ExampleFactory()) == {}


def test_needles_need_a_licence_that_is_valid_and_every_entry_a_type():
    today = timezone.localdate()
    needles = ServiceFactory(types=[ServiceTypeFactory(code="NSP")])

    assert "licence" in faults(needles)["status"]
    needles.licence = "NACD 12"
    assert faults(needles) == {}
    needles.licence_until = today
    assert faults(needles) == {}
    needles.licence_until = today - timedelta(days=1)
    assert "licence" in faults(needles)["status"]
    assert "a type of service" in faults(ServiceFactory(types=[]))["status"]


def test_a_province_is_not_precise_enough():
    assert "district" in faults(ServiceFactory(place=PlaceFactory(code="17")))["status"]


def test_days_that_cannot_be_are_faults():
    tomorrow = timezone.localdate() + timedelta(days=1)

    assert set(faults(ServiceFactory(last_verified=tomorrow))) == {"last_verified"}
    assert set(faults(ServiceFactory(consent_on=tomorrow))) == {"consent_on"}
    service = ServiceFactory()
    service.next_check = service.last_verified - timedelta(days=1)
    assert set(faults(service)) == {"next_check"}
    with pytest.raises(IntegrityError), transaction.atomic():
        service.save()


def test_the_address_of_the_search_is_no_code():
    assert set(faults(ServiceFactory(code="entries"))) == {"code"}


def test_an_example_has_no_phone_number():
    with pytest.raises(IntegrityError), transaction.atomic():
        ExampleFactory(phone="+85512345678")


@pytest.mark.parametrize(
    ("days", "is_shown", "states"),
    [
        (0, True, []),
        (180, True, []),
        (181, True, ["old"]),
        (365, True, ["old"]),
        (366, False, ["hidden"]),
    ],
)
def test_an_entry_grows_old_and_then_is_hidden(days, is_shown, states):
    verified = timezone.localdate() - timedelta(days=days)
    service = ServiceFactory(last_verified=verified)

    assert Service.objects.shown().exists() == is_shown
    assert service.is_old == (days > 180)
    assert Service.objects.overdue().exists() == (days > 180)
    assert Service.objects.hidden_by_age().exists() == (days > 365)
    assert service.states == states


def test_examples_are_shown_in_pilot_alone(settings):
    example, real = ExampleFactory(), ServiceFactory()

    assert set(Service.objects.shown()) == {example, real}
    settings.PRODUCTION = True
    assert set(Service.objects.shown()) == {real}


@pytest.mark.parametrize("status", ["draft", "hidden"])
def test_what_is_not_published_is_not_shown(status):
    ServiceFactory(status=status)

    assert not Service.objects.shown().exists()


def test_what_an_administrator_should_look_at():
    yesterday = timezone.localdate() - timedelta(days=1)
    late = ServiceFactory(licence_until=yesterday)
    draft = ServiceFactory(has_consent=False, status="draft")
    example = ExampleFactory()

    assert (late.states, draft.states, example.states) == (["licence"], ["consent"], ["example"])
    assert list(Service.objects.without_consent()) == [draft]
    assert list(Service.objects.with_a_licence_that_ran_out()) == [late]


def test_services_of_a_place_and_of_the_places_in_it():
    city, commune = PlaceFactory(code="1710"), PlaceFactory(code="171009")
    here = [ServiceFactory(place=city), ServiceFactory(place=commune)]
    ServiceFactory(place=PlaceFactory(code="0117"))

    assert set(Service.objects.within("17")) == set(here)
    assert list(Service.objects.within(commune)) == here[1:]


def test_a_place_says_what_it_lies_in():
    with translation.override("en"):
        path = PlaceFactory(code="171009").full_path

    assert path == "sangkat Place 171009, Place 1710 city, Place 17 province"


def test_a_person_s_own_province_is_that_of_the_newest_current_cohort():
    somebody = UserFactory()
    assert Enrolment.objects.province_of(somebody) is None
    for code in ("17", "12"):
        cohort = CohortFactory(province=PlaceFactory(code=code))
        enrolment = EnrolmentFactory(learner=somebody, cohort=cohort)
    EnrolmentFactory(learner=somebody)

    assert Enrolment.objects.province_of(somebody).code == "12"
    enrolment.left_on = timezone.localdate()
    enrolment.save()
    assert Enrolment.objects.province_of(somebody).code == "17"
