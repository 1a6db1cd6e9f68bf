from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import (
    CohortFactory,
    EnrolmentFactory,
    ExampleFactory,
    LessonFactory,
    PlaceFactory,
    ServiceFactory,
    ServiceTypeFactory,
    SituationFactory,
    UserFactory,
)
from tests.reader import Reader, Tree, text
from training.models import Role, Situation

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    """An officer of Siem Reap."""
    cohort = CohortFactory(province=PlaceFactory(code="17"))
    return EnrolmentFactory(cohort=cohort).learner


@pytest.mark.parametrize("roles", [None, [Role.OFFICER], list(Role)])
def test_a_situation_opens_in_two_taps_from_any_page(client, roles):
    situation = SituationFactory()
    if roles:
        client.force_login(UserFactory(roles=roles))

    for page in ("/en/help/", "/en/course/", "/en/sign-in/code/", "/en/no-such-page/"):
        header = client.get(page).content.decode().split("</header>")[0]
        assert 'href="/en/now/"' in header

    reader = Reader(client).open("/en/now/")
    reader.follow(situation.code)
    assert reader.title == situation.title_en


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_situation_says_what_to_do_and_who_helps(client, language):
    kind = ServiceTypeFactory(code="EMG")
    situation = SituationFactory(services=[kind])
    lesson = LessonFactory()
    situation.lessons.add(lesson)

    page = text(client.get(f"/{language}/now/{situation.code}/"))

    for name in ("title", "signs", "never"):
        assert getattr(situation, f"{name}_{language}") in page
    steps = [getattr(step, f"text_{language}") for step in situation.steps.all()]
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert getattr(kind, f"name_{language}") in page
    assert f'href="/{language}/services/entries/?type=EMG"' in page
    assert f'href="/{language}/course/{lesson.code}/"' in page
    assert f'href="/{language}/sign-in/?next=/{language}/now/{situation.code}/"' in page
    assert {"km": "ស្ម័គ្រចិត្ត", "en": "voluntary"}[language] in page


def test_the_services_of_the_own_province_stand_below_the_steps(client, officer):
    kind = ServiceTypeFactory()
    situation = SituationFactory(services=[kind, ServiceTypeFactory()])
    near = ServiceFactory(types=list(situation.services.values_list("type", flat=True)))
    far = ServiceFactory(types=[kind], place=PlaceFactory(code="1201"))
    other = ServiceFactory()
    days = timezone.localdate() - timedelta(days=366)
    old = ServiceFactory(types=[kind], last_verified=days)
    example = ExampleFactory(types=[kind])
    url = f"/en/now/{situation.code}/"
    assert near.name_en not in text(client.get(url))

    client.force_login(officer)
    page = text(client.get(url))

    assert page.count(near.name_en) == 1  # though it is of both types
    assert "Place 17 province" in page
    assert "EXAMPLE – replace before use" in page
    assert example.name_en in page
    for hidden in (far, other, old):
        assert hidden.name_en not in page


def test_a_province_without_services_says_whom_to_ask(client, officer):
    situation = SituationFactory(services=[ServiceTypeFactory()])
    client.force_login(officer)

    page = text(client.get(f"/en/now/{situation.code}/"))

    assert "No service of these types is entered for this province yet." in page


def test_whoever_has_no_province_sees_the_types(client):
    situation = SituationFactory(services=[ServiceTypeFactory(code="EMG")])
    service = ServiceFactory(types=[situation.services.get().type])
    client.force_login(UserFactory())

    page = text(client.get(f"/en/now/{situation.code}/"))

    assert "EMG" in page
    assert service.name_en not in page
    assert "is entered for this province" not in page


def test_an_unsigned_situation_is_marked_in_pilot_and_hidden_in_production(client, settings):
    waits = SituationFactory(needs_sign_off=True, to_confirm=True)
    url = f"/en/now/{waits.code}/"
    assert "Not yet confirmed" in text(client.get(url))

    settings.PRODUCTION = True

    assert client.get(url).status_code == 404
    for page in ("/en/now/", "/en/now/card/"):
        assert "No situation is confirmed yet." in text(client.get(page))
        assert waits.title_en not in text(client.get(page))
    Situation.objects.update(signed_off_by="ចាន់ សុភា", signed_off_on=timezone.localdate())
    assert "Not yet confirmed" not in text(client.get(url))
    assert waits.title_en in text(client.get("/en/now/"))


def test_in_production_types_and_lessons_that_wait_are_left_out(client, settings):
    settings.PRODUCTION = True
    waits = ServiceTypeFactory(code="WAITS", needs_sign_off=True)
    situation = SituationFactory(services=[waits, ServiceTypeFactory(code="STANDS")])
    lesson = LessonFactory(needs_sign_off=True)
    situation.lessons.add(lesson)

    page = text(client.get(f"/en/now/{situation.code}/"))

    assert ("STANDS" in page, "WAITS" in page, lesson.title_en in page) == (True, False, False)


def test_an_unknown_situation_is_not_found(client):
    assert client.get("/en/now/nothing/").status_code == 404


@pytest.mark.parametrize("language", ["km", "en"])
def test_cards_are_in_khmer_and_hold_title_and_steps(client, language):
    situation = SituationFactory()
    SituationFactory()

    page = Tree(text(client.get(f"/{language}/now/card/"))).root
    cards = list(page.find_all("article"))
    one = list(
        Tree(text(client.get(f"/{language}/now/{situation.code}/"))).root.find_all("article")
    )

    assert len(cards) == 2
    assert len(one) == 1
    assert {card.attrs["lang"] for card in cards} == {"km"}
    for said in (situation.title_km, *(step.text_km for step in situation.steps.all())):
        assert said in cards[0].text
        assert said in one[0].text
    assert "Step" not in cards[0].text.replace("ខ្មែរ Step", "")


def test_nothing_is_stored_of_who_looks(client, officer, django_assert_num_queries):
    situation = SituationFactory()
    client.force_login(officer)
    client.get("/en/now/")

    with django_assert_num_queries(9) as queries:
        client.get(f"/en/now/{situation.code}/")

    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


@pytest.mark.parametrize("n", [1, 4])
def test_pages_cost_the_same_however_many_situations(client, officer, django_assert_num_queries, n):
    types = [ServiceTypeFactory() for _ in range(n)]
    situation = SituationFactory(services=types)
    for kind in types:
        SituationFactory()
        ServiceFactory(types=[kind])
        ExampleFactory(types=[kind])
        situation.lessons.add(LessonFactory())
    url = f"/en/now/{situation.code}/"

    with django_assert_num_queries(1):
        client.get("/en/now/")
    with django_assert_num_queries(2):  # situations, their steps
        client.get("/en/now/card/")
    with django_assert_num_queries(5):  # situation, its steps, sources, services, lessons
        client.get(url)
    client.force_login(officer)
    client.get(url)
    with django_assert_num_queries(11):
        # session, person, roles; the five; own province; entries, examples
        client.get(url)
