import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.actions.releases import request_release
from quizzes.analysis.disclosure import suppress_columns, suppress_counts
from quizzes.analysis.solver import Count, open_counts
from quizzes.reports.build import build_release
from quizzes.reports.frozen import report_of
from quizzes.reports.guard import (
    GivesAwayError,
    Shown,
    check_release,
    computable,
    flow_counts,
    leaks,
    places_before,
    shown_of,
)
from quizzes.templatetags.survey import is_reason
from tests.quizzes.actions.test_releases import finished, waves_of

LEAST = 10
BOTH = frozenset(["pre", "post"])


def flow(people, suppress=suppress_columns):
    """Cohort -> (pre only, post only, both), as the flow of a report shows it."""
    columns = {
        "pre": [one + both for one, _, both in people.values()],
        "post": [other + both for _, other, both in people.values()],
        "paired": [both for *_, both in people.values()],
    }
    shown = dict(zip(columns, suppress(list(columns.values()), LEAST), strict=True))
    rows = [
        {"cohort": cohort, **{name: column[n] for name, column in shown.items()}}
        for n, cohort in enumerate(people)
    ]
    total = {name: sum(column) for name, column in columns.items()}
    shown_totals = {name: n if n >= LEAST else None for name, n in total.items()}
    return [*rows, {"cohort": None, **shown_totals}]


def report(people, *, suppress=suppress_columns, languages=None, modes=None, n=None):
    """What a report shows of these people. n: of scores before, after, and at both."""
    parts = {"scores": {}, "change": {}}
    if n:
        blocks = [
            {"n": one} if one >= LEAST else {"n": None, "suppressed": "fewer_than_min_group"}
            for one in n
        ]
        parts["scores"]["view"] = dict(zip(["pre", "post"], blocks, strict=False))
        parts["change"]["view"] = {"pre-post": blocks[2]}
    return parts | {
        "waves": ["pre", "post"],
        "flow": flow(people, suppress),
        "languages": languages or {"pre": {}, "post": {}},
        "modes": modes or {"pre": {}, "post": {}},
    }


def shown(people, **fields):
    return Shown(report(people, **fields), dict.fromkeys(people, BOTH))


def names_of(counts):
    return sorted({count.name for count in counts}, key=str)


def column_by_column(columns, minimum):
    return [suppress_counts(column, minimum) for column in columns]


def only_the_small(columns, minimum):
    return [[n if n >= minimum else None for n in column] for column in columns]


SMALL = {"s": (0, 0, 3), "a": (0, 0, 12), "b": (1, 2, 40)}


def test_a_flow_without_complement_is_found_out():
    assert computable([shown(SMALL)], LEAST) == []
    assert names_of(computable([shown(SMALL, suppress=only_the_small)], LEAST)) == [
        ("paired", "s"),
        ("post", "s"),
        ("pre", "s"),
    ]


def test_a_complement_that_another_release_shows_is_found_out():
    here = shown(SMALL)
    there = shown({"s": (0, 0, 3), "a": (0, 0, 12), "c": (0, 0, 11)})

    assert computable([there], LEAST) == []
    assert names_of(leaks([here], there, LEAST)) == [("paired", "s"), ("post", "s"), ("pre", "s")]


def test_a_large_cohort_of_few_pairs_is_found_out():
    """Twelve each time but eight of them both times; another release shows the rest."""
    one, other = {"a": (0, 0, 20)}, {"a": (0, 0, 20), "b": (4, 4, 8)}

    assert names_of(leaks([shown(one)], shown(other), LEAST)) == [("paired", "b")]


def test_what_was_told_before_is_not_the_doing_of_the_next():
    before = [shown({"a": (0, 0, 20)}), shown({"a": (0, 0, 20), "b": (4, 4, 8)})]
    further = shown({"c": (0, 0, 30)})

    assert computable(before, LEAST)
    assert leaks(before, further, LEAST) == []


def test_scores_of_few_are_found_out():
    one, other = {"a": (0, 0, 20)}, {"b": (0, 0, 20)}
    few = shown(one, n=(4, 20, 4))
    rest, all_of_them = shown(other, n=(19, 20, 19)), shown(one | other, n=(23, 40, 23))

    assert leaks([few], rest, LEAST) == []
    assert names_of(leaks([few, rest], all_of_them, LEAST)) == [
        ("pre", "view"),
        ("pre-post", "view"),
    ]


def test_scores_of_a_cohort_that_another_release_shows_are_found_out():
    """Hidden here beside a few others; there it is shown, and all less it are those few."""
    people = {"s": (0, 0, 12), "a": (0, 0, 12), "b": (0, 0, 30)}

    def with_scores(cohorts, shown_numbers, n):
        found = report({cohort: people[cohort] for cohort in cohorts}, n=(n, n, n))
        rows = [
            {"cohort": cohort, "n": number} | ({"suppressed": "few_or_alike"} if not number else {})
            for cohort, number in zip(cohorts, shown_numbers, strict=True)
        ]
        found["by_cohort"] = {"view": {"pre-post": rows}}
        return Shown(found, dict.fromkeys(cohorts, BOTH))

    here = with_scores("sab", [None, None, 30], 46)

    assert computable([here], LEAST) == []
    assert names_of(leaks([with_scores("ab", [12, 30], 42)], here, LEAST)) == [("pre-post", "s")]


