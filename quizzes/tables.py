"""A table in a file, CSV or XLSX, as rows of text. What is read may have been made to do harm."""

import csv
import zipfile
from contextlib import closing
from importlib import import_module
from pathlib import Path

from training.sheets import LAST_ROW, plain

LARGEST = 256 * 1024 * 1024  # bytes of a file
UNPACKED = 1024 * 1024 * 1024  # bytes of all parts of a spreadsheet
PARTS = 1000
ROWS = 200_000  # below the first
COLUMNS = 500
SEPARATORS = ",;\t"


class TableError(Exception):
    """A sentence that says why a file is not read."""


def read_table(path: Path) -> list[list[str]]:
    """The rows of a CSV file, or of the first sheet of an XLSX file, their cells as text.

    Place i is row i + 1 of the file; an empty row is an empty list. Spaces around a text and empty
    cells at a row's end are left out. CSV is UTF-8 with or without a byte order mark, separated by
    commas, semicolons or tabs.

    Raises TableError, and OSError if the file cannot be opened.
    """
    readers = {".csv": read_csv, ".xlsx": read_xlsx}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise TableError("The name of a table ends in .csv or .xlsx.")
    if path.stat().st_size > LARGEST:
        raise TableError(f"This file is larger than {LARGEST // 1024**2} megabytes.")
    return collected(reader(path))


def collected(rows) -> list[list[str]]:
    """(number, cells) as a table. Raises TableError beyond ROWS or COLUMNS."""
    table = []
    for number, cells in rows:
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if number > ROWS + 1:
            raise TableError(f"This file has more than {ROWS:,} rows.")
        if len(cells) > COLUMNS:
            raise TableError(f"This file has more than {COLUMNS} columns.")
        table += [[] for _ in range(number - 1 - len(table))]
        table.append(cells)
    return table


def read_csv(path: Path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            head = file.readline()
            file.seek(0)
            separator = max(SEPARATORS, key=head.count)
            # Strict: an open quote would otherwise swallow all rows below it.
            for number, cells in enumerate(csv.reader(file, delimiter=separator, strict=True), 1):
                yield number, [cell.strip() for cell in cells]
        except UnicodeDecodeError as error:
            raise TableError("This file is not a text file in UTF-8.") from error
        except csv.Error as error:  # also a cell above csv.field_size_limit, 128 kilobytes
            raise TableError(f"This file cannot be read as CSV: {error}.") from error


def read_xlsx(path: Path):
    check_parts(path)
    try:
        # Loaded when somebody reads a file: it brings numpy, which web processes do without.
        load = import_module("openpyxl").load_workbook
        with path.open("rb") as file, closing(load(file, read_only=True)) as book:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a file says of its own size need not be true
            rows = sheet.iter_rows(max_col=COLUMNS + 1, values_only=True)
            for number, cells in enumerate(rows, 1):
                if number > LAST_ROW:
                    raise TableError("This file has rows beyond the end of any spreadsheet.")
                yield number, [str(plain(cell)) for cell in cells]
    except TableError:
        raise
    except Exception as error:  # a broken file breaks the reader in any way it likes
        raise TableError("This file cannot be read. Save it as XLSX once more.") from error


def check_parts(path: Path) -> None:
    """Refuse what would unpack to too much, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise TableError("This is not a spreadsheet in the form XLSX.") from error
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise TableError("This file unpacks to more than is read.")
