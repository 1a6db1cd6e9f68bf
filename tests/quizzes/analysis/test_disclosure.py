import itertools
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.analysis.disclosure import WITHHELD, suppress_columns, suppress_counts, withhold
from quizzes.analysis.errors import NotComputable

VALUE = st.none() | st.integers(min_value=1, max_value=3)
ROW = st.tuples(st.sampled_from("ABCD"), VALUE, VALUE, VALUE)
FILES = st.integers(min_value=1, max_value=10).flatmap(
    lambda k: st.tuples(st.lists(ROW, min_size=k, max_size=60), st.just(k))
)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([10, 20, 30], [10, 20, 30]),
        ([4, 6, 40], [None, None, 40]),
        ([5, 5, 40], [None, None, 40]),
        ([3, 12, 40], [None, None, 40]),  # 3 alone is the total less the rest
        ([0, 12, 40], [None, None, 40]),
        ([2, 3, 15, 40], [None, None, None, 40]),  # 2 and 3 together are five people
        ([0, 0, 40, 0], [None, None, None, None]),  # everyone said the same
        ([3, 40], [None, None]),
        ([9, 9, 40, 50], [None, None, None, 50]),  # 18 in two cells below 10 is 9 and 9
        ([3, 12, 12, 40], [None, None, None, 40]),
        ([3], [None]),
        ([], []),
    ],
)
def test_small_counts_and_those_that_give_them_away_are_hidden(counts, expected):
    assert suppress_counts(counts, minimum=10) == expected


@pytest.mark.parametrize("minimum", [1, 2, 3, 4])
@pytest.mark.parametrize("cells", [2, 3, 4])
def test_no_hidden_count_follows_from_total_table_and_rule(cells, minimum):
    candidates = defaultdict(list)  # what a reader sees -> every table that looks so
    for counts in itertools.product(range(2 * minimum + 3), repeat=cells):
        seen = (sum(counts), tuple(suppress_counts(counts, minimum)))
        candidates[seen].append(counts)

    for (total, shown), tables in candidates.items():
        for i in range(cells):
            values = {table[i] for table in tables}
            assert shown[i] is not None or total == 0 or len(values) > 1, (total, shown)


@given(st.lists(st.integers(min_value=0, max_value=60), max_size=12))
def test_what_is_shown_is_true_and_large_and_what_is_hidden_is_many(counts):
    shown = suppress_counts(counts, minimum=10)

    hidden = [count for count, seen in zip(counts, shown, strict=True) if seen is None]
    assert all(seen in (None, count) for count, seen in zip(counts, shown, strict=True))
    assert all(seen is None or seen >= 10 for seen in shown)
    assert len(hidden) in (0, len(counts)) or (len(hidden) >= 2 and sum(hidden) >= 10)
    assert hidden == [] or min(hidden) < 10


def test_negative_count_is_refused():
    with pytest.raises(ValueError, match="negative"):
        suppress_counts([12, -1], minimum=10)


def test_a_group_that_is_small_in_one_column_is_hidden_in_all():
    pre, post, paired = [12, 15, 40, 11], [11, 13, 38, 30], [9, 13, 37, 11]

    assert suppress_columns([pre, post, paired], minimum=10) == [
        [None, None, 40, 11],
        [None, None, 38, 30],
        [None, None, 37, 11],
    ]


def test_a_group_that_was_not_counted_is_not_small():
    assert suppress_columns([[12, 15, 40], [None, 15, 38]], minimum=10) == [
        [12, 15, 40],
        [None, 15, 38],
    ]


def test_what_was_kept_before_protects_again_and_what_was_shown_does_not():
    counts = [3, 30, 12, 11]

    assert suppress_columns([counts], minimum=10) == [[None, 30, 12, None]]
    assert suppress_columns([counts], minimum=10, kept={2}) == [[None, 30, None, 11]]
    assert suppress_columns([counts], minimum=10, known={3}) == [[None, 30, None, 11]]
    assert suppress_columns([counts], minimum=10, known={1, 2, 3}) == [[None, 30, 12, 11]]


def counted(ways):
    """(before only, after only, both) of each group -> before, after, both times."""
    return [
        [one + both for one, _, both in ways],
        [other + both for _, other, both in ways],
        [both for _, _, both in ways],
    ]


