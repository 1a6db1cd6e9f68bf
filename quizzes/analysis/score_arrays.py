"""From answers to scores, of many people at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

# 0.8 * 10 is not exactly 8 in binary; a share may fall short of the rule by this much of an item.
FLOAT_NOISE = 1e-9


def scale_scores(
    values: ArrayLike,
    reverse: Sequence[bool],
    bounds: Sequence[tuple[float, float]],
    min_answered: float,
    method: str = "mean",
    asked: ArrayLike | None = None,
) -> np.ndarray:
    """Everybody's score on one scale, in scale points, high meaning much of what it measures.

    values: items by people, in points of the item; NaN where missing. Codes for missing answers
        (-6 to -9) must have been turned into NaN.
    reverse: one entry an item; a reverse-keyed item counts as low + high - answer.
    bounds: one entry an item; its lowest and highest possible answer.
    min_answered: the share of items, 0 to 1, that must be answered.
    method: "mean" of the answered items, or "sum": that mean times the number of items.
    asked: items by people; False where this person was not asked this item, so that its lack
        costs nothing: the share is of the items asked. A sum stays one over all items. None:
        everybody was asked everything.

    Returns one float a person, NaN where too few items are answered.

    Raises ValueError if the lengths differ, an answer lies outside its bounds, the method is
    unknown, values are not items by people, or asked has another shape.
    """
    if method not in {"mean", "sum"}:
        raise ValueError(f"unknown scoring method {method!r}")
    values = _two_dimensional(values)
    asked = np.ones(values.shape, dtype=bool) if asked is None else np.asarray(asked, dtype=bool)
    if asked.shape != values.shape:
        raise ValueError(f"values are {values.shape}, asked {asked.shape}")
    total = np.zeros(values.shape[1])
    given = np.zeros(values.shape[1], dtype=int)
    for row, row_asked, is_reverse, (low, high) in zip(values, asked, reverse, bounds, strict=True):
        there = ~np.isnan(row) & row_asked
        if np.any(there & ~((row >= low) & (row <= high))):
            raise ValueError(f"an answer is not between {low} and {high}")
        total += np.where(there, low + high - row if is_reverse else row, 0.0)
        given += there
    return _prorated(total, given, asked.sum(axis=0), min_answered, len(values), method)


def composites(scores: ArrayLike, min_answered: float) -> np.ndarray:
    """Everybody's overall score: the mean of the sub-scores, in their unit.

    scores: subscales by people, NaN where a subscale has no score.
    min_answered: the share of subscales, 0 to 1, that must have a score.

    Returns one float a person, NaN where too few have one. Raises ValueError if scores are not
    subscales by people.
    """
    scores = _two_dimensional(scores)
    total = np.nansum(scores, axis=0)
    given = np.sum(~np.isnan(scores), axis=0)
    return _prorated(total, given, len(scores), min_answered, len(scores), "mean")


def _two_dimensional(values: ArrayLike) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.ndim != 2:
        raise ValueError(f"items by people have two dimensions, not {values.ndim}")
    return values


def _prorated(total, given, asked, min_answered: float, items: int, method: str) -> np.ndarray:
    """The mean of what is there, times the number of items for a sum, where enough is there."""
    enough = (given > 0) & (given >= min_answered * asked - FLOAT_NOISE)
    times = items if method == "sum" else 1
    return np.divide(total * times, given, out=np.full(len(total), np.nan), where=enough)
