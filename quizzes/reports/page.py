"""A release's numbers as its page shows them: rows, charts, words. Nothing is computed anew."""

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from django.db.models import Prefetch

from quizzes.keys import KeysMissingError
from quizzes.models import Item, Release, Response, Scale, ScaleItem
from quizzes.reports.bounds import bounds_of
from quizzes.reports.charts import TICKS_AT_MOST, Axis, Frame, Step, Tick, axis_around, steps_of
from quizzes.reports.flow import REASONS as FEWER
from quizzes.reports.frozen import report_of
from quizzes.reports.item_rows import SMALL_P, Bar, ItemRow
from quizzes.reports.paper import ToldRow, beside, told

# Below it a p value of cohorts is uncertain; from it on that p decides what is said in words.
FEW_COHORTS = 10
FAR_END = 0.15  # share of people at an end of a scale from which it can hardly show a change
FAR_APART = 0.25  # standard deviations between those who stayed and those who were lost


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
        return self.change.get("diff") is not None

    @property
    def reason(self):
        """Why something is not there; empty if everything is."""
        return self.change.get("suppressed") or self.change.get("not_computed") or ""

    @property
    def direction(self):
        """up or down where chance hardly explains the change, else unclear.

        By the interval of the change; with ten cohorts or more, by the test that allows for people
        of one cohort being alike: with fewer it finds next to nothing. Where everybody changed
        alike there is neither, and the change itself tells.
        """
        change = round(self.change["diff"], 9)  # noise of the computation is no change
        low, high = self.change["ci"] or (change, change)
        if (self.cohorts or 0) >= FEW_COHORTS and self.p_of_cohorts is not None:
            low = high = change if self.p_of_cohorts < SMALL_P else 0
        return "up" if low > 0 else "down" if high < 0 else "unclear"

    @property
    def is_doubted_by_cohorts(self) -> bool:
        """Whether the test that allows for cohorts leaves open what the interval does not."""
        low, high = self.change["ci"] or (0, 0)
        p = self.p_of_cohorts
        return low * high > 0 and p is not None and p >= SMALL_P

    @property
    def p_of_cohorts(self) -> float | None:
        return (self.change.get("cluster") or {}).get("p_cr2")

    @property
    def cohorts(self) -> int | None:
        return (self.change.get("cluster") or {}).get("groups")

    @property
    def moved_up(self) -> float:
        """The share of people whose score rose, by the band where the scale has one."""
        return self.change["improved"] / self.change["n"]

    @property
    def moved_down(self) -> float:
        return self.change["worsened"] / self.change["n"]

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
        return Axis(self.low, self.high).place(value)


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


@dataclass(frozen=True)
class ForestRow:
    """A cohort's change, or the one of all (no name). block: its numbers, which may be None."""

    name: str
    block: dict
    at: str = ""
    low: str = ""
    high: str = ""


@dataclass(frozen=True)
class Forest:
    """The change of one scale in each cohort."""

    scale: Scale
    rows: list[ForestRow]
    zero: str
    ticks: list[Tick]
    places: int  # decimals of the ticks


def forest_of(scale: Scale, blocks: list[dict], whole: dict) -> Forest:
    """blocks: one a cohort. whole: the change of all."""
    named = [(block["cohort"], block) for block in blocks] + [("", whole)]
    shown = [block for _, block in named if block.get("diff") is not None]
    ends = [end for block in shown for end in (block["diff"], *(block.get("ci") or ()))]
    axis, ticks, places = axis_around(ends)
    return Forest(scale, [forest_row(axis, *row) for row in named], axis.place(0), ticks, places)


