"""What a report says of cohorts, subgroups, waiting groups, ways of answering, later versions."""

from datetime import date

import pytest

from quizzes.actions.studies import add_cohort, make_study
from quizzes.models import CohortWave, Release
from quizzes.models.instruments import PREFER_NOT
from quizzes.reports.build import build_report
from tests.factories import CohortFactory
from tests.quizzes.reports.test_page import PLAIN, content, one_scale, version_of

pytestmark = pytest.mark.django_db

RISES = [([1], [2]), ([2], [3]), ([2], [4]), ([3], [3]), ([4], [5]), ([3], [5])]  # by 7/6
FALLS = [([5], [4]), ([4], [4]), ([3], [2]), ([2], [1]), ([5], [3]), ([4], [3])]  # by 1


def people(pairs, extra=()):
    return [{"pre": [*pre, *extra], "post": [*post, *extra]} for pre, post in pairs]


def report_on(version, *cohorts, waiting=(), code="TRY", **declared):
    """The report of these cohorts, each a list of people, in a study of its own."""
    study = make_study(code, version, ["pre", "post"], min_group=5)
    for name, value in declared.items():
        setattr(study, name, value)
    study.save()
    numbers = []
    for n, _ in enumerate(cohorts):
        cohort = CohortFactory(
            name=f"Cohort {n}",
            starts_on=date(2025, 1, 6) if n not in waiting else date(2026, 1, 6),
            ends_on=date(2025, 2, 1) if n not in waiting else date(2026, 2, 1),
        )
        row = add_cohort(study, cohort)
        if n in waiting:
            type(row).objects.filter(pk=row.pk).update(is_comparison=True)
        numbers.append(cohort.pk)
    release = Release.objects.create(study=study, number=1, digest="x")
    release.cohort_waves.set(CohortWave.objects.filter(study_cohort__study=study))
    everybody = [one for cohort in cohorts for one in cohort]
    of = [pk for pk, cohort in zip(numbers, cohorts, strict=True) for _ in cohort]
    return build_report(release, content(version, *everybody, cohort=of))[0]


def test_each_cohort_has_its_own_change():
    found = report_on(one_scale(PLAIN), people(RISES), people(FALLS))["by_cohort"]["s"]["pre-post"]

    assert [(row["cohort"], row["n"]) for row in found] == [("Cohort 0", 6), ("Cohort 1", 6)]
    assert [row["diff"] for row in found] == [pytest.approx(7 / 6), -1]


@pytest.mark.parametrize("few", [people(RISES[:3]), people([([3], [2 + n % 3]) for n in range(6)])])
def test_a_cohort_that_is_small_or_all_alike_takes_another_with_it(few):
    """With one hidden alone, the total less the others would tell it."""
    found = report_on(one_scale(PLAIN), people(RISES), people(FALLS * 2), few)

    rows = found["by_cohort"]["s"]["pre-post"]
    assert [row["diff"] is None for row in rows] == [True, False, True]
    assert rows[0]["suppressed"] == "few_or_alike"


def test_those_who_wait_for_their_course_are_compared_and_change_no_other_table():
    version = one_scale(PLAIN)
    other = [(pre, [post[0] - (post[0] > 2)]) for pre, post in RISES]  # by 1/3
    found = report_on(
        version, people(RISES), people(other), people(FALLS), people(RISES[::-1]), waiting={2, 3}
    )

    assert found["change"]["s"]["pre-post"]["n"] == 12
    assert found["scores"]["s"]["pre"]["n"] == 12
    assert [row["cohort"] for row in found["by_cohort"]["s"]["pre-post"]] == [
        "Cohort 0",
        "Cohort 1",
    ]
    block = found["comparison"]["s"]["pre-post"]
    assert (block["n_course"], block["n_waiting"]) == (12, 12)
    assert block["diff_course"] == pytest.approx((7 / 6 + 1 / 3) / 2)
    assert block["diff_waiting"] == pytest.approx((7 / 6 - 1) / 2)
    assert block["did"] == pytest.approx(block["diff_course"] - block["diff_waiting"])
    assert [row.get("comparison") for row in found["flow"]] == [False, False, True, True, None]
    assert "no_comparison_group" not in found["notes"]


