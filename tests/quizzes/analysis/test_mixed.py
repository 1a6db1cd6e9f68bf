import math
import warnings
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.analysis.errors import NotComputable
from quizzes.analysis.mixed import fit, mixed_model

PUBLISHED = files("statsmodels.regression.tests") / "results"
NAN = math.nan

tables = st.lists(
    st.tuples(
        st.integers(0, 3), *[st.none() | st.sampled_from([1.0, 1.5, 2.0, 2.25, 4.0, 5.0])] * 3
    ),
    min_size=1,
    max_size=12,
)


def simulated(n_cohorts, size, seed, missing=0.0, between=0.3):
    """People in cohorts at three waves: people by waves, and the cohort of each."""
    random = np.random.default_rng(seed)
    cohorts = np.repeat(np.arange(n_cohorts), size)
    people = random.normal(0, between, n_cohorts)[cohorts] + random.normal(0, 0.5, len(cohorts))
    values = 3 + people[:, None] + [0, 0.3, 0.2] + random.normal(0, 0.4, (len(cohorts), 3))
    values[random.random(values.shape) < missing] = NAN
    return values, cohorts


def model(values, cohorts, names=("pre", "post", "later")):
    values = np.asarray(values, dtype=float)
    return mixed_model(dict(zip(names, values.T, strict=False)), cohorts)


def numbers(found):
    """Terms and variances of a fit in a row."""
    terms = [part for term in found.terms.values() for part in (term.b, term.se, term.p)]
    return [*terms, found.var_cohort or 0, found.var_person, found.var_residual]


def published(name):
    return pd.read_csv(PUBLISHED / name)


@pytest.mark.parametrize(
    ("n_cohorts", "size", "seed", "missing"),
    [(5, 6, 1, 0.3), (12, 9, 2, 0.2), (8, 20, 3, 0.5), (6, 15, 4, 0)],
)
@pytest.mark.parametrize("formula", ["y ~ C(wave)", "y ~ wave"])
def test_agrees_with_statsmodels(n_cohorts, size, seed, missing, formula):
    values, cohorts = simulated(n_cohorts, size, seed, missing)
    person, wave = np.nonzero(~np.isnan(values))
    rows = pd.DataFrame(
        {"y": values[person, wave], "wave": wave, "person": person, "cohort": cohorts[person]}
    )
    theirs = smf.mixedlm(
        formula,
        rows,
        groups=rows.cohort,
        re_formula="1",
        vc_formula={"person": "0 + C(person)"},
    )
    fitted = theirs.fit(reml=True, gtol=1e-7)
    information = -theirs.hessian(fitted.params_object)[0]

    whole = model(values, cohorts)
    found = whole.by_wave if "C(" in formula else whole.linear

    k = len(found.terms)
    assert (whole.n_obs, whole.n_persons) == (len(rows), rows.person.nunique())
    assert (whole.n_cohorts, found.notes) == (n_cohorts, ())
    ours = np.asarray(numbers(found)[: 3 * k]).reshape(k, 3)
    assert ours[:, 0] == pytest.approx(fitted.fe_params.to_numpy(), abs=1e-6)
    # of the coefficients alone, as in R; theirs is of all parameters together
    assert ours[:, 1] == pytest.approx(np.diag(np.linalg.inv(information[:k, :k])) ** 0.5, rel=1e-5)
    assert ours[:, 1] == pytest.approx(fitted.bse_fe.to_numpy(), rel=1e-2)
    assert ours[:, 2] == pytest.approx(fitted.pvalues.to_numpy()[:k], abs=2e-3)
    assert found.var_cohort == pytest.approx(fitted.cov_re.iloc[0, 0], rel=1e-5)
    assert found.var_person == pytest.approx(fitted.vcomp[0], rel=1e-5)
    assert found.var_residual == pytest.approx(fitted.scale, rel=1e-5)


def test_the_growth_of_pigs_in_lme4():
    """R: lmer(Weight ~ Time + (1 | Pig)), dietox of geepack, 12 weeks, 3 weights missing."""
    table = published("dietox.csv").pivot(index="Pig", columns="Time", values="Weight")
    weeks = [f"week {n}" for n in table.columns]

    found = model(table, [0] * len(table), weeks)

    assert (found.n_obs, found.n_persons, found.n_cohorts) == (861, 72, 1)
    slope = found.linear.terms["slope"]
    assert (slope.b, slope.se) == (
        pytest.approx(6.942505, abs=1e-6),
        pytest.approx(0.03338727, abs=1e-7),
    )
    at_first_week = found.linear.terms["intercept"].b
    assert at_first_week == pytest.approx(15.723523 + 6.942505, abs=2e-6)
    assert found.linear.var_person == pytest.approx(40.39395, rel=1e-5)
    assert found.linear.var_residual == pytest.approx(11.36692, rel=1e-5)
    assert (found.linear.var_cohort, found.linear.notes) == (None, ("one_cohort",))


