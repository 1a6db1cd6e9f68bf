from datetime import date

import pytest

from tests.factories import LessonFactory
from tests.reader import Reader, text
from tests.training.reference import add_term
from training.learner.glossary import explain_terms
from training.models import Screen, Term

pytestmark = pytest.mark.django_db

SIGNED = {"signed_off_by": "Dr Chan", "signed_off_on": date(2026, 11, 1)}


def glossary(client, language="en"):
    return Reader(client).open(f"/{language}/glossary/")


def of(page, code):
    """What the glossary says of one term, as words."""
    return next(node.text for node in page.tree.find_all("div") if node.attrs.get("id") == code)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("km", "ការកាត់បន្ថយគ្រោះថ្នាក់ harm reduction HR ខ្មែរ What harm-reduction means."),
        ("en", "harm reduction HR ការកាត់បន្ថយគ្រោះថ្នាក់ What harm-reduction means."),
    ],
)
def test_both_languages_of_a_term_stand_side_by_side_the_reader_s_first(client, language, said):
    add_term(also_en="HR")

    assert of(glossary(client, language), "harm-reduction") == said


def test_a_proposed_word_says_so(client):
    add_term(status=Term.Status.PROPOSED)
    add_term("hiv", "មេរោគអេដស៍", "HIV")

    page = glossary(client)

    assert "proposed, to be confirmed" in of(page, "harm-reduction")
    assert "confirmed" not in of(page, "hiv")


def test_groups_have_headings_and_links_and_long_lists_stand_folded_at_the_end(client):
    for group in ("site", "ranks", "law", "approach"):
        add_term(group, group, group, group=group)

    page = glossary(client)

    titles = ["Harm reduction and services", "Law and policy", "Ranks", "Words of this site"]
    codes = ["approach", "law", "ranks", "site"]
    assert [node.text for node in page.main().find_all("h2")] == titles
    links = page.links()
    assert [links[f"#group-{code}"] for code in codes] == titles
    folded = [node.attrs["id"] for node in page.main().find_all("details")]
    assert folded == ["group-ranks", "group-site"]


def test_in_production_words_show_always_and_explanations_once_signed_off(client, settings):
    settings.PRODUCTION = True
    add_term()
    add_term("hiv", "មេរោគអេដស៍", "HIV", **SIGNED)

    page = glossary(client)

    assert of(page, "harm-reduction") == "harm reduction ការកាត់បន្ថយគ្រោះថ្នាក់"
    assert of(page, "hiv").endswith("What hiv means.")


def test_an_empty_glossary_says_so(client):
    assert "The glossary is still empty." in text(client.get("/en/glossary/"))


def test_it_costs_one_query(client, django_assert_num_queries):
    for n in range(5):
        add_term(f"t{n}", f"ពាក្យ{n}", f"term {n}")

    with django_assert_num_queries(1):
        client.get("/km/glossary/")


@pytest.fixture
def lesson():
    found = LessonFactory()
    Screen.objects.filter(lesson=found, position=1).update(
        html_en="<p>Harm reduction helps. Harm reduction, again.</p>",
        html_km="<p>សូមជួយការកាត់បន្ថយគ្រោះថ្នាក់នៅឃុំ។</p>",
    )
    return found


@pytest.mark.parametrize(
    ("language", "word", "names", "explanation"),
    [
        (
            *("en", "Harm reduction"),
            "harm reduction ការកាត់បន្ថយគ្រោះថ្នាក់",
            "What harm-reduction means.",
        ),
        (
            *("km", "ការកាត់បន្ថយគ្រោះថ្នាក់"),
            "ការកាត់បន្ថយគ្រោះថ្នាក់ harm reduction",
            "ខ្មែរ What harm-reduction means.",
        ),
    ],
)
def test_a_term_of_a_lesson_leads_to_its_explanation_and_back(
    client, lesson, language, word, names, explanation
):
    add_term()

    page = Reader(client).open(f"/{language}/course/{lesson.code}/")

    links = [node for node in page.main().find_all("a") if node.attrs.get("class") == "term"]
    assert [(link.text, link.attrs["href"]) for link in links] == [(word, "#word-harm-reduction")]
    sheet = next(
        node for node in page.tree.find_all("section") if "term-sheet" in node.attrs["class"]
    )
    assert sheet.attrs["id"] == "word-harm-reduction"
    assert next(sheet.find_all("h2")).text == names
    assert next(sheet.find_all("p")).text == explanation
    assert [node.attrs["href"] for node in sheet.find_all("a")] == [
        f"#{links[0].attrs['id']}",
        f"/{language}/glossary/#harm-reduction",
    ]


def test_a_correction_of_the_glossary_is_in_every_lesson_at_once(client, lesson):
    term = add_term()
    Term.objects.filter(pk=term.pk).update(explanation_en="Corrected.")

    assert "Corrected." in text(client.get(f"/en/course/{lesson.code}/"))


@pytest.mark.parametrize("left_out", [{"in_lessons": False}, {"explanation_en": ""}])
def test_only_words_that_are_to_be_explained_and_are_become_links(client, lesson, left_out):
    add_term(**left_out)

    assert 'class="term' not in text(client.get(f"/en/course/{lesson.code}/"))


def test_in_production_lessons_explain_what_is_signed_off(client, lesson, settings):
    settings.PRODUCTION = True
    term = add_term()
    address = f"/en/course/{lesson.code}/"

    assert 'class="term' not in text(client.get(address))
    Term.objects.filter(pk=term.pk).update(**SIGNED)
    assert 'class="term"' in text(client.get(address))


def test_a_shorter_term_is_not_explained_inside_a_longer_one_that_has_no_explanation():
    add_term("hiv", "មេរោគអេដស៍", "HIV")
    add_term("living", "អ្នករស់នៅជាមួយមេរោគអេដស៍", "people living with HIV", in_lessons=False)

    html, terms = explain_terms("<p>អ្នករស់នៅជាមួយមេរោគអេដស៍</p>")

    assert (html, terms) == ("<p>អ្នករស់នៅជាមួយមេរោគអេដស៍</p>", [])


@pytest.mark.parametrize("n_terms", [1, 6])
def test_terms_cost_a_lesson_one_query(client, lesson, django_assert_num_queries, n_terms):
    for n in range(n_terms):
        add_term(f"t{n}", f"ពាក្យ{n}", f"harm reduction {n}")
    with django_assert_num_queries(9):
        client.get(f"/en/course/{lesson.code}/")
