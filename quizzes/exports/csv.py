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
from quizzes.reports.frozen import content_of


def write_csv(release: Release, path: Path, progress=lambda done, of: None) -> tuple[int, str]:
    """Write the file. Participants and cohorts get names that no other file knows.

    Returns the number of rows and the SHA-256 of the file. Raises KeysMissingError, and
    NotComputable if the release has fewer rows than the smallest group.
    """
    content = content_of(release)
    rows = content["rows"]
    released = {row.wave_id for row in release.cohort_waves.all()}
    waves = [wave.name for wave in release.study.waves.all() if wave.pk in released]
    columns = columns_of(release, waves)
    identifying = [column for column in columns if column["is_identifying"]]
    letters = cohort_letters({row["cohort"] for row in rows})
    known = [
        (letters[row["cohort"]], *(value(row, column) for column in identifying)) for row in rows
    ]
    shown = withhold(known, release.study.min_group)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["participant", "cohort", *(column["name"] for column in columns)])
        for done, (row, (letter, *blanked)) in enumerate(shuffled(rows, shown), 1):
            kept = dict(zip((column["name"] for column in identifying), blanked, strict=True))
            cells = [kept.get(column["name"], value(row, column)) for column in columns]
            writer.writerow([secrets.token_hex(6), letter, *cells])
            if done % 500 == 0:
                progress(done, len(rows))
    progress(len(rows), len(rows))
    return len(rows), hashlib.sha256(path.read_bytes()).hexdigest()


def columns_of(release: Release, waves: list[str]) -> list[dict]:
    """One column an item and wave to which it belongs.

    The language of the answers is not among them: it would tell the few who answered in English.
    """
    return [
        {
            "name": f"{item.code}_{wave}",
            "wave": wave,
            "position": item.position,
            "is_identifying": item.is_identifying,
        }
        for wave in waves
        for item in items_of(release.study.version, wave)
    ]


def value(row: dict, column: dict) -> int | None:
    """The cell as it stands in the frozen rows; None where the wave was not taken."""
    taken = row["waves"].get(column["wave"])
    return taken["answers"][column["position"]] if taken else None


def cohort_letters(cohorts: set[int]) -> dict[int, str]:
    """A letter for each cohort, drawn anew: A…Z, then AA…"""
    names = [*ascii_uppercase, *(a + b for a in ascii_uppercase for b in ascii_uppercase)]
    names += [a + name for a in ascii_uppercase for name in names[26:]]
    drawn = sorted(cohorts)
    secrets.SystemRandom().shuffle(drawn)
    return dict(zip(drawn, names, strict=False))


def shuffled(*lists):
    """The lists together, in an order drawn anew."""
    together = list(zip(*lists, strict=True))
    secrets.SystemRandom().shuffle(together)
    return together
