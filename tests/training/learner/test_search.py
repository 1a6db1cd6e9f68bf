import pytest
from django.urls import reverse
from django.utils import translation

from tests.factories import LessonFactory, UserFactory
from tests.reader import Reader, text
from tests.training.reference import add_service, add_situation, add_term, add_type
from training.actions.search import index_all
from training.models import Screen

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson():
    lesson = LessonFactory()
    Screen.objects.filter(lesson=lesson, position=2).update(
        html_en="<p>" + "Before. " * 30 + "Use <strong>tongs</strong>." + " After." * 30 + "</p>",
        html_km="<p>សូមប្រើដង្កៀបដែក</p>",
    )
    index_all()
    return lesson


def search(client, question, language="en"):
    response = client.get(f"/{language}/search/", {"q": question})
    return Reader(client).read(response)


def results(page):
    lists = (n for n in page.main().find_all("ul") if n.attrs.get("class") == "results")
    return [item for found in lists for item in found.find_all("li")]


@pytest.mark.parametrize(
    ("language", "question", "marked"),
    [("en", "TONGS", "tongs"), ("km", "ដង្កៀប", "ដង្កៀប"), ("km", "កៀបដ", "ង្កៀបដែ")],
)
def test_a_hit_leads_to_its_screen_and_shows_where_it_stands(
    client, lesson, language, question, marked
):
    page = search(client, question, language)

    (item,) = results(page)
    link = next(item.find_all("a"))
    title = {"en": "Screen 2", "km": "ខ្មែរ Screen 2"}[language]
    assert (link.attrs["href"], link.text) == (f"/{language}/course/{lesson.code}/2/", title)
    assert [node.text for node in item.find_all("mark")] == [marked]
    assert lesson.code in item.text  # the lesson of the screen
    assert len(item.text) < 300


def test_hits_in_the_other_language_are_a_link(client, lesson):
    page = search(client, "tongs", "km")

    assert results(page) == []
    assert "១" in page.links()["/en/search/?q=tongs"]
    assert len(results(page.open("/en/search/?q=tongs"))) == 1


def test_results_stand_by_kind_with_their_number(client):
    LessonFactory(title_en="On harm")
    add_term()
    index_all()

    page = search(client, "harm")

    assert [node.text for node in page.main().find_all("h2")] == ["Lessons 1", "Glossary 1"]
    assert "2 places were found." in page.main().text


def test_at_most_twenty_are_shown_and_the_page_says_so(client, django_assert_num_queries):
    for n in range(60):
        add_term(f"t{n}", f"ពាក្យ{n}", f"harm {n}")
    index_all()

    with django_assert_num_queries(2):
        page = search(client, "harm")

    assert len(results(page)) == 20
    assert "60 places were found. The first 20 are shown." in page.main().text
    assert [node.text for node in page.main().find_all("h2")] == ["Glossary 60"]


@pytest.mark.parametrize(
    "question", ["", " ", "%", "_", "a", "មេ", "\u200b", "'", "x" * 101, "tongs\x00", "tongs\x00 %"]
)
def test_too_little_or_too_much_is_said_kindly_and_not_looked_for(
    client, lesson, django_assert_num_queries, question
):
    with django_assert_num_queries(0):
        response = client.get("/en/search/", {"q": question})

    page = Reader(client).read(response)
    assert results(page) == []
    notice = next(node for node in page.main().find_all("p") if node.attrs.get("role") == "alert")
    assert notice.text


@pytest.mark.parametrize(
    "question",
    ["<script>alert(1)</script>", "\"'><bold>", "tongs' OR 1=1 --", "ខ្មែរ tongs", "%%%xy%"],
)
def test_nasty_questions_find_nothing_and_come_back_harmless(client, lesson, question):
    page = search(client, question)

    assert results(page) == []
    assert f"Nothing was found for “{question}”." in page.main().text.replace("&amp;", "&")
    assert "<script" not in page.html
    assert "Another word, or a part of one, may help" in page.main().text


def test_without_a_question_there_is_the_form_alone(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = text(client.get("/km/search/"))

    assert 'role="search"' in page
    assert 'role="status"' not in page
    assert 'role="alert"' not in page


def test_the_course_page_has_a_search_box_and_every_page_a_link(client, lesson):
    page = Reader(client).open("/en/course/")

    assert len(results(page.submit(q="tongs"))) == 1
    assert page.links()["/en/search/"] == "Search"


def test_every_kind_leads_to_its_page(client):
    """Services for signed-in people only, as the directory itself."""
    kind = add_type()
    add_service(kind=kind)
    add_situation(signs_en="Calm?")
    add_term(explanation_en="Calm.")
    index_all()
    translation.activate("en")
    addresses = [
        reverse("training:situation", args=["syringe"]),
        reverse("training:glossary") + "#harm-reduction",
        reverse("training:services") + "#MMT",
    ]

    anyone = links_of(search(client, "calm"))
    client.force_login(UserFactory())
    officer = links_of(search(client, "calm"))

    assert anyone == addresses
    assert officer == [*addresses, reverse("training:entry", args=["clinic"])]


def links_of(page):
    return [next(item.find_all("a")).attrs["href"] for item in results(page)]


def test_an_explanation_that_may_not_be_shown_is_not_in_an_excerpt(client, settings):
    settings.PRODUCTION = True
    add_term()
    index_all()

    (item,) = results(search(client, "harm"))

    assert item.text.replace("harm", "harm ").split() == ["harm", "reduction", "ការកាត់បន្ថយគ្រោះថ្នាក់"]
