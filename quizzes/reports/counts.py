"""Who took part: counts by cohort and wave, by language and by mode; small ones hidden."""

from collections import Counter

import numpy as np

from quizzes.analysis.disclosure import suppress_counts
from quizzes.models import StudyCohort
from quizzes.reports.content import LANGUAGES, MODES, Content
from quizzes.reports.flow import REASONS, reasons_of
from training.models import Cohort

TOO_FEW = {"suppressed": "fewer_than_min_group"}


def flow(cohorts: list[Cohort], waiting: set[int], content: Content, least: int) -> list[dict]:
    """Who took part, by cohort, and of all in the last row (cohort None).

    waiting: pks of the comparison cohorts. Small counts are hidden so that totals do not give them
    away. `enrolled` is None where a cohort was imported: nobody knows.
    """
    waves = list(content.waves)
    taken = {wave: content.waves[wave].taken for wave in waves}
    if len(waves) > 1:
        taken["paired"] = taken[waves[0]] & taken[waves[1]]
    belongs = [content.cohorts == cohort.pk for cohort in cohorts]
    table = {
        name: [int(np.sum(mask & has_taken)) for mask in belongs]
        for name, has_taken in taken.items()
    }
    shown = {name: suppress_counts(counts, least) for name, counts in table.items()}
    rows = []
    for n, cohort in enumerate(cohorts):
        is_imported = cohort.origin == Cohort.Origin.IMPORTED
        counts = {name: column[n] for name, column in shown.items()}
        rows.append(
            {
                "cohort": cohort.name,
                "comparison": cohort.pk in waiting,
                "enrolled": None if is_imported else cohort.enrolments.count(),
                **counts,
                **(TOO_FEW if None in counts.values() else {}),
            }
        )
    enrolled = [row["enrolled"] for row in rows]
    counts = {name: at_least(sum(column), least) for name, column in table.items()}
    total = {
        "cohort": None,
        "enrolled": None if None in enrolled else sum(enrolled),
        **counts,
        **(TOO_FEW if None in counts.values() else {}),
    }
    return [*rows, total]


def at_least(count: int, least: int) -> int | None:
    return count if count >= least else None


def languages(content: Content, wave: str, least: int) -> dict[str, int | None]:
    """How many answered most pages in each language."""
    taken = content.waves[wave]
    counts = np.bincount(taken.language[taken.taken], minlength=len(LANGUAGES)).tolist()
    return hide_small(dict(zip(LANGUAGES, counts, strict=True)), least)


def modes(content: Content, wave: str, least: int) -> dict[str, int | None]:
    """How many answered on the site, on paper and by other ways, of the ways that were used."""
    taken = content.waves[wave]
    counts = np.bincount(taken.mode[taken.taken], minlength=len(MODES)).tolist()
    return hide_small({mode: n for mode, n in zip(MODES, counts, strict=True) if n}, least)


def hide_small(counts: dict[str, int], least: int) -> dict[str, int | None]:
    shown = suppress_counts(list(counts.values()), least)
    return dict(zip(counts, shown, strict=True)) | (TOO_FEW if None in shown else {})


def reasons(study_cohorts: list[StudyCohort], waves: list[str], least: int) -> dict[str, dict]:
    """Wave -> why fewer were asked than were enrolled, of all cohorts together; small ones hidden.

    Together with "asked" the reasons are everybody who was enrolled.
    """
    found = {wave: Counter() for wave in waves}
    for study_cohort in study_cohorts:
        for wave, numbers in reasons_of(study_cohort)["waves"].items():
            if wave in found:
                found[wave].update(numbers)
    return {
        wave: hide_small({name: numbers[name] for name in [*REASONS, "asked"]}, least)
        | {"late": at_least(numbers["late"], least)}
        for wave, numbers in found.items()
    }


def match(content: Content, first: str, second: str, least: int) -> dict:
    """How many of those who took the first of two waves took the second too."""
    earlier, later = (content.waves[wave].taken for wave in (first, second))
    both, lost = int(np.sum(earlier & later)), int(np.sum(earlier & ~later))
    if None in suppress_counts([both, lost], least):
        return dict.fromkeys(["answered_first", "answered_both", "share"]) | TOO_FEW
    return {
        "answered_first": both + lost,
        "answered_both": both,
        "share": both / (both + lost),
    }


def changed_language(content: Content, first: str, second: str) -> int:
    """How many answered two waves in different languages."""
    earlier, later = (content.waves[wave] for wave in (first, second))
    both = earlier.taken & later.taken
    return int(np.sum(both & (earlier.language != later.language)))
