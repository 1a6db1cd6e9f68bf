"""Steps done. The one place where a completion is written, whoever found it done."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from training.actions.certificates import issue_certificate
from training.actions.order import write_in_key_order
from training.models import CohortStep, Completion, Enrolment, Option, Question, Step, Tries
from training.models.way import AHEAD, DONE, way_of


class NotYetError(Exception):
    """The step's turn has not come."""


@transaction.atomic
def complete_step(enrolment: Enrolment, step: Step, *, score=None, tries=None) -> Completion:
    """Say that this enrolment has completed this step. Saying it again changes nothing.

    A survey step gets no time and reaches the trainer's board at the next midnight.

    Raises NotYetError if a step before it is still to be done.
    """
    if done := enrolment.completions.filter(step=step).first():
        return done
    way = way_of(enrolment)
    found = way.find(step)
    if found is None or found.state == AHEAD:
        raise NotYetError(step.slug)
    if step.kind == Step.Kind.SURVEY:
        return complete_survey(enrolment, step)
    completion, _ = Completion.objects.get_or_create(
        enrolment=enrolment,
        step=step,
        defaults={"completed_at": timezone.now(), "score": score, "tries": tries},
    )
    Enrolment.objects.filter(pk=enrolment.pk).update(seen_on=timezone.localdate())
    found.state = DONE
    if way.is_course_done:
        issue_certificate(enrolment)
    return completion


def complete_survey(enrolment: Enrolment, step: Step) -> Completion:
    """The same for yes and no: without a time, and without an order among those of the cohort."""
    CohortStep.objects.select_for_update().get(cohort=enrolment.cohort_id, step=step)
    if done := enrolment.completions.filter(step=step).first():  # a second click, meanwhile
        return done
    completion = Completion(enrolment=enrolment, step=step, is_shown=False)
    write_in_key_order(
        Completion.objects.filter(enrolment__cohort=enrolment.cohort_id, step=step), completion
    )
    return completion


@transaction.atomic
def complete_course(enrolment: Enrolment, checks: Callable[[], tuple[int, int]]) -> None:
    """Write every lesson and check as done: for simulated people, who tried none of them.

    checks: gives score and tries of one check. No counter of a question changes: those tell
    trainers what real officers found hard.
    """
    now = timezone.now()
    rows = []
    for place in way_of(enrolment).course:
        score, tries = checks() if place.step.kind == Step.Kind.CHECK else (None, None)
        rows.append(
            Completion(
                enrolment=enrolment, step=place.step, completed_at=now, score=score, tries=tries
            )
        )
    Completion.objects.bulk_create(rows)
    issue_certificate(enrolment)


@transaction.atomic
def try_check(
    answers: dict[Question, Option], step: Step, enrolments: list[Enrolment]
) -> dict[Question, bool]:
    """Count a try at a lesson's check and complete it once every answer is right.

    answers: one option for each question of the step's lesson. Only counters are stored.
    enrolments: those of the person who answers, in whose way the step stands; may be empty.

    Returns which questions are right. Raises ValueError if a question is missing.
    """
    if missing := set(step.lesson.questions.all()) - set(answers):
        raise ValueError(f"{step.slug}: no answer to {sorted(q.code for q in missing)}")
    right = {question: option.is_right for question, option in answers.items()}
    score = sum(right.values())
    first = False
    for enrolment in enrolments:
        if enrolment.completions.filter(step=step).exists():
            continue
        row, made = Tries.objects.get_or_create(
            enrolment=enrolment, step=step, defaults={"score": score}
        )
        first = first or made
        Tries.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
        if score == len(right):
            complete_step(enrolment, step, score=row.score, tries=row.tries + 1)
            row.delete()
    if first:
        count_first_try(right)
    return right


def count_first_try(right: dict[Question, bool]) -> None:
    """Add one first try to each question's counters. They belong to nobody."""
    for question, is_right in right.items():
        Question.objects.filter(pk=question.pk).update(
            first_tries=F("first_tries") + 1, first_right=F("first_right") + int(is_right)
        )


def show_survey_steps() -> int:
    """At midnight: let boards show the survey steps done until now. Returns how many."""
    return Completion.objects.filter(is_shown=False).update(is_shown=True)
