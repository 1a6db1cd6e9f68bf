"""The columns of a bundle: names, labels, what each value means, and how scales are made of them.

A wave may have been asked in another version than the study's: its labels are that version's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quizzes.exports.rows import Cells, Rows, Wave
from quizzes.exports.words import (
    COMPARED,
    COMPARED_WORDS,
    MISSING_WORDS,
    NO_SCORE,
    REVERSED,
    SUFFIXES,
    fitting,
    one_line,
)
from quizzes.instruments.parse import Pair
from quizzes.models import Item, Scale
from quizzes.models.instruments import NOT_ANSWERED, WITHHELD
from quizzes.reports.bounds import bounds_of, bounds_of_item
from quizzes.reports.scores import score_wave

LANGUAGES = ("km", "en")


@dataclass(frozen=True)
class Meaning:
    """What one value means: in full, and short where a format is narrow."""

    label: Pair
    short: Pair


@dataclass(frozen=True)
class Column:
    """One numeric column.

    code: of the item or the scale. texts: the question or the scale in full, then shorter.
    meanings: by value, missing codes among them. low, high: of what counts as a number.
    """

    name: str
    wave: str  # empty: of no wave
    code: str
    kind: str  # item, reversed, score; group: comparison cohort or not
    texts: tuple[Pair, ...]
    meanings: dict[int, Meaning]
    low: float
    high: float
    measure: str  # nominal, ordinal, scale
    is_whole: bool
    cells: Cells
    item: Item | None = None
    scale: Scale | None = None

    @property
    def suffix(self) -> str:
        return SUFFIXES.get(self.wave, "")

    @property
    def text(self) -> Pair:
        return self.texts[0]

    def label(self, language: str, *, size=len, most: int) -> str:
        """The longest text that is small enough, in the end the code."""
        mark = f" {getattr(REVERSED, language)}" if self.kind == "reversed" else ""
        candidates = [one_line(getattr(text, language)) + mark for text in self.texts]
        return fitting([*candidates, self.code + mark], size=size, most=most)

    def value_labels(self, language: str, *, size=len, most: int = 32_767) -> dict[int, str]:
        return {
            value: fitting(
                [
                    one_line(getattr(meaning.label, language)),
                    one_line(getattr(meaning.short, language)),
                    str(value),
                ],
                size=size,
                most=most,
            )
            for value, meaning in self.meanings.items()
        }


@dataclass(frozen=True)
class Part:
    """One item, or one scale of a whole, in the score of a wave."""

    column: Column
    is_reversed: bool = False
    right: int | None = None
    apart: tuple[int, ...] = ()

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest that it counts."""
        return (0, 1) if self.right else (self.column.low, self.column.high)


@dataclass(frozen=True)
class Score:
    """How one score of a wave is made. size: items or parts of the scale, asked in it or not."""

    column: Column
    scale: Scale
    parts: tuple[Part, ...]
    is_whole: bool  # made of scales
    size: int


@dataclass(frozen=True)
class Layout:
    """columns: the group, then wave by wave items, reversed items, scores."""

    rows: Rows
    columns: list[Column]
    scores: list[Score]

    @property
    def items(self) -> list[Column]:
        return [column for column in self.columns if column.kind == "item"]


def layout_of(rows: Rows) -> Layout:
    columns, scores, names = [group_column(rows)], [], {}
    for wave in rows.waves:
        items = {column.code: column for column in item_columns(wave)}
        of_wave = list(score_columns(wave, items, names))
        columns += [*items.values(), *reversed_columns(wave, items)]
        columns += [score.column for score in of_wave]
        scores += of_wave
    return Layout(rows, columns, scores)


def group_column(rows: Rows) -> Column:
    return Column(
        name="comparison",
        wave="",
        code="comparison",
        kind="group",
        texts=(COMPARED,),
        meanings={value: Meaning(words, words) for value, words in COMPARED_WORDS.items()},
        low=0,
        high=1,
        measure="nominal",
        is_whole=True,
        cells=Cells(rows.compared.astype(np.int8), np.ones(len(rows), dtype=bool)),
    )


