"""The blocks of a report: one scale's numbers, or the reason why they are not there.

A block is a dict of fixed names. What must not be shown is None, with "suppressed": reason; what
cannot be computed is None, with "not_computed": reason.
"""

import numpy as np

from quizzes.analysis.attrition import compare_lost
from quizzes.analysis.change import paired_change
from quizzes.analysis.clusters import clustered_mean, icc1
from quizzes.analysis.comparison import difference_in_differences
from quizzes.analysis.describe import describe, mean_interval
from quizzes.analysis.disclosure import suppress_counts
from quizzes.analysis.errors import NotComputable
from quizzes.analysis.mixed import Fit, mixed_model
from quizzes.analysis.reliability import cronbach_alpha, omega
from quizzes.reports.scores import Scored

RELIABLE_FROM = 30  # complete cases below which alpha says too little

SCORES = ["n", "mean", "sd", "ci", "floor", "ceiling"]
RELIABILITY = ["k", "n", "alpha", "alpha_ci", "omega", "item_rest_r"]
ATTRITION = ["n_kept", "n_lost", "mean_kept", "mean_lost", "smd", "welch_t", "df", "p"]
CHANGE = [
    *("n", "mean_pre", "sd_pre", "ci_pre", "mean_post", "sd_post", "ci_post"),
    *("diff", "ci", "t", "df", "p", "wilcoxon", "d_z", "d_z_ci", "g_z", "d_av"),
    *("cluster", "band", "improved", "unchanged", "worsened"),
]
CLUSTER = ["groups", "se_cr1", "se_cr2", "df_cr2", "p_cr1", "p_cr2"]
COMPARISON = [
    *("n_course", "n_waiting", "groups_course", "groups_waiting"),
    *("diff_course", "diff_waiting", "did", "se", "ci", "df", "p"),
]
MIXED = ["by_wave", "linear", "n_obs", "n_persons", "n_cohorts"]
GROUP = ["n", "mean_pre", "mean_post", "diff", "ci", "p"]


def hidden(names: list[str], reason: str, kind="suppressed") -> dict:
    return dict.fromkeys(names) | {kind: reason}


def not_computed(names: list[str], reason: str) -> dict:
    return hidden(names, reason, "not_computed")


def are_alike(values: np.ndarray) -> bool:
    """Whether everybody has the same score: then the group tells on each of them."""
    return bool(np.ptp(np.round(values, 9)) == 0)


def value_or_none(compute, *arguments):
    try:
        return compute(*arguments)
    except NotComputable:
        return None


def why_not(scale: Scored, *waves: str) -> str:
    """Why a scale has nothing to say between these waves; empty if it has."""
    if any(wave not in scale.scores for wave in waves):
        return "scale_not_asked"
    return "wording_changed" if tuple(waves) in scale.changed else ""


def scores(scale: Scored, wave: str, least: int) -> dict:
    if reason := why_not(scale, wave):
        return not_computed(SCORES, reason)
    values = scale.at(wave)
    if len(values) < least:
        return hidden(SCORES, "fewer_than_min_group")
    if are_alike(values):
        return hidden(SCORES, "everybody_the_same")
    found = describe(values, scale.low, scale.high)
    block = {name: getattr(found, name) for name in SCORES if name != "ci"}
    return block | {"ci": mean_interval(found.mean, found.sd, found.n)}


def reliability(scale: Scored, wave: str, least: int) -> dict:
    if reason := why_not(scale, wave):
        return not_computed(RELIABILITY, reason)
    items = scale.items[wave]
    rows = items.rows()
    complete = rows[~np.isnan(rows).any(axis=1)] if items.codes else rows
    if len(complete) < max(least, RELIABLE_FROM):
        return hidden(RELIABILITY, "fewer_than_30")
    try:
        found = cronbach_alpha(complete)
    except NotComputable as error:
        return not_computed(RELIABILITY, error.reason)
    return {
        "k": found.k,
        "n": found.n,
        "alpha": found.alpha,
        "alpha_ci": found.ci,
        "omega": value_or_none(omega, complete),
        "item_rest_r": dict(zip(items.codes, found.item_rest_r, strict=True)),
    }


def attrition(scale: Scored, first: str, has_later: np.ndarray, least: int) -> dict:
    """The first scores of those who answered a later wave, beside those of who did not.

    has_later: who took the later wave.
    """
    if reason := why_not(scale, first):
        return not_computed(ATTRITION, reason)
    values = scale.scores[first]
    is_there = ~np.isnan(values)
    kept, lost = values[is_there & has_later], values[is_there & ~has_later]
    if min(len(kept), len(lost)) < least:
        return hidden(ATTRITION, "fewer_than_min_group")
    if are_alike(kept) or are_alike(lost):
        return hidden(ATTRITION, "everybody_the_same")
    try:
        return vars(compare_lost(kept, lost)).copy()
    except NotComputable as error:
        return not_computed(ATTRITION, error.reason)


