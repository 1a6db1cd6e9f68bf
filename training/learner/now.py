"""What do I do now? The situations an officer meets. Open to anyone, stored nowhere."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render

from training.access import ANYONE, opens_to
from training.models import Enrolment, Lesson, Service, ServiceType, Situation, SituationService


@opens_to(ANYONE)
def now(request):
    context = {"situations": Situation.objects.shown()}
    return render(request, "training/learner/now.html", context)


@opens_to(ANYONE)
def situation(request, code):
    """What to do, then who helps: types of service, and for signed-in people those nearby."""
    helping = SituationService.objects.filter(type__in=ServiceType.objects.shown())
    shown = Situation.objects.shown().prefetch_related(
        "steps",
        "sources",
        Prefetch("services", helping.select_related("type")),
        Prefetch("lessons", Lesson.objects.shown().select_related("module")),
    )
    found = get_object_or_404(shown, code=code)
    context = {"situation": found}
    if request.user.is_authenticated:
        context |= nearby(request.user, [help.type_id for help in found.services.all()])
    return render(request, "training/learner/situation.html", context)


def nearby(user, types):
    """Services of these types in the person's own province, and in pilot the examples."""
    province = Enrolment.objects.province_of(user)
    offered = Service.objects.shown().filter(types__in=types).select_related("place").distinct()
    real = offered.filter(is_example=False)
    return {
        "province": province,
        "entries": real.within(province) if province else real.none(),
        "examples": offered.examples(),
    }


@opens_to(ANYONE)
def cards(request):
    """All situations as pocket cards, four on a sheet of A4."""
    context = {"situations": Situation.objects.shown().prefetch_related("steps")}
    return render(request, "training/learner/cards.html", context)
