"""Joining a cohort: with an account, or making one."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.forms import UUIDField
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from training.access import ANYONE, SIGNED_IN, opens_to
from training.actions import enrolment as actions
from training.learner.account import enter
from training.learner.forms import JoinCodeForm, JoinForm
from training.models import Enrolment, User


@opens_to(ANYONE)
def enter_code(request):
    data = request.POST if request.method == "POST" else request.GET
    form = JoinCodeForm(data if "code" in data else None)
    if form.is_valid():
        return redirect("training:join", form.cleaned_data["code"])
    return render(request, "training/learner/enter_code.html", {"form": form})


@opens_to(ANYONE)
def join(request, code):
    """The page behind a poster's code. A wrong one asks again; joined already leads to the way."""
    form = JoinCodeForm({"code": code})
    if not form.is_valid():
        return render(request, "training/learner/enter_code.html", {"form": form}, status=404)
    if request.user.is_authenticated:
        return join_as_self(request, form.cohort)
    return join_as_new(request, form.cohort)


def join_as_self(request, cohort):
    enrolment = Enrolment.objects.filter(cohort=cohort, learner=request.user).first()
    if enrolment is None and request.method == "POST":
        try:
            enrolment = actions.join(cohort, request.user)
        except actions.CohortClosedError:
            return closed(request, cohort)
    if enrolment:
        return to_way(enrolment)
    if not cohort.is_open:
        return closed(request, cohort)
    return render(request, "training/learner/join_as_self.html", {"cohort": cohort})


def to_way(enrolment):
    """Its page of the way. Somebody who has left the cohort finds the other ones."""
    if enrolment.left_on:
        return redirect("training:my_way")
    return redirect("training:my_way", enrolment.pk)


def join_as_new(request, cohort):
    """Make the account. A form sent twice is the same person, if the password says so too."""
    form = JoinForm(request.POST or None, person=sent_before(request.POST.get("join_key"), cohort))
    if not cohort.is_open and not form.person:
        return closed(request, cohort)
    if form.is_valid():
        try:
            enrolment = actions.join_as_new(
                cohort, join_key=form.cleaned_data["join_key"], **form.account()
            )
        except actions.CohortClosedError:
            return closed(request, cohort)
        except IntegrityError:  # the same key or phone number, a moment ago
            enrolment = None
        if enrolment and enrolment.learner.check_password(form.cleaned_data["password"]):
            enter(request, enrolment.learner, own_phone=form.cleaned_data["own_phone"])
            return redirect("training:welcome")
        form.add_error(
            None, _("This form was sent before, and the account is made. Please sign in.")
        )
    return render(request, "training/learner/join.html", {"form": form, "cohort": cohort})


def sent_before(join_key, cohort):
    """The person that this very form has made already, if it was sent before."""
    try:
        key = UUIDField().clean(join_key)
    except ValidationError:
        return None
    return User.objects.filter(enrolments__join_key=key, enrolments__cohort=cohort).first()


def closed(request, cohort):
    return render(request, "training/learner/closed.html", {"cohort": cohort}, status=409)


@opens_to(SIGNED_IN)
def welcome(request):
    """The person's own code, large, to write down."""
    return render(request, "training/learner/welcome.html")
