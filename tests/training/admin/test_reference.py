import pytest

from tests.training.admin.page import Page, problems, stand_in
from training.actions.reference import TABLES
from training.models import (
    AuditEntry,
    Finding,
    HarmQuestion,
    ServiceType,
    Situation,
    SituationService,
    SituationStep,
    Source,
    Term,
)

pytestmark = pytest.mark.django_db

DAY = "2026-11-25"
SIGNED = {
    "khmer_reviewed_by": "R.",
    "khmer_reviewed_on": DAY,
    "signed_off_by": "S.",
    "signed_off_on": DAY,
}


def both(**texts):
    pairs = {f"{name}_en": text for name, text in texts.items()}
    return pairs | {f"{name}_km": "ពាក្យ" for name in texts}


@pytest.fixture
def rows(course):
    """A row of each kind, reviewed and signed."""
    term = Term.objects.create(
        code="needle",
        position=1,
        group="health",
        status="proposed",
        **both(term="needle"),
        **SIGNED,
    )
    kind = ServiceType.objects.create(
        code="dic",
        position=1,
        provenance="S01",
        **both(name="Centre", need="Rest", say="Go", run_by="Them"),
        **SIGNED,
    )
    other = ServiceType.objects.create(
        code="mmt", position=2, provenance="S01", **both(name="M", need="M", say="M", run_by="M")
    )
    situation = Situation.objects.create(
        code="overdose",
        position=1,
        provenance="S01",
        **both(title="Title", signs="Signs", never="Never"),
        **SIGNED,
    )
    for place in (1, 2, 3):
        SituationStep.objects.create(
            situation=situation, position=place, **both(text=f"Step {'ABC'[place - 1]}")
        )
    SituationService.objects.create(situation=situation, type=kind, position=1)
    module = Finding._meta.get_field("module").related_model.objects.first()
    finding = Finding.objects.create(
        code="F01", position=1, module=module, **both(text="Text", learn="Learn")
    )
    question = HarmQuestion.objects.create(
        code="1", position=1, must_be=False, **both(question="Question")
    )
    return {
        "term": term,
        "servicetype": kind,
        "situation": situation,
        "finding": finding,
        "harmquestion": question,
        "other": other,
    }


FIELDS = {
    "term": "term_en",
    "servicetype": "say_en",
    "situation": "never_en",
    "finding": "learn_en",
    "harmquestion": "question_en",
}


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("language", ["km", "en"])
def test_each_page_and_list_opens(editor, rows, kind, language):
    assert editor.get(f"/{language}/admin/training/{kind}/").status_code == 200
    url = f"/{language}/admin/training/{kind}/{rows[kind].pk}/change/"
    assert editor.get(url).status_code == 200


@pytest.mark.parametrize("kind", ["term", "servicetype", "situation"])
def test_saving_a_row_as_it_stands_keeps_its_review(editor, rows, kind):
    response = Page(editor, kind, rows[kind]).press()

    assert response.status_code == 302, problems(response)
    rows[kind].refresh_from_db()
    assert (rows[kind].khmer_reviewed_by, rows[kind].signed_off_by) == ("R.", "S.")


@pytest.mark.parametrize("kind", FIELDS)
def test_new_words_lose_review_and_sign_off(editor, rows, kind):
    response = Page(editor, kind, rows[kind]).press(**{FIELDS[kind]: "Other words"})

    assert response.status_code == 302, problems(response)
    rows[kind].refresh_from_db()
    assert getattr(rows[kind], FIELDS[kind]) == "Other words"
    if hasattr(rows[kind], "signed_off_by"):
        assert (rows[kind].khmer_reviewed_by, rows[kind].signed_off_by) == ("", "")
        assert AuditEntry.objects.filter(action="change words").exists()


def test_a_sign_off_given_with_new_words_holds_for_them(editor, rows):
    Page(editor, "term", rows["term"]).press(
        **both(explanation="What it is"), signed_off_by="The commander"
    )

    rows["term"].refresh_from_db()
    assert rows["term"].needs_sign_off
    assert (rows["term"].khmer_reviewed_by, rows["term"].signed_off_by) == ("", "The commander")


@pytest.mark.parametrize("kind", FIELDS)
def test_what_must_be_mended_is_refused(editor, rows, kind):
    field = FIELDS[kind].replace("_en", "_km")

    response = Page(editor, kind, rows[kind]).press(**{field: "អ្នកញៀន"})

    assert any("K402" in problem for problem in problems(response))
    rows[kind].refresh_from_db()
    assert getattr(rows[kind], field) == "ពាក្យ"


