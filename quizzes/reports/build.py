"""A release built: sealed responses -> frozen rows -> the report's numbers.

Heavy (numpy, scipy): for the worker and for commands, never for a web process.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from random import SystemRandom

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quizzes.analysis.attrition import compare_lost
from quizzes.analysis.change import paired_change
from quizzes.analysis.clusters import clustered_mean, icc1
from quizzes.analysis.describe import describe, mean_interval
from quizzes.analysis.disclosure import suppress_counts
from quizzes.analysis.errors import NotComputable
from quizzes.analysis.reliability import cronbach_alpha, omega
from quizzes.keys import keys_of
from quizzes.models import Release, Response
from quizzes.reports.frozen import place_of
from quizzes.reports.items import item_changes
from quizzes.reports.scores import Scored, score_rows

CHUNK = 500  # rows fetched whole at a time, so that no read stands open while officers save
RELIABLE_FROM = 30  # complete cases below which alpha says too little
NOTES = ["no_comparison_group", "self_reported", "social_desirability", "lost"]


def build_release(release: Release, progress: Callable[[int, int], None] = lambda done, of: None):
    """Freeze the rows of a release and compute its report. Safe to repeat.

    Raises KeysMissingError.
    """
    if release.built_at:
        return
    keys = keys_of(release.study)
    content = frozen_rows(release, keys, progress)
    report = build_report(release, content)
    with transaction.atomic():
        Release.objects.filter(pk=release.pk, built_at=None).update(
            content=keys.seal(content, place=place_of(release, "content")),
            report=keys.seal(report, place=place_of(release, "report")),
            built_at=timezone.now(),
        )
    release.refresh_from_db()


def frozen_rows(release: Release, keys, progress) -> dict:
    """Every participant of the release once, in random order, without the participant code."""
    cohort_waves = list(release.cohort_waves.select_related("wave", "study_cohort"))
    total = Response.objects.filter(cohort_wave__in=cohort_waves).count()
    people, done = {}, 0
    for cohort_wave in cohort_waves:
        place = f"{release.study.code}|{cohort_wave.wave.name}|"
        for code, sealed in responses_of(cohort_wave):
            opened = keys.open(sealed, place=place + code)
            languages = opened["languages"]
            person = people.setdefault(
                code, {"cohort": cohort_wave.study_cohort.cohort_id, "waves": {}}
            )
            person["waves"][cohort_wave.wave.name] = {
                "answers": opened["answers"],
                "language": max(languages, key=languages.get),
            }
            done += 1
            if done % CHUNK == 0:
                progress(done, total)
    rows = list(people.values())
    SystemRandom().shuffle(rows)
    progress(total, total)
    items = list(release.study.version.items.values_list("code", flat=True))
    return {"items": items, "rows": rows}


def responses_of(cohort_wave) -> Iterator[tuple[str, bytes]]:
    """(code, sealed) of a cohort-wave, chunk by chunk."""
    rows = Response.objects.filter(cohort_wave=cohort_wave).order_by("pk")
    last = None
    while chunk := list(rows.filter(**({"pk__gt": last} if last else {}))[:CHUNK]):
        yield from ((row.code, row.sealed) for row in chunk)
        last = chunk[-1].pk


def build_report(release: Release, content: dict) -> dict:
    """Everything that the report page, the JSON and the files print of a release."""
    study = release.study
    cohort_waves = release.cohort_waves.select_related("wave", "study_cohort__cohort")
    waves = [
        wave.name for wave in study.waves.all() if wave.pk in {row.wave_id for row in cohort_waves}
    ]
    scored = score_rows(study.version, content, waves)
    cohorts = [row["cohort"] for row in content["rows"]]
    pairs = list(combinations(waves, 2))
    least = study.min_group
    return {
        "release": str(release.pk),
        "study": study.code,
        "instrument": study.version.instrument.code,
        "version": study.version.number,
        "min_group": least,
        "simulated": release.is_simulated,
        "waves": waves,
        "flow": flow(cohort_waves, content, waves, least),
        "languages": {wave: languages(content, wave, least) for wave in waves},
        "attrition": {
            wave: {scale.code: attrition(scale, content, waves[0], wave, least) for scale in scored}
            for wave in waves[1:]
        },
        "reliability": {
            scale.code: {wave: reliability(scale, wave, least) for wave in waves}
            for scale in scored
        },
        "scores": {
            scale.code: {wave: scores(scale, wave, least) for wave in waves} for scale in scored
        },
        "change": {
            scale.code: {
                f"{first}-{second}": change(scale, cohorts, first, second, least)
                for first, second in pairs
            }
            for scale in scored
        },
        "items": item_changes(study.version, content, pairs, least),
        "not_asked": (left_out := not_asked(scored, waves)),
        "notes": NOTES
        + (["some_items_not_asked"] if left_out else [])
        + (["simulated"] if release.is_simulated else []),
    }


def not_asked(scored: list[Scored], waves: list[str]) -> dict[str, list[str]]:
    """Wave -> codes of scale items that nobody was asked, waves without any left out."""
    found = {
        wave: sorted(
            {code for scale in scored for code in scale.item_codes}
            - {code for scale in scored for code in scale.items_at(wave)[0]}
        )
        for wave in waves
    }
    return {wave: codes for wave, codes in found.items() if codes}


def flow(cohort_waves, content, waves, least) -> list[dict]:
    """Who took part, by cohort; small counts hidden so that totals do not give them away."""
    cohorts = sorted(
        {row.study_cohort.cohort for row in cohort_waves}, key=lambda cohort: cohort.pk
    )
    table = {
        wave: [
            sum(row["cohort"] == cohort.pk and wave in row["waves"] for row in content["rows"])
            for cohort in cohorts
        ]
        for wave in waves
    }
    if len(waves) > 1:
        first, second = waves[:2]
        table["paired"] = [
            sum(
                row["cohort"] == cohort.pk and first in row["waves"] and second in row["waves"]
                for row in content["rows"]
            )
            for cohort in cohorts
        ]
    shown = {name: suppress_counts(counts, least) for name, counts in table.items()}
    rows = []
    for n, cohort in enumerate(cohorts):
        row = {"cohort": cohort.name, "enrolled": cohort.enrolments.count()}
        row |= {name: counts[n] for name, counts in shown.items()}
        rows.append(row | too_few(None in row.values()))
    total = {"cohort": None, "enrolled": sum(row["enrolled"] for row in rows)}
    for name, counts in table.items():
        total[name] = sum(counts) if sum(counts) >= least else None
    return [*rows, total | too_few(None in list(total.values())[1:])]


def languages(content, wave, least) -> dict[str, int | None]:
    """How many answered most pages in each language; small counts hidden."""
    used = [row["waves"][wave]["language"] for row in content["rows"] if wave in row["waves"]]
    codes = [code for code, _name in settings.LANGUAGES]
    counts = suppress_counts([used.count(code) for code in codes], least)
    return dict(zip(codes, counts, strict=True)) | too_few(None in counts)


def too_few(is_hidden) -> dict:
    return {"suppressed": "fewer_than_min_group"} if is_hidden else {}


def hidden(keys: list[str], reason: str, kind="suppressed") -> dict:
    return dict.fromkeys(keys) | {kind: reason}


def scores(scale: Scored, wave: str, least: int) -> dict:
    keys = ["n", "mean", "sd", "ci", "floor", "ceiling"]
    values = scale.at(wave)
    if len(values) < least:
        return hidden(keys, "fewer_than_min_group")
    found = describe(values, scale.low, scale.high)
    if found.sd == 0:  # everybody gave the same answer: the group would tell on each of them
        return hidden(keys, "everybody_the_same")
    block = {name: getattr(found, name) for name in keys if name != "ci"}
    return block | {"ci": mean_interval(found.mean, found.sd, found.n)}


def reliability(scale: Scored, wave: str, least: int) -> dict:
    keys = ["k", "n", "alpha", "alpha_ci", "omega", "item_rest_r"]
    codes, rows = scale.items_at(wave)
    complete = [row for row in rows if None not in row]
    if len(complete) < max(least, RELIABLE_FROM):
        return hidden(keys, "fewer_than_30")
    try:
        found = cronbach_alpha(complete)
    except NotComputable as error:
        return hidden(keys, error.reason, "not_computed")
    return {
        "k": found.k,
        "n": found.n,
        "alpha": found.alpha,
        "alpha_ci": found.ci,
        "omega": value_or_none(omega, complete),
        "item_rest_r": dict(zip(codes, found.item_rest_r, strict=True)),
    }


def value_or_none(compute, *arguments):
    try:
        return compute(*arguments)
    except NotComputable:
        return None


ATTRITION = ["n_kept", "n_lost", "mean_kept", "mean_lost", "smd", "welch_t", "df", "p"]


def attrition(scale: Scored, content: dict, first: str, wave: str, least: int) -> dict:
    """The first scores of those who answered a later wave, beside those of who did not."""
    scored = [
        (score, wave in row["waves"])
        for score, row in zip(scale.scores[first], content["rows"], strict=True)
        if score is not None
    ]
    kept = [score for score, is_kept in scored if is_kept]
    lost = [score for score, is_kept in scored if not is_kept]
    if min(len(kept), len(lost)) < least:
        return hidden(ATTRITION, "fewer_than_min_group")
    if len(set(kept)) == 1 or len(set(lost)) == 1:
        return hidden(ATTRITION, "everybody_the_same")
    try:
        return vars(compare_lost(kept, lost)).copy()
    except NotComputable as error:
        return hidden(ATTRITION, error.reason, "not_computed")


CHANGE = [
    *("n", "mean_pre", "sd_pre", "ci_pre", "mean_post", "sd_post", "ci_post"),
    *("diff", "ci", "t", "df", "p", "wilcoxon", "d_z", "d_z_ci", "g_z", "d_av"),
    *("cluster", "band", "improved", "unchanged", "worsened"),
]


def change(scale: Scored, cohorts: list[int], first: str, second: str, least: int) -> dict:
    """The change of one scale. cohorts: of each participant."""
    before, after = scale.pairs(first, second)
    if len(before) < least:
        return hidden(CHANGE, "fewer_than_min_group")
    try:
        found = paired_change(before, after, scale.band)
    except NotComputable as error:
        return hidden(CHANGE, error.reason, "not_computed")
    if found.sd_pre == 0 or found.sd_post == 0:
        return hidden(CHANGE, "everybody_the_same")
    block = {name: getattr(found, name, None) for name in CHANGE}
    places = scale.scored_at(first, second)
    block["cluster"] = clustered(before, after, [cohorts[n] for n in places])
    block["wilcoxon"] = vars(found.wilcoxon).copy()
    block["ci_pre"] = mean_interval(found.mean_pre, found.sd_pre, found.n)
    block["ci_post"] = mean_interval(found.mean_post, found.sd_post, found.n)
    return block | ({"not_computed": found.reason} if found.reason else {})


CLUSTER = ["groups", "se_cr1", "se_cr2", "df_cr2", "p_cr1", "p_cr2"]


def clustered(before: list[float], after: list[float], cohorts: list[int]) -> dict:
    """The same mean change where people of one cohort may be alike."""
    differences = [second - first for first, second in zip(before, after, strict=True)]
    try:
        found = clustered_mean(differences, cohorts)
    except NotComputable as error:
        return hidden([*CLUSTER, "icc"], error.reason, "not_computed")
    block = {name: getattr(found, name) for name in CLUSTER}
    return block | {"icc": value_or_none(icc1, before, cohorts)}
