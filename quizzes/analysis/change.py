"""Change of the same people between two waves."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import gammaln, nctdtr, ndtr, stdtrit

from quizzes.analysis.describe import DIGITS, finite, standard_deviation, two_sided_p
from quizzes.analysis.errors import NotComputable

TAILS = (0.025, 0.975)  # of the 95 % intervals
LARGEST_T = 10_000  # beyond, nctdtr becomes NaN near the root too, and takes seconds to say so
WILCOXON_VARIANT = (
    "zero differences dropped; normal approximation, corrected for ties and for continuity; "
    "differences rounded to 9 digits before ranking"
)

Interval = tuple[float, float]


@dataclass(frozen=True)
class Wilcoxon:
    """Wilcoxon's signed-rank test of one set of differences.

    variant: in words, which of the several tests of that name this is.
    v: sum of the ranks of positive differences.
    p: two-sided.
    rank_biserial: share of rank sum that is positive minus share that is negative, -1 to 1.
    v, p and rank_biserial are None if every difference is zero.
    """

    variant: str
    v: float | None
    p: float | None
    rank_biserial: float | None


@dataclass(frozen=True)
class Change:
    """How n people changed from one wave to another. Positive: scores rose.

    mean_pre, sd_pre, mean_post, sd_post, diff: scale points; diff is the mean of post - pre.
    ci: 95 % interval of diff, scale points. t, df, p: paired t test, p two-sided.
    d_z: diff over the standard deviation of the differences; d_z_ci its 95 % interval.
    g_z: d_z times Hedges' exact correction for small samples.
    d_av: diff over the root mean square of sd_pre and sd_post.
    band: scale points that count as improved or worsened; None: any change does.
    improved, unchanged, worsened: numbers of people; together n.
    reason: None if every field is there, else why the missing ones (None) are:
        "no_variation": all differences are equal; "too_few_pairs": two pairs give no g_z;
        "too_little_variation": t beyond 10,000 is out of reach of the noncentral t: no d_z_ci.
    """

    n: int
    mean_pre: float
    sd_pre: float
    mean_post: float
    sd_post: float
    diff: float
    ci: Interval | None
    t: float | None
    df: int
    p: float | None
    wilcoxon: Wilcoxon
    d_z: float | None
    d_z_ci: Interval | None
    g_z: float | None
    d_av: float | None
    band: float | None
    improved: int
    unchanged: int
    worsened: int
    reason: str | None


def paired_change(before: ArrayLike, after: ArrayLike, band: float | None = None) -> Change:
    """Mean change of the same people, its tests, and its size in standard deviations.

    before, after: finite scale scores in scale points, same length n >= 2, position i is the
        same person in both. Drop incomplete pairs first.
    band: a change of at least so many scale points, either way, counts; more than 0.

    Returns a Change; what cannot be computed in it is None, never NaN or infinite.

    Raises ValueError if the lengths differ, a score is not finite, or the band is not above 0.
    Raises NotComputable("fewer_than_two_pairs").

    Source: Cumming (2012), Understanding the New Statistics, ch. 11 (d_z, d_av, noncentral t);
    Hedges (1981), J. Educ. Stat. 6:107 (g); Kerby (2014), Compr. Psychol. 3 (rank-biserial).
    """
    pre, post = _paired(before, after)
    differences = post - pre
    n, diff = len(differences), float(differences.mean())
    sd_pre, sd_post = standard_deviation(pre), standard_deviation(post)
    ci, t, p = _t_test(differences)
    d_z = None if t is None else t / math.sqrt(n)
    d_z_ci = None if t is None else _d_z_interval(t, n)
    improved, worsened = _count_changed(differences, band)
    return Change(
        n=n,
        mean_pre=float(pre.mean()),
        sd_pre=sd_pre,
        mean_post=float(post.mean()),
        sd_post=sd_post,
        diff=diff,
        ci=ci,
        t=t,
        df=n - 1,
        p=p,
        wilcoxon=wilcoxon(differences),
        d_z=d_z,
        d_z_ci=d_z_ci,
        g_z=None if d_z is None or n == 2 else d_z * _hedges_j(n - 1),
        d_av=_d_av(diff, sd_pre, sd_post),
        band=None if band is None else float(band),
        improved=improved,
        unchanged=n - improved - worsened,
        worsened=worsened,
        reason=_what_is_missing(t, d_z_ci, n),
    )


def wilcoxon(differences: ArrayLike) -> Wilcoxon:
    """Wilcoxon's signed-rank test: are rises and falls of the same weight?

    differences: one finite number a person, in any unit, any length.

    Raises ValueError if one is not finite.

    Source: Wilcoxon (1945), Biometrics Bull. 1:80; the variant is that of R's
    wilcox.test(d, exact = FALSE, digits.rank = 7). SPSS does not correct for continuity.
    """
    nonzero = np.round(finite(differences), DIGITS)
    nonzero = nonzero[nonzero != 0]
    if len(nonzero) == 0:
        return Wilcoxon(variant=WILCOXON_VARIANT, v=None, p=None, rank_biserial=None)
    ranks, ties = _average_ranks(np.abs(nonzero))
    v, total = float(ranks[nonzero > 0].sum()), float(ranks.sum())
    return Wilcoxon(
        variant=WILCOXON_VARIANT,
        v=v,
        p=_signed_rank_p(v, len(nonzero), ties),
        rank_biserial=(2 * v - total) / total,
    )


def _paired(before: ArrayLike, after: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    if len(before) != len(after):
        raise ValueError(f"{len(before)} scores before, {len(after)} after")
    if len(before) < 2:
        raise NotComputable("fewer_than_two_pairs")
    return finite(before), finite(after)


def _t_test(differences: np.ndarray) -> tuple[Interval | None, float | None, float | None]:
    """Interval of the mean, t, and two-sided p; all None if the differences do not vary."""
    n, sd = len(differences), standard_deviation(differences)
    if sd == 0:
        return None, None, None
    mean, error = float(differences.mean()), sd / math.sqrt(n)
    reach = float(stdtrit(n - 1, TAILS[1])) * error
    t = mean / error
    return (mean - reach, mean + reach), t, two_sided_p(t, n - 1)


def _d_z_interval(t: float, n: int) -> Interval | None:
    """The effects d for which the t found lies at the edge of the expected 95 %.

    Returns None where the noncentral t distribution cannot be evaluated.
    """
    if abs(t) > LARGEST_T:
        return None
    low, high = (_noncentrality(t, n - 1, tail) for tail in reversed(TAILS))
    return low / math.sqrt(n), high / math.sqrt(n)


def _noncentrality(t: float, df: int, share: float) -> float:
    """The noncentrality for which that share of the distribution lies below t."""

    def excess(noncentrality: float) -> float:
        below = nctdtr(df, noncentrality, t)
        if math.isnan(below):  # far in a tail, where it is 1 or 0
            below = 1.0 if noncentrality < t else 0.0
        return float(below) - share

    width = 6 * math.sqrt(1 + t * t / (2 * df))  # six standard errors of the noncentrality
    return brentq(excess, t - width, t + width, xtol=1e-12)


def _hedges_j(df: int) -> float:
    """Hedges' exact correction; needs df >= 2, with df = 1 the expected effect does not exist."""
    return math.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / math.sqrt(df / 2)


