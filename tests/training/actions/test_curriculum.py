import pytest

from tests.training.conftest import lesson_text
from training.actions.curriculum import dump_curriculum, load_curriculum
from training.actions.lessons import new_places, publish_lesson
from training.curriculum.parse import CONTENT, LessonError
from training.curriculum.rows import lesson_of
from training.models import Fact, Lesson, LessonVersion, Question, Screen, Step

pytestmark = pytest.mark.django_db


def test_loading_twice_changes_nothing(files):
    first, again = load_curriculum(files), load_curriculum(files)

    assert first.written == ["M1L1", "M1L2", "M2L1"]
    assert (again.written, again.unchanged) == ([], ["M1L1", "M1L2", "M2L1"])
    assert LessonVersion.objects.count() == 3
    assert list(Step.objects.order_by("pk").values_list("slug", flat=True)) == [
        *("m1l1-lesson", "m1l1-check", "m1l2-lesson", "m1l2-check", "m2l1-lesson", "m2l1-check"),
    ]


def test_one_bad_file_loads_nothing_and_every_fault_is_named(files):
    bad = lesson_text("M1L2").replace("answer: B", "answer: F").replace("next: N2", "next: N9")
    (files / "m1" / "m1l2.yaml").write_text(bad)

    with pytest.raises(LessonError) as caught:
        load_curriculum(files)

    assert "m1l2.yaml: check KC-M1L2: answer must be" in str(caught.value)
    assert "m1l2.yaml: scenario SC-M1L2: N1B leads nowhere" in str(caught.value)
    assert not Lesson.objects.exists()


def test_markdown_becomes_clean_html(course):
    screen = Screen.objects.filter(lesson__code="M1L1").get()

    assert screen.html_km == "<p>អត្ថបទ <strong>ក</strong></p>\n"
    assert "<script" not in screen.html_en


@pytest.mark.parametrize(
    ("provenance", "is_unsure"),
    [("S01", False), ("S01 +L", True), ("G", True), ("S01; G", False), ("P Introduction", False)],
)
def test_what_must_be_confirmed_is_marked(files, provenance, is_unsure):
    (files / "m1" / "m1l1.yaml").write_text(lesson_text("M1L1", provenance))

    load_curriculum(files)

    assert Fact.objects.get(code="FA-M1L1").to_confirm is is_unsure
    assert Lesson.objects.get(code="M1L1").needs_sign_off is is_unsure


def test_production_shows_only_what_is_signed_off(files, settings):
    (files / "m1" / "m1l1.yaml").write_text(lesson_text("M1L1", "G"))
    load_curriculum(files)
    settings.PRODUCTION = True

    assert "M1L1" not in Lesson.objects.shown().values_list("code", flat=True)
    Lesson.objects.filter(code="M1L1").update(signed_off_by="Somebody", signed_off_on="2026-01-01")
    assert "M1L1" in Lesson.objects.shown().values_list("code", flat=True)


def test_an_edit_in_the_site_is_a_version_and_is_kept(whole, files):
    Screen.objects.filter(lesson=whole).update(text_en="Another text", text_km="អត្ថបទផ្សេង")
    lesson = whole

    assert publish_lesson(lesson)
    assert not publish_lesson(lesson)
    kept = load_curriculum(files).kept

    assert kept == ["M1L1"]
    assert {screen.html_en for screen in lesson.screens.all()} == {"<p>Another text</p>\n"}
    assert [version.origin for version in lesson.versions.all()] == ["site", "file"]
    assert load_curriculum(files, overwrite=True).written == ["M1L1"]


def test_new_words_lose_their_review(course, files):
    Lesson.objects.filter(code="M1L1").update(
        khmer_reviewed_by="Somebody", khmer_reviewed_on="2026-01-01"
    )
    (files / "m1" / "m1l1.yaml").write_text(lesson_text("M1L1").replace("An outcome", "Other"))

    load_curriculum(files)

    assert Lesson.objects.get(code="M1L1").khmer_reviewed_by == ""


def test_counters_stay_when_a_lesson_is_loaded_anew(course, files):
    Question.objects.filter(code="KC-M1L1").update(first_tries=7, first_right=3)
    (files / "m1" / "m1l1.yaml").write_text(lesson_text("M1L1").replace("An outcome", "Other"))

    load_curriculum(files)

    question = Question.objects.get(code="KC-M1L1")
    assert (question.first_tries, question.first_right) == (7, 3)


def test_the_repository_s_course_comes_back_to_the_letter(tmp_path):
    load_curriculum(CONTENT)

    dump_curriculum(tmp_path)

    for path in CONTENT.rglob("*.yaml"):
        assert (tmp_path / path.relative_to(CONTENT)).read_text() == path.read_text()


def test_rows_and_file_of_every_lesson_say_the_same():
    load_curriculum(CONTENT)

    for lesson in Lesson.objects.all():
        assert not publish_lesson(lesson), lesson.code
        assert lesson_of(lesson).code == lesson.code


@pytest.mark.parametrize(
    ("before", "titles", "moved"),
    [
        ({}, ["A"], {}),
        ({1: "A", 2: "B"}, ["A", "B"], {1: 1, 2: 2}),
        ({1: "A", 2: "B", 3: "C"}, ["C", "A", "B"], {1: 2, 2: 3, 3: 1}),
        ({1: "A", 2: "B"}, ["A anew", "B"], {1: 1, 2: 2}),
        ({1: "A", 2: "B"}, ["B", "A anew"], {1: 2, 2: 1}),
        ({1: "A", 2: "B"}, ["B"], {2: 1}),
        ({1: "A", 2: "A"}, ["A", "A"], {1: 1, 2: 2}),
    ],
)
def test_what_stands_beside_a_screen_follows_it(before, titles, moved):
    assert new_places(before, titles) == moved
