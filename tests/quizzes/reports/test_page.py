"""From a release's rows to scores, and from its numbers to what the page draws."""

import json
import re
from datetime import date
from html import unescape
from itertools import product

import numpy as np
import pytest
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext, override

from quizzes.actions.instruments import load_instrument
from quizzes.actions.studies import add_cohort, make_study
from quizzes.instruments.parse import CONTENT
from quizzes.models import CohortWave, Release
from quizzes.models.instruments import NOT_ANSWERED, NOT_ASKED, PREFER_NOT, WITHHELD
from quizzes.reports.bounds import bounds_of
from quizzes.reports.build import build_report
from quizzes.reports.content import Columns, Content
from quizzes.reports.page import Chart, Mark, ReportPage, ScaleRow
from quizzes.reports.paper import told
from quizzes.reports.scores import score_content
from quizzes.templatetags.survey import NOTES, REASONS
from tests.factories import CohortFactory
from tests.reader import Tree
from training.khmer import has_khmer

pytestmark = pytest.mark.django_db

WAVES = ("pre", "post", "fu3")


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def both(text):
    return {"km": f"ខ្មែរ {text}", "en": text}


def version_of(scales, **items):
    """A survey of these scales, code -> fields, and these items, code -> fields.

    An item has five options unless it says how many.
    """
    sizes = {fields.get("options", 5) for fields in items.values()}
    whole = {
        "code": "TRY",
        "version": 1,
        "title": both("Try"),
        "option_sets": {
            f"of{k}": [{"value": n, "label": both(str(n))} for n in range(1, k + 1)] for k in sizes
        },
        "scales": [
            {"code": code, "label": both(f"Scale {code}"), "short": both(code), **fields}
            for code, fields in scales.items()
        ],
        "items": [
            {"code": code, "kind": "attitude", "text": both(code), "short": both(code)}
            | fields
            | {"options": f"of{fields.get('options', 5)}"}
            for code, fields in items.items()
        ],
    }
    return load_instrument(json.dumps(whole))[0]


def one_scale(*items, **fields):
    """A survey of one scale, `s`, of these items: A, B and so on."""
    named = {letter: {"scale": "s"} | item for letter, item in zip("ABCDEF", items, strict=False)}
    return version_of({"s": fields}, **named)


def content(version, *people, language="km", cohort=1, waves=None):
    """Frozen rows: each person a dict of waves, wave -> one answer an item.

    language, cohort: of everybody, or one a person. waves: those that somebody took if not given.
    """
    found = {}
    for wave in waves or [wave for wave in WAVES if any(wave in one for one in people)]:
        found[wave] = Columns(len(people), version)
        for place, one in enumerate(people):
            if wave in one:
                spoken = language if isinstance(language, str) else language[place]
                found[wave].add(place, one[wave], spoken, "web")
    cohorts = np.broadcast_to(np.array(cohort, dtype=np.int64), len(people))
    return Content(cohorts, {wave: columns.taken() for wave, columns in found.items()})


def scored(version, rows):
    """The scales by code."""
    return {one.code: one for one in score_content(rows, dict.fromkeys(rows.waves, version))}


def plain(scores):
    """Scores as a list, None where there is none."""
    return [None if np.isnan(score) else score for score in scores]


def scores(version, *answers):
    """The scores of the first scale, one for each list of answers."""
    rows = content(version, *({"pre": one} for one in answers))
    return plain(next(iter(scored(version, rows).values())).scores["pre"])


PLAIN, TURNED, RIGHT_IS_2 = {}, {"reverse": True}, {"kind": "knowledge", "right": 2}


# the ends of a scale


@pytest.mark.parametrize(
    ("items", "method", "ends"),
    [
        ([PLAIN] * 3, "mean", (1, 5)),
        ([PLAIN, TURNED, PLAIN], "sum", (3, 15)),
        ([PLAIN, {"options": 3}], "mean", (1, 4)),
        ([PLAIN, {"options": 3}], "sum", (2, 8)),
        ([RIGHT_IS_2] * 4, "mean", (0, 1)),
        ([RIGHT_IS_2] * 4, "sum", (0, 4)),
        ([{"apart": [5]}], "mean", (1, 4)),  # "does not apply" is no point of the scale
        ([{"apart": [1]}, {"apart": [1, 5]}], "sum", (4, 9)),
        ([RIGHT_IS_2 | {"apart": [5]}], "sum", (0, 1)),
    ],
)
def test_the_ends_of_a_scale_are_its_lowest_and_highest_score(items, method, ends):
    scale = one_scale(*items, method=method).scales.get()

    assert bounds_of(scale) == ends


@pytest.mark.parametrize(
    ("parts", "ends"),
    [
        (["view", "other"], (1, 5)),
        (["view", "know"], (0.5, 3)),
        (["sum", "know"], (1, 5.5)),
        (["view", "other", "sum", "know"], (1, 5.25)),
    ],
)
def test_the_ends_of_a_scale_of_scales_are_the_means_of_those_of_its_parts(parts, ends):
    version = version_of(
        {"view": {}, "other": {}, "sum": {"method": "sum"}, "know": {}, "all": {"of": parts}},
        A={"scale": "view"},
        B={"scale": "other"},
        C={"scale": "sum"},
        D={"scale": "sum"},
        E=RIGHT_IS_2 | {"scale": "know"},
    )

    assert bounds_of(version.scales.get(code="all")) == ends


@pytest.mark.parametrize("method", ["mean", "sum"])
def test_every_score_lies_between_the_ends(method):
    """Every way to answer three items, with what is missing among it."""
    version = one_scale(PLAIN, TURNED, PLAIN, method=method, min_answered=0.1)
    answers = [list(row) for row in product([1, 3, 5, NOT_ASKED, PREFER_NOT], repeat=3)]

    found = scores(version, *answers)

    given = [score for score in found if score is not None]
    assert (min(given), max(given)) == bounds_of(version.scales.get())
    assert [score is None for score in found] == [max(row) < 0 for row in answers]


