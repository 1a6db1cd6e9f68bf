"""An instrument goes to KoboToolbox and comes back as it was; faults are sentences."""

from io import BytesIO

import openpyxl
import pytest
from django.utils import translation
from pyxform.xls2xform import convert

from quizzes.instruments.parse import CONTENT, InstrumentError, parse_instrument
from quizzes.instruments.xlsform import read_xlsform, write_xlsform
from tests.quizzes.conftest import INSTRUMENT
from tests.quizzes.instruments.test_parse import changed, in_one_language, measured
from training.sheets import PARTS, write_sheets

WHOLE_SURVEY = (CONTENT / "phrs24.yaml").read_text(encoding="utf-8")


def several_scales(data):
    other = {"code": "other", "of": [], "method": "sum", "min_answered": 1, "band": 1.5}
    data["scales"].append(data["scales"][0] | other)
    data["items"][0].update(scale=["view", "other"], reverse=["other"])
    data["items"][1].update(scale=["view", "other"], reverse=True)
    data["items"][3].update(apart=[2], confirm=True, findings=["F01", "F02"])
    data["option_sets"]["unused"] = data["option_sets"]["yesno"]


def only_a_number(data):
    texts = {"km": "ចំនួន", "en": "=1+1"}
    item = {"code": "N1", "kind": "demographic", "type": "decimal", "low": 0, "high": 0.00001}
    data.update(option_sets={}, scales=[], items=[item | {"text": texts, "short": texts}])


INSTRUMENTS = {
    "survey of the course": WHOLE_SURVEY,
    "several scales": changed(several_scales),
    "numbers": measured(),
    "only a number": changed(only_a_number),
    "Khmer": in_one_language("km", WHOLE_SURVEY),
    "English": in_one_language("en"),
}


@pytest.mark.parametrize("text", INSTRUMENTS.values(), ids=INSTRUMENTS)
def test_what_was_written_is_read_as_it_was(text):
    parsed = parse_instrument(text)

    assert parse_instrument(read_xlsform(write_xlsform(parsed))) == parsed


@pytest.mark.parametrize("text", INSTRUMENTS.values(), ids=INSTRUMENTS)
def test_kobotoolbox_converts_it_without_a_warning(text):
    parsed, warnings = parse_instrument(text), []

    form = convert(BytesIO(write_xlsform(parsed)), file_type=".xlsx", warnings=warnings)

    assert warnings == form.warnings == []
    default = "English (en)" if parsed.language == "en" else "Khmer (km)"
    assert f'<translation lang="{default}" default="true()">' in form.xform
    assert form.xform.count("<translation ") == (1 if parsed.language else 2)
    assert f'id="{parsed.code}" version="{parsed.version}"' in form.xform
    assert all(f"/data/{item.code}:label" in form.xform for item in parsed.items)


def test_kobotoolbox_keeps_to_the_range_of_a_number():
    form = convert(BytesIO(write_xlsform(parse_instrument(measured()))), file_type=".xlsx")

    assert 'constraint=". &gt;= 0 and . &lt;= 60"' in form.xform


def test_nothing_that_is_written_is_a_formula():
    book = openpyxl.load_workbook(BytesIO(write_xlsform(parse_instrument(changed(only_a_number)))))

    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert "=1+1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "n"}


def foreign():
    """A file as other people make it: one language, a group, questions about the interview."""
    return {
        "survey": [
            ["type", "name", "label", "short::English (en)", "kind", "scale", "hint", "constraint"],
            ["start", "start"],
            ["begin group", "g", "A group"],
            ["select_one yn", "Q1", "First?", "First", "attitude", "view", "Tick one"],
            ["note", "n", "Thank you"],
            ["integer", "N1", "Years?", "Years", "demographic", None, None, ".>=0 and .<=60"],
            ["end group"],
        ],
        "choices": [["list_name", "name", "label"], ["yn", 1, "No"], ["yn", 2, "Yes"]],
        "settings": [
            ["form_title", "form_id", "version", "default_language"],
            ["Theirs", "THEIRS", 3, "English (en)"],
        ],
        "scales": [["code", "label", "short"], ["view", "View", "View"]],
    }


