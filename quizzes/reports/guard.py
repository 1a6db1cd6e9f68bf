"""Before a release is kept: do its tables, beside those of all others, tell a hidden number?

Heavy (scipy): for the worker and for commands.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations

from quizzes.analysis.solver import ContradictionError, Count, open_counts
from quizzes.models import Release
from quizzes.reports.frozen import report_of

TOO_FEW = "fewer_than_min_group"


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

    @property
    def flow(self) -> list[tuple[int, dict]]:
        """(cohort, its row) of each cohort."""
        return list(zip(self.waves_of, self.report["flow"][:-1], strict=True))

    def at(self, *waves: str) -> list[int]:
        """The cohorts that the release holds at all of these waves."""
        return [cohort for cohort, taken in self.waves_of.items() if taken.issuperset(waves)]


def check_release(release: Release, report: dict) -> None:
    """Refuse a release about to be kept that gives a hidden number away.

    To be called in the transaction that keeps it, with the study's row locked: two releases must
    not be checked at the same time. Raises GivesAwayError, KeysMissingError.
    """
    if found := leaks(release, report):
        raise GivesAwayError(found)


def leaks(release: Release, report: dict) -> list[Count]:
    """The hidden numbers that this report tells, beside all others of the study and its kind.

    What the others told without it is not its doing and left out.

    Looked at, over all releases: the flow (each wave, and both), the languages, how many have a
    score, and a score at both waves. The numbers lost are not: they are one of the flow less
    another, and what is kept back with them are their scores. Nor are the small cells of improved,
    unchanged and worsened or of an item: those are shown.

    Raises KeysMissingError.
    """
    others = release.study.releases.ready().filter(is_simulated=release.is_simulated)
    before = [shown_of(other, report_of(other)) for other in others.exclude(pk=release.pk)]
    least = release.study.min_group
    found = computable([*before, shown_of(release, report)], least)
    if not found:
        return []
    known = {count.cells for count in computable(before, least)}
    return [count for count in found if count.cells not in known]


def shown_of(release: Release, report: dict) -> Shown:
    rows = release.cohort_waves.values_list("study_cohort__cohort", "wave__name")
    found = {}
    for cohort, wave in sorted(rows):
        found[cohort] = found.get(cohort, frozenset()) | {wave}
    return Shown(report, found)


def computable(shown: list[Shown], least: int) -> list[Count]:
    """Every hidden number below `least` that has one possible value, each once."""
    if not shown:
        return []
    waves = list(dict.fromkeys(wave for one in shown for wave in one.report["waves"]))
    enrolled = {}  # the fewest that a report names: who came later took no part before
    for one in shown:
        for cohort, row in one.flow:
            enrolled[cohort] = min(row["enrolled"], enrolled.get(cohort, row["enrolled"]))
    found = opened(*flow_counts(shown, waves, enrolled, least), least)
    for wave in waves:
        found += opened(*language_counts(shown, wave, least), least)
    for scale in dict.fromkeys(code for one in shown for code in one.report["scores"]):
        found += opened(*score_counts(shown, scale, waves, enrolled, least), least)
    return list({count.cells: count for count in found}.values())


def opened(counts: list[Count], limits, least: int) -> list[Count]:
    """The same without the limits if more took part than were enrolled, on paper for example."""
    try:
        return open_counts(counts, least, limits)
    except ContradictionError:
        return open_counts(counts, least)


def patterns(waves: Iterable[str]) -> list[frozenset[str]]:
    """Every way to take part in some of the waves."""
    waves = list(waves)
    return [
        frozenset(chosen)
        for chosen in chain.from_iterable(combinations(waves, n + 1) for n in range(len(waves)))
    ]


def people(kind, cohorts: Iterable[int], taken: Iterable[str], waves) -> frozenset:
    """The cells of those in the cohorts who took (at least) these waves.

    One cell for each cohort and each way to take part: so both is never more than one, and no more
    than were enrolled took one or the other.
    """
    taken = frozenset(taken)
    ways = [way for way in patterns(waves) if taken <= way]
    return frozenset((kind, cohort, way) for cohort in cohorts for way in ways)


def flow_counts(shown: list[Shown], waves, enrolled, least) -> tuple[list[Count], list]:
    counts = []
    for one in shown:
        columns = {wave: (wave,) for wave in one.report["waves"]}
        if len(columns) > 1:
            columns["paired"] = tuple(one.report["waves"][:2])
        for column, taken in columns.items():
            cohorts = one.at(*taken)
            rows = [(cohort, row) for cohort, row in one.flow if cohort in cohorts]
            smallest = min((row[column] for _, row in rows if row[column] is not None), default=0)
            counts += [
                Count(
                    cells=people("took", [cohort], taken, waves),
                    shown=row[column],
                    # what is hidden in a column is less than anything that is shown there
                    most=smallest - 1 if smallest else None,
                    of=enrolled[cohort],
                    name=(column, row["cohort"]),
                )
                for cohort, row in rows
            ]
            counts.append(
                Count(
                    cells=people("took", cohorts, taken, waves),
                    shown=one.report["flow"][-1][column],
                    most=least - 1,
                    of=sum(enrolled[cohort] for cohort in cohorts),
                    name=(column, None),
                )
            )
    return counts, everybody("took", waves, enrolled)


def everybody(kind, waves, enrolled) -> list[tuple[frozenset, int]]:
    ways = patterns(waves)
    return [
        (frozenset((kind, cohort, way) for way in ways), most) for cohort, most in enrolled.items()
    ]


def language_counts(shown: list[Shown], wave: str, least) -> tuple[list[Count], list]:
    """The languages of a wave; how many took it in each cohort is known where the flow shows it."""
    counts, limits = [], []
    for one in shown:
        if wave not in one.report["waves"]:
            continue
        cohorts = one.at(wave)
        table = {
            code: number
            for code, number in one.report["languages"][wave].items()
            if code != "suppressed"
        }
        for code, number in table.items():
            cells = frozenset((cohort, code) for cohort in cohorts)
            counts.append(Count(cells, number, name=(wave, code)))
        for names, number in [
            *(([cohort], row[wave]) for cohort, row in one.flow if cohort in cohorts),
            (cohorts, one.report["flow"][-1][wave]),
        ]:
            cells = frozenset((cohort, code) for cohort in names for code in table)
            if number is not None:
                counts.append(Count(cells, number))
            elif names == cohorts:
                limits.append((cells, least - 1))
    return counts, limits


def score_counts(
    shown: list[Shown], scale: str, waves, enrolled, least
) -> tuple[list[Count], list]:
    """How many have a score on the scale; no more than took part, where the flow shows that."""
    counts, limits = [], everybody("scored", waves, enrolled)
    for one in shown:
        for taken, block in blocks_of(one.report, scale):
            if block["n"] is None and block.get("suppressed") != TOO_FEW:
                continue
            counts.append(
                Count(
                    cells=people("scored", one.at(*taken), taken, waves),
                    shown=block["n"],
                    most=least - 1,
                    name=("-".join(taken), scale),
                )
            )
        for wave in one.report["waves"]:
            limits += [
                (people("scored", [cohort], [wave], waves), row[wave])
                for cohort, row in one.flow
                if row[wave] is not None
            ]
    return counts, limits


def blocks_of(report: dict, scale: str) -> Iterator[tuple[tuple[str, ...], dict]]:
    """(waves, block) of the scale: who has a score at a wave, and at both of two."""
    for wave, block in report["scores"].get(scale, {}).items():
        yield (wave,), block
    for pair, block in report["change"].get(scale, {}).items():
        yield tuple(pair.split("-")), block
