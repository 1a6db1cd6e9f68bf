import dataclasses
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from quizzes.analysis.change import Change, Wilcoxon, paired_change, wilcoxon
from quizzes.analysis.errors import NotComputable

# R's `sleep`: extra hours of sleep of ten people under two drugs (Student 1908).
SLEEP_BEFORE = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_AFTER = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

QUARTERS = st.integers(min_value=4, max_value=20)
PAIRS = st.lists(st.tuples(QUARTERS, QUARTERS), min_size=2, max_size=30)


def waves(pairs):
    """Pairs of whole quarters of a point -> two lists of scores."""
    before, after = zip(*pairs, strict=True)
    return [value / 4 for value in before], [value / 4 for value in after]


def varies(before, after):
    return len({b - a for a, b in zip(before, after, strict=True)}) > 1


def numbers(result):
    """Every number in a Change, however deep."""
    for value in dataclasses.astuple(result):
        yield from value if isinstance(value, tuple) else [value]


def test_sleep_gives_the_reference_values():
    result = paired_change(SLEEP_BEFORE, SLEEP_AFTER)

    near = pytest.approx
    assert result == Change(
        n=10,
        mean_pre=near(0.75, abs=1e-6),
        sd_pre=near(1.789010, abs=1e-6),
        mean_post=near(2.33, abs=1e-6),
        sd_post=near(2.002249, abs=1e-6),
        diff=near(1.58, abs=1e-6),
        ci=near((0.7001142, 2.4598858), abs=1e-6),
        t=near(4.0621277, abs=1e-6),
        df=9,
        p=near(0.00283289, abs=1e-6),
        wilcoxon=Wilcoxon(
            variant=result.wilcoxon.variant, v=45, p=near(0.0090907, abs=1e-6), rank_biserial=1
        ),
        d_z=near(1.2845576, abs=1e-6),
        d_z_ci=near((0.41463, 2.11802), abs=1e-5),
        g_z=near(1.1739249, abs=1e-6),
        d_av=near(0.8321811, abs=1e-6),
        band=None,
        improved=9,
        unchanged=1,
        worsened=0,
        reason=None,
    )
    assert "continuity" in result.wilcoxon.variant


def test_people_are_counted_by_the_band():
    before = [3.0, 3.0, 3.0, 1.0, 3.5, 2.0]
    after = [3.5, 3.4, 2.5, 1.5, 3.0, 2.0]

    result = paired_change(before, after, band=0.5)

    assert (result.band, result.improved, result.unchanged, result.worsened) == (0.5, 2, 2, 2)


def test_a_step_of_the_band_counts_in_spite_of_float_noise():
    before, after = [2.2, 4.3, 2.2], [2.6, 3.9, 2.4]
    assert after[0] - before[0] != 0.4 != before[1] - after[1]

    result = paired_change(before, after, band=0.4)

    assert (result.improved, result.unchanged, result.worsened) == (1, 1, 1)


def test_noise_is_no_change():
    result = paired_change([0.3, 0.1 + 0.2, 1], [0.1 + 0.2, 0.3, 2])

    assert (result.improved, result.unchanged, result.worsened) == (1, 2, 0)


@given(PAIRS)
def test_swapping_the_waves_turns_the_sign(pairs):
    before, after = waves(pairs)

    there, back = paired_change(before, after, 0.5), paired_change(after, before, 0.5)

    assert (there.n, there.df, there.reason) == (back.n, back.df, back.reason)
    assert (there.mean_pre, there.sd_pre) == (back.mean_post, back.sd_post)
    assert (there.improved, there.worsened) == (back.worsened, back.improved)
    for name in ["diff", "t", "d_z", "g_z", "d_av"]:
        here, other = getattr(there, name), getattr(back, name)
        assert (here is None and other is None) or here == pytest.approx(-other)
    assert there.p == (back.p if back.p is None else pytest.approx(back.p))
    for name in ["ci", "d_z_ci"]:
        here, other = getattr(there, name), getattr(back, name)
        assert (here is None and other is None) or here == pytest.approx(
            (-other[1], -other[0]), abs=1e-6
        )
    assert there.wilcoxon.p == back.wilcoxon.p
    if there.wilcoxon.p is not None:
        assert there.wilcoxon.rank_biserial == pytest.approx(-back.wilcoxon.rank_biserial)


