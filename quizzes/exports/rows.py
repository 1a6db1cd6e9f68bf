"""The rows of one bundle: participants in a new order, under new names, the few blended in.

Every file of a bundle is written from the same rows.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, product
from string import ascii_uppercase

import numpy as np

from quizzes.analysis.disclosure import WITHHELD, withhold
from quizzes.analysis.errors import NotComputable
from quizzes.models import InstrumentVersion, Item, Release, Study
from quizzes.models.pages import items_of
from quizzes.reports.build import study_cohorts_of
from quizzes.reports.content import Content, Taken, narrow, versions_of

WITHHELD_LETTER = "withheld"  # in place of a letter; a text cell that begins with - is a formula


@dataclass(frozen=True)
class Cells:
    """One column: place n is participant n. values have no meaning where `there` is False."""

    values: np.ndarray
    there: np.ndarray  # bool


@dataclass(frozen=True)
class Wave:
    """One wave as it was asked: its version, and the items of that version that belong to it.

    blanked: by position, the items of which some values are withheld, also where the wave was not
    taken: to have told nothing is one of the values that too few may share.
    """

    name: str
    version: InstrumentVersion
    items: list[Item]
    taken: Taken
    blanked: dict[int, Cells]

    def cells(self, item: Item) -> Cells:
        stored = Cells(self.taken.answers[item.position], self.taken.taken)
        return self.blanked.get(item.position, stored)


@dataclass(frozen=True)
class Rows:
    """Place n of codes, letters and of every array is the same participant.

    compared: whose cohort is a comparison cohort; the report's changes are of the others.
    """

    study: Study
    codes: list[str]
    letters: list[str]
    compared: np.ndarray  # bool
    waves: list[Wave]

    def __len__(self):
        return len(self.codes)


def draw_rows(release: Release, content: Content) -> Rows:
    """Rows under names that no other file knows.

    Whatever identifies is blanked to -6 until every (cohort, what identifies) is shared by
    min_group people, among the comparison cohorts and among the others. Comparison cohorts of
    fewer people in all are left out. Raises NotComputable if the others are fewer.
    """
    least = release.study.min_group
    waiting = [row.cohort_id for row in study_cohorts_of(release) if row.is_comparison]
    compared = np.isin(content.cohorts, waiting)
    is_kept = ~compared | (compared.sum() >= least)
    order = np.flatnonzero(is_kept).tolist()
    if len(order) < least:
        raise NotComputable("fewer_than_k_rows")
    secrets.SystemRandom().shuffle(order)
    waves = [replace(wave, taken=wave.taken.of(order)) for wave in waves_of(content)]
    cohorts = content.cohorts[order].tolist()
    letter_of = draw_letters(set(cohorts))
    compared = compared[order]
    letters, waves = blank([letter_of[cohort] for cohort in cohorts], compared, waves, least)
    return Rows(release.study, new_codes(len(order)), letters, compared, waves)


def waves_of(content: Content) -> list[Wave]:
    versions = versions_of(content)
    return [
        Wave(name, version, items_of(version, name), content.waves[name], {})
        for name, version in versions.items()
    ]


def blank(
    letters: list[str], compared: np.ndarray, waves: list[Wave], least: int
) -> tuple[list[str], list[Wave]]:
    """The letters and the waves, with what too few people share withheld."""
    identifying = [(wave, item) for wave in waves for item in wave.items if item.is_identifying]
    columns = [as_list(wave.cells(item)) for wave, item in identifying]
    known = list(zip(letters, *columns, strict=True))
    shown = [None] * len(known)
    for group in set(compared.tolist()):
        places = np.flatnonzero(compared == group).tolist()
        for n, row in zip(places, withhold([known[n] for n in places], least), strict=True):
            shown[n] = row
    letters, *columns = zip(*shown, strict=True)
    blanked = {wave.name: {} for wave in waves}
    for (wave, item), column in zip(identifying, columns, strict=True):
        values = np.array([0 if value is None else value for value in column])
        there = np.array([value is not None for value in column])
        blanked[wave.name][item.position] = Cells(narrow(values), there)
    letters = [WITHHELD_LETTER if letter == WITHHELD else letter for letter in letters]
    return letters, [with_blanks(wave, blanked[wave.name]) for wave in waves]


def with_blanks(wave: Wave, blanked: dict[int, Cells]) -> Wave:
    """Scores come from what is shown: one over an item that identifies would tell it."""
    answers = wave.taken.answers.copy()
    for position, cells in blanked.items():
        answers[position][cells.there] = cells.values[cells.there]
    return replace(wave, taken=replace(wave.taken, answers=answers), blanked=blanked)


def as_list(cells: Cells) -> list[float | None]:
    both = zip(cells.values.tolist(), cells.there.tolist(), strict=True)
    return [value if is_there else None for value, is_there in both]


def draw_letters(cohorts: set[int]) -> dict[int, str]:
    """A letter for each cohort, drawn anew: A…Z, then AA…"""
    drawn = sorted(cohorts)
    secrets.SystemRandom().shuffle(drawn)
    return dict(zip(drawn, letters_in_order(), strict=False))


def letters_in_order() -> Iterator[str]:
    """Without NA, which R and pandas read as a missing value."""
    for length in count(1):
        letters = map("".join, product(ascii_uppercase, repeat=length))
        yield from (name for name in letters if name != "NA")


def new_codes(people: int) -> list[str]:
    """A letter first: 12 digits, or digits around an e, would become a number in a spreadsheet."""
    codes = {}
    while len(codes) < people:
        codes[f"P{secrets.token_hex(6)}"] = None
    return list(codes)
