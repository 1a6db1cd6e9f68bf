"""Studies, their waves, their cohorts; opening and closing."""

import re
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from quizzes.keys import KeysMissingError, link_keys_of
from quizzes.models import (
    CohortWave,
    Draft,
    InstrumentVersion,
    PaperEntry,
    Quarantine,
    Study,
    StudyCohort,
    Wave,
)
from quizzes.models.studies import CODE_PATTERN
from training.actions.audit import record
from training.models import Cohort, CohortStep, Step

WAVE_ORDER = ["pre", "post", "fu3", "fu6"]
# Days after the cohort's end, if nothing else is asked for: when a follow-up opens, and when each
# wave is planned to close.
OPENS_AFTER = {"fu3": 90, "fu6": 180}
CLOSES_AFTER = {"pre": 14, "post": 14, "fu3": 120, "fu6": 210}
KEPT_IN_QUARANTINE = timedelta(days=90)
STEP_TITLES = {
    "pre": ("ការស្ទង់មតិមុនវគ្គសិក្សា", "Survey before the course"),
    "post": ("ការស្ទង់មតិក្រោយវគ្គសិក្សា", "Survey after the course"),
    "fu3": ("ការស្ទង់មតិតាមដាន ក្រោយ៣ខែ", "Follow-up survey after 3 months"),
    "fu6": ("ការស្ទង់មតិតាមដាន ក្រោយ៦ខែ", "Follow-up survey after 6 months"),
}


class StudyError(Exception):
    """What was asked of a study cannot be done; the text says why."""


@transaction.atomic
def make_study(
    code: str, version: InstrumentVersion, waves: list[str], *, title=None, min_group=None
) -> Study:
    """A study with its waves, each with a step that a cohort's way can hold.

    waves: of pre, post, fu3, fu6, in that order. title: {"km": …, "en": …}; the instrument's if
    none. Raises StudyError.
    """
    if unknown := set(waves) - set(WAVE_ORDER):
        raise StudyError(
            f"unknown wave {', '.join(sorted(unknown))}; known: {', '.join(WAVE_ORDER)}"
        )
    if not waves or waves != sorted(set(waves), key=WAVE_ORDER.index):
        raise StudyError(f"waves must be named once each and in the order {', '.join(WAVE_ORDER)}")
    min_group = min_group or settings.MIN_GROUP
    if min_group < 5:
        raise StudyError("the smallest group shown cannot be below 5")
    if not re.match(CODE_PATTERN, code):
        raise StudyError(
            f"{code!r} is no study code: a letter first, then letters, digits, - and _, "
            "16 characters at most"
        )
    if Study.objects.filter(code__iexact=code).exists():
        raise StudyError(f"there is a study {code} already")
    instrument = version.instrument
    title = title or {"km": instrument.title_km, "en": instrument.title_en}
    study = Study.objects.create(
        code=code,
        version=version,
        min_group=min_group,
        title_km=title["km"],
        title_en=title["en"],
    )
    for position, name in enumerate(waves):
        km, en = STEP_TITLES[name]
        step = Step.objects.create(
            kind=Step.Kind.SURVEY, slug=f"{code}-{name}".lower(), title_km=km, title_en=en
        )
        Wave.objects.create(
            study=study,
            version=version,
            name=name,
            position=position,
            opens_after=OPENS_AFTER.get(name),
            closes_after=CLOSES_AFTER[name],
            step=step,
        )
    return study


@transaction.atomic
def add_cohort(study: Study, cohort: Cohort, *, is_comparison=False, by=None) -> StudyCohort:
    """Let a cohort take part: each wave becomes a step of its way.

    Raises StudyError if the cohort is in it already or somebody of it has done a step.
    """
    if StudyCohort.objects.filter(study=study, cohort=cohort).exists():
        raise StudyError(_("%(cohort)s takes part in this study already.") % {"cohort": cohort})
    if cohort.enrolments.filter(completions__isnull=False).exists():
        raise StudyError(
            _(
                "Somebody in %(cohort)s has begun the course: "
                "a survey before it would come too late."
            )
            % {"cohort": cohort}
        )
    row = StudyCohort.objects.create(study=study, cohort=cohort, is_comparison=is_comparison)
    for wave in study.waves.select_related("step"):
        after = wave.opens_after
        opens_on = None if after is None else cohort.ends_on + timedelta(days=after)
        CohortWave.objects.create(
            study_cohort=row,
            wave=wave,
            opens_on=opens_on,
            closes_on=cohort.ends_on + timedelta(days=wave.closes_after),
        )
        CohortStep.objects.create(
            cohort=cohort,
            step=wave.step,
            place=CohortStep.Place.BEFORE if wave.name == "pre" else CohortStep.Place.AFTER,
            position=free_position(cohort, wave),
            opens_on=opens_on,
        )
    sync_steps(study, cohort=cohort)
    if by:
        record("add cohort to study", row, by=by)
    return row


def free_position(cohort: Cohort, wave: Wave) -> int:
    """Behind the survey steps that other studies have pinned at the same place."""
    taken = cohort.steps.exclude(place=CohortStep.Place.COURSE).values_list("position", flat=True)
    return max(taken, default=-1) + 1


def sync_steps(study: Study, *, cohort: Cohort | None = None) -> None:
    """Open the survey steps of open waves, and only while the study's keys are here.

    A wave whose instrument is loaded for analysis only stays closed.

    cohort: only its steps. An import adds many cohorts, and each need not look at all others.
    """
    steps = CohortStep.objects.filter(step__wave__study=study)
    if cohort:
        steps = steps.filter(cohort=cohort)
    try:
        link_keys_of(study)
    except KeysMissingError:
        steps.filter(is_open=True).update(is_open=False)
        return
    has_open_wave = Exists(
        CohortWave.objects.filter(
            study_cohort__cohort=OuterRef("cohort"),
            wave__step=OuterRef("step"),
            wave__version__in=InstrumentVersion.objects.askable(),
            closed_at=None,
        )
    )
    steps.filter(~has_open_wave, is_open=True).update(is_open=False)
    steps.filter(has_open_wave, is_open=False).update(is_open=True)


@transaction.atomic
def close_wave(cohort_wave: CohortWave, *, by=None) -> None:
    """Close a wave of a cohort for good: its answers freeze, what was not sent is deleted.

    Closing again changes nothing.
    """
    cohort_wave = CohortWave.objects.select_for_update().get(pk=cohort_wave.pk)
    if cohort_wave.closed_at:
        return
    for model in (Draft, PaperEntry):
        model.objects.filter(cohort_wave=cohort_wave).delete()
    cohort_wave.closed_at = timezone.now()
    cohort_wave.save(update_fields=["closed_at"])
    record("close wave", cohort_wave, by=by)
    sync_steps(cohort_wave.study_cohort.study)


def sweep_studies() -> None:
    """Close waves whose day has passed, drop old late pages; let steps follow the studies' keys."""
    today = timezone.localdate()
    Quarantine.objects.filter(arrived_on__lt=today - KEPT_IN_QUARANTINE).delete()
    for cohort_wave in CohortWave.objects.filter(closed_at=None, closes_on__lt=today):
        close_wave(cohort_wave)
    for study in Study.objects.all():
        sync_steps(study)
