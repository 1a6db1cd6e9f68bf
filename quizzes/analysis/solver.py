"""Which hidden counts follow from the counts that are shown, over any number of tables.

Heavy (numpy, scipy): for the worker and for commands.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

OPTIMAL, INFEASIBLE = 0, 2


class ContradictionError(ValueError):
    """No numbers of people fit what is shown and known."""


@dataclass(frozen=True)
class Count:
    """A number of people as somebody reads it.

    cells: of whom: every person is in one cell, and two counts that share cells share people.
    shown: the number, None where it is hidden. most: what a hidden one cannot exceed, as whoever
    knows the rule of hiding can tell; None: nothing is known. name: for messages.
    """

    cells: frozenset
    shown: int | None
    most: int | None = None
    name: Hashable = None


def open_counts(
    counts: Sequence[Count], least: int, limits: Iterable[tuple[frozenset, int]] = ()
) -> list[Count]:
    """The hidden counts below `least` that a reader can compute, in the order given.

    limits: (cells, the most people who can be in them together), known to everybody.

    A reader can compute a count if all whole numbers of people per cell that fit what is shown
    give it the same value: its bounds coincide. One other value is enough to keep it, as in
    suppress_counts: what is kept back here is the size of a group, not what somebody answered. A
    hidden count of `least` or more is there to protect another and is none of ours.

    Mixed-integer programs (HiGHS), at most two for each hidden count. A count that has two values,
    or one of `least` or more, in any solutions found so far needs none of its own, so a few are
    enough where nothing is open.

    Raises ContradictionError.

    Source: Hundepool et al. (2012), Statistical Disclosure Control, ch. 4 (feasibility interval).
    """
    hidden = list(
        dict.fromkeys(count.cells for count in counts if count.shown is None and count.cells)
    )
    if not hidden:
        return []
    system = _System(counts, list(limits))
    rows = system.rows(hidden)
    one = rows @ system.solution(np.zeros(rows.shape[1]))
    low, high = one.copy(), one.copy()
    signs = np.random.default_rng(0)
    is_open = np.zeros(len(hidden), dtype=bool)

    def look(objective):
        """Note what a solution that makes the objective small says of every count."""
        solution = system.solution(objective)
        if solution is None:  # without end: what the objective adds up has no one value
            return False
        values = rows @ solution
        np.minimum(low, values, out=low)
        np.maximum(high, values, out=high)
        return True

    def undecided():
        return np.flatnonzero((low == high) & (high < least) & ~is_open)

    left = undecided()
    while left.size:
        look(signs.choice([-1.0, 1.0], left.size) @ rows[left])
        if (after := undecided()).size == left.size:
            place = left[0]
            if not look(-rows[[place]].toarray()[0]):
                high[place] = np.inf
            elif low[place] == high[place]:
                look(rows[[place]].toarray()[0])
                is_open[place] = low[place] == high[place]
            after = undecided()
        left = after
    told = {cells for cells, is_told in zip(hidden, is_open, strict=True) if is_told}
    return [count for count in counts if count.shown is None and count.cells in told]


class _System:
    """What is known, as bounds of sums of whole numbers; cells that are always together are one."""

    def __init__(self, counts, limits):
        known = defaultdict(lambda: [0, np.inf])
        for count in counts:
            bounds = known[count.cells]
            if count.shown is not None:
                bounds[:] = max(bounds[0], count.shown), min(bounds[1], count.shown)
            elif count.most is not None:
                bounds[1] = min(bounds[1], count.most)
        for cells, most in limits:
            known[frozenset(cells)][1] = min(known[frozenset(cells)][1], most)
        known.pop(frozenset(), None)
        places = defaultdict(list)
        for place, cells in enumerate(known):
            for cell in cells:
                places[cell].append(place)
        classes = {}
        self._column = {
            cell: classes.setdefault(tuple(where), len(classes)) for cell, where in places.items()
        }
        self._width = len(classes)
        low, high = np.array(list(known.values()), dtype=float).T
        self._constraint = LinearConstraint(self.rows(list(known)), low, high)
        self._is_feasible = False

    def rows(self, sums: Sequence[frozenset]) -> csr_array:
        """One row for each set of cells: 1 for each class of cells in it."""
        columns = [sorted({self._column[cell] for cell in cells}) for cells in sums]
        ends = np.cumsum([0, *map(len, columns)])
        flat = np.array([column for row in columns for column in row], dtype=np.int64)
        return csr_array((np.ones(flat.size), flat, ends), shape=(len(sums), self._width))

    def solution(self, objective) -> np.ndarray | None:
        """People per class with the smallest objective; None if it has no end."""
        found = milp(
            objective, constraints=self._constraint, integrality=1, bounds=Bounds(0, np.inf)
        )
        if found.status == OPTIMAL:
            self._is_feasible = True
            return np.rint(found.x)
        if self._is_feasible and found.status != INFEASIBLE:
            return None
        raise ContradictionError(found.message)
