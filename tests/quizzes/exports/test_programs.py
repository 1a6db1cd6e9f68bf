"""What other programs read in a bundle: PSPP, R with haven, LibreOffice, pandas.

Stata is not among them; of labels.do only the grammar is looked at.
"""

import csv
import json
import math
import re
import shutil
import sys

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from quizzes.exports.delimited import MAIN_TABLE
from quizzes.exports.words import MISSING_WORDS, SUFFIXES, in_bytes
from quizzes.instruments.parse import parse_instrument
from tests.quizzes.exports.conftest import WHOLE_SURVEY, need, need_haven, run
from training.khmer import canonical

pytestmark = pytest.mark.django_db  # of the fixture that makes the bundle

SURVEY = parse_instrument(WHOLE_SURVEY)
ITEMS = {item.code: item for item in SURVEY.items}


@pytest.fixture
def folder(bundle, tmp_path):
    """A copy to work in: the scripts write files of their own."""
    return shutil.copytree(bundle.folder, tmp_path / "bundle")


@pytest.fixture(params=["bundle", "hard"])
def either(request, tmp_path):
    """(what was made, a copy to work in) of the shipped survey, and of a hard one."""
    made = request.getfixturevalue(request.param)
    return made, shutil.copytree(made.folder, tmp_path / "bundle")


def table_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            (row["scale"], row["first"], row["second"]): [row[key] for key in MAIN_TABLE]
            for row in csv.DictReader(file)
        }


def the_reports(report):
    """The main table out of the report itself."""
    return {
        (scale, *(SUFFIXES[wave] for wave in pair.split("-"))): [block[key] for key in MAIN_TABLE]
        for scale, blocks in report["change"].items()
        for pair, block in blocks.items()
        if block["diff"] is not None
    }


def assert_same_table(found, report):
    expected = the_reports(report)
    assert len(expected) >= 5
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert [float(value) for value in found[key]] == pytest.approx(values, abs=1e-9), key


def test_pandas_recomputes_the_main_table(either):
    made, folder = either

    said = run(sys.executable, "load.py", folder=folder)

    assert_same_table(table_of(folder / "main_table_from_python.csv"), made.report)
    assert float(said.rsplit(":", 1)[1]) < 1e-9


def test_r_recomputes_the_main_table(either):
    made, folder = either

    said = run("Rscript", "load.R", folder=folder)

    assert_same_table(table_of(folder / "main_table_from_r.csv"), made.report)
    assert float(said.rsplit(":", 1)[1]) < 1e-9


def test_a_changed_answer_does_not_pass_for_the_report(folder):
    path = folder / "responses_wide.csv"
    text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    heads, *rows = [line.split(",") for line in text.splitlines()]
    place = heads.index("A01_t0")
    for row in rows:
        row[place] = {"1": "5"}.get(row[place], row[place])
    path.write_text("\n".join(map(",".join, [heads, *rows])), encoding="utf-8-sig")

    assert float(run(sys.executable, "load.py", folder=folder).rsplit(":", 1)[1]) > 1e-4
    assert float(run("Rscript", "load.R", folder=folder).rsplit(":", 1)[1]) > 1e-4


def expected_labels(language):
    """Column -> label, column -> {value: label}, of the items that nothing is too long for."""
    labels, values = {}, {}
    for code, item in ITEMS.items():
        texts = [canonical(getattr(text, language)) for text in (item.text, item.short)]
        labels[code] = next(text for text in texts if in_bytes(text) <= 255)
        values[code] = {code: getattr(words, language) for code, words in MISSING_WORDS.items()}
        if not item.is_identifying:
            del values[code][-6]
        for option in SURVEY.option_sets[item.options]:
            texts = [canonical(getattr(text, language)) for text in (option.label, option.short)]
            values[code][option.value] = next(text for text in texts if in_bytes(text) <= 120)
    return labels, values


R_READS = """
suppressMessages(library(haven))
data <- NAME
for (name in names(data)) {
  column <- data[[name]]
  cat(name, "\\tlabel\\t", attr(column, "label"), "\\n", sep = "")
  cat(name, "\\tmissing\\t", paste(attr(column, "na_range"), collapse = " "), "\\n", sep = "")
  labels <- attr(column, "labels")
  for (n in seq_along(labels)) {
    cat(name, "\\t", labels[n], "\\t", names(labels)[n], "\\n", sep = "")
  }
  if (is.numeric(column)) {
    values <- ifelse(is.na(unclass(column)), "", sprintf("%.17g", unclass(column)))
    cat(name, "\\tvalues\\t", paste(values, collapse = " "), "\\n", sep = "")
  }
}
"""


