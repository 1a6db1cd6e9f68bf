"""Studies, their waves, their cohorts; opening and closing."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

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
from quizzes.models.studies import CODE_PATTERN, family_items, subgroup_items
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
    code: str,
    version: InstrumentVersion,
    waves: list[str],
    *,
    title=None,
    min_group=None,
    planned: dict[str, tuple[int | None, int]] | None = None,
    subgroups: Sequence[str] = (),
    bands: dict[str, float | None] | None = None,
    family: Sequence[str] = (),
    by=None,
) -> Study:
    """A study with its waves, each with a step that a cohort's way can hold.

    waves: of pre, post, fu3, fu6, in that order. title: {"km": …, "en": …}; the instrument's if
    none. planned: wave -> days after the end of a cohort when it opens (None: at once) and when it
    closes; the usual ones for a wave that is not named. subgroups, bands, family: see `declare`.

    Raises StudyError.
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
        raise StudyError(_("There is a study %(code)s already.") % {"code": code})
    days = {name: (OPENS_AFTER.get(name), CLOSES_AFTER[name]) for name in waves} | (planned or {})
    check_days(waves, days)
    check_declared(version, subgroups, bands or {}, family)
    instrument = version.instrument
    title = title or {"km": instrument.title_km, "en": instrument.title_en}
    study = Study.objects.create(
        code=code,
        version=version,
        min_group=min_group,
        title_km=title["km"],
        title_en=title["en"],
        subgroups=list(subgroups),
        bands=bands or {},
        family=list(family),
        declared_on=timezone.localdate(),
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
            opens_after=days[name][0],
            closes_after=days[name][1],
            step=step,
        )
    if by:
        record("make study", study, by=by)
    return study


def check_days(waves: list[str], days: dict[str, tuple[int | None, int]]) -> None:
    """Raises StudyError for a wave that would close before it opens."""
    for name in waves:
        opens, closes = days[name]
        if name == "pre" and opens is not None:
            raise StudyError(_("The survey before the course opens at once."))
        if opens is not None and closes < opens:
            raise StudyError(_("A wave closes after it opens."))


def check_declared(
    version: InstrumentVersion,
    subgroups: Sequence[str],
    bands: dict[str, float | None],
    family: Sequence[str],
) -> None:
    """Raises StudyError for what the version has not, and for a band that is no change."""
    for named, known in (
        (subgroups, subgroup_items(version)),
        (bands, version.scales),
        (family, family_items(version)),
    ):
        if unknown := set(named) - set(known.values_list("code", flat=True)):
            raise StudyError(
                _("This survey version has no such item or scale: %(codes)s")
                % {"codes": ", ".join(sorted(unknown))}
            )
    if any(band is not None and band <= 0 for band in bands.values()):
        raise StudyError(_("Points that count as a change are more than 0."))


@transaction.atomic
def declare(
    study: Study,
    *,
    subgroups: Sequence[str],
    bands: dict[str, float | None],
    family: Sequence[str],
    by=None,
) -> None:
    """Declare what the reports look at, before anybody has answered.

    subgroups: codes of items about oneself. bands: scale code -> points that count as a change,
    None: any change. family: codes of the items adjusted together; none: all items of scales.

    Raises StudyError once somebody has begun to answer.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.is_answered:
        raise StudyError(
            _("Somebody has answered in this study: what was declared before stays as it is.")
        )
    check_declared(study.version, subgroups, bands, family)
    study.subgroups, study.bands, study.family = list(subgroups), bands, list(family)
    study.declared_on = timezone.localdate()
    study.save(update_fields=["subgroups", "bands", "family", "declared_on"])
    record("declare", study, by=by)


@transaction.atomic
def take_up_version(wave: Wave, version: InstrumentVersion, *, by=None) -> None:
    """Let a wave ask a later version of its instrument, before anybody has answered the wave.

    Raises StudyError.
    """
    list(wave.cohort_waves.order_by("pk").select_for_update())  # nobody begins meanwhile
    wave = Wave.objects.select_related("version", "study").get(pk=wave.pk)
    is_later = version.number > wave.version.number
    if version.instrument_id != wave.version.instrument_id or not is_later:
        raise StudyError(_("A wave takes up a later version of the same survey only."))
    if not version.is_askable:
        raise StudyError(_("This version is for analysis only: the pages cannot ask it."))
    if wave.is_answered:
        raise StudyError(_("Somebody has answered this wave: it keeps its survey version."))
    wave.version = version
    wave.save(update_fields=["version"])
    record("take up version", wave, by=by)
    sync_steps(wave.study)


@transaction.atomic
def add_cohort(
    study: Study,
    cohort: Cohort,
    *,
    is_comparison=False,
    starts_on: date | None = None,
    post_opens_on: date | None = None,
    post_closes_on: date | None = None,
    by=None,
) -> StudyCohort:
    """Let a cohort take part: each wave becomes a step of its way.

    starts_on: the day on which the course of a comparison cohort opens. Its surveys before and
    after then both lie before the course, the second one between the other two days. Without it
    the surveys of a comparison cohort stand where they always do.

    Raises StudyError if the cohort is in it already or somebody of it has done a step, and for days
    out of order.
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
    days = {wave.name: planned_days(wave, cohort) for wave in study.waves.all()}
    before = {"pre"}
    if is_comparison and starts_on:
        let_wait(cohort, starts_on)
        days |= waiting_days(days, starts_on, post_opens_on, post_closes_on)
        before = {"pre", "post"}
    for wave in study.waves.select_related("step"):
        opens_on, closes_on = days[wave.name]
        CohortWave.objects.create(
            study_cohort=row, wave=wave, opens_on=opens_on, closes_on=closes_on
        )
        CohortStep.objects.create(
            cohort=cohort,
            step=wave.step,
            place=CohortStep.Place.BEFORE if wave.name in before else CohortStep.Place.AFTER,
            position=free_position(cohort, wave),
            opens_on=opens_on,
            closes_on=closes_on,
        )
    sync_steps(study, cohort=cohort)
    if by:
        record("add cohort to study", row, by=by)
    return row


