from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection

from tests.factories import LessonFactory, ModuleFactory, UserFactory, both
from tests.training.reference import add_service, add_situation, add_term, add_type
from training.actions.curriculum import load_curriculum
from training.actions.lessons import publish_lesson
from training.actions.search import (
    index_all,
    index_lesson,
    index_service,
    index_situation,
    index_term,
    index_type,
)
from training.khmer.find import query_words
from training.models import Lesson, Place, Screen, SearchEntry, Service

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()
SIGNED = {"signed_off_by": "Dr Chan", "signed_off_on": date(2026, 11, 1)}


def found(question, user=NOBODY, language="en"):
    """Titles of what is found, in their order."""
    entries = SearchEntry.objects.found(query_words(question), user).filter(language=language)
    return [entry.title for entry in entries]


def test_a_lesson_is_found_as_a_whole_and_screen_by_screen():
    lesson = LessonFactory()
    Screen.objects.filter(position=2).update(
        html_en="<p>Use <strong>tongs</strong> &amp; gloves.</p>",
        html_km="<p>ប្រើដង<strong>ដង្កៀប</strong>ដែក</p>",
    )

    index_lesson(lesson)

    entries = SearchEntry.objects.filter(language="en")
    assert [(entry.screen, entry.title) for entry in entries] == [
        (None, f"Lesson {lesson.code}"),
        (1, "Screen 1"),
        (2, "Screen 2"),
    ]
    assert found("tongs & gloves") == ["Screen 2"]
    assert found("ដងដង្កៀបដែក", language="km") == ["ខ្មែរ Screen 2"]  # bold does not break a word
    assert found("ask first") == [f"Lesson {lesson.code}"]  # the sentence to remember
    assert found("often said known") == [f"Lesson {lesson.code}"]  # a myth
    assert found("29.7% injury") == ["Screen 1", "Screen 2"]  # a key number


def test_situations_terms_types_and_services_are_found_in_both_languages():
    officer = UserFactory()
    kind = add_type()
    service = add_service(kind=kind, organisation_en="Friends", organisation_km="មិត្តភក្តិ")
    for index, row in (
        (index_situation, add_situation()),
        (index_term, add_term(also_en="HR")),
        (index_type, kind),
        (index_service, service),
    ):
        index(row)

    assert found("guard needle touch") == ["Used syringe"]
    assert found("hr") == ["harm reduction"]
    assert found("harm", language="km") == ["ការកាត់បន្ថយគ្រោះថ្នាក់"]  # by its other language
    assert found("បន្ថយ", language="km") == ["ការកាត់បន្ថយគ្រោះថ្នាក់"]  # inside a run
    assert found("mmt") == ["Methadone clinic"]
    assert found("calm state") == ["Methadone clinic"]
    assert found("friends methadone", officer) == ["Calm clinic"]
    assert found("មិត្តភក្ដិ", officer, "km") == ["ខ្មែរ Calm clinic"]  # DA for TA


def test_a_service_is_found_by_its_place_and_not_by_its_phone_or_address():
    within = None
    for code, name in (("12", "Phnom Penh"), ("1201", "Chamkar Mon")):
        within = Place.objects.create(
            code=code, level=len(code), kind="khan", within=within, name_km="ក", name_en=name
        )
    service = add_service(
        place=within, is_example=False, phone="+85512345678", address_en="Street 51"
    )
    Service.objects.filter(pk=service.pk).update(is_example=False)
    index_service(service)

    keys = SearchEntry.objects.get(service=service, language="en").key
    assert "chamkar mon\nphnom penh".replace("\n", " ") in keys
    assert "12345678" not in keys
    assert "street" not in keys


def test_every_word_must_occur_in_any_order_and_digits_of_both_scripts_do():
    lesson = LessonFactory(title_en="Year 2017 in figures")
    index_lesson(lesson)

    assert found("figures ២០១៧") == ["Year 2017 in figures"]
    assert found("figures 2018") == []


@pytest.mark.parametrize(
    ("question", "hits"),
    [
        ("100%x", []),  # % stands for itself, and so does _
        ("10_%x", []),
        ("50%_x", ["Odd 50%_x 'a\"b' \\end"]),
        ("'a\"b'", ["Odd 50%_x 'a\"b' \\end"]),
        ("\\end", ["Odd 50%_x 'a\"b' \\end"]),
        ("d%50", []),
        ("x" * 5000, []),
        (" ".join(["odd"] * 500), ["Odd 50%_x 'a\"b' \\end"]),
        ("odd ខ្មែរ", []),
    ],
)
def test_what_looks_like_a_pattern_is_looked_for_as_it_stands(question, hits):
    index_lesson(LessonFactory(title_en="Odd 50%_x 'a\"b' \\end"))

    assert found(question) == hits


