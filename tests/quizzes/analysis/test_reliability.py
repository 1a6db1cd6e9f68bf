import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quizzes.analysis.errors import NotComputable
from quizzes.analysis.reliability import Alpha, cronbach_alpha

# pingouin's documented example: 15 people, 10 items.
PINGOUIN = """
3 2 4 1 4 5 1 4 3 2 / 5 4 6 3 5 1 2 5 5 5 / 7 3 5 5 6 4 3 3 6 5 / 2 4 3 3 2 2 2 6 6 3 /
6 5 6 5 4 4 4 6 7 5 / 1 2 3 4 2 5 2 3 5 2 / 4 3 5 3 5 2 1 2 4 3 / 2 4 4 3 7 2 2 4 6 5 /
6 5 5 5 1 6 5 2 3 2 / 5 4 6 4 3 5 3 1 7 2 / 4 3 5 2 5 3 2 3 4 1 / 4 2 3 2 5 3 4 2 3 4 /
5 5 6 2 3 3 2 4 4 5 / 6 5 5 4 2 2 1 4 6 5 / 4 3 5 5 3 1 3 2 3 4
"""
ROWS = [[int(answer) for answer in row.split()] for row in PINGOUIN.split("/")]

ITEMS = st.integers(min_value=2, max_value=6)
TABLES = ITEMS.flatmap(
    lambda k: st.lists(
        st.lists(st.integers(min_value=1, max_value=5), min_size=k, max_size=k),
        min_size=2,
        max_size=20,
    )
)


def test_pingouins_example_gives_the_reference_values():
    result = cronbach_alpha(ROWS)

    assert (result.k, result.n) == (10, 15)
    assert result.alpha == pytest.approx(0.5917188, abs=1e-6)
    assert result.ci == pytest.approx((0.195, 0.840), abs=5e-4)


def test_rows_with_a_gap_are_left_out():
    gap = [None, *ROWS[0][1:]]

    assert cronbach_alpha([gap, *ROWS, gap]) == cronbach_alpha(ROWS)


def test_small_case_by_hand():
    # Items vary by 1 each, the sums 6, 4, 8 by 4. Only the second item goes with the others:
    # 2, 1, 3 beside 4, 3, 5.
    result = cronbach_alpha([[1, 2, 3], [2, 1, 1], [3, 3, 2]])

    assert result == Alpha(
        k=3,
        n=3,
        alpha=pytest.approx(3 / 2 * (1 - 3 / 4)),
        ci=result.ci,
        item_rest_r=pytest.approx((0, 1, 0)),
    )


def test_constant_item_has_no_item_rest_correlation():
    result = cronbach_alpha([[1, 2, 3], [2, 3, 3], [4, 4, 3]])

    assert result.item_rest_r == (*[pytest.approx(9 / math.sqrt(84))] * 2, None)


def test_item_whose_rest_does_not_vary_has_no_correlation():
    result = cronbach_alpha([[1, 3], [2, 3]])

    assert (result.alpha, result.item_rest_r) == (0, (None, None))


def test_items_that_agree_fully_are_fully_reliable():
    result = cronbach_alpha([[1, 1], [2, 2], [5, 5]])

    assert (result.alpha, result.ci) == (pytest.approx(1), pytest.approx((1, 1)))


def test_two_people_are_enough():
    result = cronbach_alpha([[1, 2], [3, 3]])

    assert result.alpha == pytest.approx(2 * (1 - 2.5 / 4.5))
    assert all(math.isfinite(bound) for bound in result.ci)


@given(TABLES, st.randoms(use_true_random=False))
def test_order_of_items_does_not_matter(rows, random):
    assume(len({sum(row) for row in rows}) > 1)
    order = random.sample(range(len(rows[0])), len(rows[0]))

    result = cronbach_alpha(rows)
    reordered = cronbach_alpha([[row[i] for i in order] for row in rows])

    assert reordered.alpha == pytest.approx(result.alpha, abs=1e-9)
    assert reordered.ci == pytest.approx(result.ci, abs=1e-6)
    for r, i in zip(reordered.item_rest_r, order, strict=True):
        expected = result.item_rest_r[i]
        assert r == (expected if expected is None else pytest.approx(expected, abs=1e-9))


@given(TABLES)
def test_alpha_lies_in_its_interval_and_below_one(rows):
    assume(len({sum(row) for row in rows}) > 1)

    result = cronbach_alpha(rows)

    assert result.ci[0] <= result.alpha <= 1 + 1e-12
    assert result.ci[0] <= result.ci[1]
    assert all(math.isfinite(bound) for bound in result.ci)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "fewer_than_two_complete_rows"),
        ([[1, 2]], "fewer_than_two_complete_rows"),
        ([[1, 2], [None, 3], [4, None]], "fewer_than_two_complete_rows"),
        ([[1], [2], [3]], "fewer_than_two_items"),
        ([[], []], "fewer_than_two_items"),
        ([[3, 3], [3, 3]], "no_variation"),
        ([[1, 5], [5, 1]], "no_variation"),
        ([[0.1, 0.2], [0.3, 0.0]], "no_variation"),
    ],
)
def test_what_has_no_alpha_says_why(rows, reason):
    with pytest.raises(NotComputable) as caught:
        cronbach_alpha(rows)

    assert caught.value.reason == reason


def test_rows_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"different length: \[2, 3\]"):
        cronbach_alpha([[1, 2], [1, 2, 3]])
