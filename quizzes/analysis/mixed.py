"""All waves at once: a linear mixed model of people in cohorts."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import ndtr

from quizzes.analysis.clusters import places_of
from quizzes.analysis.describe import DIGITS
from quizzes.analysis.errors import NotComputable

LEAST_RATIO = 1e-10  # of the variance within people to that of all scores; below, it is noise
LARGEST = 1e12  # of the ratios of variances searched
EDGE = 1e-8  # a ratio below it is 0, where the search did not quite end there
STARTS = (0.0, 0.05, 0.3, 1.0, 5.0, 50.0)  # ratios tried before the search
RANK_NOISE = 1e-9


@dataclass(frozen=True)
class Estimate:
    """A fixed effect in scale points, its standard error, and Wald's two-sided p (normal)."""

    b: float
    se: float
    p: float


@dataclass(frozen=True)
class Fit:
    """One model fitted by restricted maximum likelihood.

    terms: "intercept", then what the model adds to it.
    var_cohort, var_person, var_residual: variances, squared scale points; var_cohort is None where
        the model has no term for cohorts.
    notes: stable codes of what readers must know. "one_cohort", "one_person_a_cohort",
        "cohorts_not_separable": there is no term for cohorts, because of that.
        "no_variance_between_cohorts", "no_variance_between_persons": the estimate is 0, at the
        edge of what is possible.
    """

    terms: dict[str, Estimate]
    var_cohort: float | None
    var_person: float
    var_residual: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class MixedModel:
    """How the scores of all who answered at any wave lie over the waves.

    waves: those with a score, in order; the intercept is the mean of the first.
    by_wave: its other terms are each later wave, minus the first.
    linear: its other term is "slope", per place in the order of the waves (0, 1, 2, …; a wave
        without scores keeps its place).
    """

    waves: tuple[str, ...]
    n_obs: int
    n_persons: int
    n_cohorts: int
    by_wave: Fit
    linear: Fit


def mixed_model(
    scores: Mapping[str, ArrayLike], cohorts: Sequence[Hashable] | np.ndarray
) -> MixedModel:
    """Wave as a fixed effect, with random intercepts of cohorts and of people within cohorts.

    scores: wave -> one score a person in scale points, in the order of the waves; all of one
        length, position i the same person; None or NaN where missing. Whoever has a score at any
        wave counts, people with one score too.
    cohorts: same length, the cohort of each person.

    Raises ValueError if lengths differ or a score is infinite. Raises NotComputable:
    "fewer_than_two_persons", "one_wave", "one_observation_a_person" if nobody has two scores,
    "too_few_observations" if people and waves explain the scores whatever they are,
    "no_variation" if they explain these, as when everybody changed by the same amount.

    Standard errors are of (X' V^-1 X)^-1 at the variances found, as in R's nlme and lme4.
    statsmodels takes the observed information of all parameters, which is a little different where
    scores are missing.

    Source: Laird & Ware (1982), Biometrics 38:963; Bates et al. (2015), J. Stat. Softw. 67:1 (the
    criterion with the residual variance profiled out).
    """
    values = _by_person(scores, len(cohorts))
    has = ~np.isnan(values)
    people = np.flatnonzero(has.any(axis=1))
    used = np.flatnonzero(has.any(axis=0))
    if len(people) < 2:
        raise NotComputable("fewer_than_two_persons")
    if len(used) < 2:
        raise NotComputable("one_wave")
    place = places_of(cohorts)
    person, wave = np.nonzero(has[people])
    y, cohort = values[people][person, wave], np.unique(place[people], return_inverse=True)[1]
    waves = tuple(name for n, name in enumerate(scores) if n in used)
    constant = np.ones(len(y))
    dummies = [(wave == n).astype(float) for n in used[1:]]
    by_wave = fit(y, np.column_stack([constant, *dummies]), person, cohort)
    linear = fit(y, np.column_stack([constant, wave - used[0]]), person, cohort)
    return MixedModel(
        waves=waves,
        n_obs=len(y),
        n_persons=len(people),
        n_cohorts=int(cohort.max()) + 1,
        by_wave=_named(by_wave, ("intercept", *waves[1:])),
        linear=_named(linear, ("intercept", "slope")),
    )


@dataclass(frozen=True)
class Reml:
    """b, covariance: of the columns of the design. The rest as of Fit."""

    b: np.ndarray
    covariance: np.ndarray
    var_cohort: float | None
    var_person: float
    var_residual: float
    notes: tuple[str, ...]


