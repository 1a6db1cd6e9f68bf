"""What may be shown of few people without showing one of them."""

from collections import Counter
from collections.abc import Collection, Sequence

from quizzes.analysis.errors import NotComputable

WITHHELD = -6  # the missing code for a value that is known and not given away

Value = str | int | None
Row = tuple[Value, ...]


def suppress_counts(counts: Sequence[int], minimum: int) -> list[int | None]:
    """One table of counts with what is too small left out, and no way back from the total.

    counts: people in each cell; the total is published beside the table.
    minimum: the smallest count that may be shown.

    Returns the counts in the same order, None where hidden: every count below the minimum, 0
    as well, and also the next smallest if the total gives the hidden ones away. Cells of equal
    count are hidden together, since the choice of one of them would tell something.
    Whoever knows this rule, the total and what is shown still has two or more possible values
    for each hidden cell, unless the table has one cell only or the total is 0: then the total
    itself must not be shown. (Proof by cases; the test tries all small tables.)

    Raises ValueError for a negative count.

    Source: Hundepool et al. (2012), Statistical Disclosure Control, ch. 5.
    """
    return suppress_columns([counts], minimum)[0]


def suppress_columns(
    columns: Sequence[Sequence[int | None]],
    minimum: int,
    *,
    kept: Collection[int] = (),
    known: Collection[int] = (),
) -> list[list[int | None]]:
    """Several counts of the same groups with what is too small left out, and no way back.

    columns: people in each group, one list for each time or way they were counted; None where the
        group was not counted. The totals of the columns that have `minimum` or more are published
        beside them.
    minimum: the smallest count that may be shown.
    kept, known: places of groups that a table published before hides, or shows.

    Returns the columns in the same order, None where hidden. A group with a small count in one
    column is hidden in all: people of one column are in the others too, so that a count shown there
    would bound the hidden one (nobody took part twice who did not take part once). What was kept
    stays hidden. If what is hidden of a column is still told by its total, the groups that are
    smallest in all are hidden as well, those of equal size together. A known one protects nobody:
    it is hidden if small and never as a complement.

    Raises ValueError for a negative count, or columns of different length.

    Source: Hundepool et al. (2012), Statistical Disclosure Control, ch. 5 (linked tables).
    """
    groups = [
        [count for count in group if count is not None] for group in zip(*columns, strict=True)
    ]
    if any(count < 0 for counts in groups for count in counts):
        raise ValueError(f"negative count in {columns}")
    hidden = {n for n, counts in enumerate(groups) if n in kept or min(counts, default=0) < minimum}
    while any(_is_told(column, hidden.difference(known), minimum) for column in columns):
        others = [n for n in range(len(groups)) if n not in hidden and n not in known]
        if not others:
            break
        smallest = min(sum(groups[n]) for n in others)
        hidden |= {n for n in others if sum(groups[n]) == smallest}
    return [
        [None if n in hidden else count for n, count in enumerate(column)] for column in columns
    ]


def withhold(rows: Sequence[Row], k: int) -> list[Row]:
    """Rows in which every combination of values occurs at least k times.

    rows: one a person: (group, q1, q2, …), all of one length; text, whole number or None
        (missing, a value of its own).
    k: the smallest number of people who may share a combination.

    Returns the rows in the same order, with values replaced by WITHHELD: of people in too
    small a class first q1, then q2 and so on, as far as needed; then, where those with
    everything withheld are still too few in their group, the smallest other class of the
    group joins them; then the group itself, again with the smallest other classes joining.
    The result does not depend on the order of the rows, and withholding again changes nothing.

    Raises NotComputable("fewer_than_k_rows"); ValueError if the rows differ in length.

    Source: Sweeney (2002), Int. J. Uncertain. Fuzz. 10:571 (k-anonymity by suppression).
    """
    rows = [tuple(row) for row in rows]
    if len(rows) < max(k, 1):
        raise NotComputable("fewer_than_k_rows")
    if len({len(row) for row in rows}) > 1:
        raise ValueError("rows of different length")
    for column in range(1, len(rows[0])):
        rows = _withhold_column(rows, column, k)
    return _withhold_groups(_fill_up_within_groups(rows, k), k)


def _is_told(column: Sequence[int | None], hidden: set[int], minimum: int) -> bool:
    """Does the sum of what is hidden in a column tell a count below the minimum?

    A single one is told, several that are few together, and several that are all one below the
    minimum, as high as they can be.
    """
    counts = [column[n] for n in hidden if column[n] is not None]
    if min(counts, default=minimum) >= minimum:
        return False
    return len(counts) == 1 or sum(counts) < minimum or set(counts) == {minimum - 1}


def _withhold_column(rows: list[Row], column: int, k: int) -> list[Row]:
    size = Counter(rows)
    return [
        row if size[row] >= k else (*row[:column], WITHHELD, *row[column + 1 :]) for row in rows
    ]


def _fill_up_within_groups(rows: list[Row], k: int) -> list[Row]:
    """Let the smallest large class of a group join its people with everything withheld.

    Once all columns were tried, a small class has nothing left to withhold but the group, so a
    group has at most one; any other has k people or more, so one is enough.
    """
    size = Counter(rows)
    groups = {row[0] for row in size if size[row] < k}
    partner = {}
    for row in _smallest_first(size):
        if size[row] >= k and row[0] in groups:
            partner.setdefault(row[0], row)
    joining = set(partner.values())
    return [_only_group(row) if row in joining else row for row in rows]


def _withhold_groups(rows: list[Row], k: int) -> list[Row]:
    """Merge what is still small across groups, with the next smallest until there are k."""
    size = Counter(rows)
    merged = {row for row in size if size[row] < k}
    if not merged:
        return rows
    nothing = (WITHHELD,) * len(rows[0])
    merged.add(nothing)
    for row in _smallest_first(size):
        if sum(size[other] for other in merged) >= k:
            break
        merged.add(row)
    return [nothing if row in merged else row for row in rows]


def _smallest_first(size: Counter[Row]) -> list[Row]:
    return sorted(size, key=lambda row: (size[row], repr(row)))


def _only_group(row: Row) -> Row:
    return (row[0], *(WITHHELD for _ in row[1:]))
