import pytest

from tests.factories import UserFactory
from tests.reader import browser_of
from tests.training.admin.page import Page, problems, stand_in
from tests.training.conftest import whole_lesson_text
from training.actions.curriculum import dump_curriculum, load_curriculum
from training.actions.lessons import faults_of
from training.curriculum.rows import lesson_of
from training.models import Bar, Lesson, LessonFile, Question, Role, Screen

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_off(whole):
    Lesson.objects.filter(pk=whole.pk).update(
        khmer_reviewed_by="R.",
        khmer_reviewed_on="2026-11-25",
        signed_off_by="S.",
        signed_off_on="2026-11-25",
    )
    whole.refresh_from_db()
    return whole


def phones(response):
    """Pairs of (Khmer, English) pages of a preview."""
    return next(part["rows"] for part in response.context if "faults" in part)


def parts(lesson):
    """(kind, row) of every page that a lesson has."""
    return [
        ("lesson", lesson),
        ("screen", lesson.screens.first()),
        ("question", lesson.questions.first()),
        ("scenario", lesson.scenario),
        ("handout", lesson.handout),
    ]


KINDS = ["lesson", "screen", "question", "scenario", "handout"]


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_page_of_a_lesson_opens_to_editors_only(editor, whole, kind, language):
    row = dict(parts(whole))[kind]
    url = f"/{language}/admin/training/{kind}/{row.pk}/change/"

    assert editor.get(url).status_code == 200
    for role in (Role.TRAINER, Role.ADMINISTRATOR):
        assert browser_of(UserFactory(roles=[role])).get(url).status_code == 403


@pytest.mark.parametrize("kind", KINDS)
def test_saving_a_page_as_it_stands_changes_nothing(editor, signed_off, kind):
    before = lesson_of(signed_off)

    response = Page(editor, kind, dict(parts(signed_off))[kind]).press()

    assert response.status_code == 302, problems(response)
    signed_off = Lesson.objects.get(pk=signed_off.pk)
    assert lesson_of(signed_off) == before
    assert signed_off.versions.count() == 1
    assert (signed_off.khmer_reviewed_by, signed_off.signed_off_by) == ("R.", "S.")


def test_an_editor_s_words_are_published_and_kept_as_a_version(editor, whole):
    Page(editor, "lesson", whole).press(
        **{"screens-0-text_km": "អត្ថបទថ្មី", "screens-0-text_en": "New text"}
    )

    assert whole.screens.first().html_km == "<p>អត្ថបទថ្មី</p>\n"
    assert [version.origin for version in whole.versions.all()] == ["site", "file"]


@pytest.mark.parametrize("kind", ["lesson", "question", "scenario"])
def test_nobody_writes_over_what_another_saved_meanwhile(editor, whole, kind):
    page = Page(editor, kind, dict(parts(whole))[kind])
    Page(editor, "lesson", whole).press(takeaway_en="The other's words", takeaway_km="ពាក្យ")

    for _again in range(2):
        response = page.press(**{"text_en" if kind == "question" else "title_en": "My words"})

        assert any("Somebody saved this lesson" in said for said in problems(response))
        assert "My words" in response.content.decode()
    assert Lesson.objects.get(pk=whole.pk).takeaway_en == "The other's words"


def test_khmer_is_stored_in_one_order_of_signs(editor, whole):
    typed, stored = "ក\u17b7\u17d2រ", "ក\u17d2រ\u17b7"

    Page(editor, "lesson", whole).press(takeaway_km=typed)

    assert Lesson.objects.get(pk=whole.pk).takeaway_km == stored


def test_new_words_lose_review_and_sign_off_unless_given_with_them(editor, signed_off):
    Page(editor, "lesson", signed_off).press(takeaway_en="New words")
    signed_off.refresh_from_db()
    assert (signed_off.khmer_reviewed_by, signed_off.signed_off_by) == ("", "")
    assert signed_off.signed_off_on is None
    Page(editor, "lesson", signed_off).press(
        takeaway_en="Newer words", signed_off_by="The commander", signed_off_on="2026-11-25"
    )

    signed_off.refresh_from_db()
    assert (signed_off.khmer_reviewed_by, signed_off.signed_off_by) == ("", "The commander")


