"""One item between two waves, as it is drawn: bars before and after, and who moved where."""

from dataclasses import dataclass
from functools import cached_property

from quizzes.models import Item
from quizzes.reports.charts import Cell, Frame, Segment, cells_of, shares_of, sides

SMALL_P = 0.05


@dataclass(frozen=True)
class Bar:
    """One wave's answers. The shares: against the aim, neither, for it; of a right-or-wrong item,
    wrong and right; of an item that no scale counts, low and high.
    """

    segments: list[Segment]
    against: float
    unsure: float
    toward: float


@dataclass(frozen=True)
class ItemRow:
    """block: the item's block of the report; its values may be None.

    is_turned: agreeing speaks against the aim; then the bars are turned round, the table is not.
    """

    item: Item
    block: dict
    is_turned: bool = False

    @property
    def is_shown(self) -> bool:
        return bool(self.block.get("table"))

    @cached_property
    def shares(self) -> tuple[list[float], list[float]]:
        """Before and after, from most against to most for."""
        table = self.block["table"]
        before, after = (
            [sum(row) for row in table],
            [sum(column) for column in zip(*table, strict=True)],
        )
        turn = -1 if self.is_turned else 1
        return shares_of(before[::turn]), shares_of(after[::turn])

    @property
    def toward(self) -> tuple[float, float]:
        """The share of answers for the aim, before and after."""
        return tuple(sides(shares)[2] for shares in self.shares)

    def bars(self, frame: Frame) -> tuple[Bar, Bar]:
        return tuple(Bar(frame.bar(shares), *sides(shares)) for shares in self.shares)

    @cached_property
    def heat(self) -> tuple[list[Cell], int]:
        """The cells and how many pixels high and wide they are together."""
        cells = cells_of(self.block["table"])
        return cells, cells[-1].x + cells[-1].x // max(len(self.block["table"]) - 1, 1)

    @property
    def answers(self) -> list[str]:
        """The words for the rows and columns of the table; none where it has other values."""
        if self.item.right is not None:
            return []
        labels = [o.label for o in self.item.options if o.value not in self.item.apart]
        return labels if len(labels) == len(self.block["table"]) else []

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        table = self.block["table"]
        return list(zip(self.answers or [""] * len(table), table, strict=True))

    @property
    def direction(self) -> str:
        """up, down (of the aim) or unclear: by McNemar's exact test, corrected where it is."""
        test, p = self.block.get("mcnemar") or {}, self.block.get("p_holm")
        p = test.get("exact_p") if p is None else p
        if p is None or p >= SMALL_P:
            return "unclear"
        is_up = (test["c"] > test["b"]) != self.is_turned  # c: did not agree, then did
        return "up" if is_up else "down"
