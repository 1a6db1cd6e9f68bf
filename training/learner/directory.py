"""The referral directory: types of service for anyone, entries for signed-in people."""

from django.db.models import Count, Prefetch
from django.db.models.functions import Left
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from training.access import ANYONE, SIGNED_IN, opens_to
from training.learner.forms import EntriesForm
from training.models import Enrolment, Place, Service, ServiceType
from training.templatetags.spean import digits

# What an officer may know of an entry, in this order. Licence and consent are not among it.
FACTS = [
    *("organisation", "address", "opening_hours", "focal_role", "how_to_refer", "what_to_bring"),
    *("cost", "confidentiality", "anonymous_use", "languages", "female_staff", "min_age"),
    "child_friendly",
]


@opens_to(ANYONE)
def services(request):
    own = Enrolment.objects.province_of(request.user)
    context = {
        "types": ServiceType.objects.shown().prefetch_related("sources"),
        "form": EntriesForm(own=own) if request.user.is_authenticated else None,
    }
    return render(request, "training/learner/services.html", context)


@opens_to(ANYONE)
def entries(request):
    """Services of one type in one province; whoever is not signed in reads about the type alone."""
    own = Enrolment.objects.province_of(request.user)
    chosen = {"province": own.code if own else "", **request.GET.dict()}
    form = EntriesForm(chosen if request.GET else None, own=own)
    is_complete = form.is_valid()
    context = {"form": form, "type": form.cleaned_data.get("type") if form.is_bound else None}
    if is_complete and request.user.is_authenticated:
        province = form.cleaned_data["province"]
        offered = Service.objects.shown().filter(types=context["type"]).select_related("place")
        context |= {
            "province": province,
            "entries": offered.filter(is_example=False).within(province),
            "examples": offered.examples(),
            "elsewhere": elsewhere(offered.filter(is_example=False), province),
        }
    return render(request, "training/learner/entries.html", context)


def elsewhere(offered, province):
    """(province, number of services) of the other provinces that have some. Two queries."""
    counts = offered.order_by().annotate(province=Left("place", 2)).values_list("province")
    found = dict(counts.annotate(n=Count("pk")))
    places = Place.objects.provinces().filter(code__in=found).exclude(code=province.code)
    return [(place, found[place.code]) for place in places]


@opens_to(SIGNED_IN)
def entry(request, code):
    """One service: everything that is known of it, and what is not."""
    types = Prefetch("types", ServiceType.objects.shown())
    shown = Service.objects.shown().select_related("place__within__within").prefetch_related(types)
    service = get_object_or_404(shown, code=code)
    context = {"service": service, "facts": [(label(name), told(service, name)) for name in FACTS]}
    return render(request, "training/learner/entry.html", context)


def label(name):
    return capfirst(Service._meta.get_field(name).verbose_name)


def told(service, name):
    """What an entry says under this name. Empty: nobody verified it.

    In the reader's language; in the other one where it is known only so.
    """
    value = getattr(service, name)
    if not value and hasattr(service, f"{name}_km"):
        value = getattr(service, f"{name}_km") or getattr(service, f"{name}_en")
    if Service._meta.get_field(name).choices:
        value = "" if value == "unknown" else getattr(service, f"get_{name}_display")()
    if name == "confidentiality" and service.confidentiality_note:
        return ": ".join(filter(None, [value, service.confidentiality_note]))
    if name == "min_age" and value is not None:
        return _("%(years)s years") % {"years": digits(value)}
    return value or ""