def test_a_file_that_somebody_else_made_is_read():
    parsed = parse_instrument(read_xlsform(write_sheets(foreign())))

    assert (parsed.code, parsed.version, parsed.language) == ("THEIRS", 3, "en")
    assert [(item.code, item.type) for item in parsed.items] == [
        ("Q1", "select_one"),
        ("N1", "integer"),
    ]
    assert (parsed.items[1].low, parsed.items[1].high) == (0, 60)
    assert parsed.items[0].scales == ("view",)
    assert parsed.scales[0].min_answered == 0.8


def test_texts_in_a_third_language_are_left_out():
    sheets = foreign()
    sheets["survey"][0].append("label::French (fr)")
    sheets["survey"][3].extend([None, "Premier?"])

    assert "Premier" not in read_xlsform(write_sheets(sheets))


def put(sheet, row, column, value):
    def change(sheets):
        cells = sheets[sheet][row - 1]
        at = sheets[sheet][0].index(column)
        cells.extend([None] * (at + 1 - len(cells)))
        cells[at] = value

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            put("survey", 4, "type", "select_multiple yn"),
            "survey, row 4: type 'select_multiple yn'",
        ),
        (put("survey", 4, "type", "select_one yn or_other"), "survey, row 4: type"),
        (put("survey", 4, "type", None), "survey, row 4: type ''"),
        (put("survey", 4, "name", None), "survey, row 4: name is empty"),
        (put("survey", 6, "constraint", ". < 60"), "survey, row 6: a number needs the constraint"),
        (put("survey", 6, "constraint", None), "survey, row 6: a number needs the constraint"),
        (put("choices", 3, "name", "yes"), "choices, row 3: name must be a whole number"),
        (put("choices", 3, "name", "២"), "choices, row 3: name must be a whole number"),
        (put("choices", 3, "name", 3), "choices, row 3: name must be 2 here"),
        (put("choices", 3, "name", None), "choices, row 3: name is empty"),
        (put("choices", 3, "list_name", None), "choices, row 3: list_name is empty"),
        (put("settings", 2, "version", "2024-a"), "settings, row 2: version must be a whole"),
        (put("settings", 2, "form_id", None), "settings, row 2: form_id is empty"),
        (put("settings", 2, "default_language", None), "survey, row 1: column label has no"),
        (put("scales", 2, "code", None), "scales, row 2: code is empty"),
        (put("survey", 1, "hint", "name"), "survey, row 1: column name stands there twice"),
        (lambda sheets: sheets.pop("survey"), "sheet survey: is missing"),
        (lambda sheets: sheets.pop("settings"), "sheet settings: is missing"),
    ],
)
def test_a_fault_is_named_by_sheet_and_row(change, why):
    sheets = foreign()
    change(sheets)

    with pytest.raises(InstrumentError) as refused:
        read_xlsform(write_sheets(sheets))

    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("right", "b", "right must be a whole number"),
        ("apart", "1 b", "apart must be whole numbers"),
        ("identifying", "perhaps", "identifying is yes or empty"),
    ],
)
def test_a_fault_in_a_column_of_ours_is_named_too(column, value, why):
    sheets = foreign()
    sheets["survey"][0].append(column)
    put("survey", 4, column, value)(sheets)

    with pytest.raises(InstrumentError, match=f"survey, row 4: {why}"):
        read_xlsform(write_sheets(sheets))


def test_a_text_that_became_a_date_is_named():
    book = openpyxl.load_workbook(BytesIO(write_sheets(foreign())))
    book["choices"]["C2"] = openpyxl.utils.datetime.from_excel(45000)
    made = BytesIO()
    book.save(made)

    with pytest.raises(InstrumentError, match="choices, row 2: label_en is a date"):
        read_xlsform(made.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"code: SMALL", id="text"),
        pytest.param(write_sheets({f"s{n}": [["a"]] for n in range(PARTS)}), id="too many parts"),
        pytest.param(write_sheets({"survey": [["type"]] * 6000}), id="too many rows"),
        pytest.param(write_sheets({"survey": [["x"] * 200]}), id="too many columns"),
        pytest.param(write_xlsform(parse_instrument(INSTRUMENT))[:4000], id="cut off"),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(content):
    with pytest.raises(InstrumentError, match=r"[a-z]{3}.*\."), translation.override("en"):
        read_xlsform(content)
