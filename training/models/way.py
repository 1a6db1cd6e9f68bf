"""The way of one enrolment: its pinned steps, what is done, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from training.models.certificates import Certificate
from training.models.cohorts import Cohort, CohortStep, Enrolment
from training.models.curriculum import Lesson, Module, Step
from training.models.progress import Completion

DONE, NOW, OPEN, AHEAD = "done", "now", "open", "ahead"
# What a waiting group calls the survey that others take after the course.
SECOND_SURVEY = _("Second survey before the course")


@dataclass
class WayStep:
    """A pinned step as one person sees it. `state` is done, now, open or ahead.

    opens_on, closes_on: its first and its last day; None where there is none.
    """

    step: Step
    place: int
    opens_on: date | None = None
    closes_on: date | None = None
    state: str = AHEAD

    @property
    def is_done(self):
        return self.state == DONE

    @property
    def is_later(self):
        """Whether its first day has not come."""
        return self.opens_on is not None and self.opens_on > timezone.localdate()

    @property
    def lesson(self) -> Lesson | None:
        return self.step.lesson

    @property
    def is_shown(self):
        """Whether its page is there. A lesson whose sign-off was lost is hidden for a while."""
        return self.lesson is None or self.lesson.is_shown

    @property
    def title(self):
        if self.place == CohortStep.Place.BEFORE and self.opens_on:
            return SECOND_SURVEY
        return self.lesson.title if self.lesson else self.step.title

    @property
    def url(self):
        """Where the step is taken. A survey's page is the one address outside this app."""
        if self.step.kind == Step.Kind.SURVEY:
            return reverse("quizzes:survey", args=[self.step.slug])
        name = "training:lesson" if self.step.kind == Step.Kind.LESSON else "training:check"
        return reverse(name, args=[self.lesson.code])


@dataclass
class Span:
    """One arch of the bridge: a module, or a lesson where the course has one module only."""

    code: str
    title: str
    steps: list[WayStep]

    @property
    def is_done(self):
        return all(step.is_done for step in self.steps)

    @property
    def state(self):
        if self.is_done:
            return DONE
        return NOW if any(step.state in (DONE, NOW) for step in self.steps) else AHEAD

    @property
    def state_words(self):
        return {DONE: _("completed"), NOW: _("in progress"), AHEAD: _("not started")}[self.state]

    @property
    def lessons(self) -> list["Span"]:
        """The lessons of a module, each with its lesson and check step."""
        return [
            Span(lesson.code, lesson.title, list(steps))
            for lesson, steps in groupby(self.steps, key=lambda step: step.lesson)
        ]

    @property
    def url(self):
        """The step to take, or the first one to read again."""
        return next((step.url for step in self.steps if not step.is_done), self.steps[0].url)


@dataclass
class Way:
    """All steps of an enrolment in their order, with the state of each."""

    steps: Sequence[WayStep]

    @cached_property
    def next(self) -> WayStep | None:
        """The one step that "continue" leads to; None when everything open is done."""
        return next((step for step in self.steps if step.state == NOW), None)

    def find(self, step: Step) -> WayStep | None:
        return next((found for found in self.steps if found.step == step), None)

    def at(self, place) -> list[WayStep]:
        return [step for step in self.steps if step.place == place]

    @property
    def before(self):
        return self.at(CohortStep.Place.BEFORE)

    @property
    def course(self):
        return self.at(CohortStep.Place.COURSE)

    @property
    def after(self):
        return self.at(CohortStep.Place.AFTER)

    @cached_property
    def modules(self) -> list[Span]:
        return [
            Span(module.code, module.title, list(steps))
            for module, steps in groupby(self.course, key=lambda step: step.lesson.module)
        ]

    @property
    def spans(self) -> list[Span]:
        return self.modules if len(self.modules) > 1 else self.lessons

    @property
    def lessons(self) -> list[Span]:
        return [lesson for module in self.modules for lesson in module.lessons]

    @property
    def lessons_done(self):
        return sum(lesson.is_done for lesson in self.lessons)

    @property
    def steps_done(self):
        return sum(step.is_done for step in self.steps)

    @property
    def is_course_done(self):
        return bool(self.course) and all(step.is_done for step in self.course)

    @cached_property
    def course_opens_on(self) -> date | None:
        """The day on which the course of a waiting group opens; None once it is there."""
        return next((step.opens_on for step in self.course if step.is_later), None)

    @property
    def dated_survey(self) -> WayStep | None:
        """A survey to take now that opened on a day of its own: nobody was led to it by a step."""
        step = self.next
        return step if step and step.step.kind == Step.Kind.SURVEY and step.opens_on else None


def way_of(enrolment: Enrolment) -> Way:
    """The enrolment's way, in two queries whatever its length.

    A survey counts as done when this person did it in any cohort: it is asked once in a study.
    Steps that are closed and not done, surveys that open only later, and steps of a hidden lesson
    are left out. A course that opens later is shown, and waits.
    """
    pinned = pinned_steps(enrolment.cohort)
    done = set(
        Completion.objects.filter(enrolment__learner=enrolment.learner_id)
        .filter(Q(enrolment=enrolment) | Q(step__kind=Step.Kind.SURVEY))
        .values_list("step_id", flat=True)
    )
    return lay_out(pinned, done)


def pinned_steps(cohort: Cohort) -> list[CohortStep]:
    """The cohort's steps in their order, with what a page of the way shows: one query."""
    return list(cohort.steps.select_related("step__lesson__module"))


def lay_out(pinned: list[CohortStep], done: set[int]) -> Way:
    """The pinned steps as a way, of which the steps with these numbers are done."""
    today = timezone.localdate()
    steps = []
    for row in pinned:
        step = WayStep(row.step, row.place, row.first_day, row.closes_on)
        if row.step_id in done:
            step.state = DONE
        elif not (row.is_open and step.is_shown and (row.opens_on or today) <= today):
            continue
        steps.append(step)
    mark(steps)
    return Way(steps)


def mark(steps: list[WayStep]) -> None:
    """Say which undone step is next, which may be taken, and which wait.

    Everything of earlier modules and every survey before comes first; inside a module, lessons
    may be taken in any order after the first.
    """
    undone = [step for step in steps if not (step.is_done or step.is_later)]
    if not undone:
        return
    first = undone[0]
    first.state = NOW
    if first.place != CohortStep.Place.COURSE:
        return
    module = [step for step in steps if step.lesson and step.lesson.module == first.lesson.module]
    if first.lesson == module[0].lesson:
        module = [step for step in module if step.lesson == first.lesson]
    for step in module:
        if step.state == AHEAD:
            step.state = OPEN


def certificate_of(enrolment: Enrolment) -> Certificate | None:
    return enrolment.certificates.filter(revoked_on=None).first()


def course_outline() -> list[tuple[Module, list[Lesson]]]:
    """The modules and lessons that anybody may read, in order: one query."""
    lessons = Lesson.objects.shown().select_related("module")
    return [
        (module, list(group))
        for module, group in groupby(lessons, key=lambda lesson: lesson.module)
    ]
