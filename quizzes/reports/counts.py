"""Who took part: counts by cohort and wave, by language and by mode; small ones hidden."""

from collections import Counter

import numpy as np

from quizzes.analysis.disclosure import suppress_columns, suppress_counts
from quizzes.models import StudyCohort
from quizzes.reports.content import LANGUAGES, MODES, Content
from quizzes.reports.flow import REASONS, reasons_of
from training.models import Cohort

TOO_FEW = {"suppressed": "fewer_than_min_group"}


def flow(
    study_cohorts: list[StudyCohort],
    taken_by: set[tuple[int, str]],
    content: Content,
    least: int,
    places: tuple[set[int], set[int]] = (set(), set()),
) -> list[dict]:
    """Who took part, by cohort, and of all in the last row (cohort None).

    taken_by: (cohort, wave) of what the release holds. places: of the cohorts that other releases
    hide, and show. Small counts are hidden so that nothing gives them away. `enrolled` is None
    where a cohort was imported: nobody knows.
    """
    waves = list(content.waves)
    taken = {wave: ([wave], content.waves[wave].taken) for wave in waves}
    if len(waves) > 1:
        first, second = waves[:2]
        taken["paired"] = (waves[:2], taken[first][1] & taken[second][1])
    table = {
        name: [
            int(np.sum((content.cohorts == row.cohort_id) & has_taken))
            if all((row.cohort_id, wave) in taken_by for wave in needed)
            else None
            for row in study_cohorts
        ]
        for name, (needed, has_taken) in taken.items()
    }
    kept, known = places
    hidden = suppress_columns(list(table.values()), least, kept=kept, known=known)
    shown = dict(zip(table, hidden, strict=True))
    rows = []
    for n, row in enumerate(study_cohorts):
        is_imported = row.cohort.origin == Cohort.Origin.IMPORTED
        counts = {name: column[n] for name, column in shown.items()}
        is_hidden = any(counts[name] is None and table[name][n] is not None for name in table)
        rows.append(
            {
                "cohort": row.cohort.name,
                "comparison": row.is_comparison,
                "enrolled": None if is_imported else row.cohort.enrolments.count(),
                **counts,
                **(TOO_FEW if is_hidden else {}),
            }
        )
    enrolled = [row["enrolled"] for row in rows]
    totals = {
        name: at_least(sum(count or 0 for count in column), least) for name, column in table.items()
    }
    total = {
        "cohort": None,
        "enrolled": None if None in enrolled else sum(enrolled),
        **totals,
        **(TOO_FEW if None in totals.values() else {}),
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
    """Wave -> why fewer were asked than were enrolled, of all cohorts together.

    Together with "asked" the reasons are everybody who was enrolled. They are of the course, not of
    anybody's answers, and trainers see them on their board: nothing is hidden but "late", how many
    sent pages after the closing.
    """
    found = {wave: Counter() for wave in waves}
    for study_cohort in study_cohorts:
        for wave, numbers in reasons_of(study_cohort)["waves"].items():
            if wave in found:
                found[wave].update(numbers)
    return {
        wave: {name: numbers[name] for name in [*REASONS, "asked"]}
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
