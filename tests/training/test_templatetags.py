"""Numbers as readers see them: rounded, never cut."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from training.templatetags.spean import number, signed


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (2.969, 2, "2.97"),
        (0.796, 2, "0.80"),
        (0.00153, 3, "0.002"),
        (0.149, 2, "0.15"),
        (-0.279, 2, "−0.28"),
        (-0.0044, 2, "0.00"),
        (0.125, 2, "0.13"),
        (1.0, 2, "1.00"),
        (12, 0, "12"),
        (1234.5, 1, "1,234.5"),
        (None, 2, "–"),
    ],
)
def test_a_number_is_rounded(value, places, shown):
    with translation.override("en"):
        assert number(value, places) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.254, "+0.25"), (-0.254, "−0.25"), (0.004, "0.00"), (-0.004, "0.00"), (None, "–")],
)
def test_a_change_has_its_sign_unless_it_rounds_to_zero(value, shown):
    with translation.override("en"):
        assert signed(value, 2) == shown


def test_khmer_has_its_own_digits_and_a_comma():
    with translation.override("km"):
        assert number(2.969, 2) == "២,៩៧"
        assert signed(-0.5, 1) == "−០,៥"


@given(st.floats(min_value=-999, max_value=999), st.integers(min_value=0, max_value=4))
def test_what_is_shown_is_the_nearest(value, places):
    with translation.override("en"):
        shown = Decimal(number(value, places).replace("−", "-"))

    assert abs(shown - Decimal(str(value))) <= Decimal(1).scaleb(-places) / 2
    assert shown == Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
