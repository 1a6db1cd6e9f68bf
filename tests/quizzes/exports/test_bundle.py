"""The ZIP as a whole: its files, their hashes, how far the work is, and how it ends early."""

import hashlib
import json
import re
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest

from quizzes.exports import workbook
from quizzes.exports.bundle import write_bundle
from quizzes.instruments.xlsform import read_xlsform
from quizzes.reports.build import build_report
from quizzes.reports.content import LANGUAGES
from tests.quizzes.exports.conftest import release_of, unpacked

pytestmark = pytest.mark.django_db

FILES = [
    "README.km.txt",
    "README.en.txt",
    "responses_wide.csv",
    "responses_long.csv",
    "data.xlsx",
    "data_km.sav",
    "data_en.sav",
    "data.dta",
    "labels.do",
    "syntax.sps",
    "load.R",
    "load.py",
    "scoring.csv",
    "main_table.csv",
    "codebook.xlsx",
    "codebook.html",
    "ddi-codebook-2.5.xml",
    "datapackage.json",
    "instrument_v1.xlsx",
    "report.html",
    "report.en.html",
    "report.json",
    "MANIFEST.sha256",
]


@pytest.fixture
def small(version):
    """(release, content, report) of the small survey, before and after."""
    release, content = release_of(version, ["pre", "post"])
    return release, content, build_report(release, content)[0]


def test_the_files_stand_in_one_order_with_their_hashes(small, tmp_path):
    path = tmp_path / "bundle.zip"

    rows, sha256 = write_bundle(*small, path)

    assert rows == 60
    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    with zipfile.ZipFile(path) as made:
        assert made.namelist() == FILES
        assert {info.date_time for info in made.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        lines = made.read("MANIFEST.sha256").decode().splitlines()
        assert [line.split("  ") for line in lines] == [
            [hashlib.sha256(made.read(name)).hexdigest(), name] for name in FILES[:-1]
        ]
    assert list(tmp_path.iterdir()) == [path]


def test_progress_is_told_at_each_file_and_never_goes_back(small, tmp_path):
    told = []

    write_bundle(*small, tmp_path / "bundle.zip", lambda done, of: told.append(done / of))

    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 1)
    assert len(set(told)) >= len(FILES)


def test_a_cancelled_bundle_leaves_no_rows_behind(small, tmp_path):
    class CancelledError(Exception):
        pass

    def cancel(done, of):
        if done / of > 0.3:
            raise CancelledError

    with pytest.raises(CancelledError):
        write_bundle(*small, tmp_path / "bundle.zip", cancel)

    assert list(tmp_path.iterdir()) == []


def test_a_large_release_has_no_sheets_of_labels_and_says_so(small, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_LABELS", 60)

    folder = unpacked(*small, tmp_path)

    book = openpyxl.load_workbook(folder / "data.xlsx", read_only=True)
    assert book.sheetnames == ["data codes", "codebook", "scales", "flow"]
    for language, words in (("km", "សំណុំនេះធំជាងនេះ"), ("en", "This release is larger")):
        assert words in (folder / f"README.{language}.txt").read_text(encoding="utf-8-sig")


def test_two_bundles_share_no_code(small, tmp_path):
    codes = []
    for name in "ab":
        (tmp_path / name).mkdir()
        folder = unpacked(*small, tmp_path / name)
        text = "".join(
            (folder / f"responses_{form}.csv").read_text(encoding="utf-8-sig")
            for form in ("wide", "long")
        )
        codes.append(set(re.findall(r"^P[0-9a-f]{12}", text, re.MULTILINE)))

    assert len(codes[0]) == len(codes[1]) == 60
    assert not codes[0] & codes[1]


def test_the_long_file_says_the_same_as_the_wide_one(bundle):
    cells = {
        (row["participant"], row["cohort"], f"{row['item']}_{row['wave']}"): row["value"]
        for row in bundle.texts("responses_long.csv")
    }

    expected = {
        (row["participant"], row["cohort"], name): cell
        for row in bundle.texts("responses_wide.csv")
        for name, cell in row.items()
        if re.fullmatch(r"[A-Z]\w*_t\d", name) and "_r_" not in name and cell
    }
    assert cells == expected


def test_the_rows_hold_what_was_answered(bundle):
    """Column by column the same values as often, but for what identifies."""
    wide = bundle.texts("responses_wide.csv")
    codes = [item["name"] for item in survey_of(bundle.folder / "instrument_v1.xlsx")]

    for wave, suffix in (("pre", "t0"), ("post", "t1"), ("fu3", "t2")):
        taken = bundle.content.waves[wave]
        for place, code in enumerate(codes):
            if f"{code}_{suffix}" in wide[0] and not code.startswith("D"):
                found = sorted(int(row[f"{code}_{suffix}"] or 99) for row in wide)
                stored = taken.answers[place][taken.taken].tolist()
                assert found == sorted(stored + [99] * int((~taken.taken).sum()))


def survey_of(path):
    book = openpyxl.load_workbook(path, read_only=True)
    heads, *rows = book["survey"].iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=False)) for row in rows]