def test_titles_come_first_then_kinds_then_the_order_of_the_course():
    second = ModuleFactory(position=2, code="M2")
    first = ModuleFactory(position=1, code="M1")
    for module, title in ((second, "Needles"), (first, "Needle talk"), (first, "Other")):
        index_lesson(LessonFactory(module=module, title_en=title, takeaway_en="On a needle."))
    index_situation(add_situation())  # in its signs
    index_term(add_term("needle", "ម្ជុល", "needle"))

    assert found("needle") == ["Needle talk", "Needles", "needle", "Used syringe", "Other"]


def test_only_what_people_may_see_is_found(settings):
    officer = UserFactory()
    lesson = LessonFactory(needs_sign_off=True)
    draft = LessonFactory(status=Lesson.Status.DRAFT)
    situation = add_situation(needs_sign_off=True)
    kind = add_type(needs_sign_off=True)
    add_service(kind=kind)
    add_service("draft", kind, is_example=False, **both(name="Draft clinic"))
    add_term()
    index_all()

    assert f"Lesson {draft.code}" not in found("lesson")
    assert found("clinic") == ["Methadone clinic"]
    assert found("clinic", officer) == ["Methadone clinic", "Calm clinic"]
    assert found("used syringe") == ["Used syringe"]
    assert found("means") == ["harm reduction"]

    settings.PRODUCTION = True
    assert found("lesson") == found("clinic", officer) == found("used syringe") == []
    assert found("harm reduction") == ["harm reduction"]  # a word pair always
    assert found("means") == []  # its explanation when it is signed off
    for row in (lesson, situation, kind):
        type(row).objects.filter(pk=row.pk).update(**SIGNED)
    assert found("lesson") == [f"Lesson {lesson.code}"]
    assert found("clinic") == ["Methadone clinic"]
    assert found("used syringe") == ["Used syringe"]


def test_a_row_without_a_language_is_not_found_in_it():
    index_service(add_service(name_en=None))

    assert SearchEntry.objects.values_list("language", flat=True).get() == "km"


def test_a_type_s_new_name_is_in_its_services():
    kind = add_type()
    service = add_service(kind=kind)
    index_service(service)
    kind.name_en = "Renamed"
    kind.save()

    index_type(kind)

    assert found("clinic renamed", UserFactory()) == ["Calm clinic"]


def test_indexing_again_changes_nothing():
    lesson = LessonFactory()
    index_lesson(lesson)
    before = list(SearchEntry.objects.values_list("key", flat=True))

    index_lesson(lesson)
    index_all()

    assert list(SearchEntry.objects.values_list("key", flat=True)) == before


def test_entries_go_with_their_row():
    term = add_term()
    index_term(term)

    term.delete()

    assert not SearchEntry.objects.exists()


def test_publishing_brings_new_words_into_the_search(whole):
    lesson = Lesson.objects.get(code="M1L1")
    screen = lesson.screens.first()
    screen.text_en, screen.title_en = "Only **here** tourniquet", "New title 1"
    screen.save()
    assert found("tourniquet") == []

    publish_lesson(lesson)

    assert found("here tourniquet") == ["New title 1"]


def test_loading_and_the_command_index_everything(course, files, capsys):
    assert found("lesson") == ["Lesson M1L1", "Lesson M1L2", "Lesson M2L1"]
    SearchEntry.objects.all().delete()

    call_command("index_search")

    n = SearchEntry.objects.count()
    assert n == 12  # three lessons of one screen, in two languages
    assert capsys.readouterr().out == f"{n} entries.\n"
    SearchEntry.objects.all().delete()
    load_curriculum(files)
    assert SearchEntry.objects.count() == n


def test_postgresql_searches_with_its_index_of_trigrams():
    """SQLite has none, reads every row, and finds the same (the tests above run on both)."""
    index_term(add_term())
    entries = SearchEntry.objects.found(["កាត់បន្ថយ"], NOBODY).filter(language="km")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_indexscan = off")  # of the one row by its keys

    plan = entries.explain()

    expected = {
        "postgresql": "Bitmap Index Scan on search_key_trigrams",
        "sqlite": "SCAN training_searchentry",
    }
    assert expected[connection.vendor] in plan
    assert len(entries) == 1