def read_by_haven(folder, call):
    """(labels, value labels, missing range, values as texts) by column."""
    need_haven()
    (folder / "read.R").write_text(R_READS.replace("NAME", call), encoding="utf-8")
    labels, meanings, missing, values = {}, {}, {}, {}
    for line in run("Rscript", "read.R", folder=folder).split("\n")[:-1]:
        name, key, rest = line.split("\t")
        kinds = {"label": labels, "missing": missing, "values": values}
        if key in kinds:
            kinds[key][name] = rest
        else:
            meanings.setdefault(name, {})[int(key)] = rest
    return labels, meanings, missing, values


def assert_labels(labels, meanings, language):
    """Byte for byte those of the survey."""
    expected_label, expected_values = expected_labels(language)
    found = [name for name in labels if re.fullmatch(r"[A-Z]+\w*_t\d", name) and "_r_" not in name]
    assert len(found) > 100
    for name in found:
        code = name.rsplit("_", 1)[0]
        assert labels[name].encode() == expected_label[code].encode()
        assert meanings[name] == expected_values[code]


def assert_values(values, bundle):
    """The numbers of responses_wide.csv."""
    rows = bundle.texts("responses_wide.csv")
    for name, found in values.items():
        texts = found.split(" ")
        expected = [row[name] for row in rows]
        assert len(texts) == len(expected)
        for text, cell in zip(texts, expected, strict=True):
            assert (text == "") == (cell == "")
            assert not cell or math.isclose(float(text), float(cell), abs_tol=1e-12)


@pytest.mark.parametrize("language", ["km", "en"])
def test_haven_reads_the_sav(either, language):
    made, folder = either
    call = f'read_sav("data_{language}.sav", user_na = TRUE)'

    labels, meanings, missing, values = read_by_haven(folder, call)

    assert {missing[name] for name in values} == {"-9 -6"}
    assert_values(values, made)
    if "A01_t0" in labels:
        assert_labels(labels, meanings, language)


def test_haven_reads_the_dta(either):
    made, folder = either

    _labels, meanings, _missing, values = read_by_haven(folder, 'read_dta("data.dta")')

    assert_values(values, made)
    if "A01_t0" in meanings:
        assert (meanings["A01_t0"][5], meanings["A01_t0"][-9]) == ("Strongly agree", "not answered")


@pytest.mark.parametrize("language", ["km", "en"])
def test_pspp_runs_the_syntax(either, language):
    made, folder = either

    run("pspp", "syntax.sps", "-o", "listing.txt", folder=folder)

    said = folder / "listing.txt"
    assert not said.exists() or "error" not in said.read_text(encoding="utf-8")
    _, found = pyreadstat.read_sav(folder / f"syntax_{language}.sav", user_missing=True)
    _, ours = pyreadstat.read_sav(folder / f"data_{language}.sav", user_missing=True)
    assert found.column_names_to_labels == ours.column_names_to_labels
    assert found.variable_value_labels == ours.variable_value_labels
    assert found.missing_ranges == ours.missing_ranges
    assert found.variable_measure == ours.variable_measure
    call = f'read_sav("syntax_{language}.sav", user_na = TRUE)'
    assert_values(read_by_haven(folder, call)[3], made)
    if "A01_t0" in found.column_names:
        assert_labels(found.column_names_to_labels, found.variable_value_labels, language)


def test_pspp_shows_the_khmer_of_the_sav(bundle, folder):
    (folder / "show.sps").write_text("GET FILE='data_km.sav'.\nDISPLAY DICTIONARY.\n")

    run("pspp", "show.sps", "-O", "format=csv", "-o", "shown.csv", folder=folder)

    shown = (folder / "shown.csv").read_text(encoding="utf-8")
    labels, values = expected_labels("km")
    for code in ("A01", "K01", "D01"):
        assert labels[code] in shown
        assert all(label in shown for label in values[code].values())


def sheet_rows(book, name):
    return [list(row) for row in book[name].iter_rows(values_only=True)]


def test_openpyxl_reads_the_workbook(bundle):
    book = openpyxl.load_workbook(bundle.folder / "data.xlsx", read_only=True)

    assert book.sheetnames == [
        "data codes",
        "data labels km",
        "data labels en",
        "codebook",
        "scales",
        "flow",
    ]
    codes = sheet_rows(book, "data codes")
    rows = bundle.texts("responses_wide.csv")
    assert codes[0] == list(rows[0])
    for found, row in zip(codes[1:], rows, strict=True):
        padded = found + [None] * (len(row) - len(found))
        numbers = [None if cell == "" else float(cell) for cell in list(row.values())[2:]]
        assert padded[:2] == list(row.values())[:2]
        assert [cell is None for cell in padded] == [number is None for number in [0, 0, *numbers]]
        # XLSX holds 16 digits
        assert [cell for cell in padded[2:] if cell is not None] == pytest.approx(
            [number for number in numbers if number is not None], rel=1e-14
        )


