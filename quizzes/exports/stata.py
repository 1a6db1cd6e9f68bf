"""The rows for Stata: data.dta with English labels, labels.do that adds the Khmer ones.

Version 14 is the first that knows Unicode. A variable label holds 80 characters; a longer one is
refused. Missing codes stay the numbers that they are in every other file; labels.do turns them into
.a to .d for who wants that.
"""

from pathlib import Path

import pandas as pd
import pyreadstat

from quizzes.exports.layout import LANGUAGES, Layout
from quizzes.exports.spss import labels_of
from quizzes.exports.words import MISSING_WORDS
from quizzes.instruments.parse import SHORT_CHARACTERS

LABEL_CHARACTERS = 2000  # of a value label; beyond 32,000 bytes the file cannot be read back
LETTERS = dict(zip(sorted(MISSING_WORDS, reverse=True), "abcd", strict=True))  # -6 is .a


def write_dta(layout: Layout, frame: pd.DataFrame, title: str, path: Path) -> None:
    pyreadstat.write_dta(
        frame,
        path,
        file_label=title[:80],
        column_labels=labels_of(layout, "en", size=len, most=SHORT_CHARACTERS),
        variable_value_labels={
            column.name: column.value_labels("en", most=LABEL_CHARACTERS)
            for column in layout.columns
            if column.is_whole
        },
        version=14,
    )


def write_labels(layout: Layout, path: Path) -> None:
    """Both languages as Stata's label languages; one set of value labels for equal meanings."""
    lines = [
        "* Labels of data.dta in Khmer and in English. Run it in this folder.",
        "version 14",
        'use "data.dta", clear',
    ]
    for language in LANGUAGES:
        lines.append(f"label language {language}, new")
        sets = {}
        labels = labels_of(layout, language, size=len, most=SHORT_CHARACTERS)
        names = ["participant", "cohort", *(column.name for column in layout.columns)]
        for name, label in zip(names, labels, strict=True):
            lines.append(f"label variable {name} {quoted(label)}")
        for column in layout.columns:
            if not column.is_whole:
                continue
            values = column.value_labels(language, most=LABEL_CHARACTERS)
            key = tuple(sorted(values.items()))
            if key not in sets:
                sets[key] = f"{language}_{len(sets) + 1}"
                lines += define(sets[key], key)
            lines.append(f"label values {column.name} {sets[key]}")
    wanted = " ".join(column.name for column in layout.columns)
    codes = r" \ ".join(f"{code}=.{letter}" for code, letter in LETTERS.items())
    lines += [
        "label language default, delete",
        "label language en",
        "* Missing codes as Stata's own: take the star away.",
        f"*mvdecode {wanted}, mv({codes})",
        'save "data_labelled.dta", replace',
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def define(name: str, values: tuple[tuple[int, str], ...]) -> list[str]:
    """A value at a time, and the same words for the missing value that mvdecode makes of a code."""
    lines = []
    for value, label in values:
        lines.append(f"label define {name} {value} {quoted(label)}, modify")
        if value in LETTERS:
            lines.append(f"label define {name} .{LETTERS[value]} {quoted(label)}, modify")
    return lines


def quoted(text: str) -> str:
    """As a compound string: quotes may stand in it, what would end it or begin a macro may not."""
    text = text.replace("`", "'").replace("\"'", "\" '").replace("$", "\\$")
    return f'`"{text}"\''
