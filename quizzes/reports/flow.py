"""Why fewer answered than were enrolled, as far as it can be known without linking anybody."""

from collections import defaultdict
from datetime import date

from django.db.models import Count
from django.utils import timezone

from quizzes.models import CohortWave, Response, StudyCohort
from training.models import Cohort, CohortStep, Completion, Enrolment

REASONS = ["joined_late", "not_open", "left", "not_reached"]


def reasons_of(study_cohort: StudyCohort) -> dict:
    """Raw counts of one cohort, not suppressed: whoever shows them does that first.

    Returns {"enrolled": n, "left": n, "waves": {wave: {"joined_late", "not_open", "left",
    "not_reached", "asked", "late", "imported"}}}. The first five add up to the enrolled, each of
    whom counts under the first that holds: joined after the wave closed; the wave was closed before
    its day, or that day has not come; left the cohort before the survey came; had not finished the
    course in front of it while it was open; was asked. late: participants whose pages came too late
    and are kept. imported: answers from a file, of people who need not be enrolled here.

    Who was asked and did not answer is not divided any further: declining looks like answering,
    so that nobody can count it.
    """
    cohort = study_cohort.cohort
    enrolments = list(cohort.enrolments.all())
    finished = course_finished_on(cohort)
    after = set(cohort.steps.filter(place=CohortStep.Place.AFTER).values_list("step_id", flat=True))
    waves = {}
    for row in study_cohort.waves.select_related("wave"):
        counts = dict.fromkeys([*REASONS, "asked"], 0)
        for enrolment in enrolments:
            is_behind = row.wave.step_id in after
            ready_on = finished.get(enrolment.pk) if is_behind else enrolment.joined_on
            counts[reason_of(enrolment, row, ready_on) or "asked"] += 1
        late = row.quarantines.aggregate(n=Count("code", distinct=True))["n"]
        imported = row.responses.filter(mode=Response.Mode.IMPORTED).count()
        waves[row.wave.name] = counts | {"late": late, "imported": imported}
    left = sum(enrolment.left_on is not None for enrolment in enrolments)
    return {"enrolled": len(enrolments), "left": left, "waves": waves}


def reason_of(enrolment: Enrolment, row: CohortWave, ready_on: date | None) -> str | None:
    """Why this enrolment could not be asked in this wave; None where it was.

    ready_on: the day on which nothing of the course stood in front of the survey; None: never.
    """
    last = timezone.localdate(row.closed_at) if row.closed_at else timezone.localdate()
    if enrolment.joined_on > last:
        return "joined_late"
    if row.opens_on and row.opens_on > last:
        return "not_open"
    asked_on = max(ready_on, row.opens_on or ready_on) if ready_on else None
    left_on = enrolment.left_on
    if left_on and left_on <= last and (asked_on is None or asked_on > left_on):
        return "left"
    return None if asked_on and asked_on <= last else "not_reached"


def course_finished_on(cohort: Cohort) -> dict[int, date]:
    """Enrolment -> the day of its last lesson or check, of those who have done all of them.

    Where no course is pinned nothing is to be finished: the day of joining.
    """
    pinned = cohort.steps.filter(place=CohortStep.Place.COURSE).select_related("step__lesson")
    course = {row.step_id for row in pinned if row.step.lesson.is_shown}
    if not course:
        return dict(cohort.enrolments.values_list("pk", "joined_on"))
    days = defaultdict(list)
    done = Completion.objects.filter(enrolment__cohort=cohort, step__in=course)
    for enrolment, at in done.values_list("enrolment", "completed_at"):
        days[enrolment].append(timezone.localdate(at))
    return {key: max(found) for key, found in days.items() if len(found) == len(course)}
