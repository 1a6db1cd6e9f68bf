"""Where the marks of a chart stand. Numbers in, places out as SVG writes them; nothing is drawn.

Across, places are per cent of a drawing that is as wide as there is room, so that text beside it
keeps its size on a phone. Two decimals: a drawing need not say more, and has no 1e-05.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

TICKS_AT_MOST = 6
LEVELS = 4  # shades of a heat map above none
CELL = 40  # pixels of a heat map's cell


def written(value: float) -> str:
    return f"{round(value, 2) + 0:.2f}"  # + 0: no "-0.00"


def percent(share: float) -> str:
    return f"{written(100 * share)}%"


@dataclass(frozen=True)
class Axis:
    """From low to high, low < high."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """How far along a value stands, 0 to 1. What lies beyond an end stands at it."""
        share = (round(value, 2) - self.low) / (self.high - self.low)
        return min(max(share, 0), 1)

    def place(self, value: float) -> str:
        return percent(self.share(value))


@dataclass(frozen=True)
class Tick:
    value: float
    place: str
    anchor: str  # text-anchor: a name at an end must not hang over it


def axis_around(values: Sequence[float]) -> tuple[Axis, list[Tick], int]:
    """An axis with zero and all values on it, its ticks, and the decimals that they need."""
    low, high = min(0, *values, 0), max(0, *values, 0)
    step = round_step((high - low) or 1)
    first, last = math.floor(round(low / step, 6)), math.ceil(round(high / step, 6))
    last = max(last, first + 1)
    axis = Axis(first * step, last * step)
    anchors = {first: "start", last: "end"}
    ticks = [
        Tick(n * step, axis.place(n * step), anchors.get(n, "middle"))
        for n in range(first, last + 1)
    ]
    return axis, ticks, max(0, -math.floor(math.log10(step)))


def round_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, so that few steps cover the span."""
    least = span / (TICKS_AT_MOST - 2)
    power = 10.0 ** math.floor(math.log10(least))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least * (1 - 1e-9))


# diverging bars


@dataclass(frozen=True)
class Segment:
    kind: str  # against2, against1, unsure, for1, for2
    x: str
    width: str


def kinds_of(k: int) -> list[str]:
    """What each of k ordered answers is, from most against to most for; the middle one is neither.

    k >= 2. The outermost answers are the strong ones.
    """
    half = k // 2
    against = ["against2"] + ["against1"] * (half - 1)
    return (
        against + ["unsure"] * (k % 2) + [kind.replace("against", "for") for kind in against][::-1]
    )


def shares_of(counts: Sequence[int]) -> list[float]:
    """Of each answer, 0 to 1; of nobody, zeros."""
    total = sum(counts)
    return [count / total if total else 0.0 for count in counts]


def sides(shares: Sequence[float]) -> tuple[float, float, float]:
    """Against, neither, for."""
    half = len(shares) // 2
    return sum(shares[:half]), sum(shares[half : len(shares) - half]), sum(shares[-half:])


@dataclass(frozen=True)
class Frame:
    """How far bars reach to both sides of the middle line, in shares of the answers."""

    left: float
    right: float

    @classmethod
    def around(cls, bars: Sequence[Sequence[float]]):
        """Room for all of these bars, so that equal shares are equally wide in each."""
        reach = [sides(shares) for shares in bars]
        left = max((against + middle / 2 for against, middle, _ in reach), default=0)
        right = max((toward + middle / 2 for _, middle, toward in reach), default=0)
        return cls(left, right) if left + right else cls(0.5, 0.5)

    @property
    def middle(self) -> str:
        return percent(self.left / (self.left + self.right))

    def bar(self, shares: Sequence[float]) -> list[Segment]:
        """Answers side by side, the middle one half to each side of the middle line."""
        against, middle, _ = sides(shares)
        start = self.left - against - middle / 2
        ends = accumulate(shares, initial=start)
        whole = self.left + self.right
        return [
            Segment(kind, percent(first / whole), percent((last - first) / whole))
            for kind, (first, last) in zip(kinds_of(len(shares)), pairwise(ends), strict=True)
            if last - first > 1e-9
        ]


# from one count to the next


@dataclass(frozen=True)
class Step:
    """A bar, and below it the band to the next one; empty where a count may not be shown."""

    width: str
    band: str  # points of a polygon, 100 wide and 10 high


def steps_of(counts: Sequence[int | None], whole: int) -> list[Step]:
    """Bars of counts out of a whole (at least 1), each led over to the next."""
    shares = [None if count is None else min(count / whole, 1) for count in counts]
    return [
        Step("" if share is None else percent(share), band(share, after))
        for share, after in zip(shares, [*shares[1:], None], strict=True)
    ]


def band(share, after) -> str:
    if share is None or after is None:
        return ""
    return f"0,0 {written(100 * share)},0 {written(100 * after)},10 0,10"


# who went from which answer to which


@dataclass(frozen=True)
class Cell:
    """In pixels. level: 0 for nobody, up to LEVELS for the fullest cell."""

    x: int
    y: int
    count: int
    level: int
    is_same: bool  # the same answer both times

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + CELL // 2, self.y + CELL // 2 + 5  # text stands on its line


def cells_of(table: Sequence[Sequence[int]]) -> list[Cell]:
    most = max(map(max, table)) or 1
    return [
        Cell(CELL * column, CELL * row, count, math.ceil(LEVELS * count / most), row == column)
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
    ]
