"""Did those on the course change more than those who still wait for it?"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from quizzes.analysis.clusters import mean_cr2, places_of, residual_sums
from quizzes.analysis.describe import finite, two_sided_p
from quizzes.analysis.errors import NotComputable


@dataclass(frozen=True)
class DiD:
    """Change on the course minus change while waiting.

    n_course, n_waiting: people. groups_course, groups_waiting: cohorts.
    diff_course, diff_waiting: mean changes; did: the first minus the second; se: its
    cluster-robust standard error (CR2); ci: its 95 % interval; all in scale points.
    df: Satterthwaite's degrees of freedom, p: two-sided, t with df.
    """

    n_course: int
    n_waiting: int
    groups_course: int
    groups_waiting: int
    diff_course: float
    diff_waiting: float
    did: float
    se: float
    ci: tuple[float, float]
    df: float
    p: float


def difference_in_differences(
    changes: ArrayLike, cohorts: Sequence[Hashable] | np.ndarray, is_waiting: ArrayLike
) -> DiD:
    """Compare the mean changes of course cohorts and of waiting cohorts.

    changes: one finite change a person, in scale points. cohorts: same length, the cohort of each.
    is_waiting: same length, bool, the same for all of a cohort.

    With few cohorts in an arm df is small, at the least 1, and the interval wide; it rests on the
    cohorts, however many people they have.

    Raises ValueError if the lengths differ, a change is not finite, or a cohort is in both arms.
    Raises NotComputable: "no_course_cohort", "no_waiting_cohort", "one_course_cohort",
    "one_waiting_cohort", or "no_variation" if in neither arm cohorts differ in their mean change.

    Source: Bell & McCaffrey (2002), Surv. Methodol. 28:169; Pustejovsky & Tipton (2018), J. Bus.
    Econ. Stat. 36:672 (CR2 of the regression on the arm). No cohort being in both arms, the
    variances of the two means add up.
    """
    changes, is_waiting = finite(changes), np.asarray(is_waiting, dtype=bool)
    if not len(changes) == len(cohorts) == len(is_waiting):
        raise ValueError(f"{len(changes)} changes, {len(cohorts)} cohorts, {len(is_waiting)} arms")
    places = places_of(cohorts)
    if np.intersect1d(places[is_waiting], places[~is_waiting]).size:
        raise ValueError("a cohort is in both arms")
    course, waiting = (
        _Arm.of(changes[own], places[own], name)
        for own, name in ((~is_waiting, "course"), (is_waiting, "waiting"))
    )
    variance = course.variance + waiting.variance
    did = course.mean - waiting.mean
    if variance <= (1e-9 * np.abs(changes).max()) ** 2:
        raise NotComputable("no_variation")
    se, df = math.sqrt(variance), _satterthwaite(course, waiting)
    reach = float(stdtrit(df, 0.975)) * se
    return DiD(
        n_course=course.n,
        n_waiting=waiting.n,
        groups_course=course.groups,
        groups_waiting=waiting.groups,
        diff_course=course.mean,
        diff_waiting=waiting.mean,
        did=did,
        se=se,
        ci=(did - reach, did + reach),
        df=df,
        p=two_sided_p(did / se, df),
    )


@dataclass(frozen=True)
class _Arm:
    """variance: CR2, of the mean, with df degrees of freedom."""

    n: int
    groups: int
    mean: float
    variance: float
    df: float

    @classmethod
    def of(cls, changes: np.ndarray, places: np.ndarray, name: str) -> "_Arm":
        sums, sizes = residual_sums(changes, places)
        if len(sizes) < 2:
            raise NotComputable(f"{'one' if len(sizes) else 'no'}_{name}_cohort")
        variance, df = mean_cr2(sums, sizes)
        return cls(len(changes), len(sizes), float(changes.mean()), variance, df)


def _satterthwaite(*arms: _Arm) -> float:
    """As Welch's, but what is expected of an arm's variance is 1 / n, people being alike."""
    return sum(1 / arm.n for arm in arms) ** 2 / sum(1 / (arm.n**2 * arm.df) for arm in arms)