def test_sheets_of_labels_hold_the_words_for_the_codes(bundle):
    book = openpyxl.load_workbook(bundle.folder / "data.xlsx", read_only=True)

    rows = bundle.texts("responses_wide.csv")
    for language in ("km", "en"):
        heads, *labelled = sheet_rows(book, f"data labels {language}")
        for name in ("A01_t0", "K01_t1", "D01_t0"):
            item = ITEMS[name.split("_")[0]]
            words = {str(code): getattr(words, language) for code, words in MISSING_WORDS.items()}
            for option in SURVEY.option_sets[item.options]:
                words[str(option.value)] = canonical(getattr(option.label, language))
            place = heads.index(name)
            found = [row[place] for row in labelled]
            assert found == [words.get(row[name]) for row in rows]


def test_libreoffice_opens_the_workbook(bundle, folder):
    need("soffice")
    sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
    home = f"-env:UserInstallation=file://{folder}/home"
    run("soffice", home, "--headless", "--convert-to", sheet, "data.xlsx", folder=folder)

    made = next(folder.glob("data*.csv"))
    with made.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    expected = bundle.texts("responses_wide.csv")
    names = [name for name in expected[0] if not name.startswith("sc_")]
    assert [[row[name] for name in names] for row in found] == [
        [row[name] for name in names] for row in expected
    ]


def test_the_do_file_is_built_as_stata_reads_it(either):
    made, _folder = either
    lines = (made.folder / "labels.do").read_text(encoding="utf-8").splitlines()

    # A compound string holds no macro and not its own end.
    name, text = r"[A-Za-z_][A-Za-z0-9_]{0,31}", r"`\"(?:(?!\"')(?:[^`$]|(?<=\\)\$))*\"'"
    patterns = [
        r"\*.*",
        r"version 14",
        r'use "data\.dta", clear',
        r"label language (?:km|en)(?:, new)?",
        r"label language default, delete",
        rf"label variable {name} {text}",
        rf"label define {name} (?:-?\d+|\.[a-d]) {text}, modify",
        rf"label values {name} {name}",
        r'save "data_labelled\.dta", replace',
    ]
    wrong = [line for line in lines if not any(re.fullmatch(one, line) for one in patterns)]
    assert wrong == []
    labels = [line for line in lines if line.startswith("label variable")]
    assert max(len(line.split("`", 1)[1]) - 3 for line in labels) <= 80
    known = {line.split()[2] for line in lines if line.startswith("label define")}
    assert {line.split()[3] for line in lines if line.startswith("label values")} == known


def test_the_do_file_has_the_khmer_labels(bundle):
    text = (bundle.folder / "labels.do").read_text(encoding="utf-8")

    for code, item in ITEMS.items():
        full, short = (canonical(pair.km) for pair in (item.text, item.short))
        label = full if len(full) <= 80 else short
        assert f'{code}_t0 `"{label}"\'' in text or item.waves not in ((), ("pre",))


def test_the_data_package_fits_its_rows(either):
    bundle, _folder = either
    package = json.loads((bundle.folder / "datapackage.json").read_text(encoding="utf-8"))

    for resource in package["resources"]:
        schema = resource["schema"]
        assert schema["missingValues"] == ["", "-9", "-8", "-7", "-6"]
        rows = bundle.texts(resource["path"])
        assert list(rows[0]) == [field["name"] for field in schema["fields"]]
        for field in schema["fields"]:
            cells = {row[field["name"]] for row in rows} - set(schema["missingValues"])
            limits = field.get("constraints", {})
            kind = {"string": str, "integer": int, "number": float}[field["type"]]
            values = {kind(cell) for cell in cells}
            assert "enum" not in limits or values <= set(limits["enum"]), field["name"]
            if "minimum" in limits:
                assert all(limits["minimum"] <= value <= limits["maximum"] for value in values)


def test_no_reader_takes_a_code_or_a_letter_for_a_number(bundle):
    data = pd.read_csv(bundle.folder / "responses_wide.csv")

    assert pd.api.types.is_string_dtype(data["participant"])
    assert pd.api.types.is_string_dtype(data["cohort"])
    assert data["participant"].str.fullmatch("P[0-9a-f]{12}").all()
    assert data.columns[0] == "participant"
