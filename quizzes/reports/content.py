"""The rows of a release, column by column: what reports and exports compute from.

Heavy (numpy): for the worker and for commands, never for a web process.
"""

import io
import json
from dataclasses import dataclass

import numpy as np

from quizzes.keys import keys_of
from quizzes.models import InstrumentVersion, Release, Response
from quizzes.reports.frozen import place_of

LANGUAGES = ["km", "en"]
MODES = [str(mode) for mode in Response.Mode]


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

    @property
    def version(self) -> InstrumentVersion:
        return InstrumentVersion.objects.get(pk=self.version_id)


@dataclass(frozen=True)
class Content:
    """Every participant of a release once, in random order, without the participant code.

    cohorts: the cohort's pk of each. waves: by name, in the order of the study.
    """

    cohorts: np.ndarray  # int64
    waves: dict[str, Taken]

    def __len__(self):
        return len(self.cohorts)


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
        for part in ("taken", "answers", "language", "mode"):
            arrays[f"{name}.{part}"] = getattr(wave, part)
    versions = {name: wave.version_id for name, wave in content.waves.items()}
    arrays["versions"] = np.frombuffer(json.dumps(versions).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def unpack(packed: bytes) -> Content:
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        versions = json.loads(arrays["versions"].tobytes())
        parts = ("taken", "answers", "language", "mode")
        return Content(
            cohorts=arrays["cohorts"],
            waves={
                name: Taken(version, *(arrays[f"{name}.{part}"] for part in parts))
                for name, version in versions.items()
            },
        )


def content_of(release: Release) -> Content:
    """Raises KeysMissingError."""
    packed = keys_of(release.study).open_bytes(release.content, place=place_of(release, "content"))
    return unpack(packed)
