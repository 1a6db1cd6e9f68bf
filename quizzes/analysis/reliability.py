"""Do the items of a scale measure the same?"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import fdtri

from quizzes.analysis.describe import standard_deviation
from quizzes.analysis.errors import NotComputable

TAILS = (0.025, 0.975)  # of the 95 % interval
HEYWOOD = 0.005  # the least uniqueness; an item that reaches it is taken for the factor itself
SINGULAR = 1e-9  # the least eigenvalue of correlations that can be inverted


@dataclass(frozen=True)
class Alpha:
    """Cronbach's alpha of one scale at one wave.

    k: number of items. n: number of people who answered all of them.
    alpha: at most 1, negative if items run against each other; ci its 95 % interval.
    item_rest_r: in item order, the correlation of each item with the sum of the others;
        None where the item or that sum does not vary.
    """

    k: int
    n: int
    alpha: float
    ci: tuple[float, float]
    item_rest_r: tuple[float | None, ...]


def cronbach_alpha(rows: ArrayLike) -> Alpha:
    """Cronbach's alpha on complete cases, with Feldt's interval.

    rows: people by items, finite, in item order, reverse-keyed items already turned; None or NaN
        where missing. A row with a missing answer is left out.

    Raises ValueError if the rows differ in length or an answer is infinite. Raises NotComputable:
    "fewer_than_two_items", "fewer_than_two_complete_rows", or "no_variation" if everybody
    has the same sum.

    Source: Cronbach (1951), Psychometrika 16:297; Feldt, Woodruff & Salih (1987), Appl.
    Psychol. Meas. 11:93.
    """
    answers = _complete(rows)
    n, k = answers.shape
    sums = answers.sum(axis=1)
    if standard_deviation(sums) == 0:
        raise NotComputable("no_variation")
    alpha = k / (k - 1) * (1 - float(answers.var(axis=0, ddof=1).sum() / sums.var(ddof=1)))
    rest_r = tuple(_correlation(item, sums - item) for item in answers.T)
    return Alpha(k=k, n=n, alpha=alpha, ci=_feldt_interval(alpha, n, k), item_rest_r=rest_r)


def omega(rows: ArrayLike) -> float:
    """McDonald's omega: the share of the sum's variance that one common factor explains.

    rows: as of cronbach_alpha. The factor is that of maximum likelihood, on standardised items.

    Raises ValueError as cronbach_alpha does. Raises NotComputable: "fewer_than_two_items",
    "fewer_than_three_items", "fewer_than_two_complete_rows", "no_variation" if an item does not
    vary, "items_determine_each_other" if the correlations have no inverse, "no_common_factor" if an
    item is all factor (Heywood) or there is none.

    Source: McDonald (1999), Test Theory, ch. 6; Joreskog (1967), Psychometrika 32:443 (the
    likelihood with the loadings profiled out).
    """
    answers = _complete(rows)
    if answers.shape[1] < 3:
        raise NotComputable("fewer_than_three_items")
    if any(standard_deviation(item) == 0 for item in answers.T):
        raise NotComputable("no_variation")
    deviations = answers.std(axis=0, ddof=1)
    correlations = np.corrcoef(answers.T)
    if np.linalg.eigvalsh(correlations)[0] < SINGULAR:
        raise NotComputable("items_determine_each_other")
    loadings, unique = _one_factor(correlations)
    common = float(loadings @ deviations) ** 2
    return common / (common + float(unique @ deviations**2))


def _one_factor(correlations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Loadings and uniquenesses of one factor by maximum likelihood."""

    def scaled(unique):
        root = np.sqrt(unique)
        values, vectors = np.linalg.eigh(correlations / np.outer(root, root))
        return root, values, vectors

    def misfit(unique):
        _, values, _ = scaled(unique)
        rest = values[:-1]
        return float(np.sum(rest - np.log(rest) - 1))

    def slope(unique):
        root, values, vectors = scaled(unique)
        loadings = root * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0))
        implied = np.outer(loadings, loadings) + np.diag(unique)
        return np.diag(implied - correlations) / unique**2

    start = np.clip(0.5 / np.diag(np.linalg.inv(correlations)), 2 * HEYWOOD, 0.99)
    found = minimize(
        misfit,
        start,
        jac=slope,
        method="L-BFGS-B",
        bounds=[(HEYWOOD, 1.0)] * len(start),
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5000},
    )
    unique = found.x
    root, values, vectors = scaled(unique)
    if unique.min() <= HEYWOOD * 1.01 or values[-1] <= 1:
        raise NotComputable("no_common_factor")
    return root * vectors[:, -1] * math.sqrt(values[-1] - 1), unique


def _complete(rows: ArrayLike) -> np.ndarray:
    """The rows without a gap, people by items."""
    if not isinstance(rows, np.ndarray):
        lengths = {len(row) for row in rows}
        if len(lengths) > 1:
            raise ValueError(f"rows of different length: {sorted(lengths)}")
    answers = np.asarray(rows, dtype=float)  # None becomes NaN
    if np.isinf(answers).any():
        raise ValueError("an answer is not a finite number")
    if answers.ndim == 2 and answers.shape[1] < 2:
        raise NotComputable("fewer_than_two_items")
    if len(answers) < 2:
        raise NotComputable("fewer_than_two_complete_rows")
    complete = answers[~np.isnan(answers).any(axis=1)]
    if len(complete) < 2:
        raise NotComputable("fewer_than_two_complete_rows")
    return complete


def _feldt_interval(alpha: float, n: int, k: int) -> tuple[float, float]:
    """(1 - alpha of the population) / (1 - alpha found) follows F(n - 1, (n - 1)(k - 1))."""
    low, high = (float(fdtri(n - 1, (n - 1) * (k - 1), tail)) for tail in TAILS)
    return 1 - (1 - alpha) * high, 1 - (1 - alpha) * low


def _correlation(x: np.ndarray, y: np.ndarray) -> float | None:
    if standard_deviation(x) == 0 or standard_deviation(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])