@given(PAIRS, st.integers(min_value=-40, max_value=40))
def test_shifting_both_waves_changes_only_the_means(pairs, shift):
    before, after = waves(pairs)

    result = paired_change(before, after)
    shifted = paired_change([a + shift for a in before], [b + shift for b in after])

    assert shifted.mean_pre == pytest.approx(result.mean_pre + shift)
    assert shifted.mean_post == pytest.approx(result.mean_post + shift)
    means = {"mean_pre": 0, "mean_post": 0}
    for here, other in zip(
        numbers(dataclasses.replace(shifted, **means)),
        numbers(dataclasses.replace(result, **means)),
        strict=True,
    ):
        assert here == (pytest.approx(other, abs=1e-9) if isinstance(other, float) else other)


@given(PAIRS)
def test_t_test_agrees_with_scipy(pairs):
    before, after = waves(pairs)
    assume(varies(before, after))

    result = paired_change(before, after)

    oracle = stats.ttest_rel(after, before)
    assert (result.t, result.p) == pytest.approx((oracle.statistic, oracle.pvalue))
    assert result.ci == pytest.approx(tuple(oracle.confidence_interval(0.95)))


@given(PAIRS)
def test_wilcoxon_agrees_with_scipy(pairs):
    before, after = waves(pairs)
    differences = np.round(np.subtract(after, before), 9)
    assume(differences.any())

    result = wilcoxon(differences)

    oracle = stats.wilcoxon(differences, zero_method="wilcox", correction=True, method="asymptotic")
    assert result.p == pytest.approx(oracle.pvalue)
    total = np.count_nonzero(differences) * (np.count_nonzero(differences) + 1) / 2
    assert min(result.v, total - result.v) == oracle.statistic


def test_wilcoxon_ties_survive_float_noise():
    thirds = [10 / 3 - 3, 8 / 3 - 7 / 3, 4 / 3 - 1, 3 - 11 / 3, 0.1 + 0.2 - 0.3]
    clean = [1, 1, 1, -2, 0]
    assert len({abs(value) for value in thirds}) > 3

    result, expected = wilcoxon(thirds), wilcoxon(clean)

    assert result == expected
    assert (result.v, result.rank_biserial) == (6, 0.2)


def share_below(t, df, noncentrality):
    """P(T < t) from the definition: T = (Z + noncentrality) / sqrt(chi2 / df)."""
    s = np.linspace(0, 4, 40_001)[1:]  # sqrt(chi2 / df)
    log_density = (
        math.log(2)
        + df / 2 * math.log(df / 2)
        - math.lgamma(df / 2)
        + (df - 1) * np.log(s)
        - df * s**2 / 2
    )
    return integrate.simpson(special.ndtr(t * s - noncentrality) * np.exp(log_density), x=s)


@pytest.mark.parametrize(
    "diffs",
    [[1, 2, 4, 3, 0, -1], [1] * 60 + [0], [-5, -4, -5, -6, -4.5], [1, 1.002] * 30],  # t = 7747
)
def test_interval_of_d_z_holds_by_the_definition_of_the_noncentral_t(diffs):
    result = paired_change([0] * len(diffs), diffs)

    low, high = (bound * math.sqrt(result.n) for bound in result.d_z_ci)
    assert share_below(result.t, result.df, low) == pytest.approx(0.975, abs=1e-5)
    assert share_below(result.t, result.df, high) == pytest.approx(0.025, abs=1e-5)


@pytest.mark.parametrize("n", [3, 30, 3_000, 70_000])
@pytest.mark.parametrize("sd", [0.1, 1, 100])
def test_interval_of_d_z_is_found_where_scipy_answers_nan(n, sd):
    diffs = 1 + sd * np.linspace(-1, 1, n)

    result = paired_change(np.zeros(n), diffs)

    assert result.d_z_ci[0] < result.d_z < result.d_z_ci[1]
    assert result.reason is None


