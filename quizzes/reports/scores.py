"""From a release's columns to scores: each scale, each wave, each participant.

Heavy (numpy): for the worker and for commands, never for a web process.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from quizzes.analysis.score_arrays import composites, scale_scores
from quizzes.models import InstrumentVersion, Scale
from quizzes.models.instruments import MISSING, NOT_ASKED
from quizzes.reports.bounds import Key, bounds_of, keys_of_scale
from quizzes.reports.content import Content, Taken
from quizzes.reports.crosswalk import not_comparable

WITH_ITEMS = (
    "scale_items__item__option_set__options",
    "parts__scale_items__item__option_set__options",
    "parts__parts",
)


@dataclass(frozen=True)
class Items:
    """The keyed values of a scale's items at one wave: items by participants, NaN where missing.

    codes: of the items that somebody was asked. everybody: whether a participant took the wave.
    """

    codes: list[str]
    values: np.ndarray
    everybody: np.ndarray

    def rows(self) -> np.ndarray:
        """People by items, of those who took the wave."""
        return self.values[:, self.everybody].T


@dataclass
class Scored:
    """One scale over a release. Place n of every array is the same participant.

    scores: wave -> one score a participant, NaN where missing; without the waves whose version has
    no such scale. changed: pairs of waves between which its items mean something else.
    """

    code: str
    low: float
    high: float
    band: float | None
    item_codes: list[str]
    scores: dict[str, np.ndarray] = field(default_factory=dict)
    items: dict[str, Items] = field(default_factory=dict)
    changed: set[tuple[str, str]] = field(default_factory=set)

    def at(self, wave: str) -> np.ndarray:
        """The scores of those who have one at this wave."""
        scores = self.scores[wave]
        return scores[~np.isnan(scores)]

    def has_both(self, first: str, second: str) -> np.ndarray:
        """Who has a score at both waves."""
        return ~np.isnan(self.scores[first] + self.scores[second])

    def pairs(self, first: str, second: str) -> tuple[np.ndarray, np.ndarray]:
        """Scores at both waves of those who have both."""
        both = self.has_both(first, second)
        return self.scores[first][both], self.scores[second][both]


def values_of(key: Key, taken: Taken) -> np.ndarray:
    """One item's answers as numbers, NaN where missing, apart, or the wave was not taken."""
    raw = taken.answers[key.position]
    counts = taken.taken & ~np.isin(raw, [*MISSING, *key.apart])
    return np.where(counts, raw if key.right is None else raw == key.right, np.nan)


def score_content(
    content: Content,
    versions: dict[str, InstrumentVersion],
    band_of: Callable[[Scale], float | None] = lambda scale: scale.band,
) -> list[Scored]:
    """Every scale, scored over the rows of a release.

    versions: of each wave, in order. Scales of several versions are one by their code; the last
    version that has a scale gives its ends and its band.
    """
    found = {}
    for wave, version in versions.items():
        taken = content.waves[wave]
        for scale, scores, items in score_wave(version, taken):
            low, high = bounds_of(scale)
            scored = found.setdefault(scale.code, Scored(scale.code, low, high, None, []))
            scored.low, scored.high, scored.band = low, high, band_of(scale)
            scored.item_codes = [key.code for key in keys_below(scale)]
            scored.scores[wave], scored.items[wave] = scores, items
    note_changes(found, versions)
    return list(found.values())


def score_wave(
    version: InstrumentVersion, taken: Taken
) -> Iterator[tuple[Scale, np.ndarray, Items]]:
    """Each scale of a version with its scores and its items, wholes behind their parts."""
    scales = list(version.scales.prefetch_related(*WITH_ITEMS))
    own = {}
    for scale in scales:
        if not scale.parts.all():
            own[scale.code] = score_scale(scale, taken)
    for scale in scales:
        if parts := [own[part.code] for part in scale.parts.all()]:
            scores = composites(np.array([scores for scores, _ in parts]), scale.min_answered)
            codes = [code for _, items in parts for code in items.codes]
            values = np.concatenate([items.values for _, items in parts])
            yield scale, scores, Items(codes, values, taken.taken)
        else:
            yield scale, *own[scale.code]


def score_scale(scale: Scale, taken: Taken) -> tuple[np.ndarray, Items]:
    """The scores over the items that each person was asked; a sum stays one over all its items.

    An item that nobody could answer (not signed off yet, or not of this wave) costs nobody the
    score.
    """
    keys = keys_of_scale(scale)
    values = np.array([values_of(key, taken) for key in keys])
    asked = np.array([taken.taken & (taken.answers[key.position] != NOT_ASKED) for key in keys])
    scores = scale_scores(
        values,
        [key.is_reversed for key in keys],
        [(key.low, key.high) for key in keys],
        scale.min_answered,
        scale.method,
        asked,
    )
    somebody = asked.any(axis=1)
    for row, key in zip(values, keys, strict=True):
        if key.is_reversed:
            row[:] = key.low + key.high - row
    codes = [key.code for key, is_asked in zip(keys, somebody, strict=True) if is_asked]
    return scores, Items(codes, values[somebody], taken.taken)


def keys_below(scale: Scale) -> list[Key]:
    """The keys of a scale, or of its parts one after the other."""
    return [key for part in scale.parts.all() or [scale] for key in keys_of_scale(part)]


def note_changes(found: dict[str, Scored], versions: dict[str, InstrumentVersion]) -> None:
    """Mark the pairs of waves between which a scale is not the same."""
    waves = list(versions)
    for n, first in enumerate(waves):
        for second in waves[n + 1 :]:
            if versions[first] == versions[second]:
                continue
            makes = [makes_of(versions[wave]) for wave in (first, second)]
            items = not_comparable(versions[first], versions[second])
            for scored in found.values():
                before, after = (make.get(scored.code) for make in makes)
                if before != after or items & {code for code, *_ in after[-1]}:
                    scored.changed.add((first, second))


def makes_of(version: InstrumentVersion) -> dict[str, tuple]:
    """Scale code -> how its score is made: what must be equal to compare two versions."""
    return {
        scale.code: (
            scale.method,
            scale.min_answered,
            tuple(
                (key.code, key.low, key.high, key.is_reversed, key.right, key.apart)
                for key in keys_below(scale)
            ),
        )
        for scale in version.scales.prefetch_related(*WITH_ITEMS)
    }


def sizes_by_cohort(scored: Scored, content: Content, first: str, second: str) -> dict[int, int]:
    """How many of each cohort have a score at both waves."""
    cohorts, counts = np.unique(content.cohorts[scored.has_both(first, second)], return_counts=True)
    return {int(cohort): int(count) for cohort, count in zip(cohorts, counts, strict=True)}
