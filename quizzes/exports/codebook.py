"""What every column means, both languages side by side: as a workbook and as a page."""

from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from django.template.loader import render_to_string

from quizzes.exports.delimited import text_of
from quizzes.exports.layout import LANGUAGES, Column, Layout, both
from quizzes.exports.words import COHORT, MISSING_WORDS, PARTICIPANT, SUFFIXES, WAVES, one_line
from quizzes.instruments.compare import differences
from quizzes.instruments.parse import Pair
from quizzes.instruments.stored import instrument_of
from quizzes.models.instruments import MISSING

WIDE = 60  # a column of texts, in characters

Table = list[list]  # a row of heads and rows of cells: text, numbers, None


def columns_table(layout: Layout) -> Table:
    """One row a column of responses_wide.csv, in its order."""
    heads = ["column", "wave", "kind", "code", "text (km)", "text (en)", "values (km)"]
    heads += ["values (en)", "scales", "reversed in", "right", "reported apart", "identifying"]
    heads += [
        "instrument version",
        "n answered",
        *(f"n {code}" for code in sorted(MISSING)),
        "empty",
    ]
    people = len(layout.rows)
    rows = [heads]
    for name, words in (("participant", PARTICIPANT), ("cohort", COHORT)):
        rows.append([name, None, "name", None, words.km, words.en, *[None] * 8, people])
        rows[-1] += [0] * (len(MISSING) + 1)
    versions = {wave.name: wave.version.number for wave in layout.rows.waves}
    used = used_in(layout)
    for column in layout.columns:
        scales, turned = used.get((column.wave, column.code), ([], []))
        item = column.item
        rows.append(
            [
                *(column.name, column.suffix, column.kind, column.code),
                *(getattr(column.text, language) for language in LANGUAGES),
                *(values_text(column, language) for language in LANGUAGES),
                " ".join(scales) if column.kind != "score" else parts_text(layout, column),
                " ".join(turned),
                item.right if item else None,
                " ".join(map(str, item.apart)) if item else None,
                "yes" if item and item.is_identifying else None,
                versions.get(column.wave),
                *counts_of(column),
            ]
        )
    return rows


def used_in(layout: Layout) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """(wave, item code) -> the scales that it counts in, and those in which it is turned round."""
    found = {}
    for score in layout.scores:
        for part in score.parts if not score.is_whole else ():
            scales, turned = found.setdefault((score.column.wave, part.column.code), ([], []))
            scales.append(score.scale.code)
            if part.is_reversed:
                turned.append(score.scale.code)
    return found


def parts_text(layout: Layout, column: Column) -> str:
    parts = next(score.parts for score in layout.scores if score.column is column)
    return " ".join(part.column.code for part in parts)


def values_text(column: Column, language: str) -> str:
    if column.item and column.item.option_set_id is None:
        start = [f"{text_of(column.item.low)} … {text_of(column.item.high)}"]
    else:
        start = (
            [f"{text_of(column.low)} … {text_of(column.high)}"] if column.kind == "score" else []
        )
    labels = column.value_labels(language).items()
    return "\n".join([*start, *(f"{value} = {label}" for value, label in sorted(labels))])


def counts_of(column: Column) -> list[int]:
    """How many answered, have each missing code, and have an empty cell."""
    there, values = column.cells.there, column.cells.values
    counts = [int((there & (values == code)).sum()) for code in sorted(MISSING)]
    return [int(there.sum()) - sum(counts), *counts, int((~there).sum())]


def missing_table() -> Table:
    empty = Pair("ទទេ៖ មិនបានចូលរួមក្នុងការស្ទង់មតិលើកនេះ", "empty: did not take part in this wave")
    rows = [[code, words.km, words.en] for code, words in MISSING_WORDS.items()]
    return [["code", "meaning (km)", "meaning (en)"], *rows, [None, empty.km, empty.en]]


def waves_table(layout: Layout) -> Table:
    heads = ["suffix", "wave", "name (km)", "name (en)", "instrument", "version", "took part"]
    return [heads] + [
        [
            *(SUFFIXES[wave.name], wave.name, WAVES[wave.name].km, WAVES[wave.name].en),
            *(wave.version.instrument.code, wave.version.number, int(wave.taken.taken.sum())),
        ]
        for wave in layout.rows.waves
    ]


