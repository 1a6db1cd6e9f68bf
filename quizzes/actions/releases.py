"""Asking for a release, and publishing it. Light: the building is quizzes.reports.build's."""

import hashlib

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quizzes.models import CohortWave, Release, Response, Study, Wave
from quizzes.reports.frozen import sizes_of
from training.actions.audit import record
from training.actions.jobs import request_job, try_again
from training.khmer import digits_in
from training.models import Cohort

TASK = "quizzes.tasks.build_release"


class ReleaseError(Exception):
    """This set cannot be released; the text says why, in the reader's language."""


@transaction.atomic
def request_release(study: Study, cohort_waves: list[CohortWave], *, by=None) -> Release:
    """The release of this set: the one that exists, or a new one with its job.

    Raises ReleaseError if a wave is open, if simulated and real cohorts meet, or if another
    release would give away a small cohort by subtraction.
    """
    Study.objects.select_for_update().get(pk=study.pk)
    check_set(study, cohort_waves)
    digest = digest_of(cohort_waves)
    if release := study.releases.filter(digest=digest).select_related("job").first():
        if release.job and not release.built_at:
            try_again(release.job)
        return release
    check_differences(study, cohort_waves)
    release = Release.objects.create(
        study=study,
        number=study.releases.count() + 1,
        digest=digest,
        is_simulated=cohort_waves[0].study_cohort.cohort.is_simulated,
        made_by=by,
        job=request_job(TASK, owner=by),
    )
    release.cohort_waves.set(cohort_waves)
    record("make release", release, by=by)
    return release


def digest_of(cohort_waves: list[CohortWave]) -> str:
    numbers = ",".join(str(pk) for pk in sorted(row.pk for row in cohort_waves))
    return hashlib.sha256(numbers.encode()).hexdigest()


def check_set(study: Study, cohort_waves: list[CohortWave]) -> None:
    if not cohort_waves:
        raise ReleaseError(_("Please choose at least one wave and one cohort."))
    if any(row.study_cohort.study_id != study.pk for row in cohort_waves):
        raise ReleaseError(_("A release holds one study only."))
    if len({row.study_cohort.cohort.is_simulated for row in cohort_waves}) > 1:
        raise ReleaseError(_("Simulated and real cohorts are never released together."))
    if waiting := [row for row in cohort_waves if row.closed_at is None]:
        named = "; ".join(
            f"{row.study_cohort.cohort}, {row.wave.get_name_display()}" for row in waiting
        )
        raise ReleaseError(_("Not closed yet: %(waves)s.") % {"waves": named})


def check_differences(study: Study, cohort_waves: list[CohortWave]) -> None:
    """Two releases of a wave may differ only by whole cohorts that are large enough alone."""
    sizes = respondents(study)
    same_kind = study.releases.filter(is_simulated=cohort_waves[0].study_cohort.cohort.is_simulated)
    for other in same_kind.prefetch_related("cohort_waves__study_cohort__cohort"):
        others = list(other.cohort_waves.all())
        for wave in {row.wave_id for row in cohort_waves} & {row.wave_id for row in others}:
            here = {row for row in cohort_waves if row.wave_id == wave}
            there = {row for row in others if row.wave_id == wave}
            for row in here ^ there:
                if sizes.get(row.pk, 0) < study.min_group:
                    raise ReleaseError(
                        _(
                            "Release %(number)s differs from this set by %(cohort)s, where fewer "
                            "than %(least)s answered. Whoever compares the two could tell what "
                            "they said. Please choose the same cohorts as there."
                        )
                        % {
                            "number": digits_in(get_language(), other.number),
                            "cohort": row.study_cohort.cohort,
                            "least": digits_in(get_language(), study.min_group),
                        }
                    )


def respondents(study: Study) -> dict[int, int]:
    """How many answered, by cohort-wave."""
    counted = (
        Response.objects.filter(wave__study=study).values("cohort_wave").annotate(n=Count("pk"))
    )
    return {row["cohort_wave"]: row["n"] for row in counted}


@transaction.atomic
def publish(release: Release, *, by=None) -> None:
    """Let trainers of the release's cohorts see their page. Publishing again changes nothing.

    Raises ReleaseError if trainers could work out a small group from this and another one, and
    KeysMissingError.
    """
    Study.objects.select_for_update().get(pk=release.study_id)
    check_published_together(release)
    won = Release.objects.filter(pk=release.pk, published_at=None, built_at__isnull=False).update(
        published_at=timezone.now()
    )
    if won:
        record("publish release", release, by=by)


def check_published_together(release: Release) -> None:
    """What is published of a cohort is one comparison; two may differ by large cohorts only."""
    waves, cohorts = compared(release)
    if len(waves) < 2:
        raise ReleaseError(_("A release of one wave holds no comparison to publish."))
    published = release.study.releases.filter(published_at__isnull=False).exclude(pk=release.pk)
    for other in published:
        other_waves, other_cohorts = compared(other)
        if not cohorts & other_cohorts:
            continue
        differing = {cohort.pk for cohort in cohorts ^ other_cohorts}
        known = [*sizes_of(release).values(), *sizes_of(other).values()]
        is_small = not all(known) or any(
            cohort in differing and count < release.study.min_group
            for sizes in known
            for cohort, count in sizes.items()
        )
        if waves != other_waves or (differing and is_small):
            raise ReleaseError(
                _(
                    "Release %(number)s is published for some of these cohorts already. Whoever "
                    "compares the two could tell what a few people said."
                )
                % {"number": digits_in(get_language(), other.number)}
            )


def compared(release: Release) -> tuple[list[Wave], set[Cohort]]:
    """The first two waves of a release, and its cohorts."""
    rows = release.cohort_waves.select_related("wave", "study_cohort__cohort")
    waves = sorted({row.wave for row in rows}, key=lambda wave: wave.position)
    return waves[:2], {row.study_cohort.cohort for row in rows}