# scores


def test_a_score_is_the_mean_of_the_keyed_answers():
    version = one_scale(PLAIN, TURNED, min_answered=1)

    assert scores(version, [5, 1], [1, 1], [4, 3], [2, 5]) == [5, 3, 3.5, 1.5]


@pytest.mark.parametrize(("method", "found"), [("mean", [1, 0.5, 0]), ("sum", [4, 2, 0])])
def test_a_knowledge_score_counts_right_answers(method, found):
    version = one_scale(*[RIGHT_IS_2] * 4, method=method)

    assert scores(version, [2, 2, 2, 2], [2, 1, 2, 5], [1, 3, 4, 5]) == found


@pytest.mark.parametrize("missing", [NOT_ANSWERED, PREFER_NOT, WITHHELD])
def test_what_is_missing_counts_against_the_share_that_must_be_answered(missing):
    version = one_scale(PLAIN, PLAIN, PLAIN, PLAIN, min_answered=0.5)

    found = scores(version, [5, 5, 4, missing], [5, 4, missing, missing], [5, *[missing] * 3])

    assert found == [pytest.approx(14 / 3), 4.5, None]


def test_an_answer_apart_is_no_number_of_the_scale():
    version = one_scale({"apart": [5]}, {"apart": [5]}, min_answered=0.5)

    assert scores(version, [4, 5], [5, 5], [4, 4]) == [4, None, 4]


def test_an_item_that_nobody_was_asked_costs_nobody_the_score():
    version = one_scale(PLAIN, TURNED, PLAIN, min_answered=1)

    found = scores(version, [5, 1, NOT_ASKED], [1, 1, NOT_ASKED], [4, NOT_ANSWERED, NOT_ASKED])

    assert found == [5, 3, None]


def test_a_sum_stays_on_its_full_range_when_an_item_was_not_asked():
    version = one_scale(PLAIN, TURNED, PLAIN, method="sum", min_answered=0.5)

    found = scores(version, [5, 1, NOT_ASKED], [1, 5, NOT_ASKED], [4, NOT_ANSWERED, NOT_ASKED])

    assert found == [15, 3, 12]


@pytest.mark.parametrize("method", ["mean", "sum"])
def test_a_scale_of_which_nothing_was_asked_has_no_score(method):
    version = one_scale(PLAIN, PLAIN, method=method)

    assert scores(version, [NOT_ASKED, NOT_ASKED]) == [None]


def test_who_was_not_there_has_no_score_and_keeps_the_place():
    version = one_scale(PLAIN)
    rows = content(version, {"pre": [1]}, {"post": [5]}, {"pre": [2], "post": [4]}, {})

    scale = scored(version, rows)["s"]

    assert plain(scale.scores["pre"]) == [1, None, 2, None]
    assert plain(scale.scores["post"]) == [None, 5, 4, None]
    assert [list(ends) for ends in scale.pairs("pre", "post")] == [[2], [4]]
    assert (list(scale.at("pre")), list(scale.at("post"))) == ([1, 2], [5, 4])


def test_the_items_of_a_wave_are_those_that_somebody_was_asked():
    version = one_scale(PLAIN, TURNED, PLAIN)
    rows = content(
        version,
        {"pre": [1, 2, NOT_ASKED], "post": [1, 2, 3]},
        {"pre": [4, NOT_ANSWERED, NOT_ASKED]},
    )

    items = scored(version, rows)["s"].items

    assert items["pre"].codes == ["A", "B"]
    assert [plain(row) for row in items["pre"].rows()] == [[1, 4], [4, None]]
    assert items["post"].codes == ["A", "B", "C"]
    assert [plain(row) for row in items["post"].rows()] == [[1, 4, 3]]


@pytest.fixture
def composed():
    """Two scales of two items, the whole of both, and an item of no scale between them."""
    return version_of(
        {"a": {}, "all": {"of": ["a", "b"], "min_answered": 0.5, "band": 0.5}, "b": {}},
        A1={"scale": "a"},
        X={},
        A2={"scale": "a", "reverse": True},
        B1={"scale": "b"},
        B2={"scale": "b"},
    )


def test_a_scale_of_scales_is_the_mean_of_the_scores_that_are_there(composed):
    gone = NOT_ANSWERED
    rows = content(
        composed,
        {"pre": [5, 1, 1, 2, 2]},
        {"pre": [5, 1, 1, gone, gone]},
        {"pre": [gone] * 5},
        {"post": [1] * 5},
    )

    found = scored(composed, rows)

    assert list(found) == ["a", "all", "b"]
    assert [plain(scale.scores["pre"]) for scale in found.values()] == [
        [5, 5, None, None],
        [3.5, 5, None, None],
        [2, None, None, None],
    ]
    assert [(scale.low, scale.high, scale.band) for scale in found.values()] == [
        (1, 5, None),
        (1, 5, 0.5),
        (1, 5, None),
    ]


def test_a_scale_of_scales_has_the_items_of_its_parts(composed):
    rows = content(composed, {"pre": [5, 1, 1, NOT_ASKED, 2]}, {"post": [1] * 5})

    items = scored(composed, rows)["all"].items["pre"]

    assert items.codes == ["A1", "A2", "B2"]
    assert [plain(row) for row in items.rows()] == [[5, 5, 2]]


def test_a_scale_of_scales_may_need_all_of_them():
    version = version_of(
        {"a": {}, "b": {}, "all": {"of": ["a", "b"], "min_answered": 1}},
        A={"scale": "a"},
        B={"scale": "b"},
    )
    rows = content(version, {"pre": [4, 2]}, {"pre": [4, NOT_ANSWERED]})

    assert plain(scored(version, rows)["all"].scores["pre"]) == [3, None]


