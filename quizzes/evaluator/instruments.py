"""Instruments: read from files, looked at in both languages, copied, compared over versions."""

import re
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quizzes.actions import crosswalk as decisions
from quizzes.actions.instruments import (
    DraftError,
    FrozenError,
    copy_version,
    load_instrument,
    next_number,
)
from quizzes.evaluator.forms import ConfirmForm, DecisionForm, InstrumentFileForm, checked
from quizzes.evaluator.preview import preview_of
from quizzes.instruments import parse
from quizzes.instruments.compare import Differences, differences, same_content
from quizzes.instruments.parse import InstrumentError
from quizzes.instruments.stored import instrument_of, write_yaml
from quizzes.instruments.xlsform import rows_of_parts, write_xlsform
from quizzes.models import Instrument, InstrumentVersion, Item, ItemEquivalence
from quizzes.reports.crosswalk import Crosswalk, pairings
from training.access import opens_to
from training.models import Role

# Where a fault stands: "survey, row 4" of a spreadsheet, "line 12" of a YAML file.
PLACE = re.compile(r"(?:(?P<sheet>\w+), row|line) (?P<number>\d+)")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@opens_to(Role.EVALUATOR)
def instruments(request):
    return show_list(request)


def show_list(request, *, form=None, faults=()):
    """The list with the form for a file, and what is wrong with the file that was sent."""
    versions = InstrumentVersion.objects.with_uses().select_related("instrument")
    context = {
        "versions": versions.order_by("instrument__code", "-number"),
        "form": form or InstrumentFileForm(),
        "faults": faults,
    }
    return render(request, "quizzes/evaluator/instruments.html", context)


# a file comes in


@dataclass(frozen=True)
class Plan:
    """What saving a file would do.

    base: the version that it is shown against; None: there is no such instrument yet. replaces:
    the draft that it would take the place of. answered: the frozen version that the file names,
    which is why it gets another number.
    """

    text: str
    parsed: parse.Instrument
    base: InstrumentVersion | None
    replaces: InstrumentVersion | None
    answered: InstrumentVersion | None
    is_the_same: bool
    differences: Differences | None

    @property
    def seen(self) -> str:
        """What the file was compared with: at saving it must still be so."""
        return f"{self.base.pk} {self.base.digest}" if self.base else ""

    @property
    def loses_decisions(self) -> bool:
        rows = ItemEquivalence.objects.filter(newer__version=self.replaces)
        return bool(self.replaces) and rows.exists()


def plan_of(text: str) -> Plan:
    """Raises InstrumentError."""
    parsed = parse.parse_instrument(checked(text))
    answered = None
    versions = InstrumentVersion.objects.filter(instrument__code=parsed.code)
    version = versions.filter(number=parsed.version).first()
    if version and version.frozen_on and not same_content(instrument_of(version), parsed):
        answered = version
        latest = versions.latest("number")
        number = latest.number if latest.frozen_on is None else next_number(latest.instrument)
        parsed = replace(parsed, version=number)
        text = write_yaml(parsed)
        version = None if latest.frozen_on else latest
    earlier = versions.filter(number__lt=parsed.version).order_by("number").last()
    base = version or answered or earlier or versions.order_by("number").first()
    stored = instrument_of(base) if base else None
    return Plan(
        text=text,
        parsed=parsed,
        base=base,
        replaces=version,
        answered=answered,
        is_the_same=bool(version) and same_content(stored, parsed),
        differences=differences(stored, parsed) if base else None,
    )


@opens_to(Role.EVALUATOR)
def preview(request):
    """What the file holds and what saving it would do. Saves nothing."""
    if request.method != "POST":
        return redirect("quizzes:instruments")
    form = InstrumentFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_list(request, form=form)
    text = ""
    try:
        text = form.text()
        plan = plan_of(text)
    except InstrumentError as error:
        return show_list(request, form=form, faults=faults_of(error, text, form))
    return show_plan(request, plan)


def show_plan(request, plan, *, is_stale=False):
    confirm = ConfirmForm(initial={"text": plan.text, "seen": plan.seen})
    context = {
        "plan": plan,
        "shown": preview_of(plan.parsed),
        "confirm": confirm,
        "is_stale": is_stale,
    }
    return render(request, "quizzes/evaluator/instrument_preview.html", context)


def faults_of(error, text="", form=None):
    """(place in the file, part, sentence) of every fault. text: the file, if it could be read."""
    places = {}
    if text:
        places = rows_of_parts(form.content) if form.is_sheet else parse.lines_of(text)
    for line in str(error).splitlines():
        part, colon, what = line.partition(": ")
        if not colon:
            part, what = "", line
        elif PLACE.fullmatch(part):
            yield in_words(part), "", what
            continue
        yield in_words(places.get(part.partition(", ")[0], "")), part, what


