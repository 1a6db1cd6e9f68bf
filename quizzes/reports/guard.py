"""Before a release is kept: do its tables, beside those of all others, tell a hidden number?

Heavy (scipy): for the worker and for commands.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations

from quizzes.analysis.solver import Count, open_counts
from quizzes.models import Release
from quizzes.reports.frozen import report_of

TOO_FEW = "fewer_than_min_group"
TABLES = ["languages", "modes"]  # of everybody who took a wave, by wave


class GivesAwayError(Exception):
    """What a release would show lets somebody compute a hidden number. Its text is a reason.

    counts: which, with names like ("post", "Cohort A").
    """

    def __init__(self, counts: list[Count]):
        super().__init__("gives_away")
        self.counts = counts


@dataclass(frozen=True)
class Shown:
    """A report, and whom it is about. waves_of: cohort -> its waves in the release, by cohort."""

    report: dict
    waves_of: dict[int, frozenset[str]]

    @cached_property
    def flow(self) -> dict[int, dict]:
        """Cohort -> its row."""
        return dict(zip(self.waves_of, self.report["flow"][:-1], strict=True))

    @property
    def total(self) -> dict:
        return self.report["flow"][-1]

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """Column of the flow -> the waves that those it counts took."""
        waves = self.report["waves"]
        both = {"paired": tuple(waves[:2])} if len(waves) > 1 else {}
        return {wave: (wave,) for wave in waves} | both

    @cached_property
    def course(self) -> list[int]:
        """The cohorts whose scores the report is about: those that do not wait for their course."""
        found = [cohort for cohort, row in self.flow.items() if not row.get("comparison")]
        return found or list(self.flow)

    def at(self, *waves: str) -> list[int]:
        """The cohorts that the release holds at all of these waves."""
        return [cohort for cohort, taken in self.waves_of.items() if taken.issuperset(waves)]

    def course_at(self, *waves: str) -> list[int]:
        return [cohort for cohort in self.course if self.waves_of[cohort].issuperset(waves)]

    def scored(self, scale: str, pair: str) -> dict[int, int | None]:
        """Cohort -> how many of it have a score on the scale at both waves, where that is told."""
        rows = self.report.get("by_cohort", {}).get(scale, {}).get(pair, [])
        found = zip(self.course, rows, strict=False)
        at_both = set(self.course_at(*pair.split("-")))
        return {
            cohort: row["n"]
            for cohort, row in found
            if cohort in at_both and (row["n"] is not None or "suppressed" in row)
        }

    def numbers(self, cohort: int) -> list[int | None]:
        """The cohort's numbers in the columns that are about it; none where it is not here."""
        taken = self.waves_of.get(cohort, frozenset())
        return [
            self.flow[cohort][column]
            for column, waves in self.columns.items()
            if taken.issuperset(waves)
        ]


def check_release(release: Release, report: dict) -> dict:
    """The report to keep: languages and modes are hidden where they tell a hidden number.

    Whoever keeps it sees to it that no other release of the study is built in between.

    Raises GivesAwayError if anything else tells one, and KeysMissingError.
    """
    before, least = shown_before(release), release.study.min_group
    found = leaks(before, shown_of(release, report), least)
    if telling := {count.name for count in found if count.name[0] in TABLES}:
        report = report | {
            part: {
                wave: dict.fromkeys(table) | {"suppressed": TOO_FEW}
                if (part, wave) in telling
                else table
                for wave, table in report[part].items()
            }
            for part in TABLES
            if part in report
        }
        found = leaks(before, shown_of(release, report), least)
    if found:
        raise GivesAwayError(found)
    return report


def places_before(release: Release, cohorts: list[int]) -> tuple[set[int], set[int]]:
    """Places of the cohorts whose numbers the flow of another release hides, and shows.

    For suppress_columns: the same cohorts are to protect the small ones everywhere. One that is
    hidden here and shown there counts as shown.
    """
    before = shown_before(release)
    kept, known = set(), set()
    for place, cohort in enumerate(cohorts):
        hides = [None in numbers for one in before if (numbers := one.numbers(cohort))]
        if hides:
            (kept if all(hides) else known).add(place)
    return kept, known


