"""What every analysis says of data that have next to nothing in them: numbers or a reason."""

import dataclasses
import importlib
import inspect
import math

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
from quizzes.analysis.comparison import difference_in_differences
from quizzes.analysis.describe import describe, mean_interval, standard_deviation
from quizzes.analysis.errors import NotComputable
from quizzes.analysis.mixed import mixed_model
from quizzes.analysis.reliability import cronbach_alpha, omega

MODULES = [
    "attrition",
    "categories",
    "change",
    "clusters",
    "comparison",
    "describe",
    "mixed",
    "reliability",
]
# Parts of the others, which give them nothing degenerate. Scoring and disclosure look at one person
# and at counts: their own tests try every small case.
PARTS = {"finite", "fit", "mean_cr2", "places_of", "residual_sums", "two_sided_p"}
NAN = math.nan

# Scores before, scores after, cohorts.
SITUATIONS = {
    "nobody": ([], [], []),
    "one person": ([3], [4], [0]),
    "two people": ([1, 2], [2, 5], [0, 1]),
    "one answer": ([3] * 6, [3] * 6, [0, 0, 0, 1, 1, 1]),
    "changed alike": ([1, 2, 3, 4, 2, 3], [2, 3, 4, 5, 3, 4], [0, 0, 0, 1, 1, 1]),
    "alike in a cohort": ([1, 1, 1, 4, 4, 4], [2, 2, 2, 3, 3, 3], [0, 0, 0, 1, 1, 1]),
    "one cohort": ([1, 2, 3, 4, 2, 3], [2, 2, 4, 4, 1, 5], [0] * 6),
    "one person a cohort": ([1, 2, 3, 4, 2, 3], [2, 2, 4, 4, 1, 5], range(6)),
    "all missing": ([NAN] * 6, [NAN] * 6, [0, 0, 0, 1, 1, 1]),
}


def moved(before, after):
    return transition_table(before, after, [1, 2, 3, 4, 5])