def _d_av(diff: float, sd_pre: float, sd_post: float) -> float | None:
    root_mean_square = math.sqrt((sd_pre**2 + sd_post**2) / 2)
    return diff / root_mean_square if root_mean_square > 0 else None


def _count_changed(differences: np.ndarray, band: float | None) -> tuple[int, int]:
    """How many rose, and how many fell, by at least the band."""
    rounded = np.round(differences, DIGITS)  # 3.5 - 3.0 may fall short of 0.5 by noise
    if band is None:
        return int(np.sum(rounded > 0)), int(np.sum(rounded < 0))
    if not 0 < band < math.inf:
        raise ValueError(f"the band must be above 0, not {band}")
    least = round(band, DIGITS)
    return int(np.sum(rounded >= least)), int(np.sum(rounded <= -least))


def _average_ranks(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ranks from 1, equal values sharing their mean rank; and the sizes of the groups of equals."""
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(sizes) - (sizes - 1) / 2
    return mean_rank[group], sizes


def _signed_rank_p(v: float, n: int, ties: np.ndarray) -> float:
    sizes = ties.astype(float)
    variance = n * (n + 1) * (2 * n + 1) / 24 - float(np.sum(sizes**3 - sizes)) / 48
    distance = v - n * (n + 1) / 4
    z = (distance - math.copysign(0.5, distance)) / math.sqrt(variance) if distance else 0.0
    return 2 * float(ndtr(-abs(z)))


def _what_is_missing(t: float | None, d_z_ci: Interval | None, n: int) -> str | None:
    if t is None:
        return "no_variation"
    if n == 2:
        return "too_few_pairs"
    return "too_little_variation" if d_z_ci is None else None
