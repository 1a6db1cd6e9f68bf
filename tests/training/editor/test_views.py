from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.factories import UserFactory
from tests.reader import browser_of
from tests.training.actions.test_files import mp3, png
from tests.training.admin.page import Page, problems
from training.actions.curriculum import Loaded
from training.actions.lessons import publish_lesson
from training.actions.reference import TABLES
from training.curriculum import tables
from training.curriculum.parse import Pair
from training.models import (
    Fact,
    HarmAnswer,
    HarmQuestion,
    Lesson,
    LessonFile,
    LessonVersion,
    Role,
    Screen,
    ServiceType,
    Situation,
    SituationService,
    SituationStep,
    Term,
)

pytestmark = pytest.mark.django_db

PAGES = [
    "",
    "M1L1/preview/",
    "M1L1/history/",
    "M1L1/history/?before=1&after=2",
    "M1L1/history/1/",
    "M1L1/do-no-harm/",
    "M1L1/files/",
]


@pytest.fixture
def edited(whole):
    """M1L1 with a second version, of the site, in which one Khmer and one English text differ."""
    Screen.objects.filter(lesson=whole, position=1).update(text_km="ថ្មី", text_en="New")
    publish_lesson(whole)
    return whole


@pytest.fixture
def questions(db):
    return [
        HarmQuestion.objects.create(
            code=str(n), position=n, must_be=n > 1, question_km="ឬ", question_en=f"Is it {n}?"
        )
        for n in (1, 2)
    ]


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_open_to_editors_only(editor, edited, questions, page, language):
    url = f"/{language}/editing/{page}"

    html = editor.get(url)
    assert html.status_code == 200
    for role in (Role.OFFICER, Role.TRAINER, Role.EVALUATOR, Role.ADMINISTRATOR):
        assert browser_of(UserFactory(roles=[role])).get(url).status_code == 403


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_lesson_or_version_that_does_not_exist_is_not_found(editor, edited, page):
    assert editor.get(f"/en/editing/{page.replace('M1L1', 'M9L9')}").status_code == 404
    assert editor.get("/en/editing/M1L1/history/77/").status_code == 404


# the board


def row_of(editor, code):
    response = editor.get("/en/editing/")
    rows = response.context["lessons"] + response.context["tables"]
    return next(row for row in rows if code in (row.code, row.title))


def test_the_board_says_what_is_to_do_with_a_lesson(editor, whole, questions):
    assert row_of(editor, "M1L1").harm_open == 2
    Lesson.objects.filter(pk=whole.pk).update(
        review_on=timezone.localdate() - timedelta(days=1),
        needs_sign_off=True,
        khmer_is_behind=True,
        takeaway_en="Wait 5 minutes",
        takeaway_km="រង់ចាំ.",
        status="draft",
        warning_en="Take care",
    )
    Fact.objects.filter(screen__lesson=whole).update(is_sensitive=True)
    publish_lesson(whole)

    row = row_of(editor, "M1L1")

    assert (row.missing_km, row.missing_en, row.sensitive) == (1, 0, 4)
    assert (row.errors, row.warnings) == (2, 1)
    assert (row.is_old, row.is_behind, row.is_draft) == (True, True, True)
    assert (row.unreviewed, row.unsigned, row.edited) == (1, 0, 1)


def test_a_lesson_with_nothing_to_do_has_dashes_only(editor, whole):
    Lesson.objects.filter(pk=whole.pk).update(
        khmer_reviewed_by="R.", khmer_reviewed_on="2026-11-25"
    )

    row = row_of(editor, "M1L1")

    counts = {name: value for name, value in vars(row).items() if name not in ("title", "url")}
    assert counts == {**dict.fromkeys(counts, 0), "code": "M1L1", "rows": 1}


def test_the_board_counts_tables_as_a_whole(editor, course):
    for n in range(3):
        Term.objects.create(
            code=f"t{n}",
            position=n,
            group="health",
            status="proposed",
            term_en="word",
            term_km="អ្នកញៀន" if n else "ពាក្យ",
            explanation_en="what",
            needs_sign_off=n == 1,
        )

    row = row_of(editor, "terms")

    assert (row.rows, row.unreviewed, row.unsigned, row.edited) == (3, 3, 1, 3)
    assert (row.missing_km, row.missing_en, row.errors) == (3, 0, 5)


