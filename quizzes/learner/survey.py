"""Being asked: consent, pages, sending, thanks. The same for who answers and who declines.

All of it stands at one address, so that a phone's history tells nothing. What was answered is
never shown after sending, and on an earlier page only in the session that filled it.
"""

import binascii
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from quizzes.actions import responses
from quizzes.actions.studies import sync_steps
from quizzes.keys import KeysMissingError, keys_of
from quizzes.learner.forms import PageForm
from quizzes.models import Wave
from quizzes.models.pages import items_of, pages_of
from training.access import opens_to
from training.actions.progress import complete_step
from training.learner.forms import SignInForm
from training.models import Role
from training.models.way import AHEAD, DONE, NOW, way_of

CONSENT_FILE = Path(__file__).parents[1] / "instruments" / "content" / "consent.yaml"


@lru_cache(maxsize=1)
def consent_text():
    return yaml.safe_load(CONSENT_FILE.read_text())


@opens_to(Role.OFFICER)
def survey(request, slug):
    """A wave as this officer meets it. Where it cannot be asked now, the way goes on."""
    try:
        asked = responses.ask(slug, request.user)
    except KeysMissingError:
        wave = Wave.objects.select_related("study").get(step__slug=slug)
        sync_steps(wave.study)
        return closed(request, wave.step.title)
    if asked is None:
        raise Http404
    return meet(request, asked, request.POST if request.method == "POST" else None)


# Every form here carries `owner`, a keyed mark that only this person's pages hold: as good as a
# CSRF token, and still good after signing in again, when a page may not be lost.
survey.csrf_exempt = True
survey.signs_in_to = "training:continue"
survey.asks_password_again = True


def meet(request, asked, posted):
    """posted: what was sent to this survey, or None to look at it."""
    enrolment, state = standing(asked)
    if posted is not None and state != NOW:
        keep_late(request, asked, posted)
    if state == AHEAD:
        return redirect("training:my_way")
    if state == DONE:  # the same page for everybody, whatever was asked for
        return render(request, "quizzes/learner/thanks.html", {"title": asked.cohort_wave.title})
    if state is None:
        return closed(request, asked.cohort_wave.title)
    try:
        return go_on(request, asked, enrolment, posted)
    except responses.ClosedError:
        return pass_over(request, asked, enrolment)


def standing(asked):
    """(enrolment, state): in whose way the step stands now, else how it is in the own cohort's."""
    found = []
    for enrolment in asked.enrolments:
        place = way_of(enrolment).find(asked.wave.step)
        found.append((enrolment, place and place.state))
        if found[-1][1] in (NOW, DONE):
            return found[-1]
    return found[0]


def pass_over(request, asked, enrolment):
    """The own cohort's wave is closed: another cohort's way does not stop here for ever."""
    if enrolment != asked.enrolment:
        complete_step(enrolment, asked.wave.step)
    return closed(request, asked.cohort_wave.title)


def closed(request, title):
    return render(request, "quizzes/learner/closed.html", {"title": title})


def go_on(request, asked, enrolment, posted):
    """What was sent counts; then the survey is loaded anew where this person stands in it.

    Nothing is shown in answer to a form: "back" would else ask to send it again.
    """
    if not asked.cohort_wave.is_open:
        raise responses.ClosedError
    if posted is None:
        return show(request, asked, enrolment)
    here = redirect("quizzes:survey", asked.slug)
    if not is_own(asked, request.user, posted.get("owner", "")):
        messages.error(request, _("This page was filled under another name. It was not saved."))
        return here
    draft = asked.draft()
    if draft and "page" in posted:
        take_page(request, asked, draft, posted)
        if "language" in posted:
            return in_language(posted["language"], asked)
    elif draft and "back" in posted:
        responses.turn_back(asked, len(pages(asked, draft)), session=session_of(request))
    elif draft and "send" in posted:
        send(asked, draft, enrolment)
    elif not draft and posted.get("consent") == "yes":
        responses.agree(asked, consent_version=consent_text()["version"], language=get_language())
    elif not draft and posted.get("consent") == "no":  # nobody changes from yes to no
        complete_step(enrolment, asked.wave.step)
    return here


def show(request, asked, enrolment):
    """The consent, a page, or the last button."""
    if draft := asked.draft():
        number = draft.page_for(mark_of(request, asked), len(pages(asked, draft)))
        if number:
            return show_page(request, asked, draft, number)
        return render(request, "quizzes/learner/send.html", context_of(request, asked))
    if asked.response():  # sent, and the connection broke before the step was completed
        complete_step(enrolment, asked.wave.step)
        return redirect("quizzes:survey", asked.slug)
    return show_consent(request, asked)


def context_of(request, asked):
    """What every page of a survey shows."""
    return {
        "step": asked.wave.step,
        "title": asked.cohort_wave.title,
        "owner": owner_of(asked, request.user),
    }


def pages(asked, draft=None):
    """The pages that this person is asked; what they are was fixed at the consent."""
    items = items_of(asked.version, asked.wave.name)
    codes = draft.asked if draft else [item.code for item in items]
    return pages_of([item for item in items if item.code in codes])


def session_of(request):
    return request.session.session_key


def mark_of(request, asked):
    return asked.keys.mark(session_of(request))


def show_consent(request, asked):
    context = {
        "consent": consent_text(),
        "closes_on": asked.cohort_wave.closes_on,
        "waves": wave_names(asked),
        "min_group": asked.study.min_group,
        "keeper": settings.DATA_KEEPER,
        "is_open_network": not request.is_secure() and not is_this_machine(request),
    }
    return render(request, "quizzes/learner/consent.html", context_of(request, asked) | context)


