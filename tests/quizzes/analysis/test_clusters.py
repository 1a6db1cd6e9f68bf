import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.analysis.clusters import clustered_mean, icc1
from quizzes.analysis.errors import NotComputable

VALUES = [1.5, 0.5, 2.0, -1.0, 0.0, 0.5, 3.0, 1.0, 2.5, 0.25, -0.5]
GROUPS = ["a", "a", "a", "b", "b", "c", "c", "c", "c", "d", "d"]

samples = st.lists(
    st.tuples(st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0]), st.integers(0, 4)),
    min_size=1,
    max_size=30,
)


def by_matrices(values, groups):
    """CR2 and its degrees of freedom as written by Bell and McCaffrey, nothing simplified."""
    y, n = np.asarray(values), len(values)
    ones = np.ones((n, 1))
    hat = ones @ ones.T / n
    residuals = y - y.mean()
    variance, columns = 0.0, []
    for group in sorted(set(groups)):
        own = np.asarray([other == group for other in groups])
        values_, vectors = np.linalg.eigh(np.eye(own.sum()) - hat[np.ix_(own, own)])
        root = vectors @ np.diag(values_**-0.5) @ vectors.T
        variance += (residuals[own] @ root @ ones[own]).item() ** 2 / n**2
        columns.append((np.eye(n) - hat)[:, own] @ root @ ones[own] / n)
    b = np.hstack(columns)
    eigenvalues = np.linalg.eigvalsh(b.T @ b)
    return variance**0.5, eigenvalues.sum() ** 2 / (eigenvalues**2).sum()


def test_cr2_and_its_df_agree_with_the_matrices():
    found = clustered_mean(VALUES, GROUPS)

    se, df = by_matrices(VALUES, GROUPS)
    assert found.se_cr2 == pytest.approx(se, rel=1e-12)
    assert found.df_cr2 == pytest.approx(df, rel=1e-12)


def test_cr1_agrees_with_statsmodels():
    """OLS(VALUES, 1).fit(cov_type="cluster", cov_kwds={"groups": …}, use_t=True), version 0.15."""
    found = clustered_mean(VALUES, GROUPS)

    assert found.groups == 4
    assert found.se_cr1 == pytest.approx(0.530204634713, rel=1e-9)
    assert found.p_cr1 == pytest.approx(0.193169070498, rel=1e-9)


def test_cohorts_of_one_person_give_the_plain_standard_error():
    found = clustered_mean(VALUES, range(len(VALUES)))

    plain = np.std(VALUES, ddof=1) / len(VALUES) ** 0.5
    assert (found.se_cr1, found.se_cr2) == (pytest.approx(plain), pytest.approx(plain))
    assert found.df_cr2 == pytest.approx(len(VALUES) - 1)


@given(samples)
def test_the_order_of_people_and_the_sign_do_not_matter(sample):
    values, groups = [value for value, _ in sample], [group for _, group in sample]
    try:
        found = clustered_mean(values, groups)
    except NotComputable:
        return
    turned = clustered_mean([-value for value in values[::-1]], groups[::-1])
    for name in ("se_cr1", "se_cr2", "df_cr2", "p_cr1", "p_cr2"):
        assert getattr(found, name) == pytest.approx(getattr(turned, name), rel=1e-6)
    assert 0 < found.df_cr2 <= found.groups - 1 + 1e-9


@pytest.mark.parametrize(
    ("values", "groups", "reason"),
    [
        ([1.0, 2.0, 3.0], ["a"] * 3, "one_cohort"),
        ([], [], "one_cohort"),
        ([2.0] * 4, ["a", "a", "b", "b"], "no_variation"),
        ([1.0, 3.0, 1.0, 3.0], ["a", "a", "b", "b"], "no_variation"),
    ],
)
def test_without_cohorts_or_variation_it_says_why(values, groups, reason):
    with pytest.raises(NotComputable, match=reason):
        clustered_mean(values, groups)


def test_icc_of_shrout_and_fleiss():
    """Their table 2: six targets, four judges; ICC(1,1) is .17."""
    targets = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    values = [value for row in targets for value in row]

    assert icc1(values, np.repeat(range(6), 4)) == pytest.approx(0.1657, abs=1e-4)


def test_icc_of_unequal_cohorts_by_hand():
    """Means 1, 4; between 13.5 on 1, within 4 on 3; mean size 1 * (5 - 13/5) = 2.4."""
    found = icc1([0.0, 2.0, 3.0, 4.0, 5.0], ["a", "a", "b", "b", "b"])

    between, within = 2 * 1.8**2 + 3 * 1.2**2, 4 / 3
    assert found == pytest.approx((between - within) / (between + 1.4 * within))


@pytest.mark.parametrize(
    ("values", "groups", "reason"),
    [
        ([1.0, 2.0], ["a", "a"], "one_cohort"),
        ([1.0, 2.0], ["a", "b"], "one_person_a_cohort"),
        ([1.0, 1.0, 1.0], ["a", "b", "b"], "no_variation"),
    ],
)
def test_icc_says_why_it_is_not_there(values, groups, reason):
    with pytest.raises(NotComputable, match=reason):
        icc1(values, groups)
