"""Joining a cohort."""

import uuid

from django.db import transaction
from django.utils import timezone

from training.actions.people import grant_role, make_account
from training.models import Cohort, CohortStep, Enrolment, Lesson, Role, Step, User


class CohortClosedError(Exception):
    """Nobody joins this cohort any more."""


@transaction.atomic
def join(cohort: Cohort, user: User, *, join_key: uuid.UUID | None = None) -> Enrolment:
    """Enrol a person who has an account. Joining again changes nothing.

    Raises CohortClosedError if the cohort takes nobody any more and the person is not in it.
    """
    if enrolment := Enrolment.objects.filter(cohort=cohort, learner=user).first():
        return enrolment
    cohort = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if not cohort.is_open:
        raise CohortClosedError
    start_way(cohort)
    grant_role(user, Role.OFFICER)
    return Enrolment.objects.create(cohort=cohort, learner=user, join_key=join_key or uuid.uuid4())


@transaction.atomic
def join_as_new(cohort: Cohort, *, join_key: uuid.UUID, **account) -> Enrolment:
    """Make the account and the enrolment together. The same key again gives the same enrolment.

    account: for make_account. Raises CohortClosedError.
    """
    Cohort.objects.select_for_update().get(pk=cohort.pk)  # two clicks wait for each other
    if enrolment := Enrolment.objects.filter(join_key=join_key, cohort=cohort).first():
        return enrolment
    if not cohort.is_open:
        raise CohortClosedError
    user = make_account(roles=[Role.OFFICER], is_simulated=cohort.is_simulated, **account)
    return join(cohort, user, join_key=join_key)


def start_way(cohort: Cohort) -> None:
    """Pin the course as it is now. Later changes do not touch this cohort."""
    if cohort.started_at:
        return
    steps = [
        step
        for lesson in Lesson.objects.shown()
        for step in Step.objects.filter(lesson=lesson).order_by("-kind")  # lesson, then check
    ]
    CohortStep.objects.bulk_create(
        CohortStep(cohort=cohort, step=step, position=n) for n, step in enumerate(steps)
    )
    cohort.started_at = timezone.now()
    cohort.save(update_fields=["started_at"])


def close_joining(cohort: Cohort) -> None:
    cohort.closed_on = timezone.localdate()
    cohort.save(update_fields=["closed_on"])