def wave_names(asked):
    """Under what name the consent's text finds each wave of the study."""
    is_waiting = asked.cohort_wave.study_cohort.is_waiting
    names = asked.study.waves.values_list("name", flat=True)
    return ["second" if is_waiting and name == Wave.Name.POST else name for name in names]


def is_this_machine(request):
    return request.get_host().split(":")[0] in ("localhost", "127.0.0.1", "testserver")


def show_page(request, asked, draft, number):
    """One page; with what was chosen for the session that filled it."""
    every_page, mark = pages(asked, draft), mark_of(request, asked)
    items = every_page[number - 1]
    given = draft.shown_to(mark, number)
    initial = {"uid": uuid.uuid4(), "owner": owner_of(asked, request.user), "page": number}
    context = {
        "form": PageForm(items, initial=initial | given),
        "open": [item.code for item in items if item.code not in given]
        if draft.is_asked_again(mark)
        else [],
        "number": number,
        "count": len(every_page),
        "pages": [(n, draft.is_done(n)) for n in range(1, len(every_page) + 1)],
        "first": sum(len(items) for items in every_page[: number - 1]) + 1,
        "kind": items[0].kind,
        "can_go_back": number > 1 and draft.was_filled_by(number - 1, mark),
    }
    return render(request, "quizzes/learner/page.html", context_of(request, asked) | context)


def take_page(request, asked, draft, posted):
    """Save a page that is left, forwards, backwards or for the other language.

    Also an earlier page of another session, which was open when that one ended: what was filled
    in is kept, and shows nothing of what was there before.
    """
    every_page, mark = pages(asked, draft), mark_of(request, asked)
    number = page_number(posted, every_page)
    if not number or number > (draft.first_open_page(len(every_page)) or number):
        return
    form = PageForm(every_page[number - 1], posted)
    if not form.is_valid():
        messages.error(
            request,
            _("Some answers could not be read. Please choose one of the answers shown."),
        )
    if form.can_be_saved:
        save(request, asked, number, form, draft.was_filled_by(number - 1, mark))


def page_number(posted, every_page):
    """The page that was sent, from 1; None if there is no such page."""
    number = posted.get("page", "")
    known = number.isascii() and number.isdecimal() and 1 <= int(number) <= len(every_page)
    return int(number) if known else None


def save(request, asked, number, form, can_go_back=False):
    """Save what can be read of the page, and note where this session goes on."""
    unanswered = [] if "skip" in form.data else form.unanswered()
    again = bool(unanswered) and not {"back", "language"} & set(form.data)
    if "back" in form.data:
        turn_to = number - 1 if can_go_back else None
    else:
        turn_to = number if again or "language" in form.data else None
    responses.save_page(
        asked,
        number,
        form.values(),
        uid=str(form.cleaned_data["uid"]),
        session=session_of(request),
        language=get_language(),
        is_done=not unanswered,
        turn_to=turn_to,
        again=again,
    )


def in_language(language, asked):
    with override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        return redirect("quizzes:survey", asked.slug)


def send(asked, draft, enrolment):
    """The last word is the officer's: nothing counts before this button."""
    if not draft.first_open_page(len(pages(asked, draft))) and responses.send(asked):
        complete_step(enrolment, asked.wave.step)


def keep_late(request, asked, posted):
    """A page that comes after sending or closing: into quarantine, if it is this person's."""
    every_page = pages(asked)
    number = page_number(posted, every_page)
    if number and is_own(asked, request.user, posted.get("owner", "")):
        form = PageForm(every_page[number - 1], posted)
        if form.is_valid():
            save(request, asked, number, form)


def owner_of(asked, user):
    """A mark on a form of whose it is, so that nobody else sends it under their name."""
    return asked.keys.mark(f"owner|{user.uuid}")


def is_own(asked, user, owner):
    return constant_time_compare(owner, owner_of(asked, user))


def carry(request, slug):
    """A page that arrives after the session ended: sealed into the sign-in form, saved after it."""
    wave = get_object_or_404(Wave.objects.select_related("study"), step__slug=slug)
    try:
        sealed = keys_of(wave.study).seal(request.POST.dict(), place=f"carried|{slug}")
    except KeysMissingError:
        return redirect("training:sign_in")
    form = SignInForm(initial={"carried": f"{slug}:{urlsafe_b64encode(sealed).decode()}"})
    messages.info(request, _("Please sign in again. The answers on this page are not lost."))
    return render(request, "training/learner/sign_in.html", {"form": form})


survey.carry = carry


@opens_to(Role.OFFICER)
def resume(request):
    """After signing in again: save the page that was carried, if it is this person's.

    The sign-in form is sent on to here with all it carries; nothing of it stays in the session.
    """
    slug, _colon, sealed = request.POST.get("carried", "").partition(":")
    if not slug:
        return redirect("training:my_way")
    try:
        asked = responses.ask(slug, request.user)
        carried = asked and asked.keys.open(urlsafe_b64decode(sealed), place=f"carried|{slug}")
    except (KeysMissingError, binascii.Error, ValueError):
        return redirect("quizzes:survey", slug)
    if not asked:
        raise Http404
    meet(request, asked, carried)
    return redirect("quizzes:survey", slug)


resume.csrf_exempt = True  # what it takes is sealed, and bears the mark of its owner
