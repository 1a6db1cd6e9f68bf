"""The rows of a release, column by column: what reports and exports compute from.

Heavy (numpy): for the worker and for commands, never for a web process.
"""

import io
import json
import zlib
from dataclasses import dataclass, replace

import numpy as np

from quizzes.keys import keys_of
from quizzes.models import InstrumentVersion, Release, Response
from quizzes.reports.frozen import place_of

LANGUAGES = ["km", "en"]
MODES = [mode.value for mode in Response.Mode]
PARTS = ("taken", "answers", "language", "mode")
ZIP = b"PK"  # how packed arrays begin


@dataclass(frozen=True)
class Taken:
    """One wave. Column n of every array is participant n of the content.

    answers: items by participants, in the item order of the version; what was stored, missing codes
    (-7, -8, -9) among it; of no meaning where the wave was not taken. language, mode: places in
    LANGUAGES and MODES.
    """

    version_id: int
    taken: np.ndarray  # bool
    answers: np.ndarray  # the smallest of int8, int32, float64 that holds them all
    language: np.ndarray  # uint8
    mode: np.ndarray  # uint8

    def value(self, position: int) -> np.ndarray:
        """Every participant's stored answer to one item; NaN where the wave was not taken."""
        return np.where(self.taken, self.answers[position], np.nan)

    def of(self, people) -> "Taken":
        """Of these participants: a mask, or places in the order wanted."""
        return replace(
            self,
            taken=self.taken[people],
            answers=self.answers[:, people],
            language=self.language[people],
            mode=self.mode[people],
        )


@dataclass(frozen=True)
class Content:
    """Every participant of a release once, in random order, without the participant code.

    cohorts: the cohort's pk of each. waves: by name, in the order of the study.
    """

    cohorts: np.ndarray  # int64
    waves: dict[str, Taken]

    def __len__(self):
        return len(self.cohorts)

    def of(self, people) -> "Content":
        """Of these participants: a mask, or places in the order wanted."""
        waves = {name: wave.of(people) for name, wave in self.waves.items()}
        return Content(self.cohorts[people], waves)


def narrow(answers: np.ndarray) -> np.ndarray:
    """The same numbers in the smallest of int8, int32 and float64."""
    if not answers.size:
        return answers.astype(np.int8)
    for kind in (np.int8, np.int32):
        as_kind = answers.astype(kind)
        if np.array_equal(as_kind, answers):
            return as_kind
    return answers.astype(np.float64)


def pack(content: Content) -> bytes:
    """As compressed arrays, to be sealed."""
    arrays = {"cohorts": content.cohorts}
    for name, wave in content.waves.items():
        arrays |= {f"{name}.{part}": getattr(wave, part) for part in PARTS}
    versions = {name: wave.version_id for name, wave in content.waves.items()}
    arrays["versions"] = np.frombuffer(json.dumps(versions).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def unpack(packed: bytes) -> Content:
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        versions = json.loads(arrays["versions"].tobytes())
        return Content(
            cohorts=arrays["cohorts"],
            waves={
                name: Taken(version, *(arrays[f"{name}.{part}"] for part in PARTS))
                for name, version in versions.items()
            },
        )


def content_of(release: Release) -> Content:
    """Raises KeysMissingError."""
    packed = keys_of(release.study).open_bytes(release.content, place=place_of(release, "content"))
    return unpack(packed) if packed.startswith(ZIP) else _from_rows(release, packed)


def _from_rows(release: Release, packed: bytes) -> Content:
    """Of a release that an earlier Spean built: JSON, one object a participant."""
    rows = json.loads(zlib.decompress(packed))["rows"]
    waves = {}
    for wave in release.study.waves.all():
        if not any(wave.name in row["waves"] for row in rows):
            continue
        collected = Columns(len(rows), wave.version)
        for place, row in enumerate(rows):
            if taken := row["waves"].get(wave.name):
                collected.add(place, taken["answers"], taken["language"], Response.Mode.WEB)
        waves[wave.name] = collected.taken()
    return Content(np.array([row["cohort"] for row in rows], dtype=np.int64), waves)


def versions_of(content: Content) -> dict[str, InstrumentVersion]:
    """The version of each wave; one object for each version."""
    found = InstrumentVersion.objects.in_bulk({wave.version_id for wave in content.waves.values()})
    return {name: found[wave.version_id] for name, wave in content.waves.items()}


class Columns:
    """One wave under collection, participant by participant."""

    def __init__(self, people: int, version: InstrumentVersion):
        self.version = version
        self.answers = np.zeros((version.items.count(), people))
        self.has_taken = np.zeros(people, dtype=bool)
        self.language = np.zeros(people, dtype=np.uint8)
        self.mode = np.zeros(people, dtype=np.uint8)

    def add(self, place: int, answers: list[float], language: str, mode: str) -> None:
        self.answers[:, place] = answers
        self.has_taken[place] = True
        self.language[place] = LANGUAGES.index(language)
        self.mode[place] = MODES.index(mode)

    def taken(self) -> Taken:
        return Taken(
            self.version.pk, self.has_taken, narrow(self.answers), self.language, self.mode
        )