# the report


def release_of(version, waves=WAVES):
    """A release of one cohort with these waves, and the cohort's number."""
    study = make_study("TRY", version, list(waves), min_group=5)
    cohort = CohortFactory(name="North", starts_on=date(2025, 1, 6), ends_on=date(2025, 2, 1))
    add_cohort(study, cohort)
    release = Release.objects.create(study=study, number=1, digest="x")
    release.cohort_waves.set(CohortWave.objects.filter(study_cohort__cohort=cohort))
    return release, cohort.pk


def report_of(version, *people, waves=WAVES):
    release, cohort = release_of(version, waves)
    return build_report(release, content(version, *people, cohort=cohort))[0]


def test_the_report_names_the_items_that_a_wave_did_not_ask(composed):
    asked = {"pre": [1, 1, 2, 3, 4], "post": [1, NOT_ASKED, 2, 3, 4]}
    fewer = asked | {"pre": [1, 1, NOT_ASKED, NOT_ASKED, 4]}
    also = asked | {"pre": [1, 1, NOT_ASKED, NOT_ANSWERED, 4]}

    report = report_of(composed, fewer, fewer, waves=["pre", "post"])
    assert report["not_asked"] == {"pre": ["A2", "B1"]}
    assert "some_items_not_asked" in report["notes"]

    release = Release.objects.get()
    cohort = CohortWave.objects.first().study_cohort.cohort_id
    report, _ = build_report(release, content(composed, fewer, also, cohort=cohort))
    assert report["not_asked"] == {"pre": ["A2"]}

    report, _ = build_report(release, content(composed, asked, asked, cohort=cohort))
    assert report["not_asked"] == {}  # an item of no scale is nobody's loss
    assert "some_items_not_asked" not in report["notes"]


def test_a_report_scores_the_items_that_were_asked_only():
    """One of three items waits to be signed off, and every other must be answered."""
    version = one_scale(PLAIN, TURNED, PLAIN, min_answered=1)
    answers = [[1, 5], [2, 4], [3, 4], [4, 2], [2, 3], [5, 1]]

    report = report_of(version, *({"pre": [*row, NOT_ASKED]} for row in answers))

    means = [1, 2, 2.5, 4, 2.5, 5]
    block = report["scores"]["s"]["pre"]
    assert (block["n"], block["mean"]) == (6, pytest.approx(sum(means) / 6))
    assert (block["floor"], block["ceiling"]) == (pytest.approx(1 / 6), pytest.approx(1 / 6))


@pytest.mark.parametrize(
    ("khmer", "english", "shown"),
    [
        (6, 5, {"km": 6, "en": 5}),
        (7, 0, {"km": None, "en": None}),  # the total would tell the other one
        (7, 4, {"km": None, "en": None}),
        (3, 2, {"km": None, "en": None}),
    ],
)
def test_the_report_counts_languages_where_neither_count_is_small(khmer, english, shown):
    version = one_scale(PLAIN)
    release, cohort = release_of(version, ["pre", "post"])
    people, spoken = [{"pre": [1]}] * (khmer + english), ["km"] * khmer + ["en"] * english
    rows = content(version, *people, language=spoken, cohort=cohort, waves=["pre", "post"])

    found = build_report(release, rows)[0]["languages"]

    hidden = {"suppressed": "fewer_than_min_group"}
    assert found == {
        "pre": shown | (hidden if None in shown.values() else {}),
        "post": {"km": None, "en": None} | hidden,
    }


# what the page draws


def change(pre=None, post=None, diff=None, **fields):
    """A block of the report: each end as (low, mean, high), the difference as (low, high)."""
    if pre is None:
        return {"diff": None, "ci": None, "suppressed": "fewer_than_min_group"}
    return {
        "mean_pre": pre[1],
        "ci_pre": (pre[0], pre[2]),
        "mean_post": post[1],
        "ci_post": (post[0], post[2]),
        "diff": post[1] - pre[1],
        "ci": diff,
    } | fields


def row(low, high, block=None):
    return ScaleRow(None, low, high, block or change((2, 2, 2), (3, 3, 3), (0.5, 1.5)))


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (1, 5, [(1, 0), (2, 25), (3, 50), (4, 75), (5, 100)]),
        (0, 1, [(0, 0), (1, 100)]),
        (3.0, 15.0, [(3, 0), (6, 25), (9, 50), (12, 75), (15, 100)]),
        (0, 10, [(0, 0), (2, 20), (4, 40), (6, 60), (8, 80), (10, 100)]),
        (0, 24, [(0, 0), (5, 500 / 24), (10, 1000 / 24), (15, 62.5), (20, 2000 / 24)]),
        (1, 4.5, [(1, 0), (2, 100 / 3.5), (3, 200 / 3.5), (4, 300 / 3.5)]),
    ],
)
def test_an_axis_names_at_most_six_whole_numbers_at_their_places(low, high, ticks):
    found = Chart([row(low, high)]).ticks

    assert [(value, place) for value, place, _ in found] == [
        (value, f"{place:.2f}%") for value, place in ticks
    ]
    assert [anchor for _, _, anchor in found][:1] == ["start"]
    assert {anchor for value, _, anchor in found if low < value < round(high)} <= {"middle"}
    if ticks[-1][1] == 100:
        assert found[-1][2] == "end"


@pytest.mark.parametrize(("low", "high"), [(0.5, 3), (2.5, 5)])
def test_an_axis_names_no_number_that_lies_beside_it(low, high):
    values = [value for value, _, _ in Chart([row(low, high)]).ticks]

    assert [value for value in values if not low <= value <= high] == []