def test_n_2_gives_everything_but_g_z():
    result = paired_change([1, 2], [2, 5])

    assert result == Change(
        n=2,
        mean_pre=1.5,
        sd_pre=pytest.approx(math.sqrt(0.5)),
        mean_post=3.5,
        sd_post=pytest.approx(math.sqrt(4.5)),
        diff=2,
        ci=pytest.approx((2 - 12.7062047, 2 + 12.7062047)),  # tables: t(1) = 12.706
        t=pytest.approx(2),
        df=1,
        p=pytest.approx(1 - 2 * math.atan(2) / math.pi),  # t with 1 df is Cauchy
        wilcoxon=Wilcoxon(
            variant=result.wilcoxon.variant,
            v=3,
            p=pytest.approx(2 * special.ndtr(-1 / math.sqrt(1.25))),
            rank_biserial=1,
        ),
        d_z=pytest.approx(math.sqrt(2)),
        d_z_ci=result.d_z_ci,
        g_z=None,
        d_av=pytest.approx(2 / math.sqrt(2.5)),
        band=None,
        improved=2,
        unchanged=0,
        worsened=0,
        reason="too_few_pairs",
    )
    assert result.d_z_ci[0] < result.d_z < result.d_z_ci[1]


def test_same_change_for_all_has_no_test_but_a_size():
    result = paired_change([1, 2, 3.1], [1.1, 2.1, 3.2])

    assert result.reason == "no_variation"
    assert (result.t, result.p, result.ci) == (None, None, None)
    assert (result.d_z, result.d_z_ci, result.g_z) == (None, None, None)
    assert result.d_av == pytest.approx(0.1 / np.std([1, 2, 3.1], ddof=1))
    assert (result.wilcoxon.v, result.wilcoxon.rank_biserial, result.improved) == (6, 1, 3)


def test_no_change_at_all_has_no_ranks():
    result = paired_change([1, 2, 3], [1, 2, 3])

    assert result.reason == "no_variation"
    assert dataclasses.astuple(result.wilcoxon)[1:] == (None, None, None)
    assert (result.diff, result.d_av, result.unchanged) == (0, 0, 3)


def test_two_waves_without_spread_have_no_d_av():
    result = paired_change([3, 3, 3], [4, 4, 4])

    assert (result.sd_pre, result.sd_post, result.d_av) == (0, 0, None)
    assert (result.diff, result.reason) == (1, "no_variation")


def test_one_wave_without_spread_is_enough_for_d_av():
    result = paired_change([3, 3, 3], [4, 5, 3])

    assert result.d_av == pytest.approx(1 / math.sqrt(0.5))
    assert result.reason is None


def test_all_but_no_variation_has_no_interval_of_d_z():
    result = paired_change([0, 0, 0], [1, 1, 1 + 1e-7])

    assert (result.d_z_ci, result.reason) == (None, "too_little_variation")
    assert result.t > 1e7


@given(PAIRS)
def test_nothing_is_ever_nan_or_infinite(pairs):
    result = paired_change(*waves(pairs))

    missing = None in set(numbers(dataclasses.replace(result, band=0.5, reason="none")))
    assert missing == (result.reason is not None)
    assert all(math.isfinite(value) for value in numbers(result) if isinstance(value, float))


@pytest.mark.parametrize("scores", [[], [3]])
def test_fewer_than_two_pairs_is_not_computable(scores):
    with pytest.raises(NotComputable) as caught:
        paired_change(scores, scores)

    assert caught.value.reason == "fewer_than_two_pairs"


@pytest.mark.parametrize(
    ("before", "after", "band", "message"),
    [
        ([1, 2], [1, 2, 3], None, "2 scores before, 3 after"),
        ([1, math.nan], [1, 2], None, "not a finite number"),
        ([1, 2], [1, math.inf], None, "not a finite number"),
        ([1, 2], [1, 3], 0, "band"),
        ([1, 2], [1, 3], math.nan, "band"),
    ],
)
def test_wrong_input_is_refused(before, after, band, message):
    with pytest.raises(ValueError, match=message):
        paired_change(before, after, band)
