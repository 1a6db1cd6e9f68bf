"""The rows for SPSS: data_km.sav and data_en.sav, and syntax that makes the same of the CSV.

A variable label holds 256 bytes, a value label 120, and pyreadstat cuts longer ones without a
word, inside a Khmer cluster: what is too long is replaced by the short label before it gets there.
"""

from pathlib import Path

import pandas as pd
import pyreadstat

from quizzes.exports.layout import LANGUAGES, Column, Layout
from quizzes.exports.words import COHORT, PARTICIPANT, in_bytes
from quizzes.instruments.parse import LABEL_BYTES, SHORT_BYTES
from quizzes.models.instruments import MISSING

LINE_BYTES = 200  # SPSS before version 21 and 80-column editors cut lines of syntax at 251 bytes


def frame_of(layout: Layout) -> pd.DataFrame:
    """Participants by columns; whole numbers as whole numbers, empty cells as missing."""
    columns = {"participant": layout.rows.codes, "cohort": layout.rows.letters}
    for column in layout.columns:
        values, absent = column.cells.values, ~column.cells.there
        kind = pd.arrays.IntegerArray if values.dtype.kind == "i" else pd.arrays.FloatingArray
        columns[column.name] = kind(values, absent)
    return pd.DataFrame(columns, copy=False)


def labels_of(layout: Layout, language: str, *, size, most: int) -> list[str]:
    first = [getattr(words, language) for words in (PARTICIPANT, COHORT)]
    return first + [column.label(language, size=size, most=most) for column in layout.columns]


def write_sav(layout: Layout, frame: pd.DataFrame, language: str, title: str, path: Path) -> None:
    measures = {column.name: column.measure for column in layout.columns}
    formats = {column.name: format_of(column) for column in layout.columns}
    pyreadstat.write_sav(
        frame,
        path,
        file_label=title[:60],
        column_labels=labels_of(layout, language, size=in_bytes, most=SHORT_BYTES),
        variable_value_labels={
            column.name: column.value_labels(language, size=in_bytes, most=LABEL_BYTES)
            for column in layout.columns
        },
        missing_ranges={
            column.name: [{"lo": min(MISSING), "hi": max(MISSING)}] for column in layout.columns
        },
        variable_measure={"participant": "nominal", "cohort": "nominal"} | measures,
        variable_format=formats,
        row_compress=True,
    )


def format_of(column: Column) -> str:
    if column.is_whole:
        return f"F{max(len(str(int(end))) for end in (column.low, column.high, -9))}.0"
    return "F8.4" if column.kind == "score" else "F16.6"


def write_syntax(layout: Layout, path: Path) -> None:
    """Reads responses_wide.csv, labels it, and saves it once a language."""
    letters = max(map(len, layout.rows.letters))
    lines = [
        "* Reads responses_wide.csv of this folder, labels it, and saves one file a language.",
        "SET DECIMAL=DOT.",
        "GET DATA /TYPE=TXT /FILE='responses_wide.csv' /ENCODING='UTF-8' /ARRANGEMENT=DELIMITED",
        "  /DELIMITERS=',' /QUALIFIER='\"' /FIRSTCASE=2 /VARIABLES=",
        f"  participant A{len(layout.rows.codes[0])}",
        f"  cohort A{letters}",
        *(f"  {column.name} {read_format_of(column)}" for column in layout.columns),
    ]
    lines[-1] += "."
    for column in layout.columns:
        lines.append(f"MISSING VALUES {column.name} ({min(MISSING)} THRU {max(MISSING)}).")
        lines.append(f"VARIABLE LEVEL {column.name} ({column.measure.upper()}).")
        lines.append(f"FORMATS {column.name} ({format_of(column)}).")
    for language in LANGUAGES:
        labels = labels_of(layout, language, size=in_bytes, most=SHORT_BYTES)
        names = ["participant", "cohort", *(column.name for column in layout.columns)]
        for name, label in zip(names, labels, strict=True):
            lines += statement(f"VARIABLE LABELS {name}", [label])
        for column in layout.columns:
            values = column.value_labels(language, size=in_bytes, most=LABEL_BYTES)
            lines.append(f"VALUE LABELS {column.name}")
            for value, label in sorted(values.items()):
                lines += statement(f"  {value}", [label], end="")
            lines[-1] += "."
        lines.append(f"SAVE OUTFILE='syntax_{language}.sav'.")
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig", newline="")


def read_format_of(column: Column) -> str:
    """With room for whatever the file holds."""
    return "F24.0" if column.is_whole else "F24.16"


def statement(start: str, texts: list[str], end=".") -> list[str]:
    """`start 'text'.`, a long text in parts joined by +, each line short enough."""
    parts = [part for text in texts for part in quoted_parts(text)]
    lines = [f"{start} {parts[0]}", *(f"    + {part}" for part in parts[1:])]
    lines[-1] += end
    return lines


def quoted_parts(text: str) -> list[str]:
    """The text in quotes, cut between characters so that no part is too long."""
    parts, part = [], ""
    for character in text:
        if in_bytes(part + character) > LINE_BYTES - 60:
            parts.append(part)
            part = ""
        part += character
    return [quoted(part) for part in (*parts, part)]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