def test_modes_are_looked_at_like_languages():
    people = {"a": (0, 0, 20)}, {"b": (0, 0, 20)}
    few, rest, every = [
        shown(one, modes={"pre": table, "post": {"web": total}})
        for one, table, total in [
            (people[0], {"web": None, "paper": None}, 20),
            (people[1], {"web": 20}, 20),
            (people[0] | people[1], {"web": 36, "paper": None}, 40),
        ]
    ]

    assert leaks([few], rest, LEAST) == []
    assert names_of(leaks([few, rest], every, LEAST)) == [("modes", "pre")]


def test_nobody_takes_part_twice_who_does_not_once():
    """As many took part afterwards as both times: so it is in every cohort."""
    people = {"s": (2, 0, 3), "t": (0, 0, 9)}
    lines = report(people)
    lines["flow"][1] |= {"post": 9}

    assert names_of(computable([Shown(lines, dict.fromkeys(people, BOTH))], LEAST)) == [
        ("paired", "s"),
        ("paired", "t"),
        ("post", "s"),
    ]


PEOPLE = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(
        st.integers(min_value=0, max_value=3),
        st.integers(min_value=0, max_value=3),
        st.integers(min_value=0, max_value=9) | st.integers(min_value=8, max_value=40),
    ),
    min_size=1,
)


@settings(max_examples=120, deadline=None)
@given(PEOPLE)
def test_one_flow_tells_nothing(people):
    assert computable([shown(people)], LEAST) == []


@settings(max_examples=60, deadline=None)
@given(
    PEOPLE,
    st.lists(st.frozensets(st.sampled_from("abcdef")), min_size=1, max_size=3),
    st.sampled_from([suppress_columns, column_by_column, only_the_small]),
)
def test_it_finds_what_every_cohort_in_a_cell_of_its_own_finds(people, sets, suppress):
    released = [{name: people[name] for name in people if name in one} for one in sets]
    released = [shown(one, suppress=suppress) for one in released if one]

    def cells(cohorts, column):
        ways = {"pre": ["pre"], "post": ["post"], "paired": []}
        return frozenset((cohort, way) for cohort in cohorts for way in [*ways[column], "both"])

    alone = [
        Count(cells(names, column), row[column], most=most, name=(column, row["cohort"]))
        for one in released
        for row in one.report["flow"]
        for names, most in [([row["cohort"]], None) if row["cohort"] else (one.waves_of, LEAST - 1)]
        for column in ("pre", "post", "paired")
    ]
    expected = names_of(open_counts(alone, LEAST))

    found = names_of(computable(released, LEAST))

    assert set(found) <= {*expected, *((column, None) for column in ("pre", "post", "paired"))}
    assert bool(found) == bool(expected)


@pytest.mark.parametrize("small", [2, 200])
@pytest.mark.parametrize("large", [20, 2000])
def test_the_problem_does_not_grow_with_the_cohorts(small, large):
    """Two releases of them: nothing of those shown, one small one and the sum of the others."""
    people = {f"l{n}": (1, 1, 20 + n) for n in range(large)}
    people |= {f"s{n}": (0, 0, 6) for n in range(small)}
    every, part = shown(people), shown({name: people[name] for name in people if name != "l9"})

    counts = flow_counts([every, part], ["pre", "post"], LEAST)

    assert len(frozenset().union(*(count.cells for count in counts))) == 2 * 3


@pytest.mark.django_db
class TestRelease:
    @pytest.fixture
    def first(self, study):
        release = request_release(study, waves_of(finished(study)))
        build_release(release)
        return release

    @pytest.fixture
    def second(self, study, first):
        """Asked for and not built: the cohort of the first, and another of which few took both."""
        other = finished(study, name="other")
        return request_release(study, [*waves_of(other), *first.cohort_waves.all()])

    def report(self, first, **fields):
        """That of the second: what the first shows, and of the other as in `fields`."""
        found = report_of(first)
        row, total = found["flow"]
        hidden = row | dict.fromkeys(["pre", "post", "paired"])
        whole = total | {"pre": 24, "post": 24, "paired": 24} | fields
        return found | {"flow": [hidden, hidden | {"cohort": "other"}, whole]}

    def test_a_report_that_tells_is_refused_and_says_of_whom(self, first, second):
        told = self.report(first, paired=20)

        with pytest.raises(GivesAwayError) as caught:
            check_release(second, told)

        assert is_reason(str(caught.value))
        assert names_of(caught.value.counts) == [("paired", "other")]

    def test_one_that_does_not_is_as_it_was(self, first, second):
        report = self.report(first)

        assert check_release(second, report) == report

    def test_languages_that_tell_are_hidden(self, first, second):
        """Nobody of both cohorts answered in English, so nobody of the first: hidden there."""
        assert report_of(first)["languages"]["pre"]["en"] is None
        report = self.report(first)
        report["languages"] = report["languages"] | {"pre": {"km": 24, "en": 0}}

        checked = check_release(second, report)

        assert checked["languages"]["pre"] == {
            "km": None,
            "en": None,
            "suppressed": "fewer_than_min_group",
        }
        assert checked["languages"]["post"] == report["languages"]["post"]
        assert checked["flow"] == report["flow"]

    def test_the_next_release_hides_what_protects_and_knows_what_is_shown(self, first, second):
        cohorts = list(shown_of(second, {}).waves_of)
        one = next(iter(shown_of(first, {}).waves_of))

        assert places_before(second, cohorts) == (set(), {cohorts.index(one)})
        assert places_before(first, cohorts) == (set(), set())
