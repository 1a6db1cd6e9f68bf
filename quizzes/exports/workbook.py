"""The rows as a workbook: codes, labels in each language, and what explains them."""

from pathlib import Path

from quizzes.exports.codebook import (
    Table,
    cell_text,
    columns_table,
    scales_table,
    workbook,
    write_table,
)
from quizzes.exports.delimited import Progress, chunks
from quizzes.exports.layout import LANGUAGES, Column, Layout
from quizzes.exports.words import SUFFIXES

# Of any spreadsheet: rows below the first, columns.
MOST_ROWS, MOST_COLUMNS = 1_048_575, 16_384
# Of a sheet of labels: a cell takes 10 to 20 microseconds, and two such sheets at 100,000
# participants more than five minutes. Labels stand in the .sav files and the codebook too.
MOST_LABELS = 2_000_000


def has_codes(layout: Layout) -> bool:
    return len(layout.rows) <= MOST_ROWS and len(layout.columns) + 2 <= MOST_COLUMNS


def has_labels(layout: Layout) -> bool:
    return has_codes(layout) and len(layout.rows) * (len(layout.columns) + 2) <= MOST_LABELS


def write_workbook(layout: Layout, report: dict, path: Path, progress: Progress) -> None:
    languages = LANGUAGES if has_labels(layout) else ()
    sheets = len(languages) + has_codes(layout)
    people = len(layout.rows)
    with workbook(path) as book:
        if has_codes(layout):
            done = 0
            for language in ("", *languages):
                name = f"data labels {language}" if language else "data codes"
                write_rows(
                    book.add_worksheet(name), layout, language, done, sheets * people, progress
                )
                done += people
        write_table(book, "codebook", columns_table(layout))
        write_table(book, "scales", scales_table(layout))
        write_table(book, "flow", flow_table(report))


def write_rows(sheet, layout: Layout, language: str, done: int, of: int, progress) -> None:
    """language: of the labels in place of codes; empty: codes."""
    rows = layout.rows
    sheet.freeze_panes(1, 2)
    heads = ["participant", "cohort", *(column.name for column in layout.columns)]
    for x, name in enumerate(heads):
        sheet.write_string(0, x, name)
    labels = [
        {value: cell_text(text) for value, text in column.value_labels(language).items()}
        if language
        else {}
        for column in layout.columns
    ]
    for chunk in chunks(len(rows)):
        columns = [cells_of(column, chunk) for column in layout.columns]
        lines = zip(rows.codes[chunk], rows.letters[chunk], *columns, strict=True)
        for y, (code, letter, *values) in enumerate(lines, chunk.start + 1):
            sheet.write_string(y, 0, code)
            sheet.write_string(y, 1, letter)
            for x, value in enumerate(values):
                if value is None:
                    continue
                label = labels[x].get(value)
                if label is None:
                    sheet.write_number(y, x + 2, value)
                else:
                    sheet.write_string(y, x + 2, label)
        progress(done + min(chunk.stop, len(rows)), of)


def cells_of(column: Column, chunk: slice) -> list[float | None]:
    both = zip(column.cells.values[chunk].tolist(), column.cells.there[chunk].tolist(), strict=True)
    return [value if is_there else None for value, is_there in both]


def flow_table(report: dict) -> Table:
    """Who took part, as the report shows it: small counts left out."""
    waves = report["waves"]
    both = f"{' + '.join(SUFFIXES[wave] for wave in waves[:2])}" if len(waves) > 1 else None
    heads = ["cohort", "joined", *(SUFFIXES[wave] for wave in waves), *([both] if both else [])]
    keys = ["enrolled", *waves, *(["paired"] if both else [])]
    return [heads] + [
        [row["cohort"] or "all", *(row.get(key) for key in keys)] for row in report["flow"]
    ]
