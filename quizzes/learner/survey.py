"""Being asked: consent, pages, sending, thanks. The same for who answers and who declines.

What was answered is never shown after sending, and on an earlier page only in the session that
filled it.
"""

import binascii
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache, wraps
from pathlib import Path

import yaml
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from quizzes.actions import responses
from quizzes.actions.studies import sync_steps
from quizzes.keys import KeysMissingError, keys_of
from quizzes.learner.forms import PageForm
from quizzes.models import Wave
from quizzes.models.pages import pages_of
from training.access import opens_to
from training.actions.progress import complete_step
from training.learner.forms import SignInForm
from training.models import Role
from training.models.way import AHEAD, DONE, way_of

CONSENT_FILE = Path(__file__).parents[1] / "instruments" / "content" / "consent.yaml"


@lru_cache(maxsize=1)
def consent_text():
    return yaml.safe_load(CONSENT_FILE.read_text())


def meets(view):
    """Hand the view the survey as this officer meets it, and the state of its step.

    Where it cannot be asked now, one sentence says so and the way goes on.
    """

    @wraps(view)
    def met(request, slug, **kwargs):
        try:
            asked = responses.ask(slug, request.user)
        except KeysMissingError:
            wave = Wave.objects.select_related("study").get(step__slug=slug)
            sync_steps(wave.study)
            return render(request, "quizzes/learner/closed.html", {"step": wave.step})
        if asked is None:
            raise Http404
        place = way_of(asked.enrolment).find(asked.wave.step)
        if request.method == "POST" and (place is None or place.state == DONE):
            keep_late(request, asked, kwargs.get("number"))
        if place is None:
            return render(request, "quizzes/learner/closed.html", {"step": asked.wave.step})
        if place.state == AHEAD:
            return redirect("training:my_way")
        if place.state == DONE:  # the same page for everybody, whatever was asked for
            return render(request, "quizzes/learner/thanks.html", {"step": asked.wave.step})
        return view(request, asked, **kwargs)

    return opens_to(Role.OFFICER)(met)


@meets
def survey(request, asked):
    """Where somebody stands in this survey leads on: consent, the next page, sending."""
    return redirect(where_next(asked))


def where_next(asked):
    draft = asked.draft()
    if draft:
        number = draft.first_open_page(len(pages(asked)))
        name = "survey_page" if number else "send_survey"
        return reverse(f"quizzes:{name}", args=[asked.slug, number] if number else [asked.slug])
    if asked.response():  # sent, and the connection broke before the step was completed
        complete_step(asked.enrolment, asked.wave.step)
        return reverse("quizzes:survey", args=[asked.slug])
    return reverse("quizzes:consent", args=[asked.slug])


def pages(asked):
    return pages_of(asked.version, asked.wave.name)


@meets
def consent(request, asked):
    if request.method == "POST" and request.POST.get("consent") in ("yes", "no"):
        if request.POST["consent"] == "yes":
            responses.agree(
                asked, consent_version=consent_text()["version"], language=get_language()
            )
        elif not asked.draft():  # nobody changes between yes and no
            complete_step(asked.enrolment, asked.wave.step)
        return redirect("quizzes:survey", asked.slug)
    if asked.draft():
        return redirect("quizzes:survey", asked.slug)
    context = {
        "step": asked.wave.step,
        "consent": consent_text(),
        "closes_on": asked.cohort_wave.closes_on,
        "waves": asked.study.waves.all(),
        "min_group": asked.study.min_group,
        "keeper": settings.DATA_KEEPER,
        "is_open_network": not request.is_secure() and not is_this_machine(request),
    }
    return render(request, "quizzes/learner/consent.html", context)


def is_this_machine(request):
    return request.get_host().split(":")[0] in ("localhost", "127.0.0.1", "testserver")


