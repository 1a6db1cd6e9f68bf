import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.analysis import subtraction
from quizzes.analysis.subtraction import gives_away

LEAST = 5
COHORTS = "abcdefg"
CASES = st.tuples(
    st.lists(st.frozensets(st.sampled_from(COHORTS), min_size=1), max_size=6),
    st.fixed_dictionaries({cohort: st.sampled_from([0, 1, 2, 3, 4, 5, 40]) for cohort in COHORTS}),
)


def sets_of(*names):
    return [frozenset(name) for name in names]


def test_three_sets_that_differ_by_large_cohorts_only_give_a_small_one_away():
    sizes = {"s": 4, "a": 20, "b": 20}

    assert gives_away(sets_of("sa", "sb", "sab"), sizes, 10) == {"s"}


@pytest.mark.parametrize("names", [("sa", "sb"), ("sa", "sab"), ("sb", "sab"), ("sab",)])
def test_any_two_of_them_do_not(names):
    assert gives_away(sets_of(*names), {"s": 4, "a": 20, "b": 20}, 10) is None


def test_small_cohorts_that_are_always_together_are_one():
    sets = sets_of("sta", "stb", "stab")

    assert gives_away(sets, {"s": 4, "t": 5, "a": 20, "b": 20}, 10) == {"s", "t"}
    assert gives_away(sets, {"s": 4, "t": 6, "a": 20, "b": 20}, 10) is None


def test_two_sets_that_differ_by_a_small_cohort_give_it_away():
    assert gives_away(sets_of("sa", "a"), {"s": 4, "a": 20}, 10) == {"s"}


def test_one_small_cohort_less_another_tells_of_both():
    sets = sets_of("sa", "ta")

    assert gives_away(sets, {"s": 4, "t": 4, "a": 20}, 10) == {"s", "t"}
    assert gives_away(sets, {"s": 4, "t": 6, "a": 20}, 10) is None


def test_numbers_other_than_one_are_found():
    """The three pairs together hold everybody twice: twice all of them less these is 2 s."""
    sets = sets_of("ab", "bc", "ac", "abcs")

    assert gives_away(sets, {"s": 1, "a": 20, "b": 20, "c": 20}, 10) == {"s"}


def test_the_largest_of_the_small_cohorts_may_be_one_of_them():
    """s less t is of seven; whatever leaves s out (t, p and q; q and r) is of more."""
    sizes = {"s": 6, "t": 1, "p": 4, "q": 4, "r": 4, "a": 40, "b": 40, "c": 40}
    sets = sets_of("sa", "ta", "spqb", "b", "qrc", "c")

    assert gives_away(sets, sizes, 8) == {"s", "t"}
    assert gives_away(sets, sizes, 7) is None


def test_a_set_of_few_shows_nothing():
    assert gives_away(sets_of("s"), {"s": 4}, 10) is None
    assert gives_away(sets_of("s", "sa"), {"s": 4, "a": 20}, 10) is None


def test_nobody_is_given_away_where_one_is_enough():
    assert gives_away(sets_of("sa", "a"), {"s": 4, "a": 20}, 1) is None


def known(sets, sizes):
    """One row a set whose sums are shown, one column a cohort in which there is somebody."""
    people = [cohort for cohort in COHORTS if sizes[cohort]]
    shown = [one for one in sets if sum(sizes[cohort] for cohort in one) >= LEAST]
    return people, np.array([[cohort in one for cohort in people] for one in shown], dtype=float)


def tells_of(sets, sizes, group):
    """Whether leaving these columns out makes the rank of what is known fall."""
    people, matrix = known(sets, sizes)
    if not matrix.size:
        return False
    rest = matrix[:, [cohort not in group for cohort in people]]
    rank = np.linalg.matrix_rank(rest) if rest.size else 0
    return rank < np.linalg.matrix_rank(matrix)


@settings(max_examples=400, deadline=None)
@given(CASES)
def test_it_finds_what_trying_every_group_finds(case):
    sets, sizes = case
    small = [
        set(group)
        for n in range(1, len(COHORTS) + 1)
        for group in itertools.combinations(COHORTS, n)
        if 0 < sum(sizes[cohort] for cohort in group) < LEAST
    ]
    expected = any(tells_of(sets, sizes, group) for group in small)

    found = gives_away(sets, sizes, LEAST)

    assert (found is not None) == expected
    if found:
        assert 0 < sum(sizes[cohort] for cohort in found) < LEAST
        assert tells_of(sets, sizes, found)


@given(CASES)
def test_a_further_set_takes_nothing_back(case):
    sets, sizes = case

    if sets and gives_away(sets[:-1], sizes, LEAST):
        assert gives_away(sets, sizes, LEAST)


def counted(monkeypatch, *arguments):
    """The answer, and how often the solver had to divide something out."""
    calls, divided = [], subtraction._divided
    monkeypatch.setattr(subtraction, "_divided", lambda *given: calls.append(1) or divided(*given))
    found = gives_away(*arguments)
    monkeypatch.undo()
    return found, len(calls)


@pytest.mark.parametrize("cohorts", [40, 400, 2000])
def test_the_work_grows_with_the_releases_not_with_the_cohorts(monkeypatch, cohorts):
    random = np.random.default_rng(cohorts)
    holds = random.random((20, cohorts)) < 0.5
    holds[:, 0] = True
    sets = [frozenset(np.flatnonzero(row).tolist()) for row in holds]
    sizes = dict.fromkeys(range(cohorts), 25) | {0: 4}

    found, divided = counted(monkeypatch, sets, sizes, 10)

    assert found is None
    assert divided <= 20
    planted = [*sets, frozenset(range(cohorts)), frozenset(range(1, cohorts))]
    found, divided = counted(monkeypatch, planted, sizes, 10)
    assert found == {0}
    assert divided <= 22


def test_many_small_cohorts_are_no_harder(monkeypatch):
    random = np.random.default_rng(1)
    sets = [frozenset(np.flatnonzero(row).tolist()) for row in random.random((20, 2000)) < 0.5]

    found, divided = counted(monkeypatch, sets, dict.fromkeys(range(2000), 1), 10)

    assert (found, divided) == (None, 0)
