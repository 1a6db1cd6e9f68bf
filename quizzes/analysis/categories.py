"""Answers in categories, twice of the same people; and many p values at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc
from scipy.stats import binom, false_discovery_control

from quizzes.analysis.errors import NotComputable


@dataclass(frozen=True)
class McNemar:
    """Did as many go one way as the other?

    b: people who did at first and no more; c: people who did not and do now.
    exact_p, mid_p: two-sided, of the binomial distribution of b among b + c.
    """

    b: int
    c: int
    exact_p: float
    mid_p: float


@dataclass(frozen=True)
class StuartMaxwell:
    """Are the answers spread alike both times? chi2 with df degrees of freedom."""

    chi2: float
    df: int
    p: float


def transition_table(
    before: ArrayLike, after: ArrayLike, values: Sequence[float]
) -> list[list[int]]:
    """How many went from which answer (rows) to which (columns), both in the order of `values`.

    before, after: same length, position i is the same person. Raises ValueError if the lengths
    differ, a value is not among `values`, or `values` names one twice.
    """
    values = np.asarray(values, dtype=float)
    if len(np.unique(values)) < len(values):
        raise ValueError("a value twice among the answers")
    if len(before) != len(after):
        raise ValueError(f"{len(before)} answers before, {len(after)} after")
    k = len(values)
    cells = _places(before, values) * k + _places(after, values)
    return np.bincount(cells, minlength=k * k).reshape(k, k).tolist()


def mcnemar(b: int, c: int) -> McNemar:
    """McNemar's test by the binomial distribution, exact and with the mid-p.

    b, c: the numbers of people who changed, one way and the other.

    Raises NotComputable("nobody_changed"); ValueError for a negative number.

    Source: McNemar (1947), Psychometrika 12:153; Fagerland, Lydersen & Laake (2013), BMC Med.
    Res. Methodol. 13:91 (mid-p).
    """
    if min(b, c) < 0:
        raise ValueError("a negative count")
    b, c = int(b), int(c)
    n, fewer = b + c, min(b, c)
    if n == 0:
        raise NotComputable("nobody_changed")
    at = float(binom.pmf(fewer, n, 0.5))
    exact = min(1.0, 2 * float(binom.cdf(fewer, n, 0.5)))
    return McNemar(b=b, c=c, exact_p=exact, mid_p=exact - (at / 2 if b == c else at))


def stuart_maxwell(table: Sequence[Sequence[int]]) -> StuartMaxwell:
    """The Stuart-Maxwell test that both margins of a square table are alike.

    table: people by first (rows) and second answer (columns). An answer that nobody gave is left
    out.

    Raises NotComputable: "fewer_than_two_categories", of an empty table too; "nobody_changed";
    or "margins_not_testable" where the differences of the margins have no inverse covariance.
    ValueError if the table is not square or a count is negative or not finite.

    Source: Stuart (1955), Biometrika 42:412; Maxwell (1970), Br. J. Psychiatry 116:651.
    """
    counts = np.asarray(table, dtype=float)
    if not counts.size:
        raise NotComputable("fewer_than_two_categories")
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError("the table is not square")
    if not np.isfinite(counts).all() or counts.min() < 0:
        raise ValueError("a negative count, or one that is not finite")
    used = (counts.sum(axis=0) + counts.sum(axis=1)) > 0
    counts = counts[used][:, used]
    if len(counts) < 2:
        raise NotComputable("fewer_than_two_categories")
    if counts.sum() == np.trace(counts):
        raise NotComputable("nobody_changed")
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    differences = (rows - columns)[:-1]
    covariance = np.diag(rows + columns) - counts - counts.T
    covariance = covariance[:-1, :-1]
    if np.linalg.matrix_rank(covariance) < len(covariance):
        raise NotComputable("margins_not_testable")
    chi2 = float(differences @ np.linalg.solve(covariance, differences))
    return StuartMaxwell(chi2=chi2, df=len(covariance), p=float(chdtrc(len(covariance), chi2)))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """P values adjusted for the chance of one false finding in the family, in the same order.

    None stays None and does not count. Raises ValueError for a p outside 0 to 1.

    Source: Holm (1979), Scand. J. Stat. 6:65.
    """
    return _adjusted(p_values, _holm)


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """P values adjusted for the share of false findings among all, in the same order.

    None stays None and does not count. Raises ValueError for a p outside 0 to 1.

    Source: Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57:289.
    """
    return _adjusted(p_values, lambda p: false_discovery_control(p, method="bh"))


def _places(answers: ArrayLike, values: np.ndarray) -> np.ndarray:
    """Where each answer stands in `values`."""
    answers = np.asarray(answers, dtype=float)
    if not np.isin(answers, values).all():
        raise ValueError("a value that is not among the answers")
    order = np.argsort(values)
    return order[np.searchsorted(values, answers, sorter=order)]


def _holm(p: np.ndarray) -> np.ndarray:
    order = np.argsort(p, kind="stable")
    steps = (len(p) - np.arange(len(p))) * p[order]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


def _adjusted(p_values, method) -> list[float | None]:
    given = [n for n, p in enumerate(p_values) if p is not None]
    found: list[float | None] = [None] * len(p_values)
    if not all(0 <= p_values[n] <= 1 for n in given):  # NaN neither
        raise ValueError("a p value is not between 0 and 1")
    if given:
        adjusted = method(np.asarray([p_values[n] for n in given], dtype=float))
        for n, p in zip(given, adjusted, strict=True):
            found[n] = float(p)
    return found