def test_the_board_costs_the_same_however_much_there_is(editor, whole, django_assert_num_queries):
    kind = ServiceType.objects.create(code="dic", position=1)

    for n in (1, 2, 3):
        situation = Situation.objects.create(code=f"s{n}", position=n)
        situation.lessons.set([whole])
        SituationStep.objects.create(situation=situation, position=1)
        SituationService.objects.create(situation=situation, type=kind, position=1)
        with django_assert_num_queries(27):
            editor.get("/en/editing/")


def test_a_table_that_is_as_loaded_is_not_edited(course):
    table = next(table for table in TABLES if table.model is HarmQuestion)
    question = tables.HarmQuestion("1", Pair("ឬ", "Is it"), must_be=True)

    table.load([question], Loaded(), overwrite=False)

    assert [table.is_edited(row) for row in table.rows()] == [False]
    HarmQuestion.objects.update(question_en="Was it")
    assert [table.is_edited(row) for row in table.rows()] == [True]


# history


def test_history_shows_every_version_and_what_changed(editor, edited):
    page = editor.get("/en/editing/M1L1/history/?before=1&after=2")

    assert [version.number for version in page.context["versions"]] == [2, 1]
    changed = [(line.sign, line.text.strip()) for line in page.context["lines"] if line.sign]
    assert ("−", "One") in changed
    assert ("+", "en: New") in changed
    assert "<ins>" in page.content.decode()
    assert "<del>" in page.content.decode()


@pytest.mark.parametrize("query", ["?before=1&after=99", "?before=x&after=", "?after=2"])
def test_a_comparison_with_nothing_shows_the_list(editor, edited, query):
    assert editor.get(f"/en/editing/M1L1/history/{query}").context["lines"] == []


def test_returning_is_asked_first_and_makes_a_new_version(editor, edited):
    first = edited.versions.last()

    editor.get("/en/editing/M1L1/history/1/")
    assert edited.versions.count() == 2
    editor.post("/en/editing/M1L1/history/1/")

    newest = edited.versions.first()
    assert (newest.number, newest.origin, newest.yaml) == (3, "site", first.yaml)
    assert Screen.objects.get(lesson=edited, position=1).text_en == "One\n\nTwo **b**"
    assert newest.made_by is not None


def test_a_draft_that_returns_stays_a_draft(editor, edited):
    Lesson.objects.filter(pk=edited.pk).update(status="draft")

    editor.post("/en/editing/M1L1/history/1/")

    edited.refresh_from_db()
    assert edited.status == "draft"


# do no harm


def test_answers_are_kept_with_who_and_when(editor, edited, questions):
    sent = {"name": "Sok", "on": "2026-11-25", "1": "no"}

    editor.post("/en/editing/M1L1/do-no-harm/", sent)

    answer = HarmAnswer.objects.get()
    assert (answer.version, answer.question) == (edited.versions.first(), questions[0])
    assert (answer.is_yes, answer.answered_by, str(answer.answered_on)) == (
        False,
        "Sok",
        "2026-11-25",
    )
    assert row_of(editor, "M1L1").harm_open == 1
    editor.post("/en/editing/M1L1/do-no-harm/", {**sent, "1": "yes"})
    assert row_of(editor, "M1L1").harm_open == 2
    page = editor.get("/en/editing/M1L1/do-no-harm/").content.decode()
    assert "This must be mended first." in page


def test_a_new_version_starts_without_answers(editor, edited, questions):
    editor.post(
        "/en/editing/M1L1/do-no-harm/", {"name": "Sok", "on": "2026-11-25", "1": "no", "2": "yes"}
    )
    assert row_of(editor, "M1L1").harm_open == 0

    Page(editor, "lesson", edited).press(takeaway_en="New words")

    assert row_of(editor, "M1L1").harm_open == 2


@pytest.mark.parametrize("wrong", [{"name": ""}, {"on": "x"}, {"1": "perhaps"}])
def test_answers_without_a_name_or_a_day_are_not_kept(editor, edited, questions, wrong):
    sent = {"name": "Sok", "on": "2026-11-25", "1": "no", **wrong}

    response = editor.post("/en/editing/M1L1/do-no-harm/", sent)

    assert response.status_code == 200
    assert problems(response)
    assert not HarmAnswer.objects.exists()


def test_a_lesson_without_a_version_says_so(editor, edited, questions):
    LessonVersion.objects.all().delete()

    page = editor.post("/en/editing/M1L1/do-no-harm/", {"name": "Sok", "on": "2026-11-25"})

    assert "No version is kept yet" in page.content.decode()


# lint