def scales_table(layout: Layout) -> Table:
    """One row a scale, wave and part: the rule by which its score is made."""
    heads = ["score column", "scale", "wave", "label (km)", "label (en)", "method"]
    heads += ["share of answers needed", "parts in all", "band", "part", "reversed", "low", "high"]
    rows = [heads]
    for score in layout.scores:
        scale, label = score.scale, both(score.scale, "label")
        for part in score.parts:
            rows.append(
                [
                    *(score.column.name, scale.code, score.column.suffix, label.km, label.en),
                    *(
                        scale.method,
                        scale.min_answered,
                        score.size,
                        layout.rows.study.band_of(scale),
                        part.column.name,
                    ),
                    "yes" if part.is_reversed else None,
                    *part.ends,
                ]
            )
    return rows


def versions_table(layout: Layout) -> Table:
    """Every version of the instruments, and what each changed of the one before."""
    heads = ["instrument", "version", "first answered on", "signed off on", "asked at", "items"]
    heads += ["added", "removed", "other text or answers", "counted otherwise"]
    rows = [[*heads, "SHA-256 of its file"]]
    for instrument in dict.fromkeys(wave.version.instrument for wave in layout.rows.waves):
        before = None
        for version in instrument.versions.with_parts().order_by("number"):
            parsed = instrument_of(version)
            changed = differences(before or parsed, parsed)
            asked = [SUFFIXES[wave.name] for wave in layout.rows.waves if wave.version == version]
            days = (version.frozen_on, version.signed_off_on)
            changes = (changed.added, changed.removed, changed.worded, changed.counted)
            rows.append(
                [
                    *(instrument.code, version.number),
                    *(None if day is None else day.isoformat() for day in days),
                    *(" ".join(asked), len(parsed.items)),
                    *(" ".join(codes) for codes in changes),
                    version.digest,
                ]
            )
            before = parsed
    return rows


def tables_of(layout: Layout) -> dict[str, Table]:
    return {
        "columns": columns_table(layout),
        "scales": scales_table(layout),
        "waves": waves_table(layout),
        "missing codes": missing_table(),
        "versions": versions_table(layout),
    }


def write_codebook(layout: Layout, path: Path) -> None:
    with workbook(path) as book:
        for name, rows in tables_of(layout).items():
            write_table(book, name, rows)


def workbook(path: Path) -> xlsxwriter.Workbook:
    """Row by row to disk, so that memory does not grow; text is never a formula or a link."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(path.parent),
    }
    return xlsxwriter.Workbook(path, options)


def write_table(book: xlsxwriter.Workbook, name: str, rows: Table) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    body = book.add_format({"text_wrap": True, "valign": "top"})
    for x, title in enumerate(rows[0]):
        sheet.set_column(x, x, WIDE if title.endswith(("(km)", "(en)")) else 14)
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            write_cell(sheet, y, x, value, body if y else head)


def write_cell(sheet, y: int, x: int, value, form=None) -> None:
    if isinstance(value, str):
        if value:
            sheet.write_string(y, x, cell_text(value), form)
    elif value is not None:
        sheet.write_number(y, x, value, form)


def cell_text(text: str) -> str:
    """What begins with <r> and ends with </r> would go into the sheet as XML."""
    return f" {text}" if text.startswith("<r>") else text


def write_codebook_page(layout: Layout, title: str, path: Path) -> None:
    tables = [
        (name, rows[0], [list(cells(row, rows[0])) for row in rows[1:]])
        for name, rows in tables_of(layout).items()
    ]
    page = render_to_string("quizzes/export/codebook.html", {"title": title, "tables": tables})
    path.write_text(page, encoding="utf-8")


def cells(row: list, heads: list[str]) -> Iterator[tuple[str, list[str]]]:
    """(language, lines) of each cell of a row."""
    for value, head in zip(row, heads, strict=True):
        language = next((code for code in LANGUAGES if head.endswith(f"({code})")), "")
        text = "" if value is None else text_of(value) if isinstance(value, float) else str(value)
        yield language, [one_line(line) for line in text.splitlines()]
