import pytest

from tests.training.admin.page import Page, problems, standing
from training.curriculum.rows import handout_of
from training.models import Handout, Lesson

pytestmark = pytest.mark.django_db

ROW = {"cell_2_0_km": "ក", "cell_2_0_en": "a", "cell_2_1_km": "ខ", "cell_2_1_en": "b"}


def table(lesson):
    """The English cells, a row a list."""
    found = handout_of(Lesson.objects.get(pk=lesson.pk).handout)
    return [[cell.en for cell in row] for row in found.rows]


def test_a_row_and_a_column_are_added(editor, whole):
    row = Page(editor, "handout", whole.handout).press(**ROW)
    column = Page(editor, "handout", whole.handout).press(
        **{
            f"{cell}_{language}": "x" if language == "en" else "ក"
            for language in ("km", "en")
            for cell in ("column_2", "cell_0_2", "cell_1_2", "cell_2_2")
        }
    )

    assert (row.status_code, column.status_code) == (302, 302), problems(column)
    assert table(whole) == [["Words", "Words", "x"], ["Words", "Words", "x"], ["a", "b", "x"]]


def test_an_emptied_row_goes(editor, whole):
    emptied = {f"cell_0_{c}_{language}": "" for c in (0, 1) for language in ("km", "en")}

    Page(editor, "handout", whole.handout).press(**emptied)

    assert table(whole) == [["Words", "Words"]]


def test_a_cell_that_lacks_a_language_is_refused(editor, whole):
    response = Page(editor, "handout", whole.handout).press(**{**ROW, "cell_2_1_km": ""})

    assert problems(response) == {"This field is required."}
    assert len(table(whole)) == 2


def test_a_handout_is_taken_away_and_another_added(editor, whole):
    Page(editor, "handout", whole.handout).press(is_removed="on")
    assert not Handout.objects.exists()
    assert "handout:" not in whole.versions.first().yaml

    url = f"/en/admin/training/handout/add/?lesson={whole.pk}"
    fields = standing(editor.get(url))
    texts = {
        name: "ក" if name.endswith("_km") else "a" for name in fields if name.startswith("cell_0_")
    }
    texts = {name: text for name, text in texts.items() if not name.endswith(("_2_km", "_2_en"))}
    titles = {
        f"column_{c}_{code}": "ក" if code == "km" else "a" for c in (0, 1) for code in ("km", "en")
    }
    added = editor.post(
        url,
        {
            **fields,
            **texts,
            **titles,
            "code": "card",
            "title_km": "ក",
            "title_en": "a",
            "note_km": "ក",
            "note_en": "a",
            "provenance": "S01",
            "blank_lines": "0",
        },
    )

    assert added.status_code == 302, problems(added)
    assert table(whole) == [["a", "a"]]
    assert "handout:" in whole.versions.first().yaml