def test_marks_stand_at_mean_and_interval_and_end_with_the_axis():
    drawn = row(1, 5, change((0.5, 1.5, 2), (4, 4.75, 5.5), (2, 4)))

    assert drawn.before == Mark(at="12.50%", low="0.00%", high="25.00%")
    assert drawn.after == Mark(at="93.75%", low="75.00%", high="100.00%")


def test_places_are_those_of_the_scale_s_own_axis():
    drawn = row(3, 15, change((5, 6, 7), (8, 9, 10), (2, 4)))

    assert (drawn.before.at, drawn.after.at) == ("25.00%", "50.00%")


@pytest.mark.parametrize(
    ("interval", "direction"),
    [
        ((0.01, 1.0), "up"),
        ((-1.0, -0.01), "down"),
        ((-0.2, 0.6), "unclear"),
        ((0.0, 0.6), "unclear"),
        ((-0.6, 0.0), "unclear"),
    ],
)
def test_only_an_interval_that_leaves_zero_out_has_a_direction(interval, direction):
    for post in ((1, 1, 1), (2, 2, 2), (3, 3, 3)):  # whatever the difference itself says
        assert row(1, 5, change((2, 2, 2), post, interval)).direction == direction


@pytest.mark.parametrize(("mean", "direction"), [(3, "up"), (1, "down"), (2, "unclear")])
def test_a_change_without_an_interval_has_the_direction_of_the_difference(mean, direction):
    """Everybody changed by the same amount."""
    block = change((2, 2, 2), (mean, mean, mean), None, not_computed="no_variation")

    assert row(1, 5, block).direction == direction


def test_changes_without_an_interval_are_counted_by_their_direction(mixed):
    alike = {"not_computed": "no_variation"}
    up, down, same = (
        change((2, 2, 2), (mean, mean, mean), None, **alike) for mean in (2.5, 1.5, 2)
    )

    page = page_of(mixed, blocks(a=up, t=same, k=HIDDEN, b=down, all=up))

    assert page.counts == {"all": 3, "up": 1, "down": 1, "unclear": 1}


@pytest.mark.parametrize(
    ("waves", "words"),
    [
        (["pre", "post"], ["before the course", "after the course"]),
        (["pre", "post", "fu3"], ["before the course", "after the course"]),
        (["post", "fu3"], ["after the course", "3 months later"]),
        (["post"], []),
    ],
)
def test_the_flow_counts_who_took_both_of_the_first_two_waves(waves, words):
    pairs = [f"{a}-{b}" for a in waves for b in waves if waves.index(a) < waves.index(b)]
    changes = {"s": dict.fromkeys(pairs, UP)}

    assert page_of(one_scale(PLAIN), changes, "post-fu3", waves).first_pair == words


def test_languages_are_of_the_waves_where_both_numbers_may_be_shown():
    hidden = {"km": None, "en": None, "suppressed": "fewer_than_min_group"}
    page = page_of(one_scale(PLAIN), {"s": {}}, waves=WAVES)

    for counts, shown in (
        ((hidden, hidden, hidden), []),
        (({"km": 6, "en": 5}, hidden, hidden), [("before the course", 6, 5)]),
        (
            ({"km": 7, "en": None}, {"km": None, "en": 7}, {"km": 9, "en": 8}),
            [("3 months later", 9, 8)],
        ),
    ):
        page.report["languages"] = dict(zip(WAVES, counts, strict=True))
        assert page.languages == shown


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (change(), "fewer_than_min_group"),
        ({"diff": None, "not_computed": "fewer_than_two_pairs"}, "fewer_than_two_pairs"),
        (change((2, 2, 2), (3, 3, 3), (0.5, 1.5)), ""),
        (change((2, 2, 2), (3, 3, 3), None, not_computed="no_variation"), "no_variation"),
    ],
)
def test_a_row_tells_why_something_is_not_there(block, reason):
    drawn = row(1, 5, block)

    assert drawn.reason == reason
    assert drawn.is_shown == (block["diff"] is not None)


def page_of(version, blocks, pair="", waves=("pre", "post")):
    """The page of a report whose changes are these: scale -> pair -> block."""
    release, _ = release_of(version, waves)
    return ReportPage(release, {"waves": list(waves), "change": blocks}, pair)


UP = change((1.5, 2, 2.5), (2.5, 3, 3.5), (0.5, 1.5))
DOWN = change((2.5, 3, 3.5), (1.5, 2, 2.5), (-1.5, -0.5))
SAME = change((1.5, 2, 2.5), (1.5, 2, 2.5), (-0.5, 0.5))
HIDDEN = change()


@pytest.fixture
def mixed():
    """Two scales from 1 to 5 and the whole of them, one from 1 to 3, one of knowledge."""
    return version_of(
        {
            "a": {},
            "t": {},
            "k": {},
            "b": {},
            "all": {"of": ["a", "b"]},
        },
        A={"scale": "a"},
        T={"scale": "t", "options": 3},
        K=RIGHT_IS_2 | {"scale": "k"},
        B={"scale": "b"},
    )


def blocks(**found):
    return {code: {"pre-post": block} for code, block in found.items()}


def drawn(page):
    """(low, high, codes) of each chart."""
    return [(c.low, c.high, [row.scale.code for row in c.rows]) for c in page.charts]


def test_scales_of_one_axis_are_drawn_together_in_their_order(mixed):
    page = page_of(mixed, blocks(a=UP, t=UP, k=UP, b=DOWN, all=UP))

    assert [row.scale.code for row in page.rows] == ["a", "t", "k", "b", "all"]
    assert drawn(page) == [(1, 5, ["a", "b", "all"]), (1, 3, ["t"]), (0, 1, ["k"])]


def test_what_may_not_be_shown_is_not_drawn(mixed):
    page = page_of(mixed, blocks(a=HIDDEN, t=HIDDEN, k=UP, b=DOWN, all=HIDDEN))

    assert drawn(page) == [(0, 1, ["k"]), (1, 5, ["b"])]


