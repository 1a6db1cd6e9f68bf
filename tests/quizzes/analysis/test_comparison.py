import dataclasses
import json
import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from quizzes.analysis.clusters import clustered_mean
from quizzes.analysis.comparison import DiD, difference_in_differences
from quizzes.analysis.errors import NotComputable

CHANGES = [0.5, 1.0, 0.75, 0.0, 1.5, 0.25, 1.25, 2.0, 0.5, -0.5, 0.25, 0.0, 0.5, -0.25, 0.75, 0.0]
COHORTS = ["a"] * 3 + ["b"] * 2 + ["c"] * 4 + ["w"] * 2 + ["x"] * 4 + ["y"]
IS_WAITING = [cohort in "wxy" for cohort in COHORTS]

samples = st.lists(
    st.tuples(st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0]), st.integers(0, 6)),
    min_size=1,
    max_size=30,
)


def by_matrices(changes, cohorts, is_waiting):
    """CR2 and its degrees of freedom for the regression on the arm, nothing simplified."""
    y, n = np.asarray(changes), len(changes)
    design = np.column_stack([np.ones(n), ~np.asarray(is_waiting)])
    bread = np.linalg.inv(design.T @ design)
    rest = np.eye(n) - design @ bread @ design.T
    contrast = bread @ [0, 1]
    variance, columns = 0.0, []
    for cohort in sorted(set(cohorts)):
        own = np.asarray([other == cohort for other in cohorts])
        values, vectors = np.linalg.eigh(rest[np.ix_(own, own)])
        root = vectors @ np.diag(np.where(values > 1e-9, values, np.inf) ** -0.5) @ vectors.T
        weights = root @ design[own] @ contrast
        variance += ((rest @ y)[own] @ weights) ** 2
        columns.append(rest[:, own] @ weights)
    gram = np.stack(columns) @ np.stack(columns).T
    return math.sqrt(variance), np.trace(gram) ** 2 / np.sum(gram**2)


def test_cr2_and_its_df_agree_with_the_matrices():
    found = difference_in_differences(CHANGES, COHORTS, IS_WAITING)

    se, df = by_matrices(CHANGES, COHORTS, IS_WAITING)
    did = np.mean(CHANGES[:9]) - np.mean(CHANGES[9:])
    reach = stats.t.ppf(0.975, df) * se
    assert found == DiD(
        n_course=9,
        n_waiting=7,
        groups_course=3,
        groups_waiting=3,
        diff_course=pytest.approx(np.mean(CHANGES[:9])),
        diff_waiting=pytest.approx(np.mean(CHANGES[9:])),
        did=pytest.approx(did),
        se=pytest.approx(se, rel=1e-12),
        ci=pytest.approx((did - reach, did + reach)),
        df=pytest.approx(df, rel=1e-12),
        p=pytest.approx(2 * stats.t.sf(abs(did) / se, df)),
    )


@given(samples)
def test_it_agrees_with_the_matrices_or_says_why_not(sample):
    changes, cohorts = [change for change, _ in sample], [cohort for _, cohort in sample]
    is_waiting = [cohort > 3 for cohort in cohorts]
    try:
        found = difference_in_differences(changes, cohorts, is_waiting)
    except NotComputable:
        return
    se, df = by_matrices(changes, cohorts, is_waiting)
    assert (found.se, found.df) == (pytest.approx(se, rel=1e-6), pytest.approx(df, rel=1e-6))
    assert found.df >= 1 - 1e-9
    assert found.ci[0] < found.did < found.ci[1]


def test_cohorts_of_one_size_agree_with_statsmodels():
    """Cohorts being equal, CR2 is CR0 times G / (G - 1), G those of an arm."""
    changes, cohorts = np.asarray(CHANGES[:12]), np.repeat(range(6), 2)
    is_waiting = cohorts > 2
    theirs = sm.OLS(changes, sm.add_constant(~is_waiting * 1.0)).fit(
        cov_type="cluster", cov_kwds={"groups": cohorts, "use_correction": False}
    )

    found = difference_in_differences(changes, cohorts, is_waiting)

    assert found.did == pytest.approx(theirs.params[1])
    assert found.se == pytest.approx(theirs.bse[1] * math.sqrt(3 / 2))
    assert found.df == pytest.approx(4)


