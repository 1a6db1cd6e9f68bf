import csv
import zipfile
from datetime import date

import openpyxl
import pytest

from quizzes import tables
from quizzes.tables import TableError, read_table

TABLE = [["participant", "ក្រុម"], ["001", "ក"], [], ["2", "", "x"]]


@pytest.fixture
def written(tmp_path):
    def write(content, name="file.csv"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


@pytest.fixture
def workbook(tmp_path):
    def save(rows, *more_sheets):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for name in more_sheets:
            book.create_sheet(name).append(["other"])
        book.save(tmp_path / "file.XLSX")
        return tmp_path / "file.XLSX"

    return save


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_a_csv_file_is_read_in_any_of_its_forms(tmp_path, encoding, separator, quoting):
    with (tmp_path / "file.csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator, quoting=quoting).writerows(TABLE)

    assert read_table(tmp_path / "file.csv") == TABLE


def test_empty_cells_at_the_end_and_spaces_around_are_left_out(written):
    assert read_table(written(b"a , b,\n1, ,\n,,\n\n")) == [["a", "b"], ["1"]]


def test_a_spreadsheet_gives_the_same_rows_as_text(workbook):
    rows = [["a", "b"], [1, 2.0], [], [None, 2.5, "003", True, date(2026, 3, 1)]]

    assert read_table(workbook(rows, "second")) == [
        ["a", "b"],
        ["1", "2"],
        [],
        ["", "2.5", "003", "yes", "2026-03-01"],
    ]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"a,b", "file.ods", r"\.csv or \.xlsx"),
        ("ក".encode("utf-16"), "file.csv", "UTF-8"),
        (b'a,b\n"1,2\n3,4\n', "file.csv", "as CSV"),
        (b"a\n" + b"1" * 200_000, "file.csv", "as CSV"),
        (b"a,b", "file.xlsx", "not a spreadsheet"),
        (b",".join([b"a"] * 501), "file.csv", "500 columns"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(written, content, name, sentence):
    with pytest.raises(TableError, match=sentence):
        read_table(written(content, name))


def test_a_table_has_its_limit_of_rows(written, monkeypatch):
    monkeypatch.setattr(tables, "ROWS", 3)

    assert len(read_table(written(b"a\n1\n2\n3\n\n\n"))) == 4
    with pytest.raises(TableError, match="more than 3 rows"):
        read_table(written(b"a\n1\n2\n3\n4\n"))


def test_a_file_that_is_too_large_is_not_opened(written, monkeypatch):
    monkeypatch.setattr(tables, "LARGEST", 3)

    with pytest.raises(TableError, match="larger"):
        read_table(written(b"a\n12"))


def test_a_spreadsheet_that_would_unpack_to_too_much_is_refused(workbook, monkeypatch):
    monkeypatch.setattr(tables, "UNPACKED", 1000)

    with pytest.raises(TableError, match="unpacks"):
        read_table(workbook(TABLE))


@pytest.mark.parametrize("sheet", [b"<no xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_a_broken_spreadsheet_is_refused(workbook, tmp_path, sheet):
    whole = workbook(TABLE)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as new:
        for name in old.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            new.writestr(name, sheet if is_sheet else old.read(name))

    with pytest.raises(TableError, match="cannot be read"):
        read_table(tmp_path / "bad.xlsx")