def test_scales_are_counted_by_their_direction_without_the_whole_and_the_hidden(mixed):
    page = page_of(mixed, blocks(a=UP, t=SAME, k=HIDDEN, b=DOWN, all=UP))

    assert page.counts == {"all": 3, "up": 1, "down": 1, "unclear": 1}
    assert page.overall.scale.code == "all"
    assert page.overall.change == UP


def test_a_whole_that_may_not_be_shown_is_no_overall_score(mixed):
    page = page_of(mixed, blocks(a=UP, t=UP, k=UP, b=UP, all=HIDDEN))

    assert page.overall is None
    assert page.counts == {"all": 4, "up": 4, "down": 0, "unclear": 0}


def test_where_nothing_may_be_shown_nothing_is_counted(mixed):
    page = page_of(mixed, blocks(a=HIDDEN, t=HIDDEN, k=HIDDEN, b=HIDDEN, all=HIDDEN))

    assert (page.charts, page.overall) == ([], None)
    assert page.counts == {"all": 0, "up": 0, "down": 0, "unclear": 0}


@pytest.mark.parametrize(
    ("asked", "pair", "ends"),
    [
        ("", "pre-post", ["before the course", "after the course"]),
        ("post-pre", "pre-post", ["before the course", "after the course"]),
        ("pre-fu6", "pre-post", ["before the course", "after the course"]),
        ("pre-fu3", "pre-fu3", ["before the course", "3 months later"]),
        ("post-fu3", "post-fu3", ["after the course", "3 months later"]),
    ],
)
def test_a_page_shows_the_pair_that_is_asked_for_or_the_first(asked, pair, ends):
    changes = {"s": {"pre-post": UP, "pre-fu3": DOWN, "post-fu3": SAME}}

    page = page_of(one_scale(PLAIN), changes, asked, WAVES)

    assert (page.pair, page.ends) == (pair, ends)
    assert page.pairs == ["pre-post", "pre-fu3", "post-fu3"]
    assert [row.change for row in page.rows] == [changes["s"][pair]]
    assert page.pair_links[1] == ("pre-fu3", ["before the course", "3 months later"])


def test_a_page_of_one_wave_has_no_pair():
    page = page_of(one_scale(PLAIN), {"s": {}}, waves=["post"])

    assert (page.pair, page.pairs, page.rows, page.charts) == ("", [], [], [])
    assert page.shown_waves == ["after the course"]


def test_the_words_of_the_waves_are_in_the_reader_s_language():
    page = page_of(one_scale(PLAIN), {"s": {"pre-post": UP}})

    with override("km"):
        khmer = page.ends

    assert page.ends == ["before the course", "after the course"]
    assert not {word for words in khmer for word in words.split()} & {"before", "after", "course"}


@pytest.mark.parametrize(
    ("language", "label", "numbers", "end"),
    [("en", "A", ["2.00", "3.00", "+1.00"], "5"), ("km", "ខ្មែរ A", ["២,០០", "៣,០០", "+១,០០"], "៥")],
)
def test_a_drawing_stands_in_its_place_and_says_in_words_what_it_shows(
    language, label, numbers, end
):
    page = page_of(version_of({"A": {}}, A={"scale": "A"}), {"A": {"pre-post": UP}})

    with override(language):
        svg = render_to_string(
            "quizzes/_chart.html", {"chart": page.charts[0], "first": "one", "second": "two"}
        )

    assert '<circle class="pre" cx="25.00%" cy="12" r="4.5"/>' in svg
    assert '<circle class="post" cx="50.00%" cy="22" r="4.5"/>' in svg
    assert '<line class="ci" x1="12.50%" x2="37.50%" y1="12" y2="12"/>' in svg
    assert '<line class="ci post" x1="37.50%" x2="62.50%" y1="22" y2="22"/>' in svg
    said = re.search(r'role="img" aria-label="([^"]*)"', svg).group(1)
    assert said.startswith(f"{label}. one")
    assert re.findall(r"\+?\d[.,]\d+", said) == numbers
    assert svg.count('class="tickmark"') == 5
    assert f'x="100.00%" y="14" text-anchor="end">{end}<' in svg


# the whole page


def people_of(n, move=1):
    """n people, one answer each before and after: the later one is higher by `move` for most."""
    before = [1 + place % 3 for place in range(n)]
    moved = [min(max(one + (move if place % 4 else 0), 1), 5) for place, one in enumerate(before)]
    return [{"pre": [one], "post": [other]} for one, other in zip(before, moved, strict=True)]


@pytest.fixture
def full():
    """The page of a release of one scale of one item, that twelve people answered twice."""
    version = version_of({"s": {}}, A={"scale": "s", "findings": ["F15"]})
    release, cohort = release_of(version, ["pre", "post"])
    report, _ = build_report(release, content(version, *people_of(12), cohort=cohort))
    return ReportPage(release, report)


def html_of(page, language="en"):
    with override(language):
        context = {"release": page.release, "page": page, "is_file": True}
        return render_to_string("quizzes/_report.html", context)


def words_of(html):
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def headline(page, language="en"):
    context = {"page": page, "first": "before", "second": "after"}
    with override(language):
        return " ".join(render_to_string("quizzes/_headline.html", context).split())


def in_words(words, language, **fields):
    with override(language):
        return gettext(words) % fields


SAYS = {
    "up": "%(scale)s: the mean rose from %(pre)s to %(post)s on a scale from %(low)s to %(high)s.",
    "down": "%(scale)s: the mean fell from %(pre)s to %(post)s on a scale from %(low)s to "
    "%(high)s.",
    "unclear": "%(scale)s: no clear change; the mean was %(pre)s %(first)s and %(post)s "
    "%(second)s, on a scale from %(low)s to %(high)s.",
}


