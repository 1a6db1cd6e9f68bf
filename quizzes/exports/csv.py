"""A release as CSV: one row a participant, item codes as columns, a suffix for each wave.

UTF-8 with a byte order mark (Excel), CRLF, numbers only. -6 withheld, -7 not asked, -8 prefers not
to say, -9 not answered; empty: this wave was not taken.
"""

import csv
import hashlib
import secrets
from pathlib import Path
from string import ascii_uppercase

from quizzes.analysis.disclosure import withhold
from quizzes.models import Release
from quizzes.models.pages import items_of
from quizzes.reports.content import Content, content_of, versions_of


def write_csv(release: Release, path: Path, progress=lambda done, of: None) -> tuple[int, str]:
    """Write the file. Participants and cohorts get names that no other file knows.

    Returns the number of rows and the SHA-256 of the file. Raises KeysMissingError, and
    NotComputable if the release has fewer rows than the smallest group.
    """
    content = content_of(release)
    columns = columns_of(content)
    cells = [cells_of(content, column) for column in columns]
    identifying = [n for n, column in enumerate(columns) if column["is_identifying"]]
    cohorts = content.cohorts.tolist()
    letters = cohort_letters(set(cohorts))
    known = list(
        zip((letters[cohort] for cohort in cohorts), *(cells[n] for n in identifying), strict=True)
    )
    for n, (_letter, *blanked) in enumerate(shown := withhold(known, release.study.min_group)):
        for column, value in zip(identifying, blanked, strict=True):
            cells[column][n] = value
    total = len(content)
    order = list(range(total))
    secrets.SystemRandom().shuffle(order)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["participant", "cohort", *(column["name"] for column in columns)])
        for done, n in enumerate(order, 1):
            row = [column[n] for column in cells]
            writer.writerow([secrets.token_hex(6), shown[n][0], *row])
            if done % 500 == 0:
                progress(done, total)
    progress(total, total)
    return total, hashlib.sha256(path.read_bytes()).hexdigest()


def columns_of(content: Content) -> list[dict]:
    """One column an item and wave to which it belongs.

    The language of the answers is not among them: it would tell the few who answered in English.
    """
    versions = versions_of(content)
    return [
        {
            "name": f"{item.code}_{wave}",
            "wave": wave,
            "position": item.position,
            "is_identifying": item.is_identifying,
        }
        for wave, version in versions.items()
        for item in items_of(version, wave)
    ]


def cells_of(content: Content, column: dict) -> list[int | float | None]:
    """The cells of a column as they stand in the frozen rows; None where the wave was not taken."""
    wave = content.waves[column["wave"]]
    answers = wave.answers[column["position"]].tolist()
    return [
        answer if taken else None
        for answer, taken in zip(answers, wave.taken.tolist(), strict=True)
    ]


def cohort_letters(cohorts: set[int]) -> dict[int, str]:
    """A letter for each cohort, drawn anew: A…Z, then AA…"""
    names = [*ascii_uppercase, *(a + b for a in ascii_uppercase for b in ascii_uppercase)]
    names += [a + name for a in ascii_uppercase for name in names[26:]]
    drawn = sorted(cohorts)
    secrets.SystemRandom().shuffle(drawn)
    return dict(zip(drawn, names, strict=False))