ANALYSES = {
    "benjamini_hochberg": lambda before, after, cohorts: benjamini_hochberg(np.divide(after, 5)),
    "clustered_mean": lambda before, after, cohorts: clustered_mean(
        np.subtract(after, before), cohorts
    ),
    "compare_lost": lambda before, after, cohorts: compare_lost(before, after),
    "cronbach_alpha": lambda before, after, cohorts: cronbach_alpha(
        np.column_stack([before, after])
    ),
    "describe": lambda before, after, cohorts: describe(after, 1, 5),
    "difference_in_differences": lambda before, after, cohorts: difference_in_differences(
        np.subtract(after, before), range(len(after)), np.arange(len(after)) < len(after) // 2
    ),
    "holm": lambda before, after, cohorts: holm(np.divide(after, 5)),
    "icc1": lambda before, after, cohorts: icc1(before, cohorts),
    "mcnemar": lambda before, after, cohorts: mcnemar(
        np.sum(np.less(before, after)), np.sum(np.greater(before, after))
    ),
    "mean_interval": lambda before, after, cohorts: mean_interval(
        sum(after), standard_deviation(after), len(after)
    ),
    "mixed_model": lambda before, after, cohorts: mixed_model(
        {"pre": before, "post": after}, cohorts
    ),
    "omega": lambda before, after, cohorts: omega(np.column_stack([before, after, cohorts])),
    "paired_change": lambda before, after, cohorts: paired_change(before, after),
    "standard_deviation": lambda before, after, cohorts: standard_deviation(after),
    "stuart_maxwell": lambda before, after, cohorts: stuart_maxwell(moved(before, after)),
    "transition_table": lambda before, after, cohorts: moved(before, after),
    "wilcoxon": lambda before, after, cohorts: wilcoxon(np.subtract(after, before)),
}
INFINITE = "a value is not a finite number"  # wrong input: missing values are dropped before
REASONS = {
    "benjamini_hochberg": {"all missing": "a p value is not between 0 and 1"},
    "clustered_mean": {
        "nobody": "one_cohort",
        "one person": "one_cohort",
        "one answer": "no_variation",
        "changed alike": "no_variation",
        "one cohort": "one_cohort",
        "all missing": INFINITE,
    },
    "compare_lost": {
        "nobody": "fewer_than_two_in_a_group",
        "one person": "fewer_than_two_in_a_group",
        "one answer": "no_variation",
        "all missing": INFINITE,
    },
    "cronbach_alpha": {
        "nobody": "fewer_than_two_complete_rows",
        "one person": "fewer_than_two_complete_rows",
        "one answer": "no_variation",
        "all missing": "fewer_than_two_complete_rows",
    },
    "describe": {"all missing": INFINITE},
    "difference_in_differences": {
        "nobody": "no_course_cohort",
        "one person": "one_course_cohort",
        "two people": "one_course_cohort",
        "one answer": "no_variation",
        "changed alike": "no_variation",
        "alike in a cohort": "no_variation",
        "all missing": INFINITE,
    },
    "holm": {"all missing": "a p value is not between 0 and 1"},
    "icc1": {
        "nobody": "one_cohort",
        "one person": "one_cohort",
        "two people": "one_person_a_cohort",
        "one answer": "no_variation",
        "one cohort": "one_cohort",
        "one person a cohort": "one_person_a_cohort",
        "all missing": INFINITE,
    },
    "mcnemar": {
        "nobody": "nobody_changed",
        "one answer": "nobody_changed",
        "all missing": "nobody_changed",
    },
    "mean_interval": {"all missing": INFINITE},
    "mixed_model": {
        "nobody": "fewer_than_two_persons",
        "one person": "fewer_than_two_persons",
        "one answer": "no_variation",
        "changed alike": "no_variation",
        "all missing": "fewer_than_two_persons",
    },
    "omega": {
        "nobody": "fewer_than_two_complete_rows",
        "one person": "fewer_than_two_complete_rows",
        "two people": "items_determine_each_other",
        "one answer": "no_variation",
        "changed alike": "items_determine_each_other",
        "alike in a cohort": "items_determine_each_other",
        "one cohort": "no_variation",
        "one person a cohort": "no_common_factor",
        "all missing": "fewer_than_two_complete_rows",
    },
    "paired_change": {
        "nobody": "fewer_than_two_pairs",
        "one person": "fewer_than_two_pairs",
        "all missing": INFINITE,
    },
    "standard_deviation": {"all missing": INFINITE},
    "stuart_maxwell": {
        "nobody": "fewer_than_two_categories",
        "one answer": "fewer_than_two_categories",
        "alike in a cohort": "margins_not_testable",
        "one cohort": "margins_not_testable",
        "one person a cohort": "margins_not_testable",
        "all missing": "a value that is not among the answers",
    },
    "transition_table": {"all missing": "a value that is not among the answers"},
    "wilcoxon": {"all missing": INFINITE},
}


def numbers(value):
    """Every number, however deep."""
    if dataclasses.is_dataclass(value):
        value = dataclasses.asdict(value)
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from numbers(part)
    elif isinstance(value, int | float):
        yield value


def test_every_analysis_is_here():
    public = {
        name
        for module in MODULES
        for name, function in vars(importlib.import_module(f"quizzes.analysis.{module}")).items()
        if inspect.isfunction(function)
        and function.__module__ == f"quizzes.analysis.{module}"
        and not name.startswith("_")
    }

    assert public - PARTS == set(ANALYSES)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("name", ANALYSES)
def test_there_are_numbers_or_a_reason(name, situation):
    try:
        found = ANALYSES[name](*SITUATIONS[situation])
    except NotComputable as error:
        said = error.reason
    except ValueError as error:
        said = str(error)
    else:
        said = None
        assert all(math.isfinite(number) for number in numbers(found))

    assert said == REASONS.get(name, {}).get(situation)
