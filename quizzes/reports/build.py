"""A release built: sealed responses -> frozen columns -> the report's numbers.

Heavy (numpy, scipy): for the worker and for commands, never for a web process.
"""

import hashlib
from collections.abc import Callable
from itertools import combinations

import numpy as np
from django.db import transaction
from django.utils import timezone

from quizzes.keys import keys_of
from quizzes.models import Release, Study, StudyCohort
from quizzes.models.pages import items_of
from quizzes.reports import blocks, counts
from quizzes.reports.content import Content, pack, versions_of
from quizzes.reports.crosswalk import not_comparable
from quizzes.reports.freeze import freeze
from quizzes.reports.frozen import place_of, seal_report
from quizzes.reports.guard import built_beside, check_release, places_before
from quizzes.reports.items import item_changes
from quizzes.reports.page import FEW_COHORTS
from quizzes.reports.scores import Scored, score_content, sizes_by_cohort

ALWAYS = ["self_reported", "social_desirability", "lost"]
BEFORE_THE_WAIT_ENDS = ("pre", "post")  # a comparison cohort has had its course at any later wave

Progress = Callable[[int, int], None]


def build_release(release: Release, progress: Progress = lambda done, of: None):
    """Freeze the rows of a release and compute its report. Safe to repeat.

    progress: told of two parts, reading and computing, each out of 100. Raises KeysMissingError,
    and GivesAwayError if the report would tell of a few people, beside those of other releases.
    """
    if release.built_at:
        return
    keys = keys_of(release.study)
    content = freeze(release, keys, lambda done, of: progress(done, 2 * of))
    packed = pack(content)
    sealed = keys.seal_bytes(packed, place=place_of(release, "content"))
    report, sizes = build_report(release, content, lambda done, of: progress(of + done, 2 * of))
    is_kept = False
    while not is_kept:
        others = built_others(release)
        shown = check_release(release, report)  # takes a while, so not while nobody else may write
        progress(1, 1)  # the last time to notice that it was cancelled
        with transaction.atomic():
            Study.objects.select_for_update().get(pk=release.study_id)
            is_kept = built_others(release) == others
            if is_kept:
                Release.objects.filter(pk=release.pk, built_at=None).update(
                    content=sealed,
                    content_hash=hashlib.sha256(packed).hexdigest(),
                    report=seal_report(keys, release, shown, sizes),
                    built_at=timezone.now(),
                )
    release.refresh_from_db()


def built_others(release: Release) -> set:
    return set(built_beside(release).values_list("pk", flat=True))


def build_report(
    release: Release, content: Content, progress: Progress = lambda done, of: None
) -> tuple[dict, dict]:
    """Everything that the page, the JSON and the files print of a release.

    Returns the report and, never to be shown, how many of each scale and cohort have a score at
    both of the first two waves (scale -> cohort -> number).
    """
    study, least = release.study, release.study.min_group
    waves = list(content.waves)
    versions = versions_of(content)
    pairs = list(combinations(waves, 2))
    study_cohorts = study_cohorts_of(release)
    cohorts = [row.cohort for row in study_cohorts]
    waiting = {row.cohort_id for row in study_cohorts if row.is_comparison}
    places = places_before(release, [cohort.pk for cohort in cohorts])
    course = course_of(content, waiting)
    scored = score_content(course, versions, study.band_of)
    report = {
        "release": str(release.pk),
        "study": study.code,
        "instrument": study.version.instrument.code,
        "version": study.version.number,
        "versions": {wave: version.number for wave, version in versions.items()},
        "min_group": least,
        "simulated": release.is_simulated,
        "waves": waves,
        "flow": counts.flow(study_cohorts, taken_by(release), content, least, places),
        "reasons": counts.reasons(study_cohorts, waves, least),
        "languages": {wave: counts.languages(content, wave, least) for wave in waves},
        "modes": {wave: counts.modes(content, wave, least) for wave in waves},
        "match": {name_of(pair): counts.match(content, *pair, least) for pair in pairs},
        "crosswalk": {
            name_of(pair): sorted(not_comparable(*(versions[wave] for wave in pair)))
            for pair in pairs
        },
    }
    parts = [
        ("reliability", lambda scale: by_wave(blocks.reliability, scale, waves, least)),
        ("scores", lambda scale: by_wave(blocks.scores, scale, waves, least)),
        ("change", lambda scale: changes(scale, course, pairs, least)),
        ("by_cohort", lambda scale: by_cohort(scale, course, cohorts, waiting, pairs, least)),
        ("mixed_model", lambda scale: blocks.mixed(scale, course.cohorts, least)),
    ]
    for n, (name, block_of) in enumerate(parts):
        report[name] = {}
        for place, scale in enumerate(scored):
            progress(n * len(scored) + place, (len(parts) + 1) * len(scored))
            report[name][scale.code] = block_of(scale)
    report["attrition"] = {
        wave: {
            scale.code: blocks.attrition(scale, waves[0], course.waves[wave].taken, least)
            for scale in scored
        }
        for wave in waves[1:]
    }
    report["items"] = item_changes(versions, course, pairs, least, study.family)
    report["subgroups"] = {
        code: subgroups(code, scored, course, versions, pairs, least) for code in study.subgroups
    }
    if waiting and course is not content:
        report["comparison"] = comparison(content, waiting, study.band_of, least)
    report["not_asked"] = not_asked(scored, waves)
    report["notes"] = notes(release, report, content, waiting)
    sizes = {}
    if pairs:
        sizes = {
            scale.code: sizes_by_cohort(scale, course, *pairs[0])
            for scale in scored
            if not blocks.why_not(scale, *pairs[0])
        }
    progress(1, 1)
    return report, sizes


