"""The rows as CSV: UTF-8 with a byte order mark (Excel), CRLF, numbers and codes only.

No cell needs quotes: names, codes and numbers are of ASCII letters, digits, points and signs.
"""

import csv
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np

from quizzes.exports.layout import Layout
from quizzes.exports.rows import Cells
from quizzes.exports.words import SUFFIXES, safe_text

CHUNK = 2000  # people at a time
Progress = Callable[[int, int], None]
# The text of each int8, and at the end that of an empty cell.
TEXTS = np.array([*(str(value) for value in range(-128, 128)), ""], dtype=object)
EMPTY = len(TEXTS) - 1
MAIN_TABLE = ["n", "mean_pre", "sd_pre", "mean_post", "sd_post", "diff", "t", "df", "p"]


def chunks(count: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, count, CHUNK))


def texts_of(cells: Cells, chunk: slice) -> list[str]:
    """Each cell as it stands in a file; nothing where there is none."""
    values, there = cells.values[chunk], cells.there[chunk]
    if values.dtype == np.int8:
        return TEXTS[np.where(there, values.astype(np.int16) + 128, EMPTY)].tolist()
    both = zip(values.tolist(), there.tolist(), strict=True)
    return [text_of(value) if is_there else "" for value, is_there in both]


def text_of(value: float) -> str:
    """Without loss; a whole number without a point."""
    return str(int(value)) if value == int(value) else repr(value)


def open_csv(path: Path):
    return path.open("w", newline="", encoding="utf-8-sig")


def write_wide(layout: Layout, path: Path, progress: Progress) -> None:
    """One row a participant: every column of the layout."""
    rows = layout.rows
    with open_csv(path) as file:
        names = ["participant", "cohort", *(column.name for column in layout.columns)]
        file.write(",".join(names) + "\r\n")
        for chunk in chunks(len(rows)):
            columns = [texts_of(column.cells, chunk) for column in layout.columns]
            lines = map(
                ",".join, zip(rows.codes[chunk], rows.letters[chunk], *columns, strict=True)
            )
            file.write("\r\n".join(lines) + "\r\n")
            progress(min(chunk.stop, len(rows)), len(rows))


def write_long(layout: Layout, path: Path, progress: Progress) -> None:
    """One row an answer: participant, cohort, wave, item, value. A cell that is empty is no row."""
    rows, items = layout.rows, layout.items
    with open_csv(path) as file:
        file.write("participant,cohort,wave,item,value\r\n")
        for chunk in chunks(len(rows)):
            # Of each column the ends of its lines; what stands before them is the person's.
            ends = []
            for column in items:
                end = f"{column.suffix},{column.code},"
                texts = texts_of(column.cells, chunk)
                known = {text: f"{end}{text}\r\n" if text else "" for text in set(texts)}
                ends.append([known[text] for text in texts])
            for code, letter, *lines in zip(
                rows.codes[chunk], rows.letters[chunk], *ends, strict=True
            ):
                start = f"{code},{letter},"
                if lines := list(filter(None, lines)):
                    file.write(start + start.join(lines))
            progress(min(chunk.stop, len(rows)), len(rows))


def write_scoring(layout: Layout, path: Path) -> None:
    """How each score is made, one row a part: what load.R and load.py compute from."""
    with open_csv(path) as file:
        writer = csv.writer(file)
        writer.writerow(
            ["score", "wave", "scale", "method", "min_answered", "size", "is_whole", "part"]
            + ["low", "high", "reversed", "right", "apart"]
        )
        for score in layout.scores:
            column = score.column
            start = [column.name, column.suffix, safe_text(column.code), score.scale.method]
            start += [score.scale.min_answered, score.size, int(score.is_whole)]
            for part in score.parts:
                end = [part.column.name, *map(text_of, part.ends)]
                end += [int(part.is_reversed), part.right or "", " ".join(map(str, part.apart))]
                writer.writerow([*start, *end])


def write_main_table(report: dict, path: Path) -> None:
    """The report's change of each scale between each two waves, unrounded."""
    with open_csv(path) as file:
        writer = csv.writer(file)
        writer.writerow(["scale", "first", "second", *MAIN_TABLE])
        for code, blocks in report["change"].items():
            for first, second in combinations(report["waves"], 2):
                block = blocks.get(f"{first}-{second}")
                if block and block.get("diff") is not None:
                    found = ["" if block[key] is None else repr(block[key]) for key in MAIN_TABLE]
                    writer.writerow([safe_text(code), SUFFIXES[first], SUFFIXES[second], *found])
