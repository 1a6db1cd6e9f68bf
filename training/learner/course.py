"""Reading and trying the course. Open to anyone; only an officer's own steps are stored."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from training.access import ANYONE, opens_to
from training.actions.progress import NotYetError, complete_step, try_check
from training.learner.forms import CheckForm, ChoiceForm
from training.models import Enrolment, Lesson, NodeChoice, Step
from training.models.way import AHEAD, DONE, NOW, certificate_of, course_outline, way_of


@dataclass
class Station:
    """One arch of a lesson's own bridge: a screen, the myths, the scenario, the end, the check."""

    place: int | str
    title: str
    url: str
    state: str

    @property
    def state_words(self):
        return {
            DONE: gettext_lazy("before this page"),
            NOW: gettext_lazy("this page"),
            AHEAD: gettext_lazy("ahead"),
        }[self.state]


class Walk:
    """The stations of a lesson in their order, and where the reader stands."""

    def __init__(self, lesson, here):
        places = [
            (screen.position, screen.title, ("lesson", screen.position))
            for screen in lesson.screens.all()
        ]
        if lesson.myths.all():
            places.append(("myths", _("What is often said"), ("myths",)))
        if getattr(lesson, "scenario", None):
            places.append(("scenario", lesson.scenario.title, ("scenario",)))
        places.append(("finish", _("To remember"), ("finish_lesson",)))
        places.append(("check", _("Check"), ("check",)))
        self.at = [place for place, *_rest in places].index(here)
        self.stations = [
            Station(
                place,
                title,
                reverse(f"training:{name}", args=[lesson.code, *args]),
                NOW if n == self.at else DONE if n < self.at else AHEAD,
            )
            for n, (place, title, (name, *args)) in enumerate(places)
        ]

    @property
    def next(self):
        return self.stations[self.at + 1].url

    @property
    def back(self):
        """The station before; the outline before the first."""
        return self.stations[self.at - 1].url if self.at else reverse("training:outline")


def open_lesson(code, *also):
    """A lesson that people may see, with what every page of it shows. Three queries and `also`."""
    lessons = Lesson.objects.shown().select_related("module", "scenario")
    return get_object_or_404(lessons.prefetch_related("screens", "myths", *also), code=code)


def needs_confirming(lesson, grounds):
    """Whether one of these facts, myths or questions still waits for a commander or a lawyer."""
    return lesson.signed_off_on is None and any(ground.to_confirm for ground in grounds)


@opens_to(ANYONE)
def outline(request):
    return render(request, "training/learner/outline.html", {"outline": course_outline()})


@opens_to(ANYONE)
def lesson(request, code, number=1):
    found = open_lesson(code)
    screens = found.screens.prefetch_related("bars", "facts__sources")
    screen = get_object_or_404(screens, position=number)
    facts = screen.facts.all()
    sources = {source.code: source for fact in facts for source in fact.sources.all()}
    context = {
        "lesson": found,
        "screen": screen,
        "sources": [sources[code] for code in sorted(sources)],
        "to_confirm": needs_confirming(found, facts),
        "files": found.files.filter(screen=number, language=get_language()),
        "walk": Walk(found, number),
    }
    return render(request, "training/learner/lesson.html", context)


@opens_to(ANYONE)
def myths(request, code):
    found = open_lesson(code, "myths__sources")
    walk = Walk(found, "myths") if found.myths.all() else None
    if walk is None:
        return redirect("training:scenario", code)
    rows = [(myth, needs_confirming(found, [myth])) for myth in found.myths.all()]
    context = {"lesson": found, "myths": rows, "walk": walk}
    return render(request, "training/learner/myths.html", context)


@opens_to(ANYONE)
def scenario(request, code, node=None):
    """A situation; with a choice, what each way leads to. Nothing is stored."""
    found = open_lesson(code)
    if not getattr(found, "scenario", None):
        return redirect("training:finish_lesson", code)
    choices = Prefetch("choices", NodeChoice.objects.select_related("next"))
    nodes = found.scenario.nodes.prefetch_related(choices)
    at = get_object_or_404(nodes, code=node) if node else nodes.first()
    form = ChoiceForm(at, request.POST if request.method == "POST" else None)
    context = {"lesson": found, "node": at, "form": form, "walk": Walk(found, "scenario")}
    if not form.is_valid():
        return render(request, "training/learner/scenario.html", context)
    ways = list(enumerate(at.choices.all()))
    context["chosen"] = next(way for way in ways if way[1] == form.cleaned_data["choice"])
    context["others"] = [way for way in ways if way != context["chosen"]]
    return render(request, "training/learner/feedback.html", context)


@opens_to(ANYONE)
def finish(request, code):
    """The sentence to remember. Its button completes the lesson, for those who are on their way."""
    found = open_lesson(code)
    if request.method != "POST":
        context = {"lesson": found, "walk": Walk(found, "finish")}
        return render(request, "training/learner/finish.html", context)
    standing = enrolments_with(request.user, found, Step.Kind.LESSON)
    done = [complete(enrolment, found) for enrolment in standing]
    if done and not any(done):
        messages.warning(
            request,
            _(
                "The turn of this lesson has not come yet. "
                "It counts when the steps before it are done."
            ),
        )
        return redirect("training:my_way")
    return redirect("training:check", code)


def enrolments_with(user, lesson, kind):
    """The person's current enrolments in whose way this step of the lesson stands."""
    if not user.is_authenticated:
        return []
    current = Enrolment.objects.current().filter(learner=user)
    return list(current.filter(cohort__steps__step__lesson=lesson, cohort__steps__step__kind=kind))


def complete(enrolment, lesson):
    """Complete the lesson's step. Returns False while its turn has not come."""
    try:
        complete_step(enrolment, lesson.steps.get(kind=Step.Kind.LESSON))
    except NotYetError:
        return False
    return True


@opens_to(ANYONE)
def check(request, code):
    """Both questions of a lesson on one page; tried again until both are right."""
    found = open_lesson(code, "questions__options", "questions__sources")
    questions = list(found.questions.all())
    form = CheckForm(questions, request.POST if request.method == "POST" else None)
    right, counts, certificate = {}, True, None
    if form.is_valid():
        step = found.steps.get(kind=Step.Kind.CHECK)
        standing = enrolments_with(request.user, found, Step.Kind.CHECK)
        reached = [enrolment for enrolment in standing if may_take(enrolment, step)]
        right, counts = try_check(form.answers(), step, reached), bool(reached) or not standing
        if all(right.values()):
            certificate = next(filter(None, map(certificate_of, reached)), None)
    context = {
        "lesson": found,
        "form": form,
        "rows": [(*row, needs_confirming(found, [row[1]])) for row in form.rows(right)],
        "is_tried": bool(right),
        "is_done": bool(right) and all(right.values()),
        "counts": counts,
        "certificate": certificate,
        "walk": Walk(found, "check"),
    }
    return render(request, "training/learner/check.html", context)


def may_take(enrolment, step):
    """Whether the step counts now. Reading and trying ahead is free, and counts nothing."""
    return way_of(enrolment).find(step).state != AHEAD