def fit(y: np.ndarray, design: np.ndarray, person: np.ndarray, cohort: np.ndarray) -> Reml:
    """y = design @ b + cohort + person + residual, by restricted maximum likelihood.

    y: one finite number an observation. design: observations by columns, of full rank, the first
        column all 1. person: the number of each observation's person, from 0 without gaps.
    cohort: the number of each person's cohort, from 0 without gaps.

    Raises NotComputable as mixed_model does. Work and memory grow with the observations, not with
    their square: a person's and a cohort's covariances have inverses in closed form.
    """
    sums = _Sums.of(y, design, person, cohort)
    no_cohorts = sums.check(len(y))
    ratios = _search(sums, has_cohorts=no_cohorts is None)
    products, _, _ = sums.weighted(*ratios)
    b, rest = _solve(products)
    residual = rest / (len(y) - len(b)) * sums.scale**2
    notes = [] if no_cohorts is None else [no_cohorts]
    if no_cohorts is None and ratios[1] == 0:
        notes.append("no_variance_between_cohorts")
    if ratios[0] == 0:
        notes.append("no_variance_between_persons")
    b *= sums.scale
    b[0] += sums.middle
    return Reml(
        b=b,
        covariance=np.linalg.inv(products[:-1, :-1]) * residual,
        var_cohort=None if no_cohorts else float(ratios[1] * residual),
        var_person=float(ratios[0] * residual),
        var_residual=float(residual),
        notes=tuple(notes),
    )


@dataclass(frozen=True)
class _Sums:
    """What the likelihood needs of the data. k columns: those of the design, then y.

    y has its mean taken off (middle) and is in standard deviations (scale). People with the same
    number of observations weigh alike: sizes are those numbers, s of them.

    within: k by k, products of the distances from each person's means.
    persons: s by k by k, products of people's sums. cohorts: cohorts by s by k, sums.
    counts: cohorts by s, people.
    """

    middle: float
    scale: float
    sizes: np.ndarray
    within: np.ndarray
    persons: np.ndarray
    cohorts: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, y, design, person, cohort) -> "_Sums":
        middle, scale = float(y.mean()), float(y.std())
        if np.ptp(np.round(y, DIGITS)) == 0:
            raise NotComputable("no_variation")
        columns = np.column_stack([design, (y - middle) / scale])
        n = np.bincount(person)
        sums = _sums_by(person, columns, len(n))
        within = columns - (sums / n[:, None])[person]
        sizes, kind = np.unique(n, return_inverse=True)
        cell = cohort * len(sizes) + kind
        cells = (int(cohort.max()) + 1) * len(sizes)
        return cls(
            middle=middle,
            scale=scale,
            sizes=sizes.astype(float),
            within=within.T @ within,
            persons=np.stack([sums[kind == s].T @ sums[kind == s] for s in range(len(sizes))]),
            cohorts=_sums_by(cell, sums, cells).reshape(-1, len(sizes), columns.shape[1]),
            counts=np.bincount(cell, minlength=cells).reshape(-1, len(sizes)).astype(float),
        )

    def check(self, n_obs: int) -> str | None:
        """Why there can be no term for cohorts, None if there can. Raises NotComputable.

        Each level needs a contrast that the levels and columns above it leave free.
        """
        n_persons, n_cohorts = int(self.counts.sum()), len(self.counts)
        if n_obs == n_persons:
            raise NotComputable("one_observation_a_person")
        x = slice(0, len(self.within) - 1)
        noise = RANK_NOISE * n_obs
        rank_persons = n_persons + np.linalg.matrix_rank(self.within[x, x], tol=noise)
        if n_obs <= rank_persons:
            raise NotComputable("too_few_observations")
        free = np.linalg.lstsq(self.within[x, x], self.within[x, -1], rcond=RANK_NOISE)[0]
        rest = self.within[-1, -1] - free @ self.within[x, -1]
        if rest < LEAST_RATIO * n_obs:
            raise NotComputable("no_variation")
        if n_cohorts == 1:
            return "one_cohort"
        if n_cohorts == n_persons:
            return "one_person_a_cohort"
        all_products = self.within + np.sum(self.persons / self.sizes[:, None, None], axis=0)
        totals = self.cohorts.sum(axis=1)
        means = totals.T @ (totals / (self.counts @ self.sizes)[:, None])
        rank_cohorts = n_cohorts + np.linalg.matrix_rank((all_products - means)[x, x], tol=noise)
        if rank_cohorts == len(self.within) - 1 or rank_cohorts == rank_persons:
            return "cohorts_not_separable"
        return None

    def weighted(self, person: float, cohort: float):
        """Products of the columns over the inverse covariance in units of the residual variance.

        person, cohort: the ratios of the variances to that of the residual.
        Returns them, k by k; the logarithm of the covariance's determinant; and for each of the
        two ratios the derivatives of both.
        """
        sizes, counts = self.sizes, self.counts
        share = 1 / (1 + person * sizes)  # of a person's mean that is not his or her own
        totals = np.einsum("csk,s->ck", self.cohorts, share)
        weight = counts @ (sizes * share)
        damped = 1 / (1 + cohort * weight)
        products = (
            self.within
            + np.einsum("skl,s->kl", self.persons, share / sizes)
            - totals.T @ (totals * (cohort * damped)[:, None])
        )
        logdet = float(np.log1p(cohort * weight).sum() - counts.sum(axis=0) @ np.log(share))
        slope_totals = -np.einsum("csk,s->ck", self.cohorts, sizes * share**2)
        slope_weight = -counts @ (sizes * share) ** 2
        crossed = totals.T @ (slope_totals * (cohort * damped)[:, None])
        by_person = (
            -np.einsum("skl,s->kl", self.persons, share**2)
            + totals.T @ (totals * ((cohort * damped) ** 2 * slope_weight)[:, None])
            - crossed
            - crossed.T
        )
        by_cohort = -totals.T @ (totals * (damped**2)[:, None])
        slopes = (
            (by_person, counts.sum(axis=0) @ (sizes * share) + cohort * damped @ slope_weight),
            (by_cohort, damped @ weight),
        )
        return products, logdet, slopes