def built_beside(release: Release):
    """The releases of the study and of its kind beside which this one must not tell anything."""
    others = release.study.releases.ready().filter(is_simulated=release.is_simulated)
    return others.exclude(pk=release.pk)


def shown_before(release: Release) -> list[Shown]:
    """What those beside it show. Raises KeysMissingError."""
    return [shown_of(other, report_of(other)) for other in built_beside(release)]


def shown_of(release: Release, report: dict) -> Shown:
    rows = release.cohort_waves.values_list("study_cohort__cohort", "wave__name")
    found = {}
    for cohort, wave in sorted(rows):
        found[cohort] = found.get(cohort, frozenset()) | {wave}
    return Shown(report, found)


def leaks(before: list[Shown], shown: Shown, least: int) -> list[Count]:
    """The hidden numbers below `least` that this report tells, beside those before.

    What those tell without it is not its doing and left out.

    Looked at, over all of them together: the flow (each wave, and both); languages and modes; how
    many have a score, and a score at both of two waves, of all and by cohort. Left out, on purpose:
    how many were lost, which is one number of the flow less another (their scores are what is kept
    back); the small numbers of improved, unchanged and worsened and of items, which are shown; why
    fewer were asked, which is of the course and changes from day to day; and how many were
    enrolled: where 10 of 11 took each of two waves, 9 or 10 took both, whatever a table hides.
    """
    found = computable([*before, shown], least)
    if not found:
        return []
    known = {count.cells for count in computable(before, least)}
    return [count for count in found if count.cells not in known]


def computable(shown: list[Shown], least: int) -> list[Count]:
    """Every hidden number below `least` that has one possible value, each once."""
    waves = list(dict.fromkeys(wave for one in shown for wave in one.report["waves"]))
    found = open_counts(flow_counts(shown, waves, least), least)
    for part in TABLES:
        for wave in waves:
            found += open_counts(table_counts(shown, part, wave), least)
    for scale in dict.fromkeys(code for one in shown for code in one.report["scores"]):
        found += open_counts(score_counts(shown, scale, waves, least), least)
        for pair in combinations(waves, 2):
            found += open_counts(group_counts(shown, scale, "-".join(pair), least), least)
    return list({count.cells: count for count in found}.values())


def together(shown: list[Shown]) -> dict[int, int]:
    """Cohort -> the first cohort that is in the same releases at the same waves.

    What sums over releases tell of such cohorts they tell of their sum: one name is enough for it.
    """
    first, found = {}, {}
    for cohort in dict.fromkeys(cohort for one in shown for cohort in one.waves_of):
        found[cohort] = first.setdefault(membership(shown, cohort), cohort)
    return found


def membership(shown: list[Shown], cohort: int) -> tuple:
    return tuple(one.waves_of.get(cohort) for one in shown)


def hidden_somewhere(shown: list[Shown], numbers_of: Callable) -> dict[int, int]:
    """Cohort with a hidden number -> its name in the problem.

    numbers_of: report, cohort -> its numbers there. Cohorts of which no report shows a number, in
    the same releases at the same waves, could be exchanged: the first stands for each of them, the
    second for the sum of the others.
    """
    same, found = {}, {}
    for cohort in dict.fromkeys(cohort for one in shown for cohort in one.waves_of):
        numbers = [number for one in shown for number in numbers_of(one, cohort)]
        if None in numbers:
            key = membership(shown, cohort) if set(numbers) == {None} else cohort
            group = same.setdefault(key, [])
            group.append(cohort)
            found[cohort] = group[:2][-1]
    return found


def people(cohorts: Iterable[int], taken: Iterable[str], waves: list[str]) -> frozenset:
    """The cells of those in the cohorts who took these waves and any others.

    One cell for each cohort and each way to take part in the waves, so that nobody can have taken
    two of them and not each.
    """
    taken, rest = frozenset(taken), [wave for wave in waves if wave not in taken]
    others = chain.from_iterable(combinations(rest, n) for n in range(len(rest) + 1))
    ways = [taken.union(more) for more in others]
    return frozenset((cohort, way) for cohort in set(cohorts) for way in ways)