def test_what_was_answered_in_which_language_is_in_no_row(bundle):
    names = set(bundle.texts("responses_wide.csv")[0]) | set(bundle.texts("responses_long.csv")[0])

    assert not [name for name in names if re.search("lang|mode|date|time", name)]
    assert set(LANGUAGES) == {"km", "en"}


def test_the_instrument_comes_back_from_its_form(bundle):
    text = read_xlsform((bundle.folder / "instrument_v1.xlsx").read_bytes())

    assert "code: PHRS24" in text


def test_the_report_is_the_releases_own(bundle):
    assert json.loads((bundle.folder / "report.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(bundle.report)
    )
    for name, language in (("report.html", "km"), ("report.en.post-fu3.html", "en")):
        page = (bundle.folder / name).read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in page
        assert not re.search(r'(?:href|src)="[/?]', page)
        linked = set(re.findall(r'href="(report[^"]*)"', page))
        assert linked
        assert all((bundle.folder / link).exists() for link in linked)


def test_the_read_me_names_the_release_in_both_languages(bundle):
    for language, words in (("km", "មុនវគ្គសិក្សា"), ("en", "before the course")):
        text = (bundle.folder / f"README.{language}.txt").read_text(encoding="utf-8-sig")
        assert f"t0 {words} (pre, PHRS24 1)" in text
        assert "$" not in text
        for path in bundle.folder.iterdir():
            named = path.name.replace(".post-fu3", "").replace(".pre-fu3", "")
            assert named in text or named.startswith("README")


def test_the_ddi_describes_every_column_in_both_languages(bundle):
    found = ElementTree.parse(bundle.folder / "ddi-codebook-2.5.xml").getroot()  # noqa: S314

    ddi, lang = "{ddi:codebook:2_5}", "{http://www.w3.org/XML/1998/namespace}lang"
    variables = found.findall(f"{ddi}dataDscr/{ddi}var")
    assert [one.get("name") for one in variables] == list(bundle.texts("responses_wide.csv")[0])
    for one in variables:
        assert [label.get(lang) for label in one.findall(f"{ddi}labl")] == ["km", "en"]
    one = next(one for one in variables if one.get("name") == "A01_t0")
    invalid = [item.get("VALUE") for item in one.iter(f"{ddi}item")]
    assert invalid == ["-9", "-8", "-7"]
    values = [int(value.text) for value in one.iter(f"{ddi}catValu")]
    assert values == [-9, -8, -7, 1, 2, 3, 4, 5]


def test_the_codebook_counts_each_column(bundle):
    book = openpyxl.load_workbook(bundle.folder / "codebook.xlsx", read_only=True)
    assert book.sheetnames == ["columns", "scales", "waves", "missing codes", "versions"]
    heads, *rows = book["columns"].iter_rows(values_only=True)
    wide = bundle.texts("responses_wide.csv")

    assert [row[0] for row in rows] == list(wide[0])
    for row in rows[2:]:
        described = dict(zip(heads, row, strict=False))
        cells = [person[described["column"]] for person in wide]
        expected = [cells.count(code) for code in ("-9", "-8", "-7", "-6", "")]
        found = [described[f"n {code}"] for code in (-9, -8, -7, -6)]
        assert [*found, described["empty"]] == expected
        assert described["n answered"] == len(cells) - sum(expected)