@pytest.mark.parametrize("language", ["en", "km"])
@pytest.mark.parametrize("way", ["up", "down", "unclear"])
def test_the_first_sentences_say_what_a_manager_asks(full, way, language):
    change = full.report["change"]["s"]["pre-post"]
    change.update(
        {"up": UP, "down": DOWN, "unclear": SAME}[way],
        cluster=None,
        n=12,
        improved=6,
        worsened=3,
        band=None,
    )

    found = headline(full, language)

    means = {"up": ("2.00", "3.00"), "down": ("3.00", "2.00"), "unclear": ("2.00", "2.00")}[way]
    numbers = dict(zip(("pre", "post"), means, strict=True)) | {"low": "1", "high": "5"}
    both = {"both": "12", "all": "0"}
    moved = {"n": "12", "up": "50 %", "down": "25 %"}
    if language == "km":
        to_khmer = str.maketrans("0123456789.", "០១២៣៤៥៦៧៨៩,")
        numbers, both, moved = (
            {name: text.translate(to_khmer) for name, text in one.items()}
            for one in (numbers, both, moved)
        )
    scale = "ខ្មែរ Scale s" if language == "km" else "Scale s"
    named = {"scale": scale, "first": "before", "second": "after"}
    sentences = [
        in_words("%(both)s of %(all)s people who joined answered both times.", language, **both),
        in_words(SAYS[way], language, **numbers, **named),
        in_words(
            "Of the %(n)s people scored both times, %(up)s moved up and %(down)s moved down.",
            language,
            **moved,
        ),
    ]
    assert found.startswith(" ".join(sentences))


@pytest.mark.parametrize(("p", "direction"), [(0.04, "up"), (0.05, "unclear"), (0.4, "unclear")])
def test_with_ten_cohorts_the_test_that_allows_for_them_decides(p, direction):
    drawn = row(1, 5, UP | {"cluster": {"groups": 10, "p_cr2": p}})

    assert drawn.direction == direction
    assert drawn.is_doubted_by_cohorts == (direction == "unclear")


def test_with_fewer_the_interval_decides_and_it_is_said():
    drawn = row(1, 5, UP | {"cluster": {"groups": 9, "p_cr2": 0.4}})

    assert drawn.direction == "up"
    assert drawn.is_doubted_by_cohorts


@pytest.mark.parametrize("cluster", [None, {"groups": None, "p_cr2": None}, {"groups": 1}])
def test_in_one_cohort_the_interval_decides(cluster):
    assert row(1, 5, UP | {"cluster": cluster}).direction == "up"
    assert row(1, 5, SAME | {"cluster": cluster}).is_doubted_by_cohorts is False


def test_an_unclear_change_says_when_it_is_the_cohorts_that_leave_it_so(full):
    change = full.report["change"]["s"]["pre-post"]
    change.update(UP, cluster={"groups": 12, "p_cr2": 0.2})

    assert "no clear change" in headline(full)
    assert "with 12 cohorts chance cannot be ruled out." in headline(full)


def test_a_clear_change_says_when_cohorts_could_not_be_allowed_for(full):
    change = full.report["change"]["s"]["pre-post"]
    change.update(UP, cluster={"groups": 2, "p_cr2": 0.2})

    assert "the mean rose" in headline(full)
    assert "with 2 cohorts only, this could not be allowed for." in headline(full)


@pytest.mark.parametrize("language", ["en", "km"])
def test_a_scale_whose_words_changed_says_so_and_is_not_drawn(full, language):
    full.report["change"]["s"]["pre-post"] = {"not_computed": "wording_changed"}

    html = html_of(full, language)

    assert in_words("the words of its items changed between these waves", language) in html
    assert 'class="dumbbells"' not in html


BLOCKS = ("comparison", "by_cohort", "subgroups", "mixed_model", "modes", "match", "crosswalk")
SECTIONS = {"compared", "cohorts", "groups", "mixed", "modes", "match"}


def test_blocks_that_an_older_release_has_not_are_passed_over(full):
    for name in (*BLOCKS, "items", "attrition"):
        full.report.pop(name, None)

    html = html_of(full)

    assert not SECTIONS & set(re.findall(r'<h2 id="(\w+)"', html))
    assert (full.items, full.forests, full.likert, full.modes) == ([], [], [], [])


def put_blocks(page, **changed):
    """Every block that a release may have, in the smallest form."""
    n = {"n": 12, "mean_pre": 2.0, "mean_post": 2.5, "diff": 0.5, "ci": [0.1, 0.9], "p": 0.02}
    term = {"b": 2.0, "se": 0.1, "p": 0.0001}
    page.report.update(
        {
            "comparison": {
                "s": {
                    "pre-post": {
                        "n_course": 12,
                        "n_waiting": 11,
                        "diff_course": 0.5,
                        "diff_waiting": 0.1,
                        "did": 0.4,
                        "ci": [0.1, 0.7],
                        "p": 0.01,
                    }
                }
            },
            "by_cohort": {"s": {"pre-post": [{"cohort": "North", **n}]}},
            "subgroups": {"A": {"s": {"pre-post": [{"value": 2, **n}, {"value": None, **n}]}}},
            "mixed_model": {
                "s": {
                    "by_wave": {"intercept": term, "post": term},
                    "linear": {"intercept": term, "slope": term},
                    "n_obs": 24,
                    "n_persons": 12,
                    "n_cohorts": 1,
                }
            },
            "modes": {"pre": {"web": 12}, "post": {"web": None, "paper": None}},
            "match": {"pre-post": {"answered_first": 13, "answered_both": 12, "share": 12 / 13}},
            "crosswalk": {"pre-post": ["B7"]},
        }
        | changed
    )


