"""People of one cohort may be alike: what that does to a mean change."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quizzes.analysis.describe import finite, standard_deviation, two_sided_p
from quizzes.analysis.errors import NotComputable


@dataclass(frozen=True)
class ClusteredMean:
    """A mean whose people came in cohorts.

    groups: number of cohorts, G. se_cr1, se_cr2: cluster-robust standard errors, unit of the
    values. df_cr2: Satterthwaite's degrees of freedom of CR2. p_cr1: two-sided, t with G - 1;
    p_cr2: t with df_cr2.
    """

    groups: int
    se_cr1: float
    se_cr2: float
    df_cr2: float
    p_cr1: float
    p_cr2: float


def clustered_mean(values: ArrayLike, groups: Sequence[Hashable] | np.ndarray) -> ClusteredMean:
    """Cluster-robust inference for the mean of `values` against 0.

    values: one finite number a person. groups: same length, the cohort of each; never its name
    alone where names repeat.

    Raises NotComputable: "one_cohort"; "no_variation" where the values, or the residuals' sums of
    all cohorts, do not vary. Raises ValueError if the lengths differ or a value is not finite.

    Source: Bell & McCaffrey (2002), Surv. Methodol. 28:169 (CR2 and its degrees of freedom); CR1
    with G / (G - 1), as in Stata for a mean.
    """
    values = finite(values)
    sums, sizes = residual_sums(values, groups)
    count, n = len(sizes), len(values)
    if count < 2:
        raise NotComputable("one_cohort")
    if standard_deviation(values) == 0 or np.abs(sums).max() < 1e-9 * np.abs(values).max():
        raise NotComputable("no_variation")
    mean = float(values.mean())
    se_cr1 = math.sqrt(count / (count - 1) * float(np.sum(sums**2))) / n
    variance, df = mean_cr2(sums, sizes)
    se_cr2 = math.sqrt(variance)
    return ClusteredMean(
        groups=count,
        se_cr1=se_cr1,
        se_cr2=se_cr2,
        df_cr2=df,
        p_cr1=two_sided_p(mean / se_cr1, count - 1),
        p_cr2=two_sided_p(mean / se_cr2, df),
    )


def icc1(values: ArrayLike, groups: Sequence[Hashable] | np.ndarray) -> float:
    """ICC(1): how much of the variance lies between cohorts; negative if less than by chance.

    values: one finite number a person. groups: same length, the cohort of each.

    Raises NotComputable: "one_cohort", "one_person_a_cohort", "no_variation". Raises ValueError
    if the lengths differ or a value is not finite.

    Source: Shrout & Fleiss (1979), Psychol. Bull. 86:420, with the mean size of unequal groups of
    Snedecor & Cochran (1989), Statistical Methods, ch. 13.
    """
    values = finite(values)
    sums, sizes = residual_sums(values, groups)
    count, n = len(sizes), len(values)
    if count < 2:
        raise NotComputable("one_cohort")
    if n == count:
        raise NotComputable("one_person_a_cohort")
    if standard_deviation(values) == 0:
        raise NotComputable("no_variation")
    between = float(np.sum(sums**2 / sizes))
    within = float(np.sum((values - values.mean()) ** 2)) - between
    ms_between, ms_within = between / (count - 1), max(within, 0.0) / (n - count)
    size = (n - float(np.sum(sizes**2)) / n) / (count - 1)
    return (ms_between - ms_within) / (ms_between + (size - 1) * ms_within)


def mean_cr2(sums: np.ndarray, sizes: np.ndarray) -> tuple[float, float]:
    """The CR2 variance of a mean and its degrees of freedom.

    sums, sizes: as of residual_sums, two cohorts or more. With an intercept alone, CR2 divides the
    squared sum of a cohort by 1 - its share.
    """
    n = float(sizes.sum())
    shares = sizes / n
    return float(np.sum(sums**2 / (1 - shares))) / n**2, _satterthwaite(shares)


def places_of(groups: Sequence[Hashable] | np.ndarray) -> np.ndarray:
    """The number of each one's group, from 0 without gaps."""
    if isinstance(groups, np.ndarray) and groups.dtype != object:
        return np.unique(groups, return_inverse=True)[1]
    number = {group: n for n, group in enumerate(dict.fromkeys(groups))}
    return np.asarray([number[group] for group in groups], dtype=int)


def residual_sums(values: np.ndarray, groups) -> tuple[np.ndarray, np.ndarray]:
    """Of each cohort: the sum of its distances from the mean of all, and its size."""
    if len(values) != len(groups):
        raise ValueError(f"{len(values)} values, {len(groups)} groups")
    if not len(values):
        return np.zeros(0), np.zeros(0)
    places = places_of(groups)
    sums = np.bincount(places, weights=values - values.mean())
    return sums, np.bincount(places).astype(float)


def _satterthwaite(shares: np.ndarray) -> float:
    """(sum of eigenvalues)^2 / sum of squared eigenvalues, of people independent and alike.

    The variance is e'Be with B the sum over cohorts of b b', b = (1_g - share_g 1) times
    1 / sqrt(1 - share_g). b'b of cohorts g, h is n (share_g [g = h] - share_g share_h) over the
    roots; the eigenvalues of B are those of that small matrix. Over n, its diagonal is the shares,
    their sum 1, and the square of any other element is that of share_g share_h over both roots.
    """
    parts = shares**2 / (1 - shares)
    squares = np.sum(shares**2) + np.sum(parts) ** 2 - np.sum(parts**2)
    return float(1 / squares)