def name_of(pair: tuple[str, str]) -> str:
    return "-".join(pair)


def study_cohorts_of(release: Release) -> list[StudyCohort]:
    found = StudyCohort.objects.filter(waves__releases=release).select_related("cohort")
    return list(found.distinct().order_by("cohort_id"))


def taken_by(release: Release) -> set[tuple[int, str]]:
    """(cohort, wave) of what the release holds."""
    return set(release.cohort_waves.values_list("study_cohort__cohort", "wave__name"))


def course_of(content: Content, waiting: set[int]) -> Content:
    """Without the people who wait for their course, unless there is nobody else."""
    is_waiting = np.isin(content.cohorts, list(waiting))
    return content if is_waiting.all() or not is_waiting.any() else content.of(~is_waiting)


def by_wave(block_of, scale: Scored, waves: list[str], least: int) -> dict:
    return {wave: block_of(scale, wave, least) for wave in waves}


def changes(scale: Scored, content: Content, pairs, least: int) -> dict:
    return {name_of(pair): blocks.change(scale, content.cohorts, *pair, least) for pair in pairs}


def by_cohort(scale: Scored, content: Content, cohorts, waiting, pairs, least: int) -> dict:
    """The change of each cohort that has had its course."""
    shown = [cohort for cohort in cohorts if cohort.pk not in waiting] or cohorts
    belongs = [content.cohorts == cohort.pk for cohort in shown]
    return {
        name_of(pair): [
            {"cohort": cohort.name, **block}
            for cohort, block in zip(
                shown, blocks.groups(scale, belongs, *pair, least), strict=True
            )
        ]
        for pair in pairs
    }


def subgroups(code: str, scored: list[Scored], content, versions, pairs, least: int) -> dict:
    """Scale -> pair -> the change of each group by its answer to one item, at the first wave.

    The last group (value None) is of those who did not say.
    """
    place = next(
        (
            (wave, item)
            for wave, version in versions.items()
            for item in items_of(version, wave)
            if item.code == code
        ),
        None,
    )
    if place is None:
        return {}
    wave, item = place
    said = content.waves[wave].value(item.position)
    values = [option.value for option in item.options]
    belongs = [said == value for value in values]
    belongs.append(~np.any(belongs, axis=0))
    return {
        scale.code: {
            name_of(pair): [
                {"value": value, **block}
                for value, block in zip(
                    [*values, None], blocks.groups(scale, belongs, *pair, least), strict=True
                )
            ]
            for pair in pairs
        }
        for scale in scored
    }


def comparison(content: Content, waiting: set[int], band_of, least: int) -> dict:
    """Scale -> pair -> course beside waiting cohorts, before the waiting ones have their course."""
    early = {name: wave for name, wave in content.waves.items() if name in BEFORE_THE_WAIT_ENDS}
    if len(early) < 2:
        return {}
    pair = tuple(early)
    content = Content(content.cohorts, early)
    is_waiting = np.isin(content.cohorts, list(waiting))
    return {
        scale.code: {
            name_of(pair): blocks.comparison(scale, content.cohorts, is_waiting, pair, least)
        }
        for scale in score_content(content, versions_of(content), band_of)
    }


def not_asked(scored: list[Scored], waves: list[str]) -> dict[str, list[str]]:
    """Wave -> codes of scale items that nobody was asked, waves without any left out."""
    found = {
        wave: sorted(
            {code for scale in scored if wave in scale.items for code in scale.item_codes}
            - {code for scale in scored if wave in scale.items for code in scale.items[wave].codes}
        )
        for wave in waves
    }
    return {wave: codes for wave, codes in found.items() if codes}


def notes(release: Release, report: dict, content: Content, waiting: set[int]) -> list[str]:
    """Codes of the cautions that apply."""
    waves, least = list(content.waves), release.study.min_group
    number = len(set(content.cohorts.tolist()) - waiting)
    moved = [
        counts.changed_language(content, first, second) for first, second in combinations(waves, 2)
    ]
    applies = {
        "no_comparison_group": not waiting,
        **dict.fromkeys(ALWAYS, True),
        "response_shift": len(waves) > 1,
        "few_cohorts": 1 < number < FEW_COHORTS,
        "language_changed": max(moved, default=0) >= least,
        "version_changed": len(set(report["versions"].values())) > 1,
        "some_items_not_asked": bool(report["not_asked"]),
        "simulated": release.is_simulated,
    }
    return [note for note, is_so in applies.items() if is_so]
