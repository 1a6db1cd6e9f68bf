"""What became of each item, who was lost, and what cohorts change: hand-made cases."""

import numpy as np
import pytest

from quizzes.models.instruments import NOT_ANSWERED
from quizzes.reports.blocks import attrition, clustered
from quizzes.reports.items import ITEM, item_changes
from tests.quizzes.reports.test_page import PLAIN, RIGHT_IS_2, content, one_scale, scored

pytestmark = pytest.mark.django_db

PAIR = [("pre", "post")]


def answered(version, before, after):
    """Frozen rows of people with one answer before and one after."""
    pairs = zip(before, after, strict=True)
    return content(version, *({"pre": [first], "post": [second]} for first, second in pairs))


def block_of(version, rows, least=5):
    return changes(version, rows, least)["A"]["pre-post"]


def changes(version, rows, least=5):
    return item_changes(dict.fromkeys(rows.waves, version), rows, PAIR, least)


def test_an_item_is_told_by_its_table_and_by_agreement():
    version = one_scale(PLAIN)
    # one agreed and does no more; four came to agree; three stayed
    rows = answered(version, [4, 1, 2, 3, 3, 5, 2, 3], [2, 4, 5, 4, 4, 5, 2, 3])

    block = block_of(version, rows)

    assert block.pop("stuart_maxwell").keys() >= {"chi2", "df", "p"}
    assert block == {
        "n": 8,
        "table": [
            [0, 0, 0, 1, 0],
            [0, 1, 0, 0, 1],
            [0, 0, 1, 2, 0],
            [0, 1, 0, 0, 0],
            [0, 0, 0, 0, 1],
        ],
        "mean_pre": 23 / 8,
        "mean_post": 29 / 8,
        "agree_pre": 2 / 8,
        "agree_post": 5 / 8,
        # 1 against 4: 2 * (1 + 5) / 32, and half of the last one's probability less
        "mcnemar": {
            "b": 1,
            "c": 4,
            "exact_p": pytest.approx(0.375),
            "mid_p": pytest.approx(0.21875),
        },
        "p_holm": pytest.approx(0.375),
        "p_bh": pytest.approx(0.375),
    }


def test_a_knowledge_item_is_right_or_wrong():
    version = one_scale(RIGHT_IS_2)

    block = block_of(version, answered(version, [1, 3, 2, 5, 1], [2, 2, 2, 4, 1]))

    assert block["table"] == [[2, 2], [0, 1]]
    assert (block["agree_pre"], block["agree_post"]) == (0.2, 0.6)


def test_only_those_who_answered_both_times_count():
    version = one_scale(PLAIN)
    rows = answered(version, [1, 2, 3, 4, NOT_ANSWERED, 5], [2, 2, 3, 5, 5, NOT_ANSWERED])

    assert block_of(version, rows, least=4)["n"] == 4


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], "fewer_than_min_group"),
        ([3] * 6, [1, 2, 3, 4, 5, 5], "everybody_the_same"),
        ([1, 2, 3, 4, 5, 5], [3] * 6, "everybody_the_same"),
    ],
)
def test_an_item_that_would_tell_of_few_is_not_shown(before, after, reason):
    version = one_scale(PLAIN)

    block = block_of(version, answered(version, before, after))

    assert block == dict.fromkeys(ITEM) | {"suppressed": reason}


def test_where_nobody_crossed_the_middle_mcnemar_has_no_p():
    version = one_scale(PLAIN)

    block = block_of(version, answered(version, [1, 2, 1, 4, 5], [2, 1, 2, 5, 4]))

    assert block["mcnemar"]["exact_p"] is None
    assert block["mcnemar"]["not_computed"]
    assert (block["p_holm"], block["p_bh"]) == (None, None)


def test_items_of_one_wave_and_what_people_tell_of_themselves_are_left_out():
    version = one_scale(PLAIN, {"waves": ["pre"]}, {"identifying": True})
    rows = content(version, *({"pre": [n, n, n], "post": [n, n, n]} for n in range(1, 6)))

    assert changes(version, rows).keys() == {"A"}


def test_holm_is_over_the_items_of_scales_and_bh_over_all():
    version = one_scale(PLAIN, PLAIN, {"scale": ""})
    before, after = [2] * 6 + [4], [4] * 6 + [2]  # 1 against 6
    other = [2, 2, 2, 4, 4, 4, 1], [4, 4, 4, 2, 2, 5, 1]  # 2 against 3
    rows = content(
        version,
        *(
            {"pre": [b, first, b], "post": [a, second, a]}
            for b, a, first, second in zip(before, after, *other, strict=True)
        ),
    )

    found = {code: blocks["pre-post"] for code, blocks in changes(version, rows).items()}

    assert found["A"]["mcnemar"]["exact_p"] == pytest.approx(0.125)
    assert found["A"]["p_holm"] == pytest.approx(0.25)
    assert found["A"]["p_bh"] == pytest.approx(0.1875)
    assert found["C"]["p_holm"] is None
    assert found["C"]["p_bh"] == pytest.approx(0.1875)


def test_those_who_were_lost_are_compared_at_their_first_answer():
    version = one_scale(PLAIN)
    stayed = [{"pre": [n], "post": [5]} for n in (1, 2, 3, 4, 5)]
    lost = [{"pre": [n]} for n in (1, 1, 2, 2, 4)]
    rows = content(version, *stayed, *lost)
    scale, has_later = scored(version, rows)["s"], rows.waves["post"].taken

    block = attrition(scale, "pre", has_later, 5)

    assert (block["n_kept"], block["n_lost"]) == (5, 5)
    assert (block["mean_kept"], block["mean_lost"]) == (3, 2)
    assert block["smd"] == pytest.approx(1 / 2**0.5)  # variances 2.5 and 1.5
    assert block["welch_t"] == pytest.approx(1 / 0.8**0.5)
    assert attrition(scale, "pre", has_later, 6)["suppressed"] == "fewer_than_min_group"


def test_cohorts_change_the_standard_error_and_one_cohort_has_none():
    before, after = (
        np.array([1, 2, 3, 4]),
        np.array([2, 3, 5, 6]),
    )  # +1 +1 in one cohort, +2 +2 in the other

    two = clustered(before, after, np.array([7, 7, 9, 9]))
    one = clustered(before, after, np.array([7, 7, 7, 7]))

    assert two["groups"] == 2
    assert two["se_cr1"] == pytest.approx(0.5)  # two cohorts of the same size: their means count
    assert two["se_cr2"] == pytest.approx(0.5)
    assert two["df_cr2"] == pytest.approx(1)
    assert one["se_cr1"] is None
    assert one["not_computed"]
