"""One person's scores worked out plainly: what the arrays must say of each person."""

import math
from collections.abc import Sequence

# 0.8 * 10 is not exactly 8 in binary; a share may fall short of the rule by this much of an item.
FLOAT_NOISE = 1e-9


def scale_score(
    answers: Sequence[float | None],
    reverse: Sequence[bool],
    bounds: Sequence[tuple[float, float]],
    min_answered: float,
    method: str = "mean",
) -> float | None:
    """One person's score on one scale, in scale points, high meaning much of what it measures.

    answers: one entry an item, in item order, in points of the item; None where missing.
        Codes for missing answers (-6 to -9) must have been turned into None.
    reverse: same length; a reverse-keyed item counts as low + high - answer.
    bounds: same length; the lowest and highest possible answer of each item.
    min_answered: the share of items, 0 to 1, that must be answered.
    method: "mean" of the answered items, or "sum": that mean times the number of items.

    Returns None if too few items are answered.

    Raises ValueError if the lengths differ, an answer lies outside its bounds, or the method
    is unknown.
    """
    if method not in {"mean", "sum"}:
        raise ValueError(f"unknown scoring method {method!r}")
    values = [
        _keyed(answer, is_reverse, low, high)
        for answer, is_reverse, (low, high) in zip(answers, reverse, bounds, strict=True)
    ]
    return _prorated(values, min_answered, times=len(values) if method == "sum" else 1)


def composite(scores: Sequence[float | None], min_answered: float) -> float | None:
    """One person's overall score: the mean of the sub-scores, in their unit.

    scores: one entry a subscale; None where that subscale has no score.
    min_answered: the share of subscales, 0 to 1, that must have a score.

    Returns None if too few have one.
    """
    return _prorated(scores, min_answered, times=1)


def right_or_wrong(answer: int | None, right: int) -> int | None:
    """1 for the right answer to a knowledge item, 0 for any other, None where it is missing.

    "I do not know" is an answer, and wrong. Codes for missing answers must have been turned
    into None.
    """
    return None if answer is None else int(answer == right)


def _keyed(answer: float | None, is_reverse: bool, low: float, high: float) -> float | None:
    if answer is None:
        return None
    if not low <= answer <= high:  # also a missing code that slipped in, and NaN
        raise ValueError(f"answer {answer} is not between {low} and {high}")
    return low + high - answer if is_reverse else answer


def _prorated(values: Sequence[float | None], min_answered: float, times: int) -> float | None:
    """The mean of what is there, times a number, if enough is there."""
    given = [value for value in values if value is not None]
    if not given or len(given) < min_answered * len(values) - FLOAT_NOISE:
        return None
    return math.fsum(given) * times / len(given)
