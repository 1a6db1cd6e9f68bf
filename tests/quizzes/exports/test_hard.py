"""What an instrument may hold and files may not: long labels, signs of formulas, equal names."""

import json
import re
from xml.etree import ElementTree

import openpyxl
import pyreadstat
import pytest

from quizzes.exports.codebook import workbook, write_table
from quizzes.exports.words import fitting, in_bytes, safe_text
from tests.quizzes.exports.conftest import LONG_KHMER, hard_survey

pytestmark = pytest.mark.django_db


def names_of(made):
    return list(made.texts("responses_wide.csv")[0])


def test_names_are_short_and_differ_without_capitals(hard):
    names = names_of(hard)

    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,31}", name) for name in names)
    assert len({name.lower() for name in names}) == len(names)
    assert {"sc_view_mean_t0", "sc_view_sum_t0", "Q2_r_t3", "NA_t1"} <= set(names)


@pytest.mark.parametrize("language", ["km", "en"])
def test_no_label_is_cut(hard, language):
    """Every label is a whole text of the survey; too long ones gave way to the short ones."""
    _, found = pyreadstat.read_sav(hard.folder / f"data_{language}.sav", user_missing=True)

    survey = hard_survey(1)
    items = {item["code"]: item for item in survey["items"]}
    for name, label in found.column_names_to_labels.items():
        assert in_bytes(label) <= 256
        code = name.split("_")[0]
        if code in items and "_r_" not in name and name != "K1_t3":
            assert label == items[code]["short"][language]
    values = found.variable_value_labels["Q1_t0"]
    level = {n: f'Level {n} "so" & <b> $x `y\'' for n in range(1, 6)}
    level = {n: f"កម្រិត {n}" for n in range(1, 6)} if language == "km" else level
    assert {n: values[n] for n in range(1, 6)} == level
    assert all(
        in_bytes(label) <= 120
        for labels in found.variable_value_labels.values()
        for label in labels.values()
    )


def test_a_wave_has_the_labels_of_its_version(hard):
    _, found = pyreadstat.read_sav(hard.folder / "data_en.sav")

    labels = found.column_names_to_labels
    assert labels["K1_t3"] == "Reworded"
    assert labels["K1_t0"].startswith("@K1")
    assert "N1_t0" in labels
    assert "N1_t3" not in labels
    assert (hard.folder / "instrument_v2.xlsx").exists()
    book = openpyxl.load_workbook(hard.folder / "codebook.xlsx")
    heads, *rows = book["versions"].iter_rows(values_only=True)
    second = dict(zip(heads, rows[1], strict=True))
    assert (second["version"], second["asked at"]) == (2, "t3")
    assert (second["removed"], second["other text or answers"]) == ("N1", "K1")
    assert (second["added"], rows[0][heads.index("removed")]) == (None, None)


def test_what_is_turned_round_stands_beside_what_was_answered(hard):
    rows = hard.texts("responses_wide.csv")

    turned = {(row["T1_t0"], row["T1_r_t0"]) for row in rows}
    expected = {("1", "4"), ("2", "3"), ("3", "2"), ("4", "1"), ("5", "5")}
    expected |= {("-8", "-8"), ("-9", "-9"), ("", "")}
    assert turned <= expected
    assert {("1", "4"), ("5", "5"), ("", "")} <= turned
    _, found = pyreadstat.read_sav(hard.folder / "data_en.sav")
    labels = found.variable_value_labels
    assert labels["T1_r_t0"][4] == labels["T1_t0"][1] == "+1 times"
    assert labels["T1_r_t0"][5] == labels["T1_t0"][5] == "=SUM(A1) met 'nobody'"


def test_numbers_are_kept_whole(hard):
    rows = hard.texts("responses_wide.csv")

    wholes = {float(row["N1_t0"]) for row in rows if row["N1_t0"]}
    stored = hard.content.waves["pre"]
    assert wholes == set(stored.answers[10][stored.taken].tolist())
    parts = {float(row["N2_t1"]) for row in rows if row["N2_t1"]}
    stored = hard.content.waves["post"]
    assert parts == set(stored.answers[11][stored.taken].tolist())


def test_no_cell_of_a_csv_begins_a_formula(hard):
    for path in hard.folder.glob("*.csv"):
        for row in hard.texts(path.name):
            for cell in row.values():
                assert not cell.startswith(("=", "+", "-", "@", "\t")) or re.fullmatch(
                    r"-\d+(\.\d+)?(e-\d+)?", cell
                )


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\r=1"])
def test_a_text_that_begins_a_formula_is_set_off(text):
    assert safe_text(text) == f"'{text}"
    assert safe_text(f"a{text}") == f"a{text}"


@pytest.mark.parametrize("name", ["data.xlsx", "codebook.xlsx"])
def test_no_cell_of_a_workbook_is_a_formula_or_a_link(hard, name):
    book = openpyxl.load_workbook(hard.folder / name)

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=HYPERLINK(Q1)") for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert not [cell for cell in cells if cell.hyperlink]


def test_a_written_table_keeps_its_texts(tmp_path):
    texts = ["=1+1", "{=1}", "http://a.example", "-5", "a\x0bb", LONG_KHMER]
    texts += [" <r><t>1</t></r>"]

    with workbook(tmp_path / "a.xlsx") as book:
        write_table(book, "a", [["head (km)"], *([text.removeprefix(" ")] for text in texts)])

    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["a"]
    found = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [text.replace("_x000B_", "\x0b") for text in found] == texts


def test_pages_and_descriptions_escape_what_they_show(hard):
    page = (hard.folder / "codebook.html").read_text(encoding="utf-8")
    assert "<i>" not in page
    assert "&lt;i&gt;" in page

    root = ElementTree.parse(hard.folder / "ddi-codebook-2.5.xml").getroot()  # noqa: S314
    texts = {element.text for element in root.iter() if element.text}
    assert hard_survey(1)["items"][0]["text"]["en"].strip() in texts
    package = json.loads((hard.folder / "datapackage.json").read_text(encoding="utf-8"))
    fields = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    assert fields["N2_t1"]["constraints"] == {"minimum": 0.25, "maximum": 0.75}
    assert fields["T1_t0"]["constraints"] == {"enum": [1, 2, 3, 4, 5]}


def test_who_is_compared_is_told_and_does_not_count_in_the_change(hard):
    rows = hard.texts("responses_wide.csv")

    compared = [row["comparison"] for row in rows]
    first = hard.content.cohorts == min(hard.content.cohorts)
    assert compared.count("1") == first.sum()
    both = [
        row
        for row in rows
        if row["comparison"] == "0"
        and {row["sc_view_mean_t0"], row["sc_view_mean_t1"]} & {"", "-9"}
    ]
    course = compared.count("0")
    assert hard.report["change"]["View"]["pre-post"]["n"] == course - len(both)


@pytest.mark.parametrize(
    ("candidates", "most", "expected"),
    [
        (["ខ្មែរ", "ខ", "A1"], 15, "ខ្មែរ"),
        (["ខ្មែរ", "ខ", "A1"], 14, "ខ"),
        (["ខ្មែរ", "ខ", "A1"], 2, "A1"),
    ],
)
def test_the_first_label_that_fits_is_taken(candidates, most, expected):
    assert fitting(candidates, size=in_bytes, most=most) == expected
