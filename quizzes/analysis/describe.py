"""Scores of a group at one wave."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

DIGITS = 9  # scores that agree so far are the same; 3.5 - 3.0 and 0.5 must not differ by noise


@dataclass(frozen=True)
class Description:
    """How the scores of n people lie.

    mean, sd: scale points; sd with n - 1 in the denominator, None below two people.
    floor, ceiling: share of people, 0 to 1, at the lowest and highest possible score.
    All but n are None where there is nobody.
    """

    n: int
    mean: float | None
    sd: float | None
    floor: float | None
    ceiling: float | None


def describe(scores: ArrayLike, low: float, high: float) -> Description:
    """Mean, spread, and crowding at the ends of one scale.

    scores: one finite score a person, in scale points, any length. Drop missing ones first.
    low, high: the lowest and highest possible score, in scale points.

    Raises ValueError if a score is not finite.
    """
    values = finite(scores)
    if len(values) == 0:
        return Description(n=0, mean=None, sd=None, floor=None, ceiling=None)
    return Description(
        n=len(values),
        mean=float(values.mean()),
        sd=standard_deviation(values),
        floor=_share_at(values, low),
        ceiling=_share_at(values, high),
    )


def mean_interval(mean: float, sd: float, n: int) -> tuple[float, float] | None:
    """95 % interval of one group's mean, in the unit of the mean.

    sd: with n - 1 in the denominator. Returns None below two people. Raises ValueError if mean or
    sd is not finite.

    Source: Student's t with n - 1 degrees of freedom.
    """
    if n < 2:
        return None
    (mean, sd), n = finite([mean, sd]).tolist(), int(n)
    reach = float(stdtrit(n - 1, 0.975)) * sd / n**0.5
    return mean - reach, mean + reach


def two_sided_p(t: float, df: float) -> float:
    """How often Student's t with df degrees of freedom lies at least so far from 0, 0 to 1."""
    return 2 * float(stdtr(df, -abs(t)))


def standard_deviation(values: ArrayLike) -> float | None:
    """Standard deviation with n - 1 in the denominator, in the unit of the values.

    Returns None below two values, and exactly 0.0 if all agree to nine digits: their noise
    is not variation. Raises ValueError if a value is not finite.
    """
    values = finite(values)
    if len(values) < 2:
        return None
    if np.ptp(np.round(values, DIGITS)) == 0:
        return 0.0
    return float(values.std(ddof=1))


def finite(values: ArrayLike) -> np.ndarray:
    """The values, one a person, as floats. Raises ValueError if one is NaN, None or infinite."""
    values = np.asarray(values, dtype=float)
    if not np.isfinite(values).all():
        raise ValueError("a value is not a finite number")
    return values


def _share_at(values: np.ndarray, score: float) -> float:
    return float(np.mean(np.round(values - score, DIGITS) == 0))