@meets
def page(request, asked, number):
    """One page. It is saved whenever it is left, and reopens only in this session."""
    draft = asked.draft()
    every_page = pages(asked)
    if not draft or not 1 <= number <= len(every_page):
        return redirect("quizzes:survey", asked.slug)
    mark = asked.keys.mark(request.session.session_key)
    is_own = draft.was_filled_by(number, mark)
    if number != draft.first_open_page(len(every_page)) and not is_own:
        return redirect("quizzes:survey", asked.slug)
    owner = owner_of(asked.keys, request.user)
    items = every_page[number - 1]
    initial = {"uid": uuid.uuid4(), "owner": owner, **(draft.answers if is_own else {})}
    form = PageForm(items, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["owner"] != owner:
            messages.error(request, _("This page was filled under another name. It was not saved."))
            return redirect("quizzes:survey", asked.slug)
        unanswered = save(request, asked, number, form)
        if "language" in request.POST:
            return in_other_language(request.POST["language"], asked, number)
        if not unanswered:
            return redirect("quizzes:survey", asked.slug)
        form.is_saved()
    context = {
        "step": asked.wave.step,
        "slug": asked.slug,
        "form": form,
        "number": number,
        "count": len(every_page),
        "pages": [(n, draft.is_done(n)) for n in range(1, len(every_page) + 1)],
        "first": sum(len(items) for items in every_page[: number - 1]) + 1,
        "kind": items[0].kind,
        "can_go_back": number > 1 and draft.was_filled_by(number - 1, mark),
    }
    return render(request, "quizzes/learner/page.html", context)


def save(request, asked, number, form) -> list[str]:
    """Save the page. Returns the codes that keep the reader here: none if he or she skips them."""
    unanswered = [] if "skip" in request.POST else form.unanswered()
    responses.save_page(
        asked,
        number,
        form.values(),
        uid=str(form.cleaned_data["uid"]),
        session=request.session.session_key,
        language=get_language(),
        is_done=not unanswered and "language" not in request.POST,
    )
    return unanswered


def keep_late(request, asked, number):
    """A page that comes after sending or closing: into quarantine, if it is this person's."""
    every_page = pages(asked)
    if number and number <= len(every_page):
        form = PageForm(every_page[number - 1], request.POST)
        if form.is_valid() and form.cleaned_data["owner"] == owner_of(asked.keys, request.user):
            save(request, asked, number, form)


def in_other_language(language, asked, number):
    with override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        return redirect("quizzes:survey_page", asked.slug, number)


@meets
def send(request, asked):
    """The last word is the officer's: nothing counts before this button."""
    draft = asked.draft()
    if not draft or draft.first_open_page(len(pages(asked))):
        return redirect("quizzes:survey", asked.slug)
    if request.method == "POST":
        if responses.send(asked):
            complete_step(asked.enrolment, asked.wave.step)
        return redirect("quizzes:survey", asked.slug)
    return render(request, "quizzes/learner/send.html", {"step": asked.wave.step})


def owner_of(keys, user):
    """A mark on a page of whose it is, so that nobody else sends it under their name."""
    return keys.mark(f"owner|{user.uuid}")


def carry(request, slug, number):
    """A page that arrives after the session ended: sealed into the sign-in form, saved after it."""
    wave = get_object_or_404(Wave.objects.select_related("study"), step__slug=slug)
    posted = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        sealed = keys_of(wave.study).seal(
            {"number": number, "post": posted}, place=f"carried|{slug}"
        )
    except KeysMissingError:
        return redirect("training:sign_in")
    form = SignInForm(initial={"carried": f"{slug}:{urlsafe_b64encode(sealed).decode()}"})
    messages.info(request, _("Please sign in again. The answers on this page are not lost."))
    return render(request, "training/learner/sign_in.html", {"form": form})


page.carry = carry


@opens_to(Role.OFFICER)
def resume(request):
    """After signing in again: save the page that was carried, if it is this person's."""
    slug, _colon, sealed = request.session.pop("carried", "").partition(":")
    if not slug:
        return redirect("training:my_way")
    return save_carried(request, slug, sealed=sealed)


@meets
def save_carried(request, asked, sealed):
    try:
        carried = asked.keys.open(urlsafe_b64decode(sealed), place=f"carried|{asked.slug}")
    except (KeysMissingError, binascii.Error, ValueError):
        return redirect("quizzes:survey", asked.slug)
    every_page = pages(asked)
    number = carried["number"]
    if 1 <= number <= len(every_page):
        form = PageForm(every_page[number - 1], carried["post"])
        if form.is_valid() and form.cleaned_data["owner"] == owner_of(asked.keys, request.user):
            save(request, asked, number, form)
            return redirect("quizzes:survey", asked.slug)
    messages.error(request, _("This page was filled under another name. It was not saved."))
    return redirect("quizzes:survey", asked.slug)