def rows_of(html, name):
    """The cells of each row of the first table of a section."""
    section = re.search(rf'<h2 id="{name}">.*?<tbody>(.*?)</table>', html, re.S)[1]
    rows = re.findall("<tr.*?</tr>", section, re.S)
    return [[words_of(cell) for cell in re.findall("<t[hd].*?</t[hd]>", row, re.S)] for row in rows]


def test_blocks_that_are_there_stand_in_tables_of_their_own(full):
    put_blocks(full)

    html = html_of(full)

    assert set(re.findall(r'<h2 id="(\w+)"', html)) >= SECTIONS
    change = ["12", "2.00", "2.50", "+0.50", "0.10 to 0.90"]
    assert rows_of(html, "compared") == [
        ["s", "12", "11", "+0.50", "+0.10", "+0.40", "0.10 to 0.70", "0.010"]
    ]
    assert rows_of(html, "cohorts")[0] == ["North", *change]
    assert rows_of(html, "groups") == [
        ["s", "2", *change, "0.020"],
        ["did not say", *change, "0.020"],
    ]
    numbers = ["2.000", "0.100", "< 0.001"]
    assert rows_of(html, "mixed") == [
        ["s 24 answers, 12 people, cohorts: 1", "at the first wave", *numbers],
        ["change: after the course", *numbers],
        ["line: at the first wave", *numbers],
        ["line: change a wave", *numbers],
    ]
    assert rows_of(html, "modes") == [["before the course", "12", "0"], ["after the course", *"––"]]
    assert rows_of(html, "match") == [["before the course → after the course", "13", "12", "92 %"]]
    assert re.search(r"as their words changed: B7", words_of(html))


def test_waves_of_which_no_reason_may_be_shown_are_left_out(full):
    hidden = dict.fromkeys(full.why_codes)
    put_blocks(full, reasons={"pre": hidden, "post": hidden | {"asked": 9}})

    assert full.why_fewer == [("after the course", [None, None, None, None, 9])]
    assert rows_of(html_of(full), "fewer") == [["after the course", *"––––", "9"]]


def test_blocks_that_may_not_be_shown_give_their_reason(full):
    few = {"suppressed": "fewer_than_min_group"}
    nothing = dict.fromkeys(["n", "mean_pre", "mean_post", "diff", "ci", "p"]) | few
    put_blocks(
        full,
        comparison={"s": {"pre-post": {"did": None} | few}},
        by_cohort={"s": {"pre-post": [{"cohort": "North", **nothing}]}},
        subgroups={"A": {"s": {"pre-post": [{"value": 2, **nothing}]}}},
        mixed_model={"s": {"by_wave": None, "linear": None, "not_computed": "one_cohort"}},
        match={"pre-post": dict.fromkeys(["answered_first", "answered_both", "share"]) | few},
    )

    html = html_of(full)

    words = "too few people to show"
    for name in ("compared", "cohorts", "groups", "match"):
        assert rows_of(html, name)[0][-1] == words
    assert rows_of(html, "mixed") == [["s", "there is one cohort only"]]


def is_hidden(node):
    """Whether a screen reader passes over it."""
    return node is not None and (node.attrs.get("aria-hidden") == "true" or is_hidden(node.parent))


@pytest.mark.parametrize("language", ["en", "km"])
def test_every_drawing_has_a_name_or_is_hidden_and_its_numbers_stand_in_a_table(full, language):
    put_blocks(full)

    html = html_of(full, language)

    drawings = list(Tree(html).root.find_all("svg"))
    ids = set(re.findall(r'id="([^"]+)"', html))
    assert len(drawings) > 10
    for drawing in drawings:
        named = drawing.attrs.get("aria-labelledby", "").split()
        is_named = drawing.attrs.get("aria-label") or (named and set(named) <= ids)
        assert is_hidden(drawing) or (drawing.attrs["role"] == "img" and is_named)
    for name in ("change", "items", "moves", "cohorts", "flow"):
        section = re.search(rf'<h2 id="{name}">.*?</section>', html, re.S)[0]
        assert "<svg" in section
        assert "<table" in section


def test_nothing_in_a_drawing_is_written_with_noise_or_by_style(full):
    put_blocks(full)

    html = html_of(full, "km")

    places = re.findall(r'\b(?:x|y|x1|x2|y1|y2|cx|cy|width|height|points|r)="([^"]*)"', html)
    assert len(places) > 100
    assert [place for place in places if not re.fullmatch(r"[0-9., %-]+", place)] == []
    assert [place for place in places if re.search(r"\.\d{3}", place)] == []
    assert " style=" not in html


def test_ids_stand_once_on_the_page(full):
    put_blocks(full)

    ids = re.findall(r'\bid="([^"]+)"', html_of(full))

    assert sorted(set(ids)) == sorted(ids)


# items as they are drawn


def item_page(item, table):
    version = version_of({"s": {}}, A={"scale": "s"} | item)
    release, _ = release_of(version, ["pre", "post"])
    block = {"table": table, "n": sum(map(sum, table))}
    report = {"waves": ["pre", "post"], "items": {"A": {"pre-post": block}}}
    return ReportPage(release, report)


def test_bars_are_the_margins_of_the_table():
    page = item_page({"options": 3}, [[1, 0, 1], [0, 2, 0], [0, 0, 4]])

    [(_, before, after)] = page.likert

    assert (before.against, before.unsure, before.toward) == (2 / 8, 2 / 8, 4 / 8)
    assert (after.against, after.unsure, after.toward) == (1 / 8, 2 / 8, 5 / 8)


def test_an_item_against_the_aim_is_turned_round_in_the_drawing_only():
    page = item_page({"options": 3, "reverse": True}, [[1, 0, 1], [0, 2, 0], [0, 0, 4]])

    [(row, before, after)] = page.likert

    assert row.is_turned
    assert (before.against, before.toward) == (4 / 8, 2 / 8)
    assert [cell.count for cell in row.heat[0]] == [1, 0, 1, 0, 2, 0, 0, 0, 4]


