"""Tables as spreadsheets (XLSX), out and in. What is read may have been made to do harm."""

import math
import zipfile
from datetime import date, datetime
from importlib import import_module
from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext as _

LARGEST = 2 * 1024 * 1024  # bytes of a file
UNPACKED = 40 * 1024 * 1024  # bytes of all its parts
PARTS = 100
ROWS = 5000  # below the first
COLUMNS = 100
LAST_ROW = 2**20  # of any spreadsheet


class SheetError(Exception):
    """A sentence that says why a file is not read."""


def write_sheets(sheets: dict[str, list[list]]) -> bytes:
    """A workbook of these sheets: name -> rows of text, whole numbers, dates and None.

    Text stays text, whatever it begins with: never a formula, never a link.
    """
    made = BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    head = book.add_format({"bold": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, COLUMNS, 20)
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                write_cell(sheet, y, x, value, None if y else head)
    book.close()
    return made.getvalue()


def write_cell(sheet, y, x, value, form):
    if isinstance(value, date):
        sheet.write_datetime(y, x, value)
    elif isinstance(value, int):
        sheet.write_number(y, x, value)
    elif value:
        sheet.write_string(y, x, value, form)


def read_sheet(content: bytes, name: str) -> list[tuple[int, list[str | date]]]:
    """The rows that hold something, each under its number, of the sheet `name` or else the first.

    Dates are dates; anything else is the text that stands there, a formula too.
    Raises SheetError if this is no spreadsheet, or more than ROWS or COLUMNS.
    """
    check_parts(content)
    try:
        # Loaded when somebody reads a file: it brings numpy, which web processes do without.
        book = import_module("openpyxl").load_workbook(BytesIO(content), read_only=True)
        sheet = book[name] if name in book.sheetnames else book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size need not be true
        return list(read_rows(sheet))
    except SheetError:
        raise
    except Exception as error:  # a broken file breaks the reader in any way it likes
        sentence = _("This file cannot be read. Please save it as XLSX once more.")
        raise SheetError(sentence) from error


def check_parts(content: bytes) -> None:
    """Refuse what would unpack to too much, before anything is unpacked."""
    if len(content) > LARGEST:
        raise SheetError(_("This file is larger than 2 megabytes."))
    try:
        parts = zipfile.ZipFile(BytesIO(content)).infolist()
    except zipfile.BadZipFile as error:
        raise SheetError(_("This is not a spreadsheet in the form XLSX.")) from error
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise SheetError(_("This file unpacks to more than the site reads."))


def read_rows(sheet):
    for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS + 1, values_only=True), 1):
        if number > LAST_ROW:
            raise SheetError(_("This file has rows beyond the end of any spreadsheet."))
        row = [plain(cell) for cell in cells] if any(cells) else []
        while row and not row[-1]:
            row.pop()
        if not row:
            continue
        if number > ROWS + 1:
            raise SheetError(_("This file has more than 5,000 rows."))
        if len(row) > COLUMNS:
            raise SheetError(_("This file has more than 100 columns."))
        yield number, row


def plain(cell) -> str | date:
    """What stands in a cell, as a date or as text without spaces around it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, float) and math.isfinite(cell) and cell == int(cell):
        return str(int(cell))
    return str(cell).strip()