def item_columns(wave: Wave) -> Iterator[Column]:
    for item in wave.items:
        low, high = bounds_of_item(item) if item.right is None else (1, len(item.options))
        is_choice = item.option_set_id is not None
        meanings = (
            {option.value: meaning_of(option) for option in item.options} if is_choice else {}
        )
        is_ordinal = is_choice and item.kind not in ("knowledge", "demographic")
        yield Column(
            name=f"{item.code}_{SUFFIXES[wave.name]}",
            wave=wave.name,
            code=item.code,
            kind="item",
            texts=(both(item, "text"), both(item, "short")),
            meanings=meanings | missing_meanings(item),
            low=low,
            high=high,
            measure="ordinal" if is_ordinal else "nominal" if is_choice else "scale",
            is_whole=item.type != Item.Type.DECIMAL,
            cells=wave.cells(item),
            item=item,
        )


def both(row, name: str) -> Pair:
    return Pair(*(getattr(row, f"{name}_{language}") for language in LANGUAGES))


def meaning_of(option) -> Meaning:
    return Meaning(both(option, "label"), both(option, "short"))


def missing_meanings(item: Item) -> dict[int, Meaning]:
    return {
        value: Meaning(words, words)
        for value, words in MISSING_WORDS.items()
        if value != WITHHELD or item.is_identifying
    }


def reversed_columns(wave: Wave, items: dict[str, Column]) -> Iterator[Column]:
    """The items that some scale turns round; what is no number (missing, apart) stays as it is."""
    turned = {
        link.item.code
        for scale in wave.version.scales.all()
        for link in scale.scale_items.all()
        if link.is_reversed
    }
    for code, column in items.items():
        if code in turned:
            kept = {*column.item.apart, *MISSING_WORDS}
            ends = int(column.low + column.high)
            yield Column(
                name=f"{code}_r_{column.suffix}",
                wave=wave.name,
                code=code,
                kind="reversed",
                texts=column.texts,
                meanings={
                    value: column.meanings[value if value in kept else ends - value]
                    for value in column.meanings
                },
                low=column.low,
                high=column.high,
                measure=column.measure,
                is_whole=column.is_whole,
                cells=turn(column.cells, kept, ends),
                item=column.item,
            )


def turn(cells: Cells, kept: set[int], ends: int) -> Cells:
    is_kept = np.isin(cells.values, list(kept)) | ~cells.there
    values = np.where(is_kept, cells.values, ends - cells.values)
    return Cells(values.astype(cells.values.dtype), cells.there)


def score_columns(wave: Wave, items: dict[str, Column], names: dict) -> Iterator[Score]:
    """The scores that the wave could have, wholes behind their parts.

    names: of scales so far, so that no two differ by capital letters alone.
    """
    scored = sorted(score_wave(wave.version, wave.taken), key=lambda row: is_whole(row[0]))
    made = {}
    for scale, scores, _items in scored:
        links = [link for link in scale.scale_items.all() if link.item.code in items]
        below = [made[part.code] for part in scale.parts.all() if part.code in made]
        if not links and not below:
            continue
        parts = [Part(score.column) for score in below] or [
            Part(items[link.item.code], link.is_reversed, link.item.right, tuple(link.item.apart))
            for link in links
        ]
        low, high = bounds_of(scale)
        if below:  # where a part has no score, the mean of the others may go further
            low = min(score.column.low for score in below)
            high = max(score.column.high for score in below)
        column = Column(
            name=f"{name_of(scale, names)}_{SUFFIXES[wave.name]}",
            wave=wave.name,
            code=scale.code,
            kind="score",
            texts=(both(scale, "label"), both(scale, "short")),
            meanings={NOT_ANSWERED: Meaning(NO_SCORE, NO_SCORE)},
            low=low,
            high=high,
            measure="scale",
            is_whole=False,
            cells=Cells(np.where(np.isnan(scores), NOT_ANSWERED, scores), wave.taken.taken),
            scale=scale,
        )
        size = len(scale.parts.all()) or len(scale.scale_items.all())
        made[scale.code] = Score(column, scale, tuple(parts), is_whole(scale), size)
    yield from made.values()


def is_whole(scale: Scale) -> bool:
    """Whether it is made of scales."""
    return bool(scale.parts.all())


def name_of(scale: Scale, names: dict[tuple[str, str], str]) -> str:
    """`sc_stigma_mean`; another scale of the same letters gets a number."""
    key = (scale.code, scale.method)
    if key not in names:
        stem, number = f"sc_{scale.code.lower()}", 1
        while (name := f"{stem}{number if number > 1 else ''}_{scale.method}") in names.values():
            number += 1
        names[key] = name
    return names[key]
