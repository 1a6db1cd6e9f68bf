"""From a release's frozen rows to scores: each scale, each wave, each participant."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate

from quizzes.analysis.scoring import composite, right_or_wrong, scale_score
from quizzes.models import InstrumentVersion, Item, Release, Scale
from quizzes.models.instruments import MISSING, NOT_ASKED
from quizzes.reports.frozen import content_of


@dataclass
class Scored:
    """One scale over a release. Position i of every list is the same participant.

    scores: wave -> one score a participant, None where missing. items: wave -> keyed item values,
    in the order of item_codes, of those who took part, else None.
    asked: wave -> places in item_codes of what was asked of somebody then.
    """

    code: str
    low: float
    high: float
    band: float | None
    item_codes: list[str]
    scores: dict[str, list[float | None]] = field(default_factory=dict)
    items: dict[str, list[list[float | None] | None]] = field(default_factory=dict)
    asked: dict[str, list[int]] = field(default_factory=dict)

    def at(self, wave: str) -> list[float]:
        """The scores of those who have one at this wave."""
        return [score for score in self.scores[wave] if score is not None]

    def items_at(self, wave: str) -> tuple[list[str], list[list[float | None]]]:
        """Codes of the items asked in this wave, and their keyed values of those who took part."""
        asked = self.asked[wave]
        rows = [[row[n] for n in asked] for row in self.items[wave] if row is not None]
        return [self.item_codes[n] for n in asked], rows

    def scored_at(self, first: str, second: str) -> list[int]:
        """The places of those who have a score at both waves."""
        both = zip(self.scores[first], self.scores[second], strict=True)
        return [n for n, scores in enumerate(both) if None not in scores]

    def pairs(self, first: str, second: str) -> tuple[list[float], list[float]]:
        """Scores at both waves of those who have both."""
        both = self.scored_at(first, second)
        return tuple([self.scores[wave][n] for n in both] for wave in (first, second))


@dataclass(frozen=True)
class Key:
    """How one item counts in its scale: its place in the array, its bounds, its keying."""

    position: int
    code: str
    low: int
    high: int
    is_reversed: bool
    right: int | None
    apart: frozenset[int]

    def value(self, answers: list[int]) -> float | None:
        """The item's answer as a number, None where missing or where it is no number."""
        raw = answers[self.position]
        if raw in MISSING or raw in self.apart:
            return None
        return raw if self.right is None else right_or_wrong(raw, self.right)

    def is_asked(self, answers: list[int]) -> bool:
        return answers[self.position] != NOT_ASKED

    def keyed(self, answers: list[int]) -> float | None:
        value = self.value(answers)
        return self.low + self.high - value if self.is_reversed and value is not None else value


def score_rows(version: InstrumentVersion, content: dict, waves: list[str]) -> list[Scored]:
    """Every scale of the version, scored over the rows of a release at these waves."""
    scales = version.scales.prefetch_related(
        "scale_items__item__option_set__options", "parts__scale_items__item__option_set__options"
    )
    own = {
        scale.code: score_scale(scale, content, waves) for scale in scales if not scale.parts.all()
    }
    whole = [combine(scale, own, waves) for scale in scales if scale.parts.all()]
    found = {scored.code: scored for scored in [*own.values(), *whole]}
    return [found[scale.code] for scale in scales]


def keys_of_scale(scale: Scale) -> list[Key]:
    return [
        Key(
            position=link.item.position,
            code=link.item.code,
            low=low,
            high=high,
            is_reversed=link.is_reversed,
            right=link.item.right,
            apart=frozenset(link.item.apart),
        )
        for link in scale.scale_items.all()
        for low, high in [bounds_of_item(link.item)]
    ]


def bounds_of_item(item: Item) -> tuple[int, int]:
    """The lowest and highest value that counts as a number; a knowledge item is right or wrong."""
    if item.right is not None:
        return 0, 1
    values = [option.value for option in item.options if option.value not in item.apart]
    return min(values), max(values)


def bounds_of(scale: Scale) -> tuple[float, float]:
    """The lowest and highest possible score, in scale points."""
    if parts := scale.parts.all():
        ends = [bounds_of(part) for part in parts]
        return tuple(sum(values) / len(values) for values in zip(*ends, strict=True))
    keys = keys_of_scale(scale)
    times = len(keys) if scale.method == Scale.Method.SUM else 1
    low, high = (sum(getattr(key, end) for key in keys) / len(keys) for end in ("low", "high"))
    return times * low, times * high


def score_scale(scale: Scale, content: dict, waves) -> Scored:
    keys = keys_of_scale(scale)
    low, high = bounds_of(scale)
    scored = Scored(
        code=scale.code,
        low=low,
        high=high,
        band=scale.band,
        item_codes=[key.code for key in keys],
    )
    for wave in waves:
        taken = [row["waves"].get(wave) for row in content["rows"]]
        scored.scores[wave] = [
            one_score(scale, keys, response["answers"]) if response else None for response in taken
        ]
        scored.items[wave] = [
            [key.keyed(response["answers"]) for key in keys] if response else None
            for response in taken
        ]
        scored.asked[wave] = [
            n
            for n, key in enumerate(keys)
            if any(response and key.is_asked(response["answers"]) for response in taken)
        ]
    return scored


def one_score(scale: Scale, keys: list[Key], answers: list[int]) -> float | None:
    """The score over the items that this person was asked; a sum stays one over all its items.

    An item that nobody could answer (not signed off yet, or not of this wave) costs nobody the
    score.
    """
    asked = [key for key in keys if key.is_asked(answers)]
    score = scale_score(
        [key.value(answers) for key in asked],
        [key.is_reversed for key in asked],
        [(key.low, key.high) for key in asked],
        scale.min_answered,
        scale.method,
    )
    if score is not None and scale.method == Scale.Method.SUM:
        return score * len(keys) / len(asked)
    return score


def combine(scale: Scale, own: dict[str, Scored], waves) -> Scored:
    """A scale made of scales: the mean of the scores that are there."""
    parts = [own[part.code] for part in scale.parts.all()]
    low, high = bounds_of(scale)
    scored = Scored(
        code=scale.code,
        low=low,
        high=high,
        band=scale.band,
        item_codes=[code for part in parts for code in part.item_codes],
    )
    for wave in waves:
        by_person = zip(*(part.scores[wave] for part in parts), strict=True)
        scored.scores[wave] = [composite(scores, scale.min_answered) for scores in by_person]
        rows = zip(*(part.items[wave] for part in parts), strict=True)
        scored.items[wave] = [
            None if None in row else [value for part in row for value in part] for row in rows
        ]
        starts = accumulate((len(part.item_codes) for part in parts), initial=0)
        scored.asked[wave] = [
            start + n for start, part in zip(starts, parts, strict=False) for n in part.asked[wave]
        ]
    return scored


def scored_both(release: Release) -> dict[str, Counter[int]]:
    """Scale -> cohort -> how many of it have a score at both of the release's first two waves.

    Raises KeysMissingError.
    """
    content = content_of(release)
    taken = {row.wave_id for row in release.cohort_waves.all()}
    waves = [wave.name for wave in release.study.waves.all() if wave.pk in taken][:2]
    cohorts = [row["cohort"] for row in content["rows"]]
    return {
        scored.code: Counter(
            cohort
            for cohort, *scores in zip(
                cohorts, *(scored.scores[wave] for wave in waves), strict=True
            )
            if None not in scores
        )
        for scored in score_rows(release.study.version, content, waves)
    }