@pytest.mark.parametrize("kind", ["screen", "question", "scenario", "handout"])
def test_new_words_on_any_page_lose_the_lesson_s_review(editor, signed_off, kind):
    field = "text_en" if kind in ("question", "screen") else "title_en"

    Page(editor, kind, dict(parts(signed_off))[kind]).press(**{field: "Other words"})

    signed_off.refresh_from_db()
    assert (signed_off.khmer_reviewed_by, signed_off.signed_off_by) == ("", "")
    assert "Other words" in signed_off.versions.first().yaml


def test_english_changed_alone_leaves_the_khmer_behind_until_it_is_reviewed(editor, whole):
    Page(editor, "lesson", whole).press(takeaway_en="New words")
    whole.refresh_from_db()
    assert whole.khmer_is_behind

    Page(editor, "lesson", whole).press(khmer_reviewed_by="R.", khmer_reviewed_on="2026-11-25")

    whole.refresh_from_db()
    assert not whole.khmer_is_behind


def test_both_languages_changed_together_leave_nothing_behind(editor, whole):
    Page(editor, "lesson", whole).press(takeaway_en="New words", takeaway_km="ពាក្យថ្មី")

    whole.refresh_from_db()
    assert not whole.khmer_is_behind


@pytest.mark.parametrize(
    "field", ["title_en", "title_km", "takeaway_en", "screens-0-title_en", "screens-0-text_km"]
)
def test_a_text_is_asked_for_in_both_languages(editor, whole, field):
    response = Page(editor, "lesson", whole).press(**{field: ""})

    assert response.status_code == 200
    assert "This field is required." in problems(response)


REFUSED = [
    ("lesson", {"takeaway_en": "Only 3"}, "K307", "takeaway_km"),
    ("lesson", {"screens-1-text_km": "អ្នកញៀន"}, "K402", "screens-1-text_km"),
    ("lesson", {"screens-0-text_en": "word " * 70}, "70 English words; at most 66", None),
    ("lesson", {"takeaway_en": "word " * 26}, "a sentence of 26 words", None),
    ("lesson", {"screens-0-DELETE": "on"}, "3; a lesson has four to six", None),
    ("screen", {"bars-0-label_km": "៥"}, "K307", "bars-0-label_km"),
    ("question", {"text_km": "តើ ៥ ឬ", "text_en": "Is it 6?"}, "K307", "text_km"),
    ("scenario", {"nodes-0-ways-0-text_en": "Wait 5 minutes"}, "K307", "nodes-0-ways-0-text_km"),
    ("handout", {"cell_0_1_en": "Call 117"}, "K307", "cell_0_1_km"),
]


@pytest.mark.parametrize(("kind", "changed", "said", "field"), REFUSED)
def test_what_has_a_fault_is_not_published_and_nothing_typed_is_lost(
    editor, whole, kind, changed, said, field
):
    before = lesson_of(whole)

    response = Page(editor, kind, dict(parts(whole))[kind]).press(**changed)

    assert response.status_code == 200
    assert any(said in problem for problem in problems(response)), problems(response)
    if field:  # said beside the field too
        row = response.content.decode().split(f'name="{field}"')[0].rpartition("form-row")[2]
        assert said in row
    for value in changed.values():
        assert value.strip() in response.content.decode()
    whole = Lesson.objects.get(pk=whole.pk)
    assert lesson_of(whole) == before
    assert whole.versions.count() == 1


def test_faults_are_said_in_the_editor_s_language(editor, whole):
    page = Page(editor, "lesson", whole, language="km")

    said = problems(page.press(takeaway_en="Only 3"))

    assert any("តួលេខ" in problem and "K307" in problem for problem in said), said


def test_a_draft_may_have_faults_and_is_published_only_without_them(editor, whole):
    page = Page(editor, "lesson", whole)
    assert page.press(status="draft", takeaway_en="Only 3").status_code == 302
    assert not Lesson.objects.shown().filter(pk=whole.pk).exists()

    response = Page(editor, "lesson", whole).press(status="published")

    assert any("K307" in problem for problem in problems(response))
    assert Lesson.objects.get(pk=whole.pk).status == "draft"


def test_a_warning_stands_beside_its_field_and_hinders_nothing(editor, whole):
    assert Page(editor, "lesson", whole).press(takeaway_km="ចងចាំ.").status_code == 302

    html = editor.get(f"/en/admin/training/lesson/{whole.pk}/change/").content.decode()

    row = html.split('name="takeaway_km"')[1].partition("form-row")[0]
    assert '<li class="look"><strong>please look</strong> K204' in row


