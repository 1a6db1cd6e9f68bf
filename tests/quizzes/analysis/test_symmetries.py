"""What must not matter to an analysis, or must only turn it round."""

import math
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.analysis.attrition import compare_lost
from quizzes.analysis.change import paired_change
from quizzes.analysis.clusters import clustered_mean, icc1
from quizzes.analysis.comparison import difference_in_differences
from quizzes.analysis.describe import describe
from quizzes.analysis.errors import NotComputable
from quizzes.analysis.mixed import mixed_model
from quizzes.analysis.reliability import cronbach_alpha, omega
from quizzes.analysis.score_arrays import scale_scores

ITEMS = 4
BOUNDS = [(1, 5)] * ITEMS
answers = st.lists(st.integers(1, 5), min_size=ITEMS, max_size=ITEMS)
# Cohort and answers at two waves, of each person.
studies = st.lists(st.tuples(st.integers(0, 3), answers, answers), min_size=1, max_size=20)


def scored(people, reverse=False):
    """Cohorts, scores before, scores after."""
    cohorts = np.asarray([cohort for cohort, _, _ in people])
    before, after = (
        scale_scores(
            np.asarray([person[wave] for person in people]).T, [reverse] * ITEMS, BOUNDS, 0.8
        )
        for wave in (1, 2)
    )
    return cohorts, before, after


def analyses(cohorts, before, after):
    """What each finds, and what turns its sign where scores run the other way.

    name -> (signed, unsigned) numbers, or the reason why there are none.
    """
    changes = after - before
    calls = {
        "change": lambda: of_change(paired_change(before, after, 0.5)),
        "clusters": lambda: ([], list(astuple(clustered_mean(changes, cohorts)))),
        "icc": lambda: ([], [icc1(before, cohorts)]),
        "comparison": lambda: of_comparison(
            difference_in_differences(changes, cohorts, cohorts > 1)
        ),
        "mixed": lambda: of_mixed(mixed_model({"pre": before, "post": after}, cohorts)),
    }
    return {name: or_reason(call) for name, call in calls.items()}


def or_reason(call):
    try:
        return call()
    except NotComputable as error:
        return error.reason


def of_change(found):
    if found.reason == "no_variation":
        return [found.diff], [found.sd_pre, found.sd_post]
    signed = [found.diff, found.t, found.d_z, found.wilcoxon.rank_biserial, sum(found.ci)]
    return signed, [found.sd_pre, found.sd_post, found.p, found.wilcoxon.p, found.unchanged]


def of_comparison(found):
    return [found.did, sum(found.ci)], [found.n_course, found.se, found.df, found.p]


def of_mixed(found):
    post, fit = found.by_wave.terms["post"], found.by_wave
    variances = [fit.var_cohort or 0, fit.var_person, fit.var_residual]
    return [post.b], [post.se, post.p, *variances, found.n_obs, found.n_cohorts]


def assert_agree(one, other, sign):
    for name, found in one.items():
        if isinstance(found, str):
            assert other[name] == found
            continue
        signed, unsigned = (np.asarray(numbers, dtype=float) for numbers in found)
        assert other[name][0] == pytest.approx(sign * signed, rel=1e-5, abs=1e-6), name
        assert other[name][1] == pytest.approx(unsigned, rel=1e-5, abs=1e-6), name


@settings(max_examples=50)
@given(studies)
def test_reversing_every_item_turns_the_effects(people):
    cohorts, before, after = scored(people)
    _, before_turned, after_turned = scored(people, reverse=True)

    plain, turned = describe(before, 1, 5), describe(before_turned, 1, 5)
    assert turned.mean == pytest.approx(6 - plain.mean)
    assert (turned.floor, turned.ceiling) == (plain.ceiling, plain.floor)
    assert_agree(
        analyses(cohorts, before, after), analyses(cohorts, before_turned, after_turned), -1
    )


@settings(max_examples=50)
@given(studies)
def test_swapping_the_waves_turns_the_change(people):
    cohorts, before, after = scored(people)

    there, back = analyses(cohorts, before, after), analyses(cohorts, after, before)

    for found in (there, back):
        del found["icc"]  # of the first wave alone
        if not isinstance(found["change"], str):
            found["change"][1][:2] = sorted(found["change"][1][:2])
    assert_agree(there, back, -1)


@settings(max_examples=50)
@given(studies, st.randoms(use_true_random=False))
def test_the_order_of_people_and_the_names_of_cohorts_do_not_matter(people, random):
    cohorts, before, after = scored(people)
    order = random.sample(range(len(people)), len(people))
    plain = analyses(cohorts, before, after)

    # Cohorts keep their arm: those above 1 wait.
    names = np.where(cohorts > 1, 9 - cohorts, 1 - cohorts)
    mixed_up = analyses(names[order], before[order], after[order])

    assert_agree(plain, mixed_up, 1)


