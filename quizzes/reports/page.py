"""A release's numbers as its page shows them: rows, charts, words. Nothing is computed anew."""

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from quizzes.keys import KeysMissingError
from quizzes.models import Item, Release, Scale
from quizzes.reports.bounds import bounds_of
from quizzes.reports.frozen import report_of

TICKS_AT_MOST = 6


@dataclass(frozen=True)
class Mark:
    """One wave of one scale on a chart, in per cent of the axis; low and high: its interval."""

    at: str
    low: str
    high: str


@dataclass(frozen=True)
class ScaleRow:
    """One scale between two waves. `change`: the report's block; its values may be None."""

    scale: Scale
    low: float
    high: float
    change: dict

    @property
    def is_shown(self):
        return self.change["diff"] is not None

    @property
    def reason(self):
        """Why something is not there; empty if everything is."""
        return self.change.get("suppressed") or self.change.get("not_computed") or ""

    @property
    def direction(self):
        """up or down where the interval of the change leaves zero out, else unclear.

        Where everybody changed alike there is no interval, and the change itself tells.
        """
        change = round(self.change["diff"], 9)  # noise of the computation is no change
        low, high = self.change["ci"] or (change, change)
        return "up" if low > 0 else "down" if high < 0 else "unclear"

    @property
    def before(self) -> Mark:
        return self.mark("pre")

    @property
    def after(self) -> Mark:
        return self.mark("post")

    def mark(self, end) -> Mark:
        mean = self.change[f"mean_{end}"]
        low, high = self.change[f"ci_{end}"]
        return Mark(self.place(mean), self.place(low), self.place(high))

    def place(self, value) -> str:
        """Where a value stands on the axis, rounded: a drawing must not say more than the table."""
        value = round(value, 2)
        share = (value - self.low) / (self.high - self.low)
        return f"{100 * min(max(share, 0), 1):.2f}%"


@dataclass(frozen=True)
class Chart:
    """Scales that share an axis."""

    rows: list[ScaleRow]

    @property
    def low(self):
        return self.rows[0].low

    @property
    def high(self):
        return self.rows[0].high

    @property
    def ticks(self) -> list[tuple[int, str, str]]:
        """(value, place, text-anchor) of the whole numbers that the axis names."""
        low, high = math.ceil(self.low), math.floor(self.high)
        step = max(1, -(-(high - low) // (TICKS_AT_MOST - 1)))
        values = list(range(low, high + 1, step))
        anchors = {low: "start", high: "end"}
        return [
            (value, self.rows[0].place(value), anchors.get(value, "middle")) for value in values
        ]


class ReportPage:
    """What the page of a release shows between two of its waves."""

    def __init__(self, release: Release, report: dict, pair: str = ""):
        """pair: "pre-post"; the first two waves if it is none of the release's pairs."""
        self.release, self.report = release, report
        self.waves = release.study.waves.all()
        self.pairs = [f"{first}-{second}" for first, second in combinations(report["waves"], 2)]
        self.pair = pair if pair in self.pairs else next(iter(self.pairs), "")
        self.scales = list(
            release.study.version.scales.prefetch_related(
                "scale_items__item__option_set__options",
                "parts__scale_items__item__option_set__options",
                "parts__parts",
            )
        )

    @property
    def wave_names(self) -> dict[str, str]:
        return {wave.name: wave.get_name_display() for wave in self.waves}

    @property
    def shown_waves(self) -> list[str]:
        return [self.wave_names[name] for name in self.report["waves"]]

    @property
    def first_pair(self) -> list[str]:
        """The words for the first two waves, of which the flow counts who took both."""
        return self.shown_waves[:2] if self.pairs else []

    @property
    def pair_links(self) -> list[tuple[str, list[str]]]:
        names = self.wave_names
        return [(pair, [names[name] for name in pair.split("-")]) for pair in self.pairs]

    @property
    def ends(self) -> list[str]:
        """The words for the two waves."""
        return [self.wave_names[name] for name in self.pair.split("-")]

    @cached_property
    def rows(self) -> list[ScaleRow]:
        if not self.pair:
            return []
        return [
            ScaleRow(scale, *bounds_of(scale), self.report["change"][scale.code][self.pair])
            for scale in self.scales
        ]

    @property
    def charts(self) -> list[Chart]:
        """The scales that can be drawn, those of one axis together."""
        by_axis = defaultdict(list)
        for row in self.rows:
            if row.is_shown:
                by_axis[row.low, row.high].append(row)
        return [Chart(rows) for rows in by_axis.values()]

    @property
    def counts(self) -> dict[str, int]:
        """How many scales rose, fell, or did neither clearly; wholes of other scales left out."""
        single = [row for row in self.rows if row.is_shown and not row.scale.parts.all()]
        found = {"all": len(single), "up": 0, "down": 0, "unclear": 0}
        for row in single:
            found[row.direction] += 1
        return found

    @property
    def overall(self) -> ScaleRow | None:
        """The scale made of scales, if the instrument has one and it may be shown."""
        wholes = (row for row in self.rows if row.scale.parts.all() and row.is_shown)
        return next(wholes, None)

    @property
    def total(self) -> dict:
        """The last row of the flow: everybody."""
        return self.report["flow"][-1]

    @property
    def flow(self) -> list[tuple[dict, list[int | None]]]:
        """(row, its counts by wave) of each cohort and of all."""
        waves = self.report["waves"]
        return [(row, [row[wave] for wave in waves]) for row in self.report["flow"]]

    @property
    def languages(self) -> list[tuple[str, int, int]]:
        """(wave, in Khmer, in English) of the waves where both numbers may be shown."""
        counts, names = self.report["languages"], self.wave_names
        return [
            (names[w], counts[w]["km"], counts[w]["en"])
            for w in self.report["waves"]
            if None not in counts[w].values()
        ]

    def by_wave(self, part) -> list[tuple[Scale, list[tuple[str, dict]]]]:
        """Each scale with its block of `part` ("scores" or "reliability") at each wave."""
        names = self.wave_names
        return [
            (scale, [(names[w], self.report[part][scale.code][w]) for w in self.report["waves"]])
            for scale in self.scales
        ]

    @cached_property
    def items(self) -> list[tuple[Item, dict]]:
        """(item, its block) of what both waves asked, in the order of the survey."""
        found = self.report.get("items", {})  # not in releases built before there were any
        items = self.release.study.version.items.filter(code__in=found)
        rows = [(item, found[item.code].get(self.pair)) for item in items]
        return [(item, block) for item, block in rows if block]

    @property
    def attrition(self) -> list[tuple[str, list[tuple[Scale, dict]]]]:
        """Each later wave with its blocks, one a scale."""
        names, found = self.wave_names, self.report.get("attrition", {})
        return [
            (names[wave], [(scale, blocks[scale.code]) for scale in self.scales])
            for wave, blocks in found.items()
        ]

    @property
    def scores(self):
        return self.by_wave("scores")

    @property
    def reliability(self):
        return self.by_wave("reliability")


def page_of(release: Release, pair: str = "") -> ReportPage | None:
    """The report's page between two waves; None where the study's keys are missing."""
    try:
        return ReportPage(release, report_of(release), pair)
    except KeysMissingError:
        return None
