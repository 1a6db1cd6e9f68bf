import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quizzes.analysis.one_person import composite, right_or_wrong, scale_score

ANSWER = st.none() | st.integers(min_value=1, max_value=5)


def score(answers, reverse=None, min_answered=0.8, **kwargs):
    """A scale of 1-5 items, none of them reverse-keyed unless said."""
    reverse = reverse or [False] * len(answers)
    return scale_score(answers, reverse, [(1, 5)] * len(answers), min_answered, **kwargs)


def test_reverse_keyed_items_count_from_the_other_end():
    result = score([5, 1, 2], reverse=[False, True, True])

    assert result == (5 + 5 + 4) / 3


def test_each_item_is_turned_within_its_own_bounds():
    result = scale_score([0, 7], [True, True], [(0, 4), (1, 7)], min_answered=1, method="sum")

    assert result == 4 + 1


def test_mean_is_of_the_answered_items():
    assert score([4, 4, None, 2, 3]) == 13 / 4


def test_sum_is_filled_up_from_the_answered_items():
    assert score([4, 4, None, 2, 3], method="sum") == 13 / 4 * 5


@pytest.mark.parametrize(
    ("n_answered", "n_items", "min_answered", "is_scored"),
    [
        (3, 4, 0.75, True),
        (2, 4, 0.75, False),
        (8, 10, 0.8, True),
        (7, 10, 0.8, False),
        (14, 20, 0.7, True),
        (1, 3, 1 / 3, True),
        (3, 10, 0.1 + 0.2, True),  # 0.30000000000000004
        (4, 5, 1, False),
        (0, 5, 0, False),  # nothing answered has no mean
    ],
)
def test_score_needs_the_stated_share_of_answers(n_answered, n_items, min_answered, is_scored):
    answers = [3] * n_answered + [None] * (n_items - n_answered)

    assert score(answers, min_answered=min_answered) == (3 if is_scored else None)


def test_scale_without_items_has_no_score():
    assert score([]) is None


@pytest.mark.parametrize("answer", [-9, 0, 6, float("nan")])
def test_answer_outside_its_bounds_is_refused(answer):
    with pytest.raises(ValueError, match="not between 1 and 5"):
        score([3, answer])


@pytest.mark.parametrize(
    ("reverse", "bounds"), [([False], [(1, 5), (1, 5)]), ([False, False], [(1, 5)])]
)
def test_lengths_that_differ_are_refused(reverse, bounds):
    with pytest.raises(ValueError, match="zip"):
        scale_score([3, 3], reverse, bounds, min_answered=0.8)


def test_unknown_method_is_refused():
    with pytest.raises(ValueError, match="'median'"):
        score([3], method="median")


@given(st.lists(ANSWER, min_size=1, max_size=12))
def test_turning_every_item_mirrors_the_score(answers):
    plain = score(answers, min_answered=0)
    turned = score(answers, reverse=[True] * len(answers), min_answered=0)

    if plain is None:
        assert turned is None
    else:
        assert plain + turned == pytest.approx(6)
        assert 1 <= plain <= 5


@given(st.lists(ANSWER, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_order_of_items_does_not_matter(answers, random):
    shuffled = random.sample(answers, len(answers))

    assert score(answers) == score(shuffled)


def test_composite_is_the_mean_of_the_subscales_that_have_a_score():
    assert composite([1.5, 2, None, 3, 4, 5], min_answered=0.8) == 15.5 / 5


@pytest.mark.parametrize("scores", [[1, 2, None, None, 3, 4], [], [None, None]])
def test_composite_needs_enough_subscales(scores):
    assert composite(scores, min_answered=0.8) is None


@pytest.mark.parametrize(("answer", "expected"), [(2, 1), (3, 0), (None, None)])
def test_knowledge_item_is_right_wrong_or_missing(answer, expected):
    assert right_or_wrong(answer, right=2) == expected