def planned_days(wave: Wave, cohort: Cohort) -> tuple[date | None, date]:
    """When the wave opens and closes, counted from the end of the cohort."""
    after = wave.opens_after
    opens_on = None if after is None else cohort.ends_on + timedelta(days=after)
    return opens_on, cohort.ends_on + timedelta(days=wave.closes_after)


def let_wait(cohort: Cohort, starts_on: date) -> None:
    """Open the cohort's course on this day. Raises StudyError."""
    if not timezone.localdate() < starts_on <= cohort.ends_on:
        raise StudyError(
            _("The course of a waiting group opens later than today, and before the cohort ends.")
        )
    if cohort.course_opens_on not in (None, starts_on):
        raise StudyError(_("Another study lets this cohort wait until another day."))
    cohort.course_opens_on = starts_on
    cohort.save(update_fields=["course_opens_on"])


def waiting_days(
    waves, starts_on: date, post_opens_on: date | None, post_closes_on: date | None
) -> dict[str, tuple[date | None, date]]:
    """The days of the surveys that lie before the course of a waiting group.

    Each ends before the next thing opens: who comes late is not asked twice at the same time.

    Raises StudyError.
    """
    if "post" not in waves:
        return {"pre": (None, starts_on - timedelta(days=1))}
    if not (post_opens_on and post_closes_on):
        raise StudyError(_("Please write when the second survey opens and closes."))
    if not timezone.localdate() < post_opens_on <= post_closes_on < starts_on:
        raise StudyError(
            _(
                "The second survey of a waiting group opens later than today "
                "and closes before its course opens."
            )
        )
    first = {"pre": (None, post_opens_on - timedelta(days=1))} if "pre" in waves else {}
    return first | {"post": (post_opens_on, post_closes_on)}


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


@transaction.atomic
def extend_wave(cohort_wave: CohortWave, closes_on: date, *, by=None) -> None:
    """Let an open wave close later than it was planned: the consent promised its last day.

    Raises StudyError for an earlier day, and once that last day has passed.
    """
    cohort_wave = CohortWave.objects.select_for_update().get(pk=cohort_wave.pk)
    if cohort_wave.closed_at or cohort_wave.closes_on < timezone.localdate():
        raise StudyError(_("This wave is closed for good."))
    if closes_on <= cohort_wave.closes_on:
        raise StudyError(
            _("A wave may only close later than the consent said, which names its last day.")
        )
    if (latest := cohort_wave.latest_close) and closes_on > latest:
        raise StudyError(_("This survey must end before the next step of the waiting group opens."))
    cohort_wave.closes_on = closes_on
    cohort_wave.save(update_fields=["closes_on"])
    CohortStep.objects.filter(
        cohort=cohort_wave.study_cohort.cohort_id, step__wave=cohort_wave.wave_id
    ).update(closes_on=closes_on)
    record("extend wave", cohort_wave, by=by)


def sweep_studies() -> None:
    """Close waves whose day has passed, drop old late pages; let steps follow the studies' keys."""
    today = timezone.localdate()
    Quarantine.objects.filter(arrived_on__lt=today - KEPT_IN_QUARANTINE).delete()
    for cohort_wave in CohortWave.objects.filter(closed_at=None, closes_on__lt=today):
        close_wave(cohort_wave)
    for study in Study.objects.all():
        sync_steps(study)