def test_an_item_that_may_not_be_shown_is_not_drawn():
    page = item_page({}, [[1]])
    page.report["items"]["A"]["pre-post"] = {"table": None, "suppressed": "fewer_than_min_group"}

    assert page.likert == []
    assert [row.is_shown for row in page.items] == [False]


@pytest.mark.parametrize(
    ("item", "block", "direction"),
    [
        ({}, {"mcnemar": {"b": 1, "c": 9, "exact_p": 0.02}, "p_holm": 0.04}, "up"),
        ({}, {"mcnemar": {"b": 1, "c": 9, "exact_p": 0.02}, "p_holm": 0.2}, "unclear"),
        ({}, {"mcnemar": {"b": 1, "c": 9, "exact_p": 0.02}, "p_holm": None}, "up"),
        ({}, {"mcnemar": {"b": 9, "c": 1, "exact_p": 0.02}, "p_holm": 0.04}, "down"),
        ({"reverse": True}, {"mcnemar": {"b": 9, "c": 1, "exact_p": 0.02}, "p_holm": 0.04}, "up"),
        ({}, {"mcnemar": None}, "unclear"),
    ],
)
def test_an_item_moved_by_its_corrected_test_and_toward_the_aim(item, block, direction):
    page = item_page(item, [[1]])
    page.report["items"]["A"]["pre-post"].update(block)

    assert page.items[0].direction == direction


# what to keep in mind


def with_no_ends(page):
    """Nobody has the lowest or the highest score."""
    for block in page.report["scores"]["s"].values():
        block.update(floor=0, ceiling=0)


def test_cautions_are_those_that_the_report_names_or_its_numbers_show(full):
    with_no_ends(full)
    full.report["notes"] = ["no_comparison_group", "lost"]

    assert full.cautions == ["no_comparison_group", "lost"]

    full.report["scores"]["s"]["pre"]["ceiling"] = 0.16
    full.report["attrition"] = {"post": {"s": {"smd": -0.3}}}
    full.report["flow"] = [{"cohort": "a"}, {"cohort": "b"}, {"cohort": None}]

    assert full.cautions == [
        *("no_comparison_group", "lost"),
        *("few_cohorts", "far_ends", "lost_differ"),
    ]


@pytest.mark.parametrize(("share", "smd"), [(0.15, 0.25), (None, None)])
def test_what_is_only_just_no_caution_is_none(full, share, smd):
    with_no_ends(full)
    full.report["notes"] = []
    full.report["scores"]["s"]["pre"]["floor"] = share
    full.report["scores"]["s"]["post"]["ceiling"] = share
    full.report["attrition"] = {"post": {"s": {"smd": smd}}}

    assert full.cautions == []


def test_where_a_group_waited_the_want_of_one_is_no_caution(full):
    put_blocks(full)
    with_no_ends(full)
    full.report["notes"] = ["no_comparison_group", "lost"]

    assert full.is_compared
    assert full.cautions == ["lost"]


@pytest.mark.parametrize("language", ["en", "km"])
def test_every_caution_and_every_reason_is_a_sentence(language):
    with override(language):
        for code, words in (NOTES | REASONS).items():
            assert str(words) not in ("", code)


# the paper


def told_page(code="TRY", **changes):
    version = version_of({"s": {}}, A={"scale": "s", "findings": ["F15"]}, B={"scale": "s"})
    version.instrument.code = code
    version.instrument.save()
    release, _ = release_of(version, ["pre", "post"])
    table = [[1, 0, 1], [0, 2, 0], [0, 0, 4]]
    report = {
        "waves": ["pre", "post"],
        "items": {"A": {"pre-post": {"table": table, "n": 8}}},
        "change": {"s": {"pre-post": UP | changes}},
    }
    return ReportPage(release, report)


def test_what_the_paper_tells_stands_beside_the_items_that_name_its_finding():
    rows = told_page().told

    assert [row.told.code for row in rows] == ["T1", "T2", "T3"]  # F15
    assert [[one.item.code for one in row.items] for row in rows] == [["A"]] * 3
    assert [[one.scale.code for one in row.scales] for row in rows] == [["s"]] * 3


@pytest.mark.parametrize(
    ("change", "outcome"),
    [(UP, "up"), (DOWN, "down"), (SAME, "unclear"), (HIDDEN, "nothing")],
)
def test_what_may_be_said_follows_the_measured_change(change, outcome):
    page = told_page(**change)
    page.report["change"]["s"]["pre-post"] = change

    assert {row.outcome for row in page.told} == {outcome}


def test_the_papers_own_survey_names_its_items_one_by_one():
    source, rows = told()

    assert [row.code for row in rows] == [f"T{n}" for n in range(1, 10)]
    page = told_page(source["instrument"])
    assert page.told == []  # none of them is called A


def test_what_the_paper_tells_is_in_both_languages_and_names_items_of_the_survey():
    source, rows = told()
    version = load_instrument((CONTENT / "phrs24.yaml").read_text(encoding="utf-8"))[0]
    codes = set(version.items.values_list("code", flat=True))

    assert version.instrument.code == source["instrument"]
    for row in rows:
        assert set(row.items) <= codes
        for pair in (row.text, row.before, row.after, row.may, row.may_not):
            assert list(pair) == ["km", "en"]
            assert [has_khmer(text) for text in pair.values()] == [True, False]


@pytest.mark.parametrize("language", ["en", "km"])
def test_no_claim_is_made_without_what_may_not_be_claimed(full, language):
    html = html_of(full, language)

    section = re.search(r'<h2 id="told">.*?</section>', html, re.S)[0]
    for row in full.told:
        assert escape(row.told.may_not[language]) in section
        assert (escape(row.told.may[language]) in section) == (row.outcome == "up")
