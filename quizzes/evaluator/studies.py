"""Studies: made and declared, which cohorts take part, which waves are open, closing them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from quizzes.actions import studies as actions
from quizzes.evaluator.forms import (
    AddCohortForm,
    DeclarationForm,
    ExtendWaveForm,
    NewStudyForm,
    ReleaseForm,
    VersionForm,
)
from quizzes.keys import KeysMissingError, keys_of
from quizzes.models import CohortWave, InstrumentVersion, PaperEntry, Release, Study, Wave
from training.access import opens_to
from training.models import Role


@opens_to(Role.EVALUATOR)
def home(request):
    context = {
        "studies": Study.objects.with_sizes(),
        "releases": Release.objects.with_cohorts(),
    }
    return render(request, "quizzes/evaluator/home.html", context)


@opens_to(Role.EVALUATOR)
def new_study(request):
    """First the survey version, named in the address; then what a study of it needs."""
    version_form = VersionForm(InstrumentVersion.objects.askable(), request.GET or None)
    form = None
    if version_form.is_valid():
        version = version_form.cleaned_data["version"]
        form = NewStudyForm(version, request.POST if request.method == "POST" else None)
        if form.is_valid() and (made := make_study(request, form)):
            messages.success(request, _("The study is made. Next its keys, then its cohorts."))
            return redirect("quizzes:study", made.code)
    context = {"version_form": version_form, "form": form}
    return render(request, "quizzes/evaluator/new_study.html", context)


def make_study(request, form):
    """The study as it was filled in; None where it cannot be made, and the form says why."""
    cleaned, planned = form.cleaned_data, form.planned()
    try:
        return actions.make_study(
            cleaned["code"],
            form.version,
            list(planned),
            title={"km": cleaned["title_km"], "en": cleaned["title_en"]},
            min_group=cleaned["min_group"],
            planned=planned,
            **form.declared(),
            by=request.user,
        )
    except actions.StudyError as error:
        form.add_error(None, str(error))


@opens_to(Role.EVALUATOR)
def declare(request, code):
    """What the study declares, which may be edited until somebody answers."""
    found = get_object_or_404(Study.objects.with_sizes(), code=code)
    is_fixed = found.is_answered
    bands = {f"band_{scale.code}": found.band_of(scale) for scale in found.version.scales.all()}
    initial = {"subgroups": found.subgroups, "family": found.family, **bands}
    sent = request.POST if request.method == "POST" else None
    form = DeclarationForm(found.version, sent, initial=initial)
    if form.is_valid():
        try:
            actions.declare(found, **form.declared(), by=request.user)
        except actions.StudyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Declared."))
            return redirect("quizzes:study", code)
    context = {"study": found, "form": form, "is_fixed": is_fixed}
    return render(request, "quizzes/evaluator/declare.html", context)


@opens_to(Role.EVALUATOR)
def take_up_version(request, code, wave):
    """Let a wave ask a later version, which is chosen here."""
    rows = Wave.objects.select_related("study", "version__instrument")
    found = get_object_or_404(rows, study__code=code, name=wave)
    form = VersionForm(found.later_versions(), request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.take_up_version(found, form.cleaned_data["version"], by=request.user)
        except actions.StudyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The wave asks the later version now."))
            return redirect("quizzes:study", code)
    context = {"wave": found, "form": form, "is_fixed": found.is_answered}
    return render(request, "quizzes/evaluator/take_up_version.html", context)


@opens_to(Role.EVALUATOR)
def study(request, code):
    return show(request, get_object_or_404(Study.objects.with_sizes(), code=code))


def show(request, found, *, cohort_form=None, release_form=None):
    """The study's page, with the forms on it as they were sent."""
    context = {
        "study": found,
        "waves": found.waves.select_related("version"),
        "declared": declared_of(found),
        "study_cohorts": found.study_cohorts.with_waves(),
        "key_state": key_state(found),
        "releases": found.releases.with_cohorts(),
        "cohort_form": cohort_form or AddCohortForm(found),
        "release_form": release_form or ReleaseForm(found),
    }
    return render(request, "quizzes/evaluator/study.html", context)


def declared_of(found):
    """What the study declared, in words, and what of it may still be changed."""
    items = {item.code: item for item in found.version.items.all()}
    newest = InstrumentVersion.objects.askable().filter(instrument=found.version.instrument)
    return {
        "subgroups": [items[code] for code in found.subgroups],
        "bands": [(scale, found.band_of(scale)) for scale in found.version.scales.all()],
        "family": [items[code] for code in found.family],
        "may_change": not found.is_answered,
        "newest": max(newest.values_list("number", flat=True), default=0),
    }


def key_state(found):
    """here; linkless, where the link key was destroyed on purpose; missing."""
    try:
        return "here" if keys_of(found).link else "linkless"
    except KeysMissingError:
        return "missing"


@opens_to(Role.EVALUATOR)
def add_cohort(request, code):
    if request.method != "POST":
        return redirect("quizzes:study", code)
    found = get_object_or_404(Study.objects.with_sizes(), code=code)
    form = AddCohortForm(found, request.POST)
    if form.is_valid():
        cohort = form.cleaned_data["cohort"]
        try:
            actions.add_cohort(found, **form.cleaned_data, by=request.user)
        except actions.StudyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(cohort)s takes part now.") % {"cohort": cohort})
            return redirect("quizzes:study", code)
    return show(request, found, cohort_form=form)


def cohort_wave(pk):
    """It, with all that a page about it names."""
    rows = CohortWave.objects.select_related(
        "wave__study", "wave__version__instrument", "study_cohort__cohort", "study_cohort__study"
    )
    return get_object_or_404(rows, pk=pk)


@opens_to(Role.EVALUATOR)
def extend(request, pk):
    """A later last day for an open wave: never an earlier one than the consent named."""
    row = cohort_wave(pk)
    form = ExtendWaveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.extend_wave(row, form.cleaned_data["closes_on"], by=request.user)
        except actions.StudyError as error:
            form.add_error("closes_on", str(error))
        else:
            messages.success(request, _("The wave stays open longer."))
            return redirect("quizzes:study", row.study_cohort.study.code)
    return render(request, "quizzes/evaluator/extend_wave.html", {"row": row, "form": form})


@opens_to(Role.EVALUATOR)
def close(request, pk):
    """Closing is for good, so it is asked once more."""
    row = cohort_wave(pk)
    if request.method == "POST":
        actions.close_wave(row, by=request.user)
        messages.success(request, _("The wave is closed. Its answers do not change any more."))
        return redirect("quizzes:study", row.study_cohort.study.code)
    context = {"row": row, "papers": sum(PaperEntry.objects.counts(row).values())}
    return render(request, "quizzes/evaluator/close_wave.html", context)