def flow_counts(shown: list[Shown], waves: list[str], least: int) -> list[Count]:
    """The numbers of the flow; of the totals what is left without the cohorts hidden nowhere."""
    name_of, counts = hidden_somewhere(shown, Shown.numbers), []
    for one in shown:
        for column, taken in one.columns.items():
            cohorts, total = one.at(*taken), one.total[column]
            unknown = [cohort for cohort in cohorts if cohort in name_of]
            counts += [
                Count(
                    people([cohort], taken, waves),
                    one.flow[cohort][column],
                    name=(column, one.flow[cohort]["cohort"]),
                )
                for cohort in unknown
                if cohort == name_of[cohort]
            ]
            if total is not None:
                total -= sum(
                    one.flow[cohort][column] for cohort in cohorts if cohort not in name_of
                )
            cells = people([name_of[cohort] for cohort in unknown], taken, waves)
            counts.append(Count(cells, total, most=least - 1, name=(column, None)))
    return counts


def table_counts(shown: list[Shown], part: str, wave: str) -> list[Count]:
    """How many answered in each way, and how many took the wave where the flow shows it.

    A way that a table does not name was not used.
    """
    tables = {n: one.report.get(part, {}).get(wave) for n, one in enumerate(shown)}
    tables = {n: table for n, table in tables.items() if table is not None}
    codes = dict.fromkeys(code for table in tables.values() for code in table)
    codes.pop("suppressed", None)
    name_of, counts = together(shown), []
    for n, table in tables.items():
        names = {name_of[cohort] for cohort in shown[n].at(wave)}
        counts += [
            Count(
                frozenset((cohort, code) for cohort in names), table.get(code, 0), name=(part, wave)
            )
            for code in codes
        ]
        cells = frozenset((cohort, code) for cohort in names for code in codes)
        if shown[n].total[wave] is not None:
            counts.append(Count(cells, shown[n].total[wave]))
    return counts


def score_counts(shown: list[Shown], scale: str, waves: list[str], least: int) -> list[Count]:
    """How many have a score on the scale, at a wave and at both of two."""
    name_of = together(shown)
    return [
        Count(
            people([name_of[cohort] for cohort in one.course_at(*taken)], taken, waves),
            block["n"],
            most=least - 1,
            name=("-".join(taken), scale),
        )
        for one in shown
        for taken, block in blocks_of(one.report, scale)
        if block["n"] is not None or block.get("suppressed") == TOO_FEW
    ]


def group_counts(shown: list[Shown], scale: str, pair: str, least: int) -> list[Count]:
    """How many have a score at both waves: by cohort, and of all without those hidden nowhere."""

    def numbers_of(one, cohort):
        found = one.scored(scale, pair)
        return [found[cohort]] if cohort in found else []

    name_of, counts = hidden_somewhere(shown, numbers_of), []
    if not name_of:
        return []
    for one in shown:
        numbers, block = one.scored(scale, pair), one.report["change"].get(scale, {}).get(pair, {})
        unknown = [cohort for cohort in numbers if cohort in name_of]
        counts += [
            Count(frozenset([cohort]), numbers[cohort], name=(pair, one.flow[cohort]["cohort"]))
            for cohort in unknown
            if cohort == name_of[cohort]
        ]
        total = block.get("n")
        if numbers and (total is not None or block.get("suppressed") == TOO_FEW):
            if total is not None:
                total -= sum(numbers[cohort] for cohort in numbers if cohort not in name_of)
            cells = frozenset(name_of[cohort] for cohort in unknown)
            counts.append(Count(cells, total, most=least - 1, name=(pair, None)))
    return counts


def blocks_of(report: dict, scale: str) -> Iterator[tuple[tuple[str, ...], dict]]:
    """(waves, block) of the scale: who has a score at a wave, and at both of two."""
    for wave, block in report["scores"].get(scale, {}).items():
        yield (wave,), block
    for pair, block in report["change"].get(scale, {}).items():
        yield tuple(pair.split("-")), block
