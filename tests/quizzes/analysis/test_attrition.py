import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.analysis.attrition import compare_lost
from quizzes.analysis.errors import NotComputable

# R's sleep: extra hours under the first and the second drug.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

groups = st.lists(st.sampled_from([1.0, 2.0, 2.5, 3.0, 5.0]), min_size=1, max_size=12)


def test_welch_of_the_sleep_data():
    """R: t.test(extra ~ group, data = sleep)."""
    found = compare_lost(FIRST, SECOND)

    assert found.welch_t == pytest.approx(-1.8608, abs=1e-4)
    assert found.df == pytest.approx(17.776, abs=1e-3)
    assert found.p == pytest.approx(0.07939, abs=1e-5)
    assert found.smd == pytest.approx(-1.8608 / 5**0.5, abs=1e-4)  # ten each: t times sqrt(2/10)


@given(groups, groups)
def test_swapping_the_groups_turns_the_signs(kept, lost):
    try:
        found = compare_lost(kept, lost)
    except NotComputable:
        return
    turned = compare_lost(lost, kept)
    assert (turned.smd, turned.welch_t) == (-found.smd, -found.welch_t)
    assert turned.p == pytest.approx(found.p)


@pytest.mark.parametrize(
    ("kept", "lost", "reason"),
    [
        ([], [], "fewer_than_two_in_a_group"),
        ([1.0, 2.0], [3.0], "fewer_than_two_in_a_group"),
        ([2.0, 2.0], [3.0, 3.0], "no_variation"),
    ],
)
def test_too_few_or_no_variation_says_why(kept, lost, reason):
    with pytest.raises(NotComputable, match=reason):
        compare_lost(kept, lost)
