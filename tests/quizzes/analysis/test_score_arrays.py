import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.analysis.score_arrays import composites, scale_scores
from tests.quizzes.analysis.one_person import composite, scale_score

SHARES = st.sampled_from([0, 0.1 + 0.2, 0.5, 0.7, 0.75, 0.8, 1])
METHODS = st.sampled_from(["mean", "sum"])


@st.composite
def tables(draw, value):
    """People by items, None where missing."""
    items = draw(st.integers(0, 7))
    row = st.lists(st.none() | value, min_size=items, max_size=items)
    return items, draw(st.lists(row, max_size=8))


def columns(items, rows):
    """The same, items by people, NaN where missing."""
    return np.asarray(rows, dtype=float).reshape(len(rows), items).T


def as_rows(scores):
    return [None if np.isnan(score) else score for score in scores]


@given(tables(st.integers(1, 5)), st.data(), SHARES, METHODS)
def test_everybody_has_the_score_of_one_person(table, data, min_answered, method):
    items, rows = table
    reverse = data.draw(st.lists(st.booleans(), min_size=items, max_size=items))
    bounds = [(1, 5 + n % 3) for n in range(items)]

    found = scale_scores(columns(items, rows), reverse, bounds, min_answered, method)

    assert as_rows(found) == [
        scale_score(row, reverse, bounds, min_answered, method) for row in rows
    ]


@given(tables(st.floats(0, 1)), SHARES)
def test_values_that_are_not_whole_agree_but_for_rounding(table, min_answered):
    items, rows = table
    keys = [[False] * items, [(0, 1)] * items, min_answered]

    found = as_rows(scale_scores(columns(items, rows), *keys))

    assert found == [
        score if score is None else pytest.approx(score)
        for score in (scale_score(row, *keys) for row in rows)
    ]


@given(tables(st.integers(1, 5)), st.data(), SHARES, METHODS)
def test_an_item_that_was_not_asked_costs_nothing(table, data, min_answered, method):
    items, rows = table
    asked = [data.draw(st.lists(st.booleans(), min_size=items, max_size=items)) for _ in rows]
    bounds = [(1, 5)] * items

    found = scale_scores(
        columns(items, rows),
        [False] * items,
        bounds,
        min_answered,
        method,
        np.asarray(asked, dtype=bool).reshape(len(rows), items).T,
    )

    for score, row, row_asked in zip(as_rows(found), rows, asked, strict=True):
        own = [answer for answer, is_asked in zip(row, row_asked, strict=True) if is_asked]
        mean = scale_score(own, [False] * len(own), [(1, 5)] * len(own), min_answered)
        times = items if method == "sum" else 1
        assert score == (None if mean is None else pytest.approx(mean * times))


@given(tables(st.floats(-5, 5)), SHARES)
def test_everybody_has_the_composite_of_one_person(table, min_answered):
    parts, rows = table

    found = as_rows(composites(columns(parts, rows), min_answered))

    expected = [composite(row, min_answered) for row in rows]
    assert [score is None for score in found] == [score is None for score in expected]
    assert [score for score in found if score is not None] == pytest.approx(
        [score for score in expected if score is not None], abs=1e-12
    )


def test_small_integers_are_not_taken_beyond_their_kind():
    values = np.full((3, 2), 100, dtype=np.int8)

    found = scale_scores(values, [True, True, False], [(0, 120)] * 3, 1, "sum")

    assert found.tolist() == [140, 140]


@pytest.mark.parametrize("answer", [-9, 0, 6, float("inf")])
def test_an_answer_outside_its_bounds_is_refused(answer):
    with pytest.raises(ValueError, match="not between 1 and 5"):
        scale_scores([[3, 3], [4, answer]], [False, False], [(1, 5), (1, 5)], 0.8)


@pytest.mark.parametrize(
    ("values", "reverse", "asked", "message"),
    [
        ([[3.0], [3.0]], [False], None, "zip"),
        ([3.0, 3.0], [False], None, "two dimensions"),
        ([[3.0, 3.0]], [False], [[True]], "asked"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(values, reverse, asked, message):
    with pytest.raises(ValueError, match=message):
        scale_scores(values, reverse, [(1, 5)], 0.8, asked=asked)


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="'median'"):
        scale_scores([[3.0]], [False], [(1, 5)], 0.8, "median")


def test_a_share_with_float_noise_is_the_share():
    values = np.full((10, 1), np.nan)
    values[:3] = 3

    found = scale_scores(values, [False] * 10, [(1, 5)] * 10, 0.1 + 0.2)  # 0.30000000000000004

    assert found.tolist() == [3]