@pytest.mark.parametrize(("language", "said"), [("en", "numbers differ: 5 / –"), ("km", "តួលេខ")])
def test_lint_speaks_while_one_types(editor, language, said):
    found = editor.post(
        f"/{language}/editing/lint/", {"km": "រង់ចាំ", "en": "Wait 5 minutes"}
    ).json()["findings"]

    assert [(one["is_error"], said in one["text"]) for one in found] == [(True, True)]


def test_lint_finds_nothing_in_empty_fields_and_takes_no_book(editor):
    assert editor.post("/en/editing/lint/", {"km": "", "en": ""}).json() == {"findings": []}
    assert editor.post("/en/editing/lint/", {"km": "ក" * 20_001}).status_code == 400
    assert editor.get("/en/editing/lint/").status_code == 405
    officer = browser_of(UserFactory())
    assert officer.post("/en/editing/lint/", {"km": "ក"}).status_code == 403


# pictures and sound


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def send(editor, data, seen_in="en", **changed):
    file = SimpleUploadedFile("whatever.exe", data)
    sent = {"screen": "1", "language": "km", "alt": "ក្រុម", "file": file, **changed}
    return editor.post(f"/{seen_in}/editing/M1L1/files/", sent)


def test_a_picture_and_a_sound_stand_beside_their_screen_in_their_language(editor, whole, media):
    assert send(editor, png()).status_code == 302
    assert send(editor, mp3()).status_code == 302
    picture, sound = LessonFile.objects.all()

    page = editor.get("/km/course/M1L1/1/").content.decode()

    assert f'src="/km/course/M1L1/files/{picture.pk}/" width="60" height="40" alt="ក្រុម"' in page
    assert f'<audio controls preload="none" src="/km/course/M1L1/files/{sound.pk}/">' in page
    for other in ("/en/course/M1L1/1/", "/km/course/M1L1/2/"):
        assert "/files/" not in editor.get(other).content.decode()


def test_a_file_opens_to_anyone_where_its_lesson_may_be_read(client, editor, whole, media):
    send(editor, mp3())
    url = f"/km/course/M1L1/files/{LessonFile.objects.get().pk}/"

    response = client.get(url)

    assert response.headers["Content-Type"] == "audio/mpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "media-src 'self'" in response.headers["Content-Security-Policy"]
    officer = browser_of(UserFactory())
    assert "no-store" not in officer.get(url).headers["Cache-Control"]
    assert client.get(url.replace("M1L1", "M1L2")).status_code == 404
    Lesson.objects.filter(pk=whole.pk).update(status="draft")
    assert client.get(url).status_code == officer.get(url).status_code == 404
    assert editor.get(url).status_code == 200


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=2-5", 206, slice(2, 6)),
        ("bytes=2-", 206, slice(2, None)),
        ("bytes=0-999999999", 206, slice(None)),
        ("bytes=5-2", 200, slice(None)),
        ("bytes=999999999-", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("nonsense", 200, slice(None)),
    ],
)
def test_a_player_gets_the_part_it_asks_for(client, editor, whole, media, asked, status, part):
    send(editor, mp3())
    url = f"/km/course/M1L1/files/{LessonFile.objects.get().pk}/"
    whole_file = client.get(url).content

    response = client.get(url, headers={"range": asked})

    assert (response.status_code, response.content) == (status, whole_file[part])


@pytest.mark.parametrize("language", ["km", "en"])
def test_what_is_no_picture_is_refused_in_the_reader_s_language(editor, whole, media, language):
    response = send(editor, b"<svg onload=alert(1)>", language)

    (said,) = problems(response)
    assert said.startswith("This is neither") == (language == "en")
    assert not LessonFile.objects.exists()


def test_a_file_without_words_or_beside_no_screen_is_refused(editor, whole, media):
    assert problems(send(editor, png(), alt=" ")) == {"This field is required."}
    assert problems(send(editor, png(), screen="9"))
    assert problems(send(editor, png(), language="fr"))
    assert not LessonFile.objects.exists()


def test_a_second_picture_of_a_screen_is_refused(editor, whole, media):
    send(editor, png())

    assert problems(send(editor, png())) == {
        "This screen has such a file in this language already. Delete it first."
    }
    assert len(list(media.rglob("*.webp"))) == 1


def test_a_deleted_file_is_gone(editor, whole, media, django_capture_on_commit_callbacks):
    send(editor, png())
    row = LessonFile.objects.get()
    url = f"/en/editing/M1L1/files/{row.pk}/delete/"

    assert editor.get(url).status_code == 405
    assert editor.post(url.replace("M1L1", "M1L2")).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(url)

    assert not LessonFile.objects.exists()
    assert list(media.rglob("*.webp")) == []