@given(studies, st.randoms(use_true_random=False))
def test_the_order_of_people_and_the_direction_do_not_matter_to_reliability(people, random):
    rows = [row for _, row, _ in people]
    shuffled = [[6 - answer for answer in row] for row in random.sample(rows, len(rows))]
    for measure in (lambda rows: cronbach_alpha(rows).alpha, omega):
        found = or_reason(lambda measure=measure: measure(rows))
        turned = or_reason(lambda measure=measure: measure(shuffled))

        assert found == (turned if isinstance(turned, str) else pytest.approx(turned, abs=1e-4))


@given(studies)
def test_reversing_turns_the_difference_of_the_lost(people):
    cohorts, before, _ = scored(people)
    lost = cohorts > 1

    found = or_reason(lambda: compare_lost(before[~lost], before[lost]))
    turned = or_reason(lambda: compare_lost(6 - before[~lost], 6 - before[lost]))

    if isinstance(found, str):
        assert turned == found
        return
    assert (turned.smd, turned.welch_t) == pytest.approx((-found.smd, -found.welch_t), abs=1e-9)
    assert (turned.df, turned.p) == pytest.approx((found.df, found.p))


@given(studies)
def test_every_cohort_again_leaves_the_mean_and_narrows_the_error(people):
    cohorts, before, after = scored(people)
    changes = after - before
    twice, again = np.tile(changes, 2), np.concatenate([cohorts, cohorts + 10])
    try:
        found, more = clustered_mean(changes, cohorts), clustered_mean(twice, again)
    except NotComputable:
        return
    n = found.groups
    assert more.groups == 2 * n
    assert more.se_cr1 == pytest.approx(found.se_cr1 * math.sqrt((n - 1) / (2 * n - 1)))
    assert 0 < more.se_cr2 <= found.se_cr2 / math.sqrt(2) * (1 + 1e-9)
    assert more.df_cr2 >= found.df_cr2


@given(studies)
def test_every_cohort_again_leaves_the_comparison_and_narrows_its_error(people):
    cohorts, before, after = scored(people)
    changes, waits = after - before, cohorts > 1
    try:
        found = difference_in_differences(changes, cohorts, waits)
    except NotComputable:
        return

    more = difference_in_differences(
        np.tile(changes, 2), np.concatenate([cohorts, cohorts + 10]), np.tile(waits, 2)
    )

    assert (more.did, more.groups_course) == (pytest.approx(found.did), 2 * found.groups_course)
    assert more.se <= found.se / math.sqrt(2) * (1 + 1e-9)
    assert more.df >= found.df


@pytest.mark.parametrize("seed", range(5))
def test_every_cohort_again_leaves_the_model_and_narrows_its_error(seed):
    """With nothing missing the rest has (people - 1) degrees of freedom a later wave."""
    random = np.random.default_rng(seed)
    n_cohorts, size = 6, 5
    n = n_cohorts * size
    cohorts = np.repeat(np.arange(n_cohorts), size)
    people = random.normal(0, 1, n) + random.normal(0, 2, n_cohorts)[cohorts]
    scores = people[:, None] + random.normal(0, 0.5, (n, 3)) + [0, 1, 2]

    found = mixed_model(dict(zip("abc", scores.T, strict=True)), cohorts)
    more = mixed_model(
        dict(zip("abc", np.tile(scores, (2, 1)).T, strict=True)),
        np.concatenate([cohorts, cohorts + 10]),
    )

    assert found.by_wave.notes == more.by_wave.notes == ()
    assert (more.n_persons, more.n_cohorts) == (2 * n, 2 * n_cohorts)
    for name in ("intercept", "b", "c"):
        one, both = found.by_wave.terms[name], more.by_wave.terms[name]
        assert both.b == pytest.approx(one.b, abs=1e-6)
        assert both.se < one.se
    both, one = more.by_wave.terms["b"], found.by_wave.terms["b"]
    assert both.se / one.se == pytest.approx(math.sqrt((n - 1) / (2 * n - 1)), rel=1e-6)


@given(studies)
def test_everybody_again_leaves_the_change_and_narrows_its_error(people):
    _, before, after = scored(people)
    try:
        found = paired_change(before, after)
    except NotComputable:
        return
    more = paired_change(np.tile(before, 2), np.tile(after, 2))

    assert (more.diff, more.mean_pre) == pytest.approx((found.diff, found.mean_pre))
    if found.reason == "no_variation":
        assert more.reason == "no_variation"
        return
    n = found.n
    assert more.t == pytest.approx(found.t * math.sqrt((2 * n - 1) / (n - 1)), abs=1e-9)