def test_steps_are_three_to_six_in_the_order_given(editor, rows):
    situation = rows["situation"]

    few = Page(editor, "situation", situation).press(**{"steps-0-DELETE": "on"})
    moved = Page(editor, "situation", situation).press(
        **{"steps-2-place": "1", "services-TOTAL_FORMS": "2"},
        **{"services-1-type": rows["other"].pk, "services-1-place": "1"},
    )

    assert few.status_code == 200
    assert moved.status_code == 302, problems(moved)
    assert list(situation.steps.values_list("position", "text_en")) == [
        (1, "Step C"),
        (2, "Step A"),
        (3, "Step B"),
    ]
    assert list(situation.services.values_list("position", "type__code")) == [
        (1, "mmt"),
        (2, "dic"),
    ]
    situation.refresh_from_db()
    assert situation.signed_off_by == ""


def test_an_explanation_needs_both_languages_and_a_used_word_an_explanation(editor, rows):
    page = Page(editor, "term", rows["term"])

    assert "This field is required." in problems(page.press(explanation_en="What it is"))
    assert "A word without an explanation cannot be explained." in problems(
        page.press(in_lessons="on")
    )


def test_a_sentence_to_confirm_asks_for_a_sign_off(editor, rows):
    Page(editor, "servicetype", rows["servicetype"]).press(provenance="S01 +L")

    rows["servicetype"].refresh_from_db()
    assert (rows["servicetype"].needs_sign_off, rows["servicetype"].to_confirm) == (True, True)
    assert list(rows["servicetype"].sources.all()) == [Source.objects.get(code="S01")]


def test_which_answer_is_right_is_not_for_editors(editor, rows):
    Page(editor, "harmquestion", rows["harmquestion"]).press(must_be="on")

    rows["harmquestion"].refresh_from_db()
    assert not rows["harmquestion"].must_be


@pytest.mark.parametrize(
    ("action", "field"), [("sign_off", "signed_off_by"), ("review_khmer", "khmer_reviewed_by")]
)
@pytest.mark.parametrize("kind", ["term", "servicetype", "situation"])
def test_several_rows_are_signed_at_once(editor, rows, kind, action, field):
    sent = {"action": action, "_selected_action": [rows[kind].pk]}
    url = f"/en/admin/training/{kind}/"
    sent["signed"] = stand_in(editor.post(url, sent))

    editor.post(url, {**sent, "name": "Sok", "on": "2026-11-24"})

    rows[kind].refresh_from_db()
    assert getattr(rows[kind], field) == "Sok"


def test_nobody_signs_a_text_that_changed_meanwhile_or_on_a_day_to_come(editor, rows):
    url, sent = "/en/admin/training/term/", {"action": "sign_off"}
    sent["_selected_action"] = [rows["term"].pk]
    sent["signed"] = stand_in(editor.post(url, sent))
    signer = {"name": "Sok", "on": "2026-11-24"}

    late = editor.post(url, {**sent, **signer, "on": "2099-01-01"})
    type(rows["term"]).objects.filter(pk=rows["term"].pk).update(explanation_en="Another")
    changed = editor.post(url, {**sent, **signer})

    rows["term"].refresh_from_db()
    assert rows["term"].signed_off_by != "Sok"
    assert "This day has not come yet." in late.content.decode()
    assert "A text has changed since this page was opened." in changed.content.decode()


def test_a_page_does_not_write_over_what_another_saved(editor, rows):
    page = Page(editor, "servicetype", rows["servicetype"])
    Page(editor, "servicetype", rows["servicetype"]).press(need_en="First", need_km="មុន")

    assert "Somebody saved this since the page was opened." in str(
        problems(page.press(say_en="Second", say_km="ក្រោយ"))
    )
    rows["servicetype"].refresh_from_db()
    assert rows["servicetype"].need_en == "First"


def test_a_source_that_the_register_lacks_is_refused(editor, rows):
    page = Page(editor, "servicetype", rows["servicetype"])

    for wrong in ("S999", "s01", "S01, S77"):
        assert "There is no source" in str(problems(page.press(provenance=wrong)))


def test_an_edited_row_is_seen_as_edited(editor, rows):
    table = next(table for table in TABLES if table.model is Term)

    Page(editor, "term", rows["term"]).press(term_en="syringe needle")

    assert table.is_edited(Term.objects.get(code="needle"))
