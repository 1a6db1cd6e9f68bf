"""Sealed responses -> the columns of a release."""

from collections.abc import Callable, Iterator

import numpy as np

from quizzes.models import Release, Response
from quizzes.reports.content import Columns, Content

CHUNK = 500  # rows fetched whole at a time, so that no read stands open while officers save


def freeze(release: Release, keys, progress: Callable[[int, int], None]) -> Content:
    """Every participant of the release once, in random order, without the participant code.

    The cohort of somebody's first response is theirs in all waves.
    """
    cohort_waves = list(
        release.cohort_waves.select_related("wave__version", "study_cohort").order_by(
            "wave__position", "study_cohort"
        )
    )
    responses = Response.objects.filter(cohort_wave__in=cohort_waves)
    people = responses.values("code").distinct().count()
    total, done = responses.count(), 0
    places, cohorts, waves = {}, np.zeros(people, dtype=np.int64), {}
    for cohort_wave in cohort_waves:
        wave = cohort_wave.wave
        if wave.name not in waves:
            waves[wave.name] = Columns(people, wave.version)
        sealed_for = f"{release.study.code}|{wave.name}|"
        for code, sealed, mode in responses_of(cohort_wave):
            opened = keys.open(sealed, place=sealed_for + code)
            if code not in places:
                places[code] = len(places)
                cohorts[places[code]] = cohort_wave.study_cohort.cohort_id
            languages = opened["languages"]
            language = max(languages, key=languages.get)
            waves[wave.name].add(places[code], opened["answers"], language, mode)
            done += 1
            if done % CHUNK == 0:
                progress(done, total)
    order = np.random.default_rng().permutation(people)  # seeded by the system's randomness
    return Content(cohorts, {name: wave.taken() for name, wave in waves.items()}).of(order)


def responses_of(cohort_wave) -> Iterator[tuple[str, bytes, str]]:
    """(code, sealed, mode) of a cohort-wave, chunk by chunk."""
    rows = Response.objects.filter(cohort_wave=cohort_wave).order_by("pk")
    rows = rows.values_list("pk", "code", "sealed", "mode")
    last = None
    while chunk := list(rows.filter(**({"pk__gt": last} if last else {}))[:CHUNK]):
        yield from (row[1:] for row in chunk)
        last = chunk[-1][0]