def forest_row(axis: Axis, name: str, block: dict) -> ForestRow:
    if block.get("diff") is None:
        return ForestRow(name, block)
    ends = block.get("ci") or (block["diff"], block["diff"])
    return ForestRow(name, block, axis.place(block["diff"]), *map(axis.place, ends))


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

    why_codes = [*FEWER, "asked"]

    @property
    def why_fewer(self) -> list[tuple[str, list[int | None]]]:
        """Each wave with the numbers of `why_codes` if any may be shown; older releases: none."""
        names, found = self.wave_names, self.report.get("reasons", {})
        rows = [
            (names[wave], [numbers[code] for code in self.why_codes])
            for wave, numbers in found.items()
        ]
        return [row for row in rows if any(number is not None for number in row[1])]

    def by_wave(self, part) -> list[tuple[Scale, list[tuple[str, dict]]]]:
        """Each scale with its block of `part` ("scores" or "reliability") at each wave."""
        names = self.wave_names
        return [
            (scale, [(names[w], self.report[part][scale.code][w]) for w in self.report["waves"]])
            for scale in self.scales
        ]

    @cached_property
    def asked(self) -> list[Item]:
        """Every item of the version, with its answers and the scales it counts in."""
        links = ScaleItem.objects.only("item_id", "scale_id", "is_reversed")
        items = self.release.study.version.items.select_related("option_set")
        return list(
            items.prefetch_related("option_set__options", Prefetch("scale_items", queryset=links))
        )

    @cached_property
    def items(self) -> list[ItemRow]:
        """What both waves asked, in the order of the survey."""
        found = self.report.get("items", {})  # not in releases built before there were any
        rows = []
        for item in self.asked:
            if block := found.get(item.code, {}).get(self.pair):
                is_turned = any(link.is_reversed for link in item.scale_items.all())
                rows.append(ItemRow(item, block, is_turned))
        return rows

    @cached_property
    def frame(self) -> Frame:
        return Frame.around([bar for row in self.items if row.is_shown for bar in row.shares])

    @property
    def likert(self) -> list[tuple[ItemRow, Bar, Bar]]:
        """The items that can be drawn, with their bars before and after."""
        return [(row, *row.bars(self.frame)) for row in self.items if row.is_shown]

    @property
    def headline(self) -> ScaleRow | None:
        """The scale that the first sentence is about: the overall score or else the first."""
        return self.overall or next((row for row in self.rows if row.is_shown), None)

    @property
    def answered_both(self) -> int | None:
        """How many answered both of the waves compared; None where that may not be shown."""
        if self.pair == next(iter(self.pairs), ""):
            return self.total.get("paired")
        return self.report.get("match", {}).get(self.pair, {}).get("answered_both")

    @property
    def steps(self) -> list[tuple[str, int | None, Step]]:
        """(words, how many, bar) from those who joined to those who answered the last wave.

        Who joined has no words, and is left out where nobody knows how many did.
        """
        names, total = self.wave_names, self.total
        rows = [(names[wave], total[wave]) for wave in self.report["waves"]]
        if total["enrolled"] is not None:
            rows.insert(0, ("", total["enrolled"]))
        counts = [count for _, count in rows]
        steps = steps_of(counts, max(1, *(count or 0 for count in counts)))
        return [(words, count, step) for (words, count), step in zip(rows, steps, strict=True)]

    @property
    def ways(self) -> list[tuple[str, str]]:
        """(value, words) of the ways in which somebody answered at any wave."""
        used = {way for counts in self.report.get("modes", {}).values() for way in counts}
        return [(way, words) for way, words in Response.Mode.choices if way in used]

    @property
    def modes(self) -> list[tuple[str, list[int | None]]]:
        """(wave, how many in each of `ways`); None where it may not be shown."""
        found, names = self.report.get("modes", {}), self.wave_names
        return [
            (names[wave], [found[wave].get(way, 0) for way, _ in self.ways])
            for wave in self.report["waves"]
            if wave in found
        ]

    @property
    def matches(self) -> list[tuple[list[str], dict]]:
        """(words for both waves, block) of who was found again."""
        names, found = self.wave_names, self.report.get("match", {})
        return [
            ([names[wave] for wave in pair.split("-")], found[pair])
            for pair in self.pairs
            if pair in found
        ]

    @property
    def not_comparable(self) -> list[str]:
        """Codes of items whose words changed so much that they are not compared."""
        return self.report.get("crosswalk", {}).get(self.pair, [])

    def by_scale(self, part: str) -> list[tuple[Scale, dict | list]]:
        """Each scale with its block of `part` between the two waves."""
        found = self.report.get(part, {})
        return [
            (scale, found[scale.code][self.pair])
            for scale in self.scales
            if self.pair in found.get(scale.code, {})
        ]

    @property
    def comparison(self) -> list[tuple[Scale, dict]]:
        return self.by_scale("comparison")

    @property
    def is_compared(self) -> bool:
        return any(block.get("did") is not None for _, block in self.comparison)

    @property
    def forests(self) -> list[Forest]:
        """Of each scale; the one that the first sentence is about comes first."""
        whole = {row.scale.code: row.change for row in self.rows}
        found = [
            forest_of(scale, blocks, whole.get(scale.code, {}))
            for scale, blocks in self.by_scale("by_cohort")
            if blocks
        ]
        first = self.headline and self.headline.scale.code
        return sorted(found, key=lambda forest: forest.scale.code != first)

    @property
    def subgroups(self) -> list[tuple[Item, list[tuple[Scale, list[tuple[str, dict]]]]]]:
        """(item, its scales), each (scale, its groups), each (the words of the answer, block)."""
        found = self.report.get("subgroups", {})
        shown = []
        for item in self.asked:
            words = (
                {option.value: option.label for option in item.options}
                if (item.code in found and item.option_set_id)
                else {}
            )
            rows = [
                (scale, [(words.get(one["value"], one["value"]), one) for one in groups])
                for scale in self.scales
                if (groups := found.get(item.code, {}).get(scale.code, {}).get(self.pair))
            ]
            if rows:
                shown.append((item, rows))
        return shown

    @property
    def mixed_model(self) -> list[tuple[Scale, dict, list[tuple[str, str, dict]]]]:
        """(scale, its block, rows): each (model, term, numbers); no rows where not computed."""
        names, found = self.wave_names, self.report.get("mixed_model", {})
        shown = []
        for scale in self.scales:
            if block := found.get(scale.code):
                rows = [
                    (model, names.get(term, term), numbers)
                    for model in ("by_wave", "linear")
                    for term, numbers in (block.get(model) or {}).items()
                    if numbers
                ]
                shown.append((scale, block, rows))
        return shown

    @property
    def cautions(self) -> list[str]:
        """Codes of what to keep in mind: what the report names, and what its numbers show."""
        named = list(self.report.get("notes", []))
        if self.is_compared:
            named = [code for code in named if code != "no_comparison_group"]
        cohorts = sum(
            bool(row["cohort"]) and not row.get("comparison") for row in self.report.get("flow", [])
        )
        ends = [
            block.get(end) or 0
            for waves in self.report.get("scores", {}).values()
            for block in waves.values()
            for end in ("floor", "ceiling")
        ]
        apart = [
            abs(block.get("smd") or 0)
            for blocks in self.report.get("attrition", {}).values()
            for block in blocks.values()
        ]
        seen = {
            "few_cohorts": 1 < cohorts < FEW_COHORTS and bool(self.pair),
            "far_ends": max(ends, default=0) > FAR_END,
            "lost_differ": max(apart, default=0) > FAR_APART,
        }
        return list(dict.fromkeys(named + [code for code, applies in seen.items() if applies]))

    @property
    def told(self) -> list[ToldRow]:
        """What the paper tells about training, beside what was measured."""
        return beside(
            self.release.study.version.instrument.code,
            self.asked,
            {row.item.code: row for row in self.items},
            [row for row in self.rows if not row.scale.parts.all()],
        )

    @property
    def paper(self) -> dict:
        return told()[0]

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