def _search(sums: _Sums, has_cohorts: bool) -> tuple[float, float]:
    """The ratios (person, cohort) of the greatest restricted likelihood.

    Searched over log(1 + ratio): 0 is an edge like any other, and large ratios come near.
    """
    n = int(sums.counts.sum(axis=0) @ sums.sizes)

    def misfit(logs):
        ratios = np.expm1(logs)
        products, logdet, slopes = sums.weighted(*ratios)
        b, rest = _solve(products)
        inverse = np.linalg.inv(products[:-1, :-1])
        free = n - len(b)
        towards = np.append(-b, 1)
        value = free * math.log(rest) + logdet + np.linalg.slogdet(products[:-1, :-1])[1]
        gradient = [
            free * (towards @ by @ towards) / rest + by_logdet + np.sum(inverse * by[:-1, :-1])
            for by, by_logdet in slopes
        ]
        # Over n, so that the first step is of the size of the logs and not of the data.
        return value / n, np.asarray(gradient) * (1 + ratios) / n

    grid = [(p, c) for p in STARTS for c in (STARTS if has_cohorts else (0.0,))]
    start = min((np.log1p(ratios) for ratios in grid), key=lambda logs: misfit(logs)[0])
    most = math.log(LARGEST)
    found = minimize(
        misfit,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, most), (0, most if has_cohorts else 0)],
        options={"ftol": 1e-15, "gtol": 1e-11, "maxiter": 1000},
    )
    return tuple(float(ratio) if ratio > EDGE else 0.0 for ratio in np.expm1(found.x))


def _solve(products: np.ndarray) -> tuple[np.ndarray, float]:
    """Coefficients, and the sum of squares they leave."""
    b = np.linalg.solve(products[:-1, :-1], products[:-1, -1])
    return b, float(products[-1, -1] - b @ products[:-1, -1])


def _sums_by(number: np.ndarray, columns: np.ndarray, count: int) -> np.ndarray:
    return np.column_stack(
        [np.bincount(number, weights=column, minlength=count) for column in columns.T]
    )


def _by_person(scores: Mapping[str, ArrayLike], n: int) -> np.ndarray:
    """People by waves."""
    columns = [np.asarray(column, dtype=float) for column in scores.values()]
    for wave, column in zip(scores, columns, strict=True):
        if column.shape != (n,):
            raise ValueError(f"{n} cohorts, {column.size} scores at {wave}")
        if np.isinf(column).any():
            raise ValueError("a score is not a finite number")
    return np.column_stack(columns) if columns else np.empty((n, 0))


def _named(found: Reml, names: Sequence[str]) -> Fit:
    errors = np.sqrt(np.diag(found.covariance))
    return Fit(
        terms={
            name: Estimate(b=float(b), se=float(se), p=2 * float(ndtr(-abs(b / se))))
            for name, b, se in zip(names, found.b, errors, strict=True)
        },
        var_cohort=found.var_cohort,
        var_person=found.var_person,
        var_residual=found.var_residual,
        notes=found.notes,
    )
