"""A lesson as officers will see it: their own pages, in both languages beside each other."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, QueryDict
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone, translation

from training.actions.lessons import faults_of
from training.curriculum.rows import lesson_of
from training.learner.course import Walk
from training.models import Lesson


@dataclass(frozen=True)
class Phone:
    """One page as a phone shows it: `html` is the whole document."""

    language: str
    title: str
    html: str


def preview_page(request, lesson: Lesson):
    """Every page of the lesson as its rows stand now.

    Writes what officers would see only later (published, signed off), so it runs inside a
    transaction that is rolled back.
    """
    faults = faults_of(lesson_of(lesson))
    shown = {"status": Lesson.Status.PUBLISHED}
    if settings.PRODUCTION:
        shown |= {"signed_off_by": "-", "signed_off_on": timezone.localdate()}
    Lesson.objects.filter(pk=lesson.pk).update(**shown)
    languages = [list(phones(request, lesson.pk, code)) for code, _name in settings.LANGUAGES]
    context = {"lesson": lesson, "faults": faults, "rows": list(zip(*languages, strict=True))}
    return render(request, "training/editor/preview.html", context)


def phones(request, pk, language):
    with translation.override(language):
        lesson = Lesson.objects.get(pk=pk)
        for station in Walk(lesson, 1).stations:
            for url, posted in pages_of(lesson, station):
                yield Phone(language, station.title, page(request, url, posted))


def pages_of(lesson, station):
    """(address, what is posted there) of everything that one station of a lesson can show."""
    if station.place == "scenario":
        yield station.url, ""
        for made, choice in conversations(lesson.scenario):
            yield station.url, QueryDict.fromkeys(["made"], made).urlencode() + f"&choice={choice}"
        return
    yield station.url, ""
    if station.place == "check":
        right = {
            f"q-{question.code}": question.options.get(is_right=True).code
            for question in lesson.questions.all()
        }
        answers = QueryDict(mutable=True)
        answers.update(right)
        yield station.url, answers.urlencode()


def conversations(scenario):
    """Every choice of every node, with the letters of a shortest way there: ("A C", "B")."""
    nodes = list(scenario.nodes.prefetch_related("choices"))
    ways = {nodes[0].pk: ""}
    for node in nodes:  # in the order in which a scenario tells them
        for choice in node.choices.all():
            ways.setdefault(choice.next_id, f"{ways.get(node.pk, '')} {choice.code}".strip())
    return [(ways.get(node.pk, ""), choice.code) for node in nodes for choice in node.choices.all()]


def page(request, url, posted):
    """The page that somebody without an account gets there."""
    asked = HttpRequest()
    asked.META = {key: request.META[key] for key in ("SERVER_NAME", "SERVER_PORT")}
    asked.path = asked.path_info = url
    asked.user, asked.session = AnonymousUser(), {}
    asked.method, asked.POST = ("POST", QueryDict(posted)) if posted else ("GET", QueryDict())
    view, args, kwargs = resolve(url)
    return view(asked, *args, **kwargs).content.decode()
