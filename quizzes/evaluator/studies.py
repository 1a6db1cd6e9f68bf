"""Studies: which cohorts take part, which waves are open, and closing them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from quizzes.actions import studies as actions
from quizzes.evaluator.forms import AddCohortForm, ReleaseForm
from quizzes.keys import KeysMissingError, keys_of
from quizzes.models import CohortWave, PaperEntry, Release, Study
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
def study(request, code):
    return show(request, get_object_or_404(Study.objects.with_sizes(), code=code))


def show(request, found, *, cohort_form=None, release_form=None):
    """The study's page, with the forms on it as they were sent."""
    context = {
        "study": found,
        "waves": found.waves.all(),
        "study_cohorts": found.study_cohorts.with_waves(),
        "key_state": key_state(found),
        "releases": found.releases.with_cohorts(),
        "cohort_form": cohort_form or AddCohortForm(found),
        "release_form": release_form or ReleaseForm(found),
    }
    return render(request, "quizzes/evaluator/study.html", context)


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
        cohort, is_comparison = form.cleaned_data["cohort"], form.cleaned_data["is_comparison"]
        try:
            actions.add_cohort(found, cohort, is_comparison=is_comparison, by=request.user)
        except actions.StudyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(cohort)s takes part now.") % {"cohort": cohort})
            return redirect("quizzes:study", code)
    return show(request, found, cohort_form=form)


@opens_to(Role.EVALUATOR)
def close(request, pk):
    """Closing is for good, so it is asked once more."""
    rows = CohortWave.objects.select_related("wave", "study_cohort__cohort", "study_cohort__study")
    row = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        actions.close_wave(row, by=request.user)
        messages.success(request, _("The wave is closed. Its answers do not change any more."))
        return redirect("quizzes:study", row.study_cohort.study.code)
    context = {"row": row, "papers": sum(PaperEntry.objects.counts(row).values())}
    return render(request, "quizzes/evaluator/close_wave.html", context)
