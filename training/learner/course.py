"""Reading and trying the course. Open to anyone; only an officer's own steps are stored."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from training.access import ANYONE, opens_to
from training.actions.progress import NotYetError, complete_step, try_check
from training.learner.forms import CheckForm, ChoiceForm, SearchForm
from training.learner.glossary import explain_terms
from training.models import Enrolment, Lesson, NodeChoice, Step
from training.models.way import AHEAD, DONE, NOW, certificate_of, course_outline, way_of

NOT_YET = gettext_lazy(
    "The turn of this lesson has not come yet. It counts when the steps before it are done."
)


@dataclass
class Station:
    """One arch of a lesson's own bridge: a screen, a handout, myths, the scenario, the check."""

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
        if handout := getattr(lesson, "handout", None):
            places.append(("handout", handout.title, ("handout",)))
        if lesson.myths.all():
            places.append(("myths", _("What is often said"), ("myths",)))
        if scenario := getattr(lesson, "scenario", None):
            places.append(("scenario", scenario.title, ("scenario",)))
        else:
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
    lessons = Lesson.objects.shown().select_related("module", "scenario", "handout")
    return get_object_or_404(lessons.prefetch_related("screens", "myths", *also), code=code)


def is_marked(grounds):
    """Whether one of these facts, myths or questions needs a commander, lawyer or clinician."""
    return any(ground.to_confirm for ground in grounds)


@opens_to(ANYONE)
def outline(request):
    context = {"outline": course_outline(), "search": SearchForm()}
    return render(request, "training/learner/outline.html", context)


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
        "is_marked": is_marked(facts),
        "files": found.files.filter(screen=number, language=get_language()),
        "walk": Walk(found, number),
    }
    context["html"], context["terms"] = explain_terms(screen.html)
    if number == 1 and is_ahead(request.user, found):
        messages.info(request, NOT_YET)
    return render(request, "training/learner/lesson.html", context)


@opens_to(ANYONE)
def myths(request, code):
    found = open_lesson(code, "myths__sources")
    walk = Walk(found, "myths") if found.myths.all() else None
    if walk is None:
        return redirect("training:scenario", code)
    return render(request, "training/learner/myths.html", {"lesson": found, "walk": walk})


@opens_to(ANYONE)
def handout(request, code):
    """A lesson's card or sheet, to print."""
    found = open_lesson(code, "handout__columns__cells", "handout__sources")
    if not hasattr(found, "handout"):
        raise Http404
    columns = found.handout.columns.all()
    rows = list(zip(*(column.cells.all() for column in columns), strict=True))
    context = {"lesson": found, "columns": columns, "rows": rows, "walk": Walk(found, "handout")}
    return render(request, "training/learner/handout.html", context)


@opens_to(ANYONE)
def scenario(request, code):
    """A conversation: what happens, what one chooses, what it leads to. Nothing is stored.

    The choices made travel in the form, so that the page tells the whole way until now.
    """
    found = open_lesson(code)
    if not getattr(found, "scenario", None):
        return redirect("training:finish_lesson", code)
    form = ChoiceForm(request.POST if request.method == "POST" else None)
    before, choice = form.letters()
    made, at = found.scenario.follow([*before, *choice])
    context = {
        "lesson": found,
        "told": made,
        "node": at,
        "made": " ".join(choice.code for choice in made),
        "is_asked_again": form.is_bound and len(made) <= len(before),
        "is_best": all(choice.quality == NodeChoice.Quality.BEST for choice in made),
        "walk": Walk(found, "scenario"),
    }
    return render(request, "training/learner/scenario.html", context)


@opens_to(ANYONE)
def finish(request, code):
    """Complete the lesson, for those who are on their way.

    A page of its own only for a lesson without a scenario: that ends with the same sentence.
    """
    found = open_lesson(code)
    if request.method != "POST":
        if hasattr(found, "scenario"):
            return redirect("training:scenario", code)
        context = {"lesson": found, "walk": Walk(found, "finish")}
        return render(request, "training/learner/finish.html", context)
    standing = enrolments_with(request.user, found, Step.Kind.LESSON)
    done = [complete(enrolment, found) for enrolment in standing]
    if done and not any(done):
        messages.warning(request, NOT_YET)
    return redirect("training:check", code)


def enrolments_with(user, lesson, kind):
    """The person's current enrolments in whose way this step of the lesson stands."""
    if not user.is_authenticated:
        return []
    current = Enrolment.objects.current().filter(learner=user)
    return list(current.filter(cohort__steps__step__lesson=lesson, cohort__steps__step__kind=kind))


def is_ahead(user, lesson):
    """Whether the lesson stands on this person's ways, and its turn has come on none."""
    step = lesson.steps.filter(kind=Step.Kind.LESSON).first() if user.is_authenticated else None
    standing = enrolments_with(user, lesson, Step.Kind.LESSON) if step else []
    ways = [way_of(enrolment).find(step) for enrolment in standing]
    return bool(ways) and all(place and place.state == AHEAD for place in ways)


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
        "rows": form.rows(right),
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