def test_the_strength_of_pastes_in_lme4():
    """R: lmer(strength ~ (1 | batch) + (1 | batch:cask)), two assays of 30 casks in 10 batches.

    The mean alone: 60.0533 (0.6769); variances 1.657 and 0.678; of the casks 8.434 (Bates 2010,
    lme4: Mixed-effects modeling with R, ch. 2).
    """
    rows = published("pastes.csv")
    casks, cask = np.unique(rows["sample"], return_inverse=True)
    _, batch = np.unique([name.split(":")[0] for name in casks], return_inverse=True)

    found = fit(rows.strength.to_numpy(), np.ones((len(rows), 1)), cask, batch)

    assert found.b == pytest.approx([60.0533], abs=5e-5)
    assert np.sqrt(found.covariance) == pytest.approx(np.asarray([[0.6769]]), abs=5e-5)
    assert found.var_cohort == pytest.approx(1.657, abs=5e-4)
    assert found.var_person == pytest.approx(8.434, abs=5e-4)
    assert found.var_residual == pytest.approx(0.678, abs=5e-4)


@pytest.mark.parametrize("seed", range(3))
def test_with_nothing_missing_it_is_the_analysis_of_variance(seed):
    """Mean squares of cohorts, people within them, and the rest, made equal to what they expect."""
    n_cohorts, size, waves = 7, 5, 3
    values, cohorts = simulated(n_cohorts, size, seed, between=0.8)
    n = n_cohorts * size
    person, cohort = values.mean(axis=1), values.reshape(n_cohorts, -1).mean(axis=1)
    rest = values - person[:, None] - values.mean(axis=0) + values.mean()
    residual = np.sum(rest**2) / ((n - 1) * (waves - 1))
    within = waves * np.sum((person - cohort[cohorts]) ** 2) / (n - n_cohorts)
    between = waves * size * np.sum((cohort - values.mean()) ** 2) / (n_cohorts - 1)

    found = model(values, cohorts).by_wave

    assert found.var_residual == pytest.approx(residual, rel=1e-6)
    assert found.var_person == pytest.approx((within - residual) / waves, rel=1e-6)
    assert found.var_cohort == pytest.approx((between - within) / (waves * size), rel=1e-6)
    post = found.terms["post"]
    assert post.b == pytest.approx(np.mean(values[:, 1] - values[:, 0]), abs=1e-9)
    assert post.se == pytest.approx(math.sqrt(2 * residual / n), rel=1e-6)


def restricted(variances, y, design, person, cohort):
    """The restricted log-likelihood, its coefficients and their covariance, with full matrices."""
    between, people, residual = variances
    alike = (person[:, None] == person, cohort[person][:, None] == cohort[person])
    covariance = residual * np.eye(len(y)) + people * alike[0] + between * alike[1]
    inverse = np.linalg.inv(covariance)
    information = design.T @ inverse @ design
    b = np.linalg.solve(information, design.T @ inverse @ y)
    rest = y - design @ b
    logs = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1]
    return -(logs + rest @ inverse @ rest) / 2, b, np.linalg.inv(information)


@pytest.mark.parametrize("seed", range(20))
def test_no_other_variances_are_more_likely(seed):
    """At the edge too, where statsmodels does not converge."""
    random = np.random.default_rng(seed)
    values, cohorts = simulated(random.integers(2, 6), 5, seed, 0.35, random.choice([0, 0.5]))
    person, wave = np.nonzero(~np.isnan(values))
    person = np.unique(person, return_inverse=True)[1]
    cohorts = cohorts[~np.isnan(values).all(axis=1)]
    y = values[~np.isnan(values)]
    design = np.column_stack([np.ones(len(y)), wave == 1, wave == 2]).astype(float)

    found = fit(y, design, person, cohorts)

    variances = np.asarray([found.var_cohort, found.var_person, found.var_residual])
    most, b, covariance = restricted(variances, y, design, person, cohorts)
    assert found.b == pytest.approx(b, rel=1e-6)
    assert found.covariance == pytest.approx(covariance, rel=1e-6)
    near = variances * random.uniform(0.9, 1.1, (40, 3)) + random.uniform(0, 0.01, (40, 3))
    far = random.exponential(0.3, (80, 3)) + [0, 0, 0.01]
    for other in [*near, *far, *far * [0, 1, 1], *far * [1, 0, 1], *far * [0, 0, 1]]:
        assert restricted(other, y, design, person, cohorts)[0] <= most + 1e-9


def test_no_variance_between_cohorts_is_said_and_changes_nothing_else():
    values, _ = simulated(1, 12, 5, missing=0.2)
    twice = np.vstack([values, values])

    found = model(twice, [0] * 12 + [1] * 12)

    alone = model(twice, [0] * 24)
    assert (found.by_wave.var_cohort, found.linear.var_cohort) == (0, 0)
    assert found.by_wave.notes == found.linear.notes == ("no_variance_between_cohorts",)
    assert numbers(found.by_wave) == pytest.approx(numbers(alone.by_wave), rel=1e-6)


def test_no_variance_between_people_is_said():
    found = model([[1, 3, 2], [3, 1, 2.5], [2, 2, 1], [1.5, 2, 3]], [0] * 4)

    assert found.by_wave.var_person == 0
    assert found.by_wave.notes == ("one_cohort", "no_variance_between_persons")