def test_screens_are_added_moved_and_deleted_with_their_files(editor, whole, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for screen in (1, 2):
        LessonFile.objects.create(
            lesson=whole,
            kind="sound",
            format="audio/mpeg",
            language="km",
            screen=screen,
            file="-",
            alt=str(screen),
            size=1,
        )
    new = {"title_km": "ថ្មី", "title_en": "New", "text_km": "ថ្មី", "text_en": "New", "place": "1"}

    response = Page(editor, "lesson", whole).press(
        **{"screens-TOTAL_FORMS": "5", "screens-0-DELETE": "on", "screens-3-place": "2"},
        **{f"screens-4-{name}": value for name, value in new.items()},
    )

    assert response.status_code == 302, problems(response)
    found = list(whole.screens.values_list("position", "title_en"))
    assert found == [(1, "New"), (2, "Screen 4"), (3, "Screen 2"), (4, "Screen 3")]
    assert list(LessonFile.objects.values_list("alt", "screen")) == [("2", 3)]


def test_a_screen_s_bars_and_facts_have_their_page(editor, whole):
    screen = whole.screens.first()

    response = Page(editor, "screen", screen).press(
        **{
            "facts-0-provenance": "S01 +L",
            "bars-TOTAL_FORMS": "2",
            "bars-1-label_km": "ខ",
            "bars-1-label_en": "b",
            "bars-1-percent": "9",
        }
    )

    assert response.status_code == 302, problems(response)
    assert [bar.percent for bar in Bar.objects.filter(screen=screen)] == [7, 9]
    fact = screen.facts.get()
    assert (fact.to_confirm, [str(source) for source in fact.sources.all()]) == (True, ["S01"])
    whole.refresh_from_db()
    assert whole.needs_sign_off


def test_a_source_or_finding_that_does_not_exist_is_refused(editor, whole):
    assert problems(
        Page(editor, "screen", whole.screens.first()).press(**{"facts-0-provenance": "S77"})
    ) >= {"There is no source S77."}
    assert problems(Page(editor, "lesson", whole).press(findings="F01 F99")) == {
        "There is no finding F01, F99."
    }


def test_a_key_number_needs_its_words(editor, whole):
    response = Page(editor, "lesson", whole).press(**{"screens-0-figure_label_km": ""})

    assert "A key number needs its words in both languages." in problems(response)


def test_outcomes_have_as_many_lines_in_each_language(editor, whole):
    response = Page(editor, "lesson", whole).press(outcomes_en="One\r\nTwo")

    assert "One outcome a line, as many lines in each language." in problems(response)


def test_the_right_answer_moves_and_is_one(editor, whole):
    question = whole.questions.first()
    page = Page(editor, "question", question)
    new = {"text_km": "គ", "text_en": "c", "reason_km": "គ", "reason_en": "c"}

    nobody = page.press(without=["options-1-is_the_answer"])
    both = page.press(**{"options-0-is_the_answer": "on"})
    moved = page.press(
        without=["options-1-is_the_answer"],
        **{"options-TOTAL_FORMS": "3", "options-0-DELETE": "on"},
        **{f"options-2-{name}": value for name, value in new.items()},
        **{"options-2-is_the_answer": "on"},
    )

    for response in (nobody, both):
        assert problems(response) == {"Please mark one answer as right, and only one."}
    assert moved.status_code == 302, problems(moved)
    found = list(question.options.values_list("code", "text_en", "is_right"))
    assert found == [("A", "b", False), ("B", "c", True)]


def test_a_question_needs_two_answers_with_a_reason_each(editor, whole):
    page = Page(editor, "question", whole.questions.first())

    assert page.press(**{"options-0-DELETE": "on"}).status_code == 200
    assert problems(page.press(**{"options-0-reason_km": ""})) == {"This field is required."}


def test_counters_of_a_question_stay_when_it_is_edited(editor, whole):
    Question.objects.update(first_tries=7)

    Page(editor, "question", whole.questions.first()).press(text_en="Another question")

    assert set(Question.objects.values_list("first_tries", flat=True)) == {7}


def test_preview_shows_what_is_typed_and_saves_nothing(editor, whole):
    before = lesson_of(whole)

    response = Page(editor, "lesson", whole).press(
        "_preview", **{"screens-0-title_km": "ចំណងជើងថ្មី", "screens-0-title_en": "A new title <b>"}
    )

    assert response.status_code == 200
    rows = phones(response)
    assert [phone.language for phone in rows[0]] == ["km", "en"]
    assert "<h1>ចំណងជើងថ្មី</h1>" in rows[0][0].html
    assert "<h1>A new title &lt;b&gt;</h1>" in rows[0][1].html
    # screens, handout, myths, the scenario and each of its choices, the check and its end
    assert len(rows) == 4 + 1 + 1 + (1 + 4) + 2
    assert "<b>" not in response.content.decode()
    whole = Lesson.objects.get(pk=whole.pk)
    assert lesson_of(whole) == before


def test_preview_shows_a_text_with_its_faults(editor, whole):
    response = Page(editor, "question", whole.questions.first()).press(
        "_preview", text_km="តើ ៥ ឬ", text_en="Is it 6?"
    )

    assert ["K307" in str(fault) for fault in response.context["faults"]] == [True]


def test_a_preview_of_a_draft_is_what_its_officers_will_see(editor, whole, settings):
    settings.PRODUCTION = True
    Lesson.objects.filter(pk=whole.pk).update(status="draft", needs_sign_off=True)

    response = editor.get("/km/editing/M1L1/preview/")

    assert "<h1>ទំព័រ 1</h1>" in phones(response)[0][0].html
    whole.refresh_from_db()
    assert (whole.status, whole.signed_off_by) == ("draft", "")


def test_a_preview_counts_nobody_s_answers(editor, whole):
    editor.get("/km/editing/M1L1/preview/")

    assert set(Question.objects.values_list("first_tries", flat=True)) == {0}


def test_what_editors_wrote_goes_to_files_and_into_an_empty_site(editor, whole, tmp_path):
    Page(editor, "screen", whole.screens.first()).press(**{"bars-0-percent": "8.5"})
    Page(editor, "lesson", whole).press(
        **{"screens-3-place": "1", "screens-2-DELETE": ""},
        warning_km="ប្រយ័ត្ន",
        warning_en="Take care",
    )
    Page(editor, "handout", whole.handout).press(cell_2_0_km="ថ្មី", cell_2_0_en="New")
    edited = lesson_of(Lesson.objects.get(pk=whole.pk))
    dump_curriculum(tmp_path)

    Lesson.objects.get(pk=whole.pk).steps.all().delete()
    Lesson.objects.filter(pk=whole.pk).delete()
    load_curriculum(tmp_path)

    loaded = Lesson.objects.get(code="M1L1")
    assert lesson_of(loaded) == edited
    assert faults_of(edited) == []
    assert Screen.objects.filter(lesson=loaded).count() == 4


def test_an_edit_is_kept_when_files_are_loaded_again(editor, whole, files):
    Page(editor, "lesson", whole).press(takeaway_en="New words")
    (files / "m1" / "m1l1.yaml").write_text(whole_lesson_text("M1L1"))

    assert load_curriculum(files).kept == ["M1L1"]


def test_the_list_shows_the_three_facts_and_takes_them_for_several(editor, signed_off):
    other = Lesson.objects.get(code="M1L2")
    chosen = {"_selected_action": [signed_off.pk, other.pk]}

    page = editor.get("/en/admin/training/lesson/").content.decode()
    asked = editor.post("/en/admin/training/lesson/", {"action": "review_khmer", **chosen})
    chosen |= {"action": "review_khmer", "signed": stand_in(asked)}
    refused = editor.post("/en/admin/training/lesson/", chosen)
    editor.post("/en/admin/training/lesson/", {"name": "Sok", "on": "2026-11-24", **chosen})

    assert "✓ R., 25/11/2026" in page
    assert "not yet" in page
    assert "Who reviewed this Khmer, and when?" in asked.content.decode()
    assert "This field is required." in refused.content.decode()
    assert set(
        Lesson.objects.filter(pk__in=chosen["_selected_action"]).values_list(
            "khmer_reviewed_by", "signed_off_by"
        )
    ) == {("Sok", "S."), ("Sok", "")}