def change(scale: Scored, cohorts: np.ndarray, first: str, second: str, least: int) -> dict:
    """The change of one scale. cohorts: of each participant."""
    if reason := why_not(scale, first, second):
        return not_computed(CHANGE, reason)
    before, after = scale.pairs(first, second)
    if len(before) < least:
        return hidden(CHANGE, "fewer_than_min_group")
    try:
        found = paired_change(before, after, scale.band)
    except NotComputable as error:
        return not_computed(CHANGE, error.reason)
    if found.sd_pre == 0 or found.sd_post == 0:
        return hidden(CHANGE, "everybody_the_same")
    block = {name: getattr(found, name, None) for name in CHANGE}
    block["cluster"] = clustered(before, after, cohorts[scale.has_both(first, second)])
    block["wilcoxon"] = vars(found.wilcoxon).copy()
    block["ci_pre"] = mean_interval(found.mean_pre, found.sd_pre, found.n)
    block["ci_post"] = mean_interval(found.mean_post, found.sd_post, found.n)
    return block | ({"not_computed": found.reason} if found.reason else {})


def clustered(before: np.ndarray, after: np.ndarray, cohorts: np.ndarray) -> dict:
    """The same mean change where people of one cohort may be alike."""
    try:
        found = clustered_mean(after - before, cohorts)
    except NotComputable as error:
        return not_computed([*CLUSTER, "icc"], error.reason)
    block = {name: getattr(found, name) for name in CLUSTER}
    return block | {"icc": value_or_none(icc1, before, cohorts)}


def groups(
    scale: Scored, belongs: list[np.ndarray], first: str, second: str, least: int
) -> list[dict]:
    """The change of each of several groups that together are everybody.

    belongs: one mask a group. A group is hidden where it is small or all alike, and so is the next
    smallest where the total would give the hidden ones away.
    """
    if reason := why_not(scale, first, second):
        return [not_computed(GROUP, reason) for _ in belongs]
    both = scale.has_both(first, second)
    before, after = scale.scores[first], scale.scores[second]
    chosen = [mask & both for mask in belongs]
    counts = [
        int(mask.sum()) if mask.any() and not may_tell(before[mask], after[mask]) else 0
        for mask in chosen
    ]
    shown = suppress_counts(counts, least)
    return [
        hidden(GROUP, "few_or_alike") if n is None else group_of(before[mask], after[mask])
        for n, mask in zip(shown, chosen, strict=True)
    ]


def may_tell(before: np.ndarray, after: np.ndarray) -> bool:
    return are_alike(before) or are_alike(after)


def group_of(before: np.ndarray, after: np.ndarray) -> dict:
    try:
        found = paired_change(before, after)
    except NotComputable as error:
        return not_computed(GROUP, error.reason)
    block = {name: getattr(found, name) for name in GROUP}
    return block | ({"not_computed": "no_variation"} if found.p is None else {})


def comparison(
    scale: Scored,
    cohorts: np.ndarray,
    is_waiting: np.ndarray,
    pair: tuple[str, str],
    least: int,
) -> dict:
    """The change of those who had the course beside that of those who waited for it.

    cohorts, is_waiting: of each participant.
    """
    if reason := why_not(scale, *pair):
        return not_computed(COMPARISON, reason)
    both = scale.has_both(*pair)
    before, after = (scale.scores[wave] for wave in pair)
    for arm in (both & is_waiting, both & ~is_waiting):
        if np.sum(arm) < least:
            return hidden(COMPARISON, "fewer_than_min_group")
        if may_tell(before[arm], after[arm]):
            return hidden(COMPARISON, "everybody_the_same")
    try:
        found = difference_in_differences((after - before)[both], cohorts[both], is_waiting[both])
    except NotComputable as error:
        return not_computed(COMPARISON, error.reason)
    return vars(found).copy()


def mixed(scale: Scored, cohorts: np.ndarray, least: int) -> dict:
    """All waves at once, by everybody who answered any."""
    if scale.changed:
        return not_computed(MIXED, "wording_changed")
    if any(len(values) < least for values in map(scale.at, scale.scores)):
        return hidden(MIXED, "fewer_than_min_group")
    if any(are_alike(values) for values in map(scale.at, scale.scores)):
        return hidden(MIXED, "everybody_the_same")
    try:
        found = mixed_model(scale.scores, cohorts)
    except NotComputable as error:
        return not_computed(MIXED, error.reason)
    return {
        "by_wave": terms_of(found.by_wave),
        "linear": terms_of(found.linear),
        "n_obs": found.n_obs,
        "n_persons": found.n_persons,
        "n_cohorts": found.n_cohorts,
        "var_cohort": found.by_wave.var_cohort,
        "var_person": found.by_wave.var_person,
        "var_residual": found.by_wave.var_residual,
        "remarks": list(found.by_wave.notes),
    }


def terms_of(fit: Fit) -> dict[str, dict]:
    return {name: vars(term).copy() for name, term in fit.terms.items()}