def test_cohorts_of_one_person_give_welchs_standard_error():
    found = difference_in_differences(CHANGES, range(16), IS_WAITING)

    theirs = stats.ttest_ind(CHANGES[:9], CHANGES[9:], equal_var=False)
    assert found.did / found.se == pytest.approx(theirs.statistic)


def test_the_means_are_those_of_each_arm_alone():
    found = difference_in_differences(CHANGES, COHORTS, IS_WAITING)

    arms = clustered_mean(CHANGES[:9], COHORTS[:9]), clustered_mean(CHANGES[9:], COHORTS[9:])
    assert found.se == pytest.approx(math.hypot(*(arm.se_cr2 for arm in arms)))


def test_swapping_the_arms_turns_the_sign():
    found = difference_in_differences(CHANGES, COHORTS, IS_WAITING)
    turned = difference_in_differences(CHANGES, COHORTS, [not waits for waits in IS_WAITING])

    assert (turned.did, turned.ci) == (-found.did, (-found.ci[1], -found.ci[0]))
    assert (turned.se, turned.df, turned.p) == pytest.approx((found.se, found.df, found.p))


def test_an_arm_that_does_not_vary_adds_nothing_to_the_error():
    changes = [*CHANGES[:9], *[0.5] * 7]

    found = difference_in_differences(changes, COHORTS, IS_WAITING)

    assert found.se == pytest.approx(clustered_mean(CHANGES[:9], COHORTS[:9]).se_cr2)


def test_arrays_give_plain_numbers():
    found = difference_in_differences(
        np.asarray(CHANGES, dtype=np.float32), np.asarray(COHORTS), np.asarray(IS_WAITING)
    )

    assert json.loads(json.dumps(dataclasses.asdict(found)))["did"] == pytest.approx(found.did)
    assert found == difference_in_differences(CHANGES, COHORTS, IS_WAITING)


@pytest.mark.parametrize(
    ("changes", "cohorts", "is_waiting", "reason"),
    [
        ([], [], [], "no_course_cohort"),
        ([1, 2], ["a", "b"], [True, True], "no_course_cohort"),
        ([1, 2], ["a", "b"], [False, False], "no_waiting_cohort"),
        ([1, 2, 3], ["a", "b", "c"], [False, True, True], "one_course_cohort"),
        ([1, 2, 3], ["a", "b", "c"], [False, False, True], "one_waiting_cohort"),
        ([1, 1, 2, 2], ["a", "b", "c", "d"], [False, False, True, True], "no_variation"),
        ([0, 0, 0, 0], ["a", "b", "c", "d"], [False, False, True, True], "no_variation"),
        ([1, 3, 1, 3, 0, 0], [*"aabbcd"], [False] * 4 + [True] * 2, "no_variation"),
        ([0.1 + 0.2, 0.3, 2, 2], [*"abcd"], [False, False, True, True], "no_variation"),
    ],
)
def test_without_two_cohorts_in_each_arm_or_variation_it_says_why(
    changes, cohorts, is_waiting, reason
):
    with pytest.raises(NotComputable) as caught:
        difference_in_differences(changes, cohorts, is_waiting)

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("changes", "cohorts", "is_waiting", "message"),
    [
        ([1, 2], ["a"], [True, False], "2 changes, 1 cohorts, 2 arms"),
        ([1, None], ["a", "b"], [True, False], "not a finite number"),
        ([1, 2, 3], ["a", "a", "b"], [True, False, False], "both arms"),
    ],
)
def test_wrong_input_is_refused(changes, cohorts, is_waiting, message):
    with pytest.raises(ValueError, match=message):
        difference_in_differences(changes, cohorts, is_waiting)