def in_words(place: str) -> str:
    """A place as faults name it, in the reader's language."""
    found = PLACE.fullmatch(place)
    if not found:
        return place
    named = {"sheet": found["sheet"], "number": found["number"]}
    return (
        _("%(sheet)s, row %(number)s") % named if found["sheet"] else _("line %(number)s") % named
    )


@opens_to(Role.EVALUATOR)
@require_POST
def save(request):
    """Save the file that was shown, if the site still stands as it did then."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose the file once more."))
        return redirect("quizzes:instruments")
    text = form.cleaned_data["text"]
    try:
        plan = plan_of(text)
    except InstrumentError as error:
        return show_list(request, faults=faults_of(error))
    if plan.seen != form.cleaned_data["seen"] or plan.answered:
        return show_plan(request, plan, is_stale=True)
    try:
        version, is_new = load_instrument(text, by=request.user)
    except FrozenError:  # somebody answered it this very moment
        return show_plan(request, plan_of(text), is_stale=True)
    if is_new:
        messages.success(request, _("The instrument is saved."))
    return redirect("quizzes:instrument", version.instrument.code, version.number)


# a version


def version_or_404(code, number):
    return get_object_or_404(
        InstrumentVersion.objects.with_uses().with_parts(), instrument__code=code, number=number
    )


@opens_to(Role.EVALUATOR)
def instrument(request, code, number):
    found = version_or_404(code, number)
    others = found.instrument.versions.order_by("number")
    context = {
        "version": found,
        "others": [other for other in others if other.pk != found.pk],
        "has_draft": any(other.frozen_on is None for other in others),
        "shown": preview_of(instrument_of(found)),
    }
    return render(request, "quizzes/evaluator/instrument.html", context)


@opens_to(Role.EVALUATOR)
def file(request, code, number, form):
    """The version as XLSForm or as YAML, to be changed and uploaded again."""
    parsed = instrument_of(version_or_404(code, number))
    content, kind = (
        (write_xlsform(parsed), XLSX)
        if form == "xlsx"
        else (write_yaml(parsed), "application/yaml; charset=utf-8")
    )
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{parsed.code}-{number}.{form}"'
    return response


@opens_to(Role.EVALUATOR)
@require_POST
def copy(request, code, number):
    found = version_or_404(code, number)
    try:
        found = copy_version(found, by=request.user)
    except DraftError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("This is the new draft. It says what the version before says."))
    return redirect("quizzes:instrument", code, found.number)


# the crosswalk


@opens_to(Role.EVALUATOR)
def crosswalk(request, code, older, newer):
    """What differs between two versions, and what an evaluator says of it, item by item."""
    found = get_object_or_404(Instrument, code=code)
    versions = {row.number: row for row in found.versions.filter(number__in=(older, newer))}
    if older >= newer or len(versions) < 2:
        raise Http404
    first, last = versions[older], versions[newer]
    sent = DecisionForm(request.POST) if request.method == "POST" else None
    if sent and sent.is_valid():
        rows = Item.objects.select_related("version")
        given = sent.cleaned_data
        try:
            before = rows.get(pk=given["older"], version=first)
            after = rows.get(pk=given["newer"], version=last)
            decisions.decide(before, after, given["kind"], by=request.user, reason=given["reason"])
        except Item.DoesNotExist:
            messages.error(request, _("This draft was replaced meanwhile. Please read it again."))
            return redirect(request.path)
        except decisions.CrosswalkError as error:
            sent.add_error(None, str(error))
        else:
            return redirect(f"{request.path}#{after.code}")
    return show_crosswalk(request, found, first, last, sent=sent)


def show_crosswalk(request, found, first, last, *, sent=None):
    held = Crosswalk.between(first, last)
    ends = held.versions[0].instrument, held.versions[-1].instrument
    older, newer = (dict(row.items.values_list("code", "pk")) for row in (first, last))
    rows = [(row, form_of(row, older[row.code], newer[row.code], sent)) for row in pairings(held)]
    context = {
        "instrument": found,
        "older": first,
        "newer": last,
        "rows": rows,
        "differences": differences(*ends),
        "is_released": decisions.is_released(first, last),
        "sent": sent,
    }
    return render(request, "quizzes/evaluator/crosswalk.html", context)


def form_of(row, older, newer, sent):
    """The form of one item: as it was sent, or as it stands."""
    if sent and str(newer) == sent.data.get("newer") and str(older) == sent.data.get("older"):
        sent.auto_id = f"{row.code}_%s"
        return sent
    initial = {"older": older, "newer": newer, "kind": row.kind}
    return DecisionForm(initial=initial, auto_id=f"{row.code}_%s")
