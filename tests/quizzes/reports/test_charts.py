"""Where the marks of a chart stand."""

import re
from itertools import product

import pytest

from quizzes.reports.charts import (
    Axis,
    Frame,
    axis_around,
    cells_of,
    kinds_of,
    percent,
    shares_of,
    sides,
    steps_of,
)


def number(place):
    """What stands before the per cent sign; nothing but two decimals may."""
    return float(re.fullmatch(r"(-?\d+\.\d\d)%", place)[1])


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.00%"), (1e-7, "0.00%"), (-1e-9, "0.00%"), (1 / 3, "33.33%"), (1, "100.00%")],
)
def test_a_place_is_written_with_two_decimals_and_no_noise(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value", "place"), [(1, 0), (3, 50), (5, 100), (0, 0), (6, 100), (2.004, 25)]
)
def test_a_value_stands_where_its_share_of_the_axis_is_and_ends_with_it(value, place):
    assert number(Axis(1, 5).place(value)) == place


@pytest.mark.parametrize(
    ("values", "ends", "ticks", "decimals"),
    [
        ([0.3, 0.1, 0.5], (0, 0.6), ["0.0", "0.2", "0.4", "0.6"], 1),
        ([-0.5, -0.1], (-0.6, 0), ["-0.6", "-0.4", "-0.2", "0.0"], 1),
        ([-0.02, 0.03], (-0.02, 0.04), ["-0.02", "0.00", "0.02", "0.04"], 2),
        ([], (0, 0.5), ["0.0", "0.5"], 1),
        ([0, 0], (0, 0.5), ["0.0", "0.5"], 1),
        ([-3, 7], (-5, 10), ["-5", "0", "5", "10"], 0),
    ],
)
def test_an_axis_of_changes_holds_zero_and_every_value(values, ends, ticks, decimals):
    axis, found, places = axis_around(values)

    assert (axis.low, axis.high) == pytest.approx(ends)
    assert [f"{tick.value + 0:.{decimals}f}" for tick in found] == ticks
    assert places == decimals
    assert [number(tick.place) for tick in found] == sorted(number(t.place) for t in found)
    assert (found[0].anchor, found[-1].anchor) == ("start", "end")


@pytest.mark.parametrize(
    ("k", "kinds"),
    [
        (2, ["against2", "for2"]),
        (3, ["against2", "unsure", "for2"]),
        (4, ["against2", "against1", "for1", "for2"]),
        (5, ["against2", "against1", "unsure", "for1", "for2"]),
        (7, ["against2", *["against1"] * 2, "unsure", *["for1"] * 2, "for2"]),
    ],
)
def test_answers_are_against_neither_or_for(k, kinds):
    assert kinds_of(k) == kinds


def test_shares_are_of_all_answers_and_zero_of_nobody():
    assert shares_of([1, 2, 1]) == [0.25, 0.5, 0.25]
    assert shares_of([0, 0]) == [0, 0]


@pytest.mark.parametrize(
    ("shares", "found"),
    [
        ([0.1, 0.2, 0.3, 0.25, 0.15], (0.3, 0.3, 0.4)),
        ([0.25, 0.75], (0.25, 0, 0.75)),
        ([0.2, 0.3, 0.5], (0.2, 0.3, 0.5)),
    ],
)
def test_the_middle_answer_of_an_odd_number_is_on_no_side(shares, found):
    assert sides(shares) == pytest.approx(found)


def test_widths_are_in_proportion_and_the_middle_answer_straddles_the_line():
    shares = [0.1, 0.2, 0.4, 0.2, 0.1]
    frame = Frame.around([shares, [0, 0, 0, 0, 1], [1, 0, 0, 0, 0]])

    bar = frame.bar(shares)

    assert frame == Frame(1, 1)
    assert number(frame.middle) == 50
    assert [number(part.width) for part in bar] == [
        5,
        10,
        20,
        10,
        5,
    ]  # half of the drawing is 100 %
    assert [number(part.x) for part in bar] == [25, 30, 40, 60, 70]


@pytest.mark.parametrize(
    "bars",
    [
        [[0.5, 0.5], [0.1, 0.9]],
        [[0.1, 0.2, 0.3, 0.25, 0.15], [0, 0, 1, 0, 0]],
        [[1 / 3, 1 / 3, 1 / 3], [1 / 7, 2 / 7, 4 / 7]],
        list(product([0.25, 0.75], repeat=2))[1:3],
    ],
)
def test_every_bar_stays_in_the_drawing_and_one_reaches_each_end(bars):
    frame = Frame.around(bars)
    drawn = [frame.bar(shares) for shares in bars]

    starts = [number(bar[0].x) for bar in drawn]
    ends = [number(bar[-1].x) + number(bar[-1].width) for bar in drawn]
    assert min(starts) == pytest.approx(0, abs=0.02)
    assert max(ends) == pytest.approx(100, abs=0.02)


def test_an_answer_that_nobody_gave_has_no_segment():
    bar = Frame(1, 1).bar([0, 0.5, 0, 0.5, 0])

    assert [part.kind for part in bar] == ["against1", "for1"]


def test_a_frame_around_nothing_is_there():
    assert Frame.around([]) == Frame(0.5, 0.5)


def test_a_step_is_as_wide_as_its_share_and_leads_to_the_next():
    joined, pre, post = steps_of([80, 60, 20], 80)

    assert [step.width for step in (joined, pre, post)] == ["100.00%", "75.00%", "25.00%"]
    assert joined.band == "0,0 100.00,0 75.00,10 0,10"
    assert pre.band == "0,0 75.00,0 25.00,10 0,10"
    assert post.band == ""


def test_a_hidden_count_has_neither_bar_nor_band():
    steps = steps_of([80, None, 20], 80)

    assert [step.width for step in steps] == ["100.00%", "", "25.00%"]
    assert [step.band for step in steps] == ["", "", ""]


def test_a_cell_stands_at_its_row_and_column_the_fuller_the_darker():
    cells = cells_of([[8, 1], [0, 4]])

    assert [(cell.x, cell.y, cell.count) for cell in cells] == [
        (0, 0, 8),
        (40, 0, 1),
        (0, 40, 0),
        (40, 40, 4),
    ]
    assert [cell.level for cell in cells] == [4, 1, 0, 2]
    assert [cell.is_same for cell in cells] == [True, False, False, True]


def test_a_table_of_nobody_is_empty_squares():
    assert {cell.level for cell in cells_of([[0, 0], [0, 0]])} == {0}