def test_cohorts_of_one_person_each_are_people():
    values, _ = simulated(1, 8, 6)

    found = model(values, range(8)).by_wave

    assert (found.var_cohort, found.notes) == (None, ("one_person_a_cohort",))
    assert numbers(found) == numbers(model(values, [0] * 8).by_wave)


@pytest.mark.parametrize(
    ("values", "cohorts"),
    [
        # b answered at the last wave only, and nobody else did
        ([[1, 2, NAN], [2, 4, NAN], [3, 3, NAN], [NAN, NAN, 5], [NAN, NAN, 4]], "aaabb"),
        # the only two people of one cohort differ by a wave that nobody else answered
        ([[1, 2, NAN], [2, 4, NAN], [3, NAN, NAN], [NAN, NAN, 5]], "abcc"),
    ],
)
def test_cohorts_that_cannot_be_told_from_waves_or_people_are_left_out(values, cohorts):
    found = model(values, [*cohorts])

    assert found.by_wave.notes[0] == "cohorts_not_separable"
    assert found.by_wave.var_cohort is None


def test_people_with_one_score_count():
    values, cohorts = simulated(4, 6, 7)
    values[3:9, 1:] = NAN

    found = model(values, cohorts)

    assert (found.n_obs, found.n_persons) == (60, 24)
    assert found.by_wave.terms["intercept"].b != pytest.approx(
        model(np.delete(values, np.s_[3:9], axis=0), np.delete(cohorts, np.s_[3:9]))
        .by_wave.terms["intercept"]
        .b
    )


def test_people_without_a_score_and_their_cohorts_do_not_count():
    values, cohorts = simulated(3, 5, 8)
    more = np.vstack([values, np.full((2, 3), NAN)])

    assert model(more, [*cohorts, 9, 9]) == model(values, cohorts)


def test_a_wave_without_scores_keeps_its_place():
    values, cohorts = simulated(3, 5, 9)
    values[:, 1] = NAN

    found = model(values, cohorts)

    assert (found.waves, list(found.by_wave.terms)) == (("pre", "later"), ["intercept", "later"])
    assert found.linear.terms["slope"].b == pytest.approx(found.by_wave.terms["later"].b / 2)


def test_the_intercept_is_the_mean_of_the_first_wave_with_scores():
    values, cohorts = simulated(3, 5, 9)
    values[:, 0] = NAN

    found = model(values, cohorts)

    assert found.waves == ("post", "later")
    assert numbers(found.linear) == pytest.approx(numbers(found.by_wave))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.empty((0, 3)), "fewer_than_two_persons"),
        ([[NAN] * 3] * 4, "fewer_than_two_persons"),
        ([[1, 2, 3], [NAN] * 3], "fewer_than_two_persons"),
        ([[1, NAN, NAN], [2, NAN, NAN]], "one_wave"),
        ([[1, NAN, NAN], [NAN, 2, NAN], [4, NAN, NAN]], "one_observation_a_person"),
        ([[1, 2, NAN], [3, NAN, NAN]], "too_few_observations"),
        ([[1, 2, NAN], [NAN, 3, 5]], "too_few_observations"),
        ([[2, 2, 2]] * 3, "no_variation"),
        ([[1, 2, 4], [2, 3, 5], [0.1, 1.1, 3.1]], "no_variation"),
    ],
)
def test_what_has_no_model_says_why(values, reason):
    with pytest.raises(NotComputable) as caught:
        model(values, [n // 2 for n in range(len(values))])

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ({"pre": [1, 2], "post": [1, 2, 3]}, "2 cohorts, 3 scores at post"),
        ({"pre": [1, 2], "post": [1, math.inf]}, "not a finite number"),
    ],
)
def test_wrong_input_is_refused(scores, message):
    with pytest.raises(ValueError, match=message):
        mixed_model(scores, [0, 0])


@settings(max_examples=60)
@given(tables)
def test_it_has_numbers_or_a_reason(rows):
    values = [[NAN if value is None else value for value in row[1:]] for row in rows]
    try:
        found = model(values, [row[0] for row in rows])
    except NotComputable:
        return
    for part in (found.by_wave, found.linear):
        assert all(math.isfinite(number) for number in numbers(part))
        assert all(term.se > 0 and 0 <= term.p <= 1 for term in part.terms.values())
        assert min(part.var_person, part.var_cohort or 0) >= 0 < part.var_residual
        assert (part.var_cohort == 0) == ("no_variance_between_cohorts" in part.notes)


def test_missing_scores_may_be_none_and_cohorts_names():
    values, cohorts = simulated(3, 5, 10, missing=0.2)
    lists = {
        wave: [None if math.isnan(value) else value for value in column]
        for wave, column in zip(("pre", "post", "later"), values.T.tolist(), strict=True)
    }

    assert mixed_model(lists, [f"cohort {n}" for n in cohorts]) == model(values, cohorts)


def test_it_brings_no_warning_where_a_variance_is_0():
    values, cohorts = simulated(4, 4, 11, between=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model(values, cohorts)