def told(suppress, groups, top, minimum):
    """Tables as they are seen in which a count below the minimum has one possible value.

    Tried are all tables of so many groups with up to `top` people for each way to take part; the
    reader knows the rule, the totals that may be shown, and that both times is part of each.
    """
    bounds = {}
    for ways in itertools.product(itertools.product(range(top + 1), repeat=3), repeat=groups):
        columns = counted(ways)
        totals = tuple(sum(column) if sum(column) >= minimum else None for column in columns)
        seen = totals, tuple(map(tuple, suppress(columns, minimum)))
        counts = list(itertools.chain(*columns))
        known = bounds.setdefault(seen, [(count, count) for count in counts])
        bounds[seen] = [
            (min(low, count), max(high, count))
            for (low, high), count in zip(known, counts, strict=True)
        ]
    return [
        seen
        for seen, known in bounds.items()
        for n, (shown, (low, high)) in enumerate(zip(itertools.chain(*seen[1]), known, strict=True))
        if shown is None and low == high < minimum and seen[0][n // groups] is not None
    ]


@pytest.mark.parametrize(("groups", "top", "minimum"), [(2, 3, 2), (2, 4, 3), (3, 2, 2)])
def test_no_column_tells_what_another_hides(groups, top, minimum):
    assert told(suppress_columns, groups, top, minimum) == []


def test_column_by_column_they_would():
    """Both times is shown for a group that is hidden before: it was that many before at least."""
    seen = told(
        lambda columns, minimum: [suppress_counts(column, minimum) for column in columns], 2, 3, 2
    )

    assert ((4, 5, 4), ((None, None), (3, 2), (None, None))) in seen


def file_of(*classes):
    """(n, row) … -> rows."""
    return [row for n, row in classes for _ in range(n)]


def test_large_classes_are_left_alone():
    rows = file_of((3, ("A", 1, "m")), (4, ("B", None, "f")))

    assert withhold(rows, k=3) == rows


def test_values_are_withheld_in_order_and_no_further_than_needed():
    rows = file_of((3, ("A", 1, 1)), (2, ("A", 2, 2)), (1, ("A", 3, 2)))

    assert withhold(rows, k=3) == file_of((3, ("A", 1, 1)), (3, ("A", WITHHELD, 2)))


def test_smallest_other_class_of_the_group_joins_those_who_are_still_too_few():
    rows = file_of((4, ("A", 1, 1)), (3, ("A", 2, 2)), (1, ("A", 3, 3)), (3, ("B", 2, 2)))

    result = withhold(rows, k=3)

    assert result == file_of((4, ("A", 1, 1)), (4, ("A", WITHHELD, WITHHELD)), (3, ("B", 2, 2)))


def test_small_groups_lose_their_letter_together():
    rows = file_of((2, ("A", 1)), (1, ("B", 2)), (3, ("C", 1)))

    assert withhold(rows, k=3) == file_of((3, (WITHHELD, WITHHELD)), (3, ("C", 1)))


def test_smallest_class_of_all_joins_a_lone_small_group():
    rows = file_of((2, ("A", 1)), (5, ("B", 1)), (3, ("B", 2)), (4, ("C", 1)))

    result = withhold(rows, k=3)

    assert result == file_of(
        (2, (WITHHELD, WITHHELD)), (5, ("B", 1)), (3, (WITHHELD, WITHHELD)), (4, ("C", 1))
    )


def test_small_group_joins_rows_that_came_without_a_group():
    rows = file_of((3, (WITHHELD, WITHHELD)), (1, ("A", 1)), (3, ("B", 1)))

    assert withhold(rows, k=3) == file_of((4, (WITHHELD, WITHHELD)), (3, ("B", 1)))


def test_missing_is_a_value_of_its_own():
    rows = file_of((2, ("A", None)), (2, ("A", 1)))

    assert withhold(rows, k=2) == rows
    assert withhold(rows, k=3) == [("A", WITHHELD)] * 4


def test_file_of_groups_alone_is_merged_too():
    assert withhold(file_of((1, ("A",)), (3, ("B",))), k=2) == [(WITHHELD,)] * 4


@given(FILES)
def test_every_combination_occurs_k_times(case):
    rows, k = case

    assert min(Counter(withhold(rows, k)).values()) >= k


@given(FILES)
def test_a_value_stays_or_is_withheld(case):
    rows, k = case

    for old, new in zip(rows, withhold(rows, k), strict=True):
        assert all(b in (a, WITHHELD) for a, b in zip(old, new, strict=True))
        assert old == new or new[1] == WITHHELD
        assert new[0] != WITHHELD or set(new) == {WITHHELD}


@given(FILES)
def test_withholding_again_changes_nothing(case):
    rows, k = case

    once = withhold(rows, k)

    assert withhold(once, k) == once


@given(FILES, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(case, random):
    rows, k = case
    order = random.sample(range(len(rows)), len(rows))

    result = withhold(rows, k)

    assert withhold([rows[i] for i in order], k) == [result[i] for i in order]


@pytest.mark.parametrize(("rows", "k"), [([("A", 1)] * 4, 5), ([], 5), ([], 0)])
def test_fewer_than_k_rows_cannot_be_given(rows, k):
    with pytest.raises(NotComputable) as caught:
        withhold(rows, k)

    assert caught.value.reason == "fewer_than_k_rows"


def test_rows_of_different_length_are_refused():
    with pytest.raises(ValueError, match="different length"):
        withhold([("A", 1), ("A",)], k=1)
