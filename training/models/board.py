"""Who of a cohort stands where. What a trainer may know, and not more."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from training.models.certificates import Certificate
from training.models.cohorts import Cohort, CohortStep, Enrolment
from training.models.curriculum import Step
from training.models.progress import Completion
from training.models.way import Way, lay_out, pinned_steps

NOT_STARTED, ON_THE_WAY, COMPLETED = "not_started", "on_the_way", "completed"


@dataclass
class BoardRow:
    """One officer on the board. `state`: of the course; surveys do not count."""

    enrolment: Enrolment
    way: Way
    certificate: Certificate | None

    @property
    def state(self):
        if self.certificate or self.way.is_course_done:
            return COMPLETED
        return ON_THE_WAY if self.way.steps_done else NOT_STARTED


def board_of(cohort: Cohort) -> list[BoardRow]:
    """A row for each officer of the cohort, in five queries whatever their number.

    A survey step counts as done from the midnight after it, the same for yes and no; earlier only
    if a lesson or check behind it is done, which everybody sees anyway.
    """
    enrolments = list(
        cohort.enrolments.filter(left_on=None)
        .select_related("learner")
        .prefetch_related("learner__memberships")
        .order_by("learner__family_name_km", "learner__given_name_km", "pk")
    )
    pinned = pinned_steps(cohort)
    done, hidden = completed_steps(cohort)
    certificates = {
        certificate.enrolment_id: certificate
        for certificate in Certificate.objects.filter(enrolment__cohort=cohort, revoked_on=None)
    }
    return [
        BoardRow(
            enrolment,
            lay_out(
                pinned,
                seen_by_trainers(pinned, done[enrolment.learner_id], hidden[enrolment.learner_id]),
            ),
            certificates.get(enrolment.pk),
        )
        for enrolment in enrolments
    ]


def completed_steps(cohort: Cohort) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Learner -> steps done, and learner -> survey steps done since the last midnight."""
    done, hidden = defaultdict(set), defaultdict(set)
    rows = Completion.objects.filter(
        Q(enrolment__cohort=cohort)
        | Q(
            step__kind=Step.Kind.SURVEY,
            step__cohort_steps__cohort=cohort,
            enrolment__learner__in=cohort.enrolments.values("learner"),
        )
    )
    for learner, step, is_shown in rows.values_list("enrolment__learner", "step", "is_shown"):
        (done if is_shown else hidden)[learner].add(step)
    return done, hidden


def seen_by_trainers(pinned: list[CohortStep], done: set[int], hidden: set[int]) -> set[int]:
    """The steps done, without the surveys since midnight that no later step gives away."""
    last = max((place for place, row in enumerate(pinned) if row.step_id in done), default=-1)
    return done | {row.step_id for row in pinned[: last + 1] if row.step_id in hidden}
