import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.analysis.describe import Description, describe, standard_deviation


def test_description_of_a_hand_worked_case():
    result = describe([1, 1, 2, 3, 5], low=1, high=5)

    assert result == Description(
        n=5, mean=2.4, sd=pytest.approx(math.sqrt(2.8)), floor=0.4, ceiling=0.2
    )


def test_one_person_has_no_spread():
    assert describe([5], low=1, high=5) == Description(n=1, mean=5, sd=None, floor=0, ceiling=1)


def test_nobody_has_nothing():
    result = describe([], low=1, high=5)

    assert result == Description(n=0, mean=None, sd=None, floor=None, ceiling=None)


def test_ends_are_found_in_spite_of_float_noise():
    result = describe([0.1 + 0.2, 0.3, 3 * 1.1], low=0.3, high=3.3)

    assert (result.floor, result.ceiling) == (2 / 3, 1 / 3)


def test_noise_of_the_tenth_digit_is_not_spread():
    assert standard_deviation([0.1 + 0.2, 0.3, 0.3]) == 0


@given(st.lists(st.integers(min_value=4, max_value=20), min_size=2, max_size=40))
def test_spread_agrees_with_the_standard_library(quarters):
    scores = [quarter / 4 for quarter in quarters]

    assert standard_deviation(scores) == pytest.approx(statistics.stdev(scores))
