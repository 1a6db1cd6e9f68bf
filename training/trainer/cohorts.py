"""A trainer's own cohorts: who is in them, where each stands, and help on the spot."""

from collections import Counter

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from training.access import opens_to
from training.actions.people import (
    ONE_TIME_CODE_LASTS,
    NotOnlyOfficerError,
    make_one_time_code,
)
from training.models import Cohort, Role
from training.models.board import COMPLETED, NOT_STARTED, ON_THE_WAY, board_of


@opens_to(Role.TRAINER)
def cohorts(request):
    own = Cohort.objects.visible_to(request.user).with_sizes()
    return render(request, "training/trainer/cohorts.html", {"cohorts": own})


@opens_to(Role.TRAINER)
def cohort(request, pk):
    found = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    board = board_of(found)
    states = Counter(row.state for row in board)
    context = {
        "cohort": found,
        "board": board,
        "not_started": states[NOT_STARTED],
        "on_the_way": states[ON_THE_WAY],
        "completed": states[COMPLETED],
        "address": join_address(found),
    }
    return render(request, "training/trainer/cohort.html", context)


def join_address(cohort):
    """What the poster's QR opens: the Khmer page, in which the language can be changed."""
    with override("km"):
        return settings.SITE_ADDRESS + reverse("training:join", args=[cohort.join_code])


@opens_to(Role.TRAINER)
def one_time_code(request, pk, member):
    """A new one-time code for an officer who forgot the password. This page alone shows it."""
    if request.method != "POST":
        return redirect("training:cohort", pk)
    found = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    enrolment = get_object_or_404(
        found.enrolments.filter(left_on=None, learner__is_active=True).select_related("learner"),
        pk=member,
    )
    try:
        code = make_one_time_code(enrolment.learner, by=request.user)
    except NotOnlyOfficerError:
        messages.warning(
            request,
            _("This person holds another role too. Only an administrator makes such a code."),
        )
        return redirect("training:cohort", pk)
    context = {
        "cohort": found,
        "learner": enrolment.learner,
        "code": code,
        "hours": int(ONE_TIME_CODE_LASTS.total_seconds() // 3600),
    }
    return render(request, "training/trainer/one_time_code.html", context)
