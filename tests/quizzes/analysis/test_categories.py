import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.analysis.categories import (
    benjamini_hochberg,
    holm,
    mcnemar,
    stuart_maxwell,
    transition_table,
)
from quizzes.analysis.errors import NotComputable

# Unaided vision of 7,477 women, right and left eye (Stuart 1953; in R's coin and in statsmodels).
VISION = [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]
# 25 p values of a study of diet and cancer; R's p.adjust.
MANY = [
    *(0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269),
    *(0.275, 0.34, 0.341, 0.384, 0.569, 0.594, 0.696, 0.762, 0.94, 0.942, 0.975, 0.986),
]
p_lists = st.lists(st.none() | st.floats(0, 1), max_size=12)
squares = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 30), min_size=k, max_size=k), min_size=k, max_size=k)
)


def test_mcnemar_of_the_approval_ratings():
    """Agresti's 794, 150, 86, 570; R's ?mcnemar.test and binom.test."""
    assert mcnemar(150, 86).exact_p == pytest.approx(3.715936e-05, abs=1e-11)


def test_mcnemar_by_hand():
    """1 against 4 of 5: twice (1 + 5) / 32; the mid-p takes 5 / 32 off."""
    found = mcnemar(1, 4)

    assert (found.exact_p, found.mid_p) == (pytest.approx(12 / 32), pytest.approx(7 / 32))


def test_the_mid_p_where_as_many_went_each_way():
    """1 - P(b) / 2, as in the supplement of Fagerland et al. and R's contingencytables."""
    found = mcnemar(1, 1)

    assert (found.exact_p, found.mid_p) == (1, pytest.approx(0.75))


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_does_not_mind_which_way(b, c):
    if b + c == 0:
        with pytest.raises(NotComputable, match="nobody_changed"):
            mcnemar(b, c)
        return
    one, other = mcnemar(b, c), mcnemar(c, b)
    assert (one.exact_p, one.mid_p) == (other.exact_p, other.mid_p)
    assert 0 < one.mid_p < one.exact_p <= 1


def test_stuart_maxwell_of_the_vision_of_women():
    found = stuart_maxwell(VISION)

    assert found.chi2 == pytest.approx(11.95657, abs=1e-5)
    assert found.df == 3
    assert found.p == pytest.approx(0.0075334, abs=1e-7)


def test_two_categories_give_mcnemars_chi_squared():
    """(150 - 86)^2 / (150 + 86), R's mcnemar.test(correct = FALSE)."""
    assert stuart_maxwell([[794, 150], [86, 570]]).chi2 == pytest.approx(17.355932, abs=1e-6)


@given(squares)
def test_swapping_the_waves_changes_no_stuart_maxwell(table):
    turned = [list(row) for row in zip(*table, strict=True)]
    try:
        found = stuart_maxwell(table)
    except NotComputable as error:
        with pytest.raises(NotComputable, match=error.reason):
            stuart_maxwell(turned)
        return
    assert found.chi2 == pytest.approx(stuart_maxwell(turned).chi2, abs=1e-6)
    assert 0 <= found.p <= 1


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([], "fewer_than_two_categories"),
        ([[]], "fewer_than_two_categories"),
        ([[0, 0], [0, 0]], "fewer_than_two_categories"),
        ([[7, 0], [0, 0]], "fewer_than_two_categories"),
        ([[7, 0], [0, 9]], "nobody_changed"),
        ([[5, 1, 0, 0], [1, 5, 0, 0], [0, 0, 5, 0], [0, 0, 0, 5]], "margins_not_testable"),
    ],
)
def test_a_table_without_a_test_says_why(table, reason):
    with pytest.raises(NotComputable, match=reason):
        stuart_maxwell(table)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1, 2]], "not square"),
        ([1, 2], "not square"),
        ([[5, -1], [2, 5]], "negative"),
        ([[5, float("nan")], [2, 5]], "not finite"),
    ],
)
def test_what_is_no_table_of_people_is_refused(table, message):
    with pytest.raises(ValueError, match=message):
        stuart_maxwell(table)


def test_an_answer_that_nobody_gave_changes_nothing():
    wide = [[*row[:2], 0, *row[2:]] for row in VISION]
    wide.insert(2, [0] * 5)

    assert stuart_maxwell(wide) == stuart_maxwell(VISION)


def test_a_table_counts_people_by_both_answers():
    assert transition_table([1, 2, 2, 3], [2, 2, 1, 3], [1, 2, 3]) == [
        [0, 1, 0],
        [1, 1, 0],
        [0, 0, 1],
    ]


@pytest.mark.parametrize(
    ("before", "after", "values", "message"),
    [
        ([1], [4], [1, 2, 3], "not among"),
        ([0], [1], [1, 2, 3], "not among"),
        ([1], [None], [1, 2, 3], "not among"),
        ([1, 2], [1], [1, 2, 3], "2 answers before, 1 after"),
        ([1], [2], [1, 2, 1], "twice"),
    ],
)
def test_what_makes_no_table_is_refused(before, after, values, message):
    with pytest.raises(ValueError, match=message):
        transition_table(before, after, values)


def test_a_table_keeps_the_order_of_the_answers():
    assert transition_table([1, 2, 3, 3], [2, 2, 1, 1], [3, 1, 2]) == [
        [0, 2, 0],
        [0, 0, 1],
        [0, 0, 1],
    ]
    assert transition_table([], [], []) == []


def test_holm_of_the_diet_study():
    assert holm(MANY)[:5] == pytest.approx([0.025, 0.192, 0.897, 0.902, 0.902])


def test_benjamini_hochberg_of_the_diet_study():
    found = benjamini_hochberg(MANY)[:7]

    assert found == pytest.approx([0.025, 0.1, 0.21, 0.21, 0.21, 0.25, 0.2642857], abs=1e-7)


@pytest.mark.parametrize("method", [holm, benjamini_hochberg])
@given(p_lists)
def test_adjusting_keeps_places_and_never_lowers(method, p_values):
    found = method(p_values)

    assert [p is None for p in found] == [p is None for p in p_values]
    pairs = [(p, q) for p, q in zip(p_values, found, strict=True) if p is not None]
    assert all(p - 1e-12 <= q <= 1 for p, q in pairs)
    order = np.argsort([p for p, _ in pairs], kind="stable")
    assert np.all(np.diff([pairs[n][1] for n in order]) >= -1e-12)


@pytest.mark.parametrize("method", [holm, benjamini_hochberg])
def test_none_stays_where_it_is_and_does_not_count(method):
    assert method([None, 0.01, None, 0.02]) == [None, 0.02, None, 0.02]
    assert method([None, None]) == [None, None]
    assert method([]) == []


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), float("inf")])
@pytest.mark.parametrize("method", [holm, benjamini_hochberg])
def test_what_is_no_p_value_is_refused(method, p):
    with pytest.raises(ValueError, match="not between 0 and 1"):
        method([0.5, None, p])
