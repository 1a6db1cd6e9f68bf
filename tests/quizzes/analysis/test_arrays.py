"""Every analysis takes lists and arrays alike and answers in plain numbers."""

import dataclasses
import json

import numpy as np
import pytest

from quizzes.analysis.attrition import compare_lost
from quizzes.analysis.categories import (
    benjamini_hochberg,
    holm,
    mcnemar,
    stuart_maxwell,
    transition_table,
)
from quizzes.analysis.change import paired_change, wilcoxon
from quizzes.analysis.clusters import clustered_mean, icc1
from quizzes.analysis.describe import describe, mean_interval
from quizzes.analysis.reliability import cronbach_alpha, omega

FIRST = [1, 2, 3, 4, 5, 3, 2, 4, 1, 5, 2, 3]
SECOND = [2, 2, 4, 4, 5, 5, 1, 4, 3, 5, 4, 3]
COHORTS = [7, 7, 7, 7, 9, 9, 9, 3, 3, 3, 3, 3]
THIRD = [2, 1, 3, 5, 5, 4, 2, 3, 1, 4, 3, 2]
ROWS = [list(row) for row in zip(FIRST, SECOND, THIRD, strict=True)]
ANSWERS = [1, 2, 3, 4, 5]

CALLS = {
    "paired_change": lambda kind: paired_change(kind(FIRST), kind(SECOND), band=kind([1])[0]),
    "wilcoxon": lambda kind: wilcoxon(kind(SECOND)),
    "describe": lambda kind: describe(kind(FIRST), *kind([1, 5])),
    "mean_interval": lambda kind: mean_interval(*kind([3, 2]), n=kind([9])[0]),
    "cronbach_alpha": lambda kind: cronbach_alpha(kind(ROWS)),
    "omega": lambda kind: omega(kind(ROWS)),
    "clustered_mean": lambda kind: clustered_mean(kind(SECOND), kind(COHORTS)),
    "icc1": lambda kind: icc1(kind(SECOND), kind(COHORTS)),
    "compare_lost": lambda kind: compare_lost(kind(FIRST), kind(SECOND)),
    "transition_table": lambda kind: transition_table(kind(FIRST), kind(SECOND), kind(ANSWERS)),
    "mcnemar": lambda kind: mcnemar(*kind([1, 4])),
    "stuart_maxwell": lambda kind: stuart_maxwell(kind([[5, 2], [4, 9]])),
    "holm": lambda kind: holm(kind([0, 1, 1])),
    "benjamini_hochberg": lambda kind: benjamini_hochberg(kind([0, 1, 1])),
}
KINDS = {
    "tuples": tuple,
    "int8": lambda values: np.asarray(values, dtype=np.int8),
    "float32": lambda values: np.asarray(values, dtype=np.float32),
    "float64": lambda values: np.asarray(values, dtype=np.float64),
    "every other": lambda values: np.repeat(values, 2, axis=0)[::2],
}


def plain(result):
    """As a file would hold it; json refuses what is not a plain number."""
    return json.loads(
        json.dumps(dataclasses.asdict(result) if dataclasses.is_dataclass(result) else result)
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CALLS)
def test_arrays_of_any_kind_give_what_lists_give(name, kind):
    found = plain(CALLS[name](KINDS[kind]))

    assert flat(found) == pytest.approx(flat(plain(CALLS[name](list))), rel=1e-12)


def flat(value):
    """Every number, in order."""
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [number for part in parts for number in flat(part)]
    return [value] if isinstance(value, int | float) else []


def test_a_gap_is_none_in_a_list_and_nan_in_an_array():
    gaps = [[None, *ROWS[0][1:]], *ROWS]

    for measure in (cronbach_alpha, omega):
        assert measure(np.asarray(gaps, dtype=float)) == measure(gaps) == measure(ROWS)


def test_cohorts_may_be_texts_in_an_array():
    names = np.asarray(["seven" if cohort == 7 else "other" for cohort in COHORTS])

    assert clustered_mean(SECOND, names) == clustered_mean(SECOND, names.tolist())


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf")])
@pytest.mark.parametrize(
    "call",
    [
        lambda bad: describe([1, bad], 1, 5),
        lambda bad: paired_change([1, 2], [1, bad]),
        lambda bad: wilcoxon([1, bad]),
        lambda bad: compare_lost([1, bad], [1, 2]),
        lambda bad: clustered_mean([1, bad], [1, 2]),
        lambda bad: icc1([1, bad], [1, 2]),
    ],
)
def test_a_value_that_is_not_finite_is_refused(call, bad):
    with pytest.raises(ValueError, match="not a finite number"):
        call(bad)


def test_an_infinite_answer_is_refused():
    with pytest.raises(ValueError, match="not a finite number"):
        cronbach_alpha([[1, 2], [3, float("inf")]])
