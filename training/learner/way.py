"""An officer's own way: where he or she stands, what comes next, and the certificate."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from training.access import opens_to
from training.actions.certificates import issue_certificate
from training.models import CohortStep, Enrolment, Role
from training.models.way import certificate_of, way_of


def enrolments_of(user):
    return Enrolment.objects.current().filter(learner=user)


@opens_to(Role.OFFICER)
def my_way(request, pk=None):
    own = enrolments_of(request.user)
    enrolment = get_object_or_404(own, pk=pk) if pk else own.first()
    if enrolment is None:
        return render(request, "training/learner/not_enrolled.html")
    note_seen(enrolment)
    way = way_of(enrolment)
    others = list(own.exclude(pk=enrolment.pk))
    ways = [way, *map(way_of, others)]
    context = {
        "enrolment": enrolment,
        "way": way,
        "bank": bank_of(way),
        "surveys": [found.dated_survey for found in ways if found.dated_survey],
        "certificate": certificate_for(enrolment, way),
        "others": others,
    }
    return render(request, "training/learner/my_way.html", context)


def certificate_for(enrolment, way):
    """The certificate; made here where the last lesson to do has been hidden meanwhile."""
    if found := certificate_of(enrolment):
        return found
    return issue_certificate(enrolment) if way.is_course_done else None


def bank_of(way):
    """Beside the bridge: before its first arch, or after its last. Empty on the bridge."""
    if way.is_course_done:
        return "after"
    waits = way.course_opens_on or (way.next and way.next.place == CohortStep.Place.BEFORE)
    return "before" if waits else ""


def note_seen(enrolment):
    """The trainer's board says on which day somebody was last on the way."""
    today = timezone.localdate()
    if enrolment.seen_on != today:
        Enrolment.objects.filter(pk=enrolment.pk).update(seen_on=today)


@opens_to(Role.OFFICER)
def go_on(request):
    """To the next thing, in the newest cohort that has one; then to the certificate."""
    own = list(enrolments_of(request.user))
    for enrolment in own:
        if step := way_of(enrolment).next:
            return redirect(step.url)
    for enrolment in own:
        if certificate_of(enrolment):
            return redirect("training:certificate", enrolment.pk)
    return redirect("training:my_way")


@opens_to(Role.OFFICER)
def certificate(request, pk):
    """One A4 page in both languages, whichever language the reader has chosen."""
    enrolment = get_object_or_404(request.user.enrolments.select_related("cohort"), pk=pk)
    found = certificate_of(enrolment)
    if found is None:
        raise Http404
    with override("km"):
        address = settings.SITE_ADDRESS + reverse("training:certificate_check", args=[found.code])
    context = {
        "certificate": found,
        "enrolment": enrolment,
        "address": address,
        "is_simulated": enrolment.cohort.is_simulated or request.user.is_simulated,
    }
    return render(request, "training/learner/certificate.html", context)