def test_a_small_waiting_group_is_not_compared():
    found = report_on(
        one_scale(PLAIN), people(RISES), people(FALLS), people(RISES[:2]), waiting={2}
    )

    block = found["comparison"]["s"]["pre-post"]
    assert block["did"] is None
    assert block["suppressed"] == "fewer_than_min_group"


def test_without_a_waiting_group_nothing_is_compared():
    found = report_on(one_scale(PLAIN), people(RISES))

    assert "comparison" not in found
    assert "no_comparison_group" in found["notes"]


def test_declared_subgroups_are_told_apart_and_who_did_not_say_is_a_group():
    version = version_of(
        {"s": {}}, A={"scale": "s"}, D={"kind": "demographic", "options": 3, "identifying": True}
    )
    cohort = [
        *people(RISES, extra=[1]),
        *people(FALLS, extra=[2]),
        *people(RISES[:5], extra=[PREFER_NOT]),
    ]

    found = report_on(version, cohort, subgroups=["D"])["subgroups"]["D"]["s"]["pre-post"]

    assert [row["value"] for row in found] == [1, 2, 3, None]
    assert [row["n"] for row in found] == [6, 6, None, None]  # nobody chose 3: it hides the least
    assert [row["diff"] for row in found[:2]] == [pytest.approx(7 / 6), -1]
    assert report_on(version, cohort, code="UNDECLARED")["subgroups"] == {}


def test_a_band_of_the_study_counts_before_that_of_the_instrument():
    version = one_scale(PLAIN, band=0.5)
    cohort = people(RISES)

    own = report_on(version, cohort, bands={"s": 2})["change"]["s"]["pre-post"]

    assert (own["band"], own["improved"]) == (2, 2)


def test_the_family_is_what_holm_adjusts():
    version = version_of({"s": {}}, A={"scale": "s"}, B={"scale": "s"})
    pairs = [([2, 2], [4, 4])] * 6 + [([4, 1], [2, 2])]

    found = report_on(version, people(pairs), family=["A"])["items"]

    block = found["A"]["pre-post"]
    assert block["p_holm"] == block["mcnemar"]["exact_p"]
    assert found["B"]["pre-post"]["p_holm"] is None


def test_all_waves_at_once_take_those_who_answered_one_of_them():
    version = one_scale(PLAIN)
    cohort = people(RISES * 2) + [{"pre": [3]}, {"post": [5]}]

    block = report_on(version, cohort, people(FALLS * 2))["mixed_model"]["s"]

    assert (block["n_obs"], block["n_persons"], block["n_cohorts"]) == (50, 26, 2)
    assert block["by_wave"].keys() == {"intercept", "post"}
    assert block["linear"].keys() == {"intercept", "slope"}


def test_a_report_says_how_many_answered_again_and_in_which_way():
    cohort = people(RISES) + [{"pre": [3]}] * 6

    found = report_on(one_scale(PLAIN), cohort)

    assert found["match"]["pre-post"] == {"answered_first": 12, "answered_both": 6, "share": 0.5}
    assert found["modes"] == {"pre": {"web": 12}, "post": {"web": 6}}


def test_it_does_not_say_so_where_few_were_lost():
    found = report_on(one_scale(PLAIN), people(RISES) + [{"pre": [3]}] * 2)

    assert found["match"]["pre-post"]["share"] is None


def test_cautions_are_those_that_apply():
    one, two = people(RISES), people(FALLS)

    notes = report_on(one_scale(PLAIN), one, two)["notes"]

    assert "few_cohorts" in notes
    assert "response_shift" in notes
    assert not {"language_changed", "version_changed"} & set(notes)
