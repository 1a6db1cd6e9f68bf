"""Asking for a release, publishing it and taking it back. Light: quizzes.reports.build builds."""

import hashlib

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quizzes.analysis.subtraction import gives_away
from quizzes.models import CohortWave, Export, Release, Response, Study, Wave
from quizzes.reports.frozen import sizes_of
from training.actions.audit import record
from training.actions.jobs import cancel, request_job, try_again
from training.khmer import digits_in
from training.models import AuditEntry, Cohort, Job

TASK = "quizzes.tasks.build_release"
GIVES_AWAY = "gives_away"  # a job's error: the release would tell a number that is hidden


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
        build_again(release)
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


@transaction.atomic
def build_again(release: Release) -> None:
    """Begin the building of a release anew where it failed or was cancelled.

    Raises ReleaseError: while it was cancelled or refused, another set may have been released.
    """
    if release.built_at or not release.job:
        return
    study = Study.objects.select_for_update().get(pk=release.study_id)
    if study.releases.filter(nobody_has(), pk=release.pk).exists():
        rows = release.cohort_waves.select_related("wave", "study_cohort__cohort")
        check_differences(study, list(rows))
    try_again(release.job)


@transaction.atomic
def cancel_work(made: Release | Export, *, by=None) -> bool:
    """Stop the making of a release or a file. Returns whether it was stopped.

    The row is locked first: either what was made is stored, or the cancelling is seen by then.
    """
    rows = type(made).objects.select_for_update(of=("self",)).select_related("job")
    now = rows.get(pk=made.pk)
    if now.is_made or not cancel(now.job):
        return False
    record(f"cancel {made._meta.model_name}", made, by=by)
    return True


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
    """Two releases of a wave may differ only by whole cohorts that are large enough alone.

    And no sum of releases of a wave, each times a number, may be of a small group.
    """
    sizes = respondents(study)
    same_kind = study.releases.filter(is_simulated=cohort_waves[0].study_cohort.cohort.is_simulated)
    known = same_kind.exclude(nobody_has())
    releases = list(known.prefetch_related("cohort_waves__study_cohort__cohort"))
    for other in releases:
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
    check_sums(
        study, [cohort_waves, *(list(other.cohort_waves.all()) for other in releases)], sizes
    )


def nobody_has() -> Q:
    """Releases that were never seen: cancelled, or refused for what they would have told."""
    refused = Q(job__state=Job.State.FAILED, job__error=GIVES_AWAY)
    return Q(built_at=None) & (Q(job__state=Job.State.CANCELLED) | refused)


def check_sums(study: Study, sets: list[list[CohortWave]], sizes: dict[int, int]) -> None:
    """Adding and subtracting these sets leads to no small group, wave by wave of the first.

    Two sets by two are not enough: s and a, s and b, and all three are pairwise far apart, but the
    first two less the third are s.
    """
    for wave in {row.wave_id for row in sets[0]}:
        of_wave = [[row for row in one if row.wave_id == wave] for one in sets]
        rows = {row.pk: row for one in of_wave for row in one}
        told = gives_away([frozenset(r.pk for r in one) for one in of_wave], sizes, study.min_group)
        if told:
            cohorts = sorted(str(rows[pk].study_cohort.cohort) for pk in told)
            raise ReleaseError(
                _(
                    "Together with the releases made before, this set would tell what fewer than "
                    "%(least)s people answered, in %(cohorts)s. Please choose other cohorts."
                )
                % {
                    "least": digits_in(get_language(), study.min_group),
                    "cohorts": ", ".join(cohorts),
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
    """Let trainers of the release's cohorts see their page; also after it was taken back.

    Raises ReleaseError if trainers could work out a small group from this and another one, and
    KeysMissingError.
    """
    Study.objects.select_for_update().get(pk=release.study_id)
    check_published_together(release)
    unseen = Q(published_at=None) | Q(unpublished_at__isnull=False)
    won = (
        Release.objects.ready()
        .filter(unseen, pk=release.pk)
        .update(published_at=timezone.now(), unpublished_at=None)
    )
    if won:
        record("publish release", release, by=by)


@transaction.atomic
def unpublish(release: Release, *, reason: str, by=None) -> None:
    """Take a published release back: from now on trainers do not see it.

    What they have seen they may have kept, so that it still counts in `check_published_together`.
    Raises ReleaseError without a reason.
    """
    if not reason.strip():
        raise ReleaseError(_("Please say why it is taken back."))
    published = Release.objects.published().filter(pk=release.pk)
    if published.update(unpublished_at=timezone.now()):
        record("unpublish release", release, by=by, reason=reason.strip())


def note_seen(release: Release, *, by) -> None:
    """Write down that somebody opened the report: one line a person, release and day."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = AuditEntry.objects.about(release)
    seen = lines.filter(action="see release", actor=by, at__gte=today)
    if seen.exists():
        return
    with transaction.atomic():
        Release.objects.select_for_update().only("pk").get(pk=release.pk)
        if not seen.exists():
            record("see release", release, by=by)


def check_published_together(release: Release) -> None:
    """What is published of a cohort is one comparison; two may differ by large cohorts only.

    And no sum of published releases, each times a number, may be of a small group. Those that
    share no cohort with this one need no look: a small cohort of one that is linked with this one
    by others is in all of those, or two of them would differ by it.
    What was taken back counts as well: its numbers are known.
    """
    waves, cohorts = compared(release)
    if len(waves) < 2:
        raise ReleaseError(_("A release of one wave holds no comparison to publish."))
    published = release.study.releases.filter(published_at__isnull=False).exclude(pk=release.pk)
    others = [(other, *compared(other)) for other in published]
    others = [row for row in others if cohorts & row[2]]
    if not others:
        return
    least, scored = release.study.min_group, sizes_of(release)
    sizes = {scale: dict(counts) for scale, counts in scored.items()}
    together = [frozenset(cohort.pk for cohort in cohorts)]
    for other, other_waves, other_cohorts in others:
        differing = {cohort.pk for cohort in cohorts ^ other_cohorts}
        other_scored = sizes_of(other)
        known = [*scored.values(), *other_scored.values()]
        is_small = not all(known) or any(
            cohort in differing and count < least
            for counts in known
            for cohort, count in counts.items()
        )
        if waves != other_waves or (differing and is_small):
            raise ReleaseError(
                _(
                    "Release %(number)s has been published for some of these cohorts. Whoever "
                    "compares the two could tell what a few people said."
                )
                % {"number": digits_in(get_language(), other.number)}
            )
        together.append(frozenset(cohort.pk for cohort in other_cohorts))
        for scale, counts in other_scored.items():
            sizes.setdefault(scale, {}).update(counts)
    if any(gives_away(together, of_scale, least) for of_scale in sizes.values()):
        raise ReleaseError(
            _(
                "Other releases are published for some of these cohorts already. Whoever adds and "
                "subtracts them could tell what a few people said."
            )
        )


def compared(release: Release) -> tuple[list[Wave], set[Cohort]]:
    """The first two waves of a release, and its cohorts."""
    rows = release.cohort_waves.select_related("wave", "study_cohort__cohort")
    waves = sorted({row.wave for row in rows}, key=lambda wave: wave.position)
    return waves[:2], {row.study_cohort.cohort for row in rows}
