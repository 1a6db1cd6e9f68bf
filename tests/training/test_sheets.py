import zipfile
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from training import sheets
from training.sheets import SheetError, read_sheet, write_sheets

WORKSHEET = "xl/worksheets/sheet1.xml"


def rows(content, name="services"):
    return [cells for _number, cells in read_sheet(content, name)]


def with_part(content, name, text):
    """The same workbook with another text in one of its parts."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def part(content, name=WORKSHEET):
    return zipfile.ZipFile(BytesIO(content)).read(name).decode()


def test_what_is_written_is_read_back():
    table = [["code", "ថ្ងៃ"], ["0102", date(2026, 3, 1)], ["ស្រី", 12], ["", "x"]]

    content = write_sheets({"services": table, "more": [["other"]]})

    assert read_sheet(content, "services") == [
        (1, ["code", "ថ្ងៃ"]),
        (2, ["0102", date(2026, 3, 1)]),
        (3, ["ស្រី", "12"]),
        (4, ["", "x"]),
    ]
    assert rows(content, "more") == [["other"]]
    assert rows(content, "no such sheet") == rows(content)


@given(st.sampled_from("=+-@\t＝"), st.text(st.characters(codec="utf-8", exclude_categories=["C"])))
@settings(max_examples=50, deadline=None)
def test_no_text_becomes_a_formula_or_a_link(sign, text):
    written = sign + text + "https://example.org"

    content = write_sheets({"services": [["a"], [written]]})

    cell = openpyxl.load_workbook(BytesIO(content))["services"]["A2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert cell.value.strip() == written.strip()


def test_a_formula_is_read_as_the_text_that_stands_there():
    book = openpyxl.Workbook()
    book.active.append(["code", '=HYPERLINK("https://example.org")', True, 3.5, 102.0])
    made = BytesIO()
    book.save(made)

    assert rows(made.getvalue()) == [
        ["code", '=HYPERLINK("https://example.org")', "yes", "3.5", "102"]
    ]


def test_empty_rows_are_left_out_and_the_others_keep_their_numbers():
    content = write_sheets({"services": [["a"], [None], [""], ["b"]]})

    assert read_sheet(content, "services") == [(1, ["a"]), (4, ["b"])]


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""


def test_entities_of_xml_are_refused():
    with pytest.raises(SheetError, match="cannot be read"), translation.override("en"):
        read_sheet(with_part(write_sheets({"services": [["a"]]}), WORKSHEET, BOMB), "services")


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    content = with_part(write_sheets({"services": [["a"]]}), WORKSHEET, " " * (sheets.UNPACKED + 1))

    assert len(content) < 100_000
    with pytest.raises(SheetError, match="unpacks"), translation.override("en"):
        read_sheet(content, "services")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a spreadsheet"),
        (b"code,name\n1,2\n", "not a spreadsheet"),
        (b"PK" + bytes(sheets.LARGEST), "larger than 2 megabytes"),
    ],
)
def test_what_is_no_spreadsheet_is_a_sentence(content, why):
    with pytest.raises(SheetError, match=why), translation.override("en"):
        read_sheet(content, "services")


def test_a_zip_of_something_else_and_too_many_parts_are_sentences():
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as other:
        other.writestr("hello.txt", "hello")
    with pytest.raises(SheetError, match="cannot be read"), translation.override("en"):
        read_sheet(made.getvalue(), "services")

    with zipfile.ZipFile(made, "w") as other:
        for n in range(sheets.PARTS + 1):
            other.writestr(str(n), "")
    with pytest.raises(SheetError, match="unpacks"), translation.override("en"):
        read_sheet(made.getvalue(), "services")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('<row r="2"', '<row r="5002"', "5,000 rows"),
        ('<row r="2"', '<row r="1048577"', "5,000 rows|beyond the end"),
        ('<row r="2"', '<row r="99999999999"', "beyond the end"),
        ('<c r="A2"', '<c r="CW2"', "100 columns"),
    ],
)
@pytest.mark.parametrize("said", ["A1:A2", "A1:A1"])
def test_more_rows_or_columns_than_the_site_reads_are_refused(old, new, why, said):
    content = write_sheets({"services": [["a"], ["b"]]})
    sheet = part(content).replace(old, new).replace('ref="A1:A2"', f'ref="{said}"')
    assert new in sheet

    with pytest.raises(SheetError, match=why), translation.override("en"):
        read_sheet(with_part(content, WORKSHEET, sheet), "services")
