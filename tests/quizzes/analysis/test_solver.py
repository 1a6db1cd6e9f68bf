import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.analysis.disclosure import suppress_counts
from quizzes.analysis.solver import ContradictionError, Count, open_counts

LEAST = 10


def table(counts, shown, *, total=True, names=None):
    """One table of counts: its cells, and its total if that is large enough."""
    names = names or [f"c{n}" for n in range(len(counts))]
    smallest = min((one for one in shown if one is not None), default=None)
    cells = [
        Count(frozenset([name]), one, None if smallest is None else smallest - 1, name=name)
        for name, one in zip(names, shown, strict=True)
    ]
    whole = sum(counts)
    is_shown = total and whole >= LEAST
    return [*cells, Count(frozenset(names), whole if is_shown else None, LEAST - 1, name="all")]


def names_of(counts):
    return [count.name for count in counts]


def test_a_lone_hidden_count_is_the_total_less_the_rest():
    assert names_of(open_counts(table([4, 12, 40], [None, 12, 40]), LEAST)) == ["c0"]


def test_a_second_hidden_count_protects_it():
    assert open_counts(table([4, 12, 40], [None, None, 40]), LEAST) == []


def test_a_small_total_that_is_hidden_tells_nothing():
    assert open_counts(table([4, 0, 5], [None, None, None]), LEAST) == []


def test_two_tables_tell_what_each_of_them_keeps():
    """s and c hidden here, s and d there; there c is shown, so here s is the total less c."""
    here = table([3, 12, 40], [None, None, 40], names=["s", "c", "e"])
    there = table([3, 12, 11], [None, 12, None], names=["s", "c", "d"])

    assert open_counts(here, LEAST) == []
    assert open_counts(there, LEAST) == []
    assert names_of(open_counts([*here, *there], LEAST)) == ["s", "s"]


def test_whole_numbers_are_people():
    """Two cells of one and the same number in halves only: 2a + 2b = 3 has no people."""
    odd = [
        Count(frozenset("ab"), 1),
        Count(frozenset("bc"), 1),
        Count(frozenset("ac"), 1),
    ]

    with pytest.raises(ContradictionError):
        open_counts([*odd, Count(frozenset("a"), None)], LEAST)


def test_what_everybody_knows_of_the_others_bounds_a_count():
    counts = [Count(frozenset("a"), None), Count(frozenset("b"), None), Count(frozenset("ab"), 11)]
    limits = [(frozenset("a"), 4), (frozenset("b"), 7)]

    assert open_counts(counts, LEAST) == []
    assert len(open_counts(counts, LEAST, limits)) == 2


def test_a_count_without_bound_is_not_open():
    assert open_counts([Count(frozenset("a"), None)], LEAST) == []


def test_many_counts_of_two_values_each_are_not_open():
    """Whatever solution is found first, and whichever end of a count it has."""
    counts = [
        count
        for n in range(40)
        for count in (
            Count(frozenset([(n, "a")]), None),
            Count(frozenset([(n, "b")]), None),
            Count(frozenset([(n, "a"), (n, "b")]), 5),
        )
    ]

    assert open_counts(counts, LEAST) == []


NAMES = "abcd"
SUMS = st.frozensets(st.sampled_from(NAMES), min_size=1)
READ = st.tuples(
    st.tuples(*[st.integers(0, 4)] * len(NAMES)),
    st.lists(st.tuples(SUMS, st.booleans()), min_size=1, max_size=6),
)


@settings(max_examples=200, deadline=None)
@given(READ)
def test_it_finds_what_trying_all_numbers_finds(case):
    truth, read = case

    def value(cells, people):
        return sum(people[NAMES.index(cell)] for cell in cells)

    counts = [
        Count(cells, value(cells, truth) if is_shown else None, most=6, name=n)
        for n, (cells, is_shown) in enumerate(read)
    ]
    limits = [(frozenset(name), 5) for name in NAMES]
    fitting = [
        people
        for people in itertools.product(range(6), repeat=len(NAMES))
        if all(
            value(count.cells, people) == count.shown
            if count.shown is not None
            else value(count.cells, people) <= 6
            for count in counts
        )
    ]
    if not fitting:  # a hidden sum of more than 6 does not keep the rule
        with pytest.raises(ContradictionError):
            open_counts(counts, 5, limits)
        return
    expected = [
        count.name
        for count in counts
        if count.shown is None
        and len({value(count.cells, people) for people in fitting}) == 1
        and value(count.cells, fitting[0]) < 5
    ]

    assert names_of(open_counts(counts, 5, limits)) == expected


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=45), min_size=1, max_size=9))
def test_what_is_suppressed_stays_hidden(counts):
    assert open_counts(table(counts, suppress_counts(counts, LEAST)), LEAST) == []


@settings(max_examples=150, deadline=None)
@given(
    st.integers(min_value=0, max_value=LEAST - 1),
    st.lists(st.integers(min_value=LEAST, max_value=45), min_size=1, max_size=9),
)
def test_it_would_not_without_the_complement(small, large):
    shown = [None, *large]

    assert names_of(open_counts(table([small, *large], shown), LEAST)) == ["c0"]
