"""Releases: asked for, built by a worker, read as a report, published, handed out as files."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quizzes.actions import exports, releases
from quizzes.evaluator.forms import ReleaseForm
from quizzes.evaluator.studies import show
from quizzes.keys import KeysMissingError
from quizzes.models import Export, Release, Study
from quizzes.reports.page import page_of
from training.access import opens_to
from training.actions.audit import record
from training.actions.jobs import try_again
from training.models import Job, Role


@opens_to(Role.EVALUATOR)
def make(request, code):
    if request.method != "POST":
        return redirect("quizzes:study", code)
    study = get_object_or_404(Study.objects.with_sizes(), code=code)
    form = ReleaseForm(study, request.POST)
    if form.is_valid():
        known = study.releases.count()
        try:
            release = releases.request_release(study, form.cohort_waves(), by=request.user)
        except releases.ReleaseError as error:
            form.add_error(None, str(error))
        else:
            if study.releases.count() == known:
                messages.info(request, _("This choice has been released before; here it is."))
            return redirect("quizzes:release", release.pk)
    return show(request, study, release_form=form)


@opens_to(Role.EVALUATOR)
def release(request, pk):
    """The report; until it is built, how far the work is."""
    found = get_object_or_404(Release.objects.with_cohorts(), pk=pk)
    if not found.built_at or request.htmx:
        is_over = found.built_at or found.job.is_over
        return job_page(request, found.job, "building", is_over=is_over, release=found)
    context = {"release": found, "page": page_of(found, request.GET.get("waves", ""))}
    context["exports"] = found.exports.select_related("job")
    return render(request, "quizzes/evaluator/release.html", context)


def job_page(request, job, page, *, is_over, **context):
    """A page about a job, or the part of it that htmx asks for; over, htmx loads the page anew."""
    if not request.htmx:
        return render(request, f"quizzes/evaluator/{page}.html", {"job": job, **context})
    response = render(request, "quizzes/evaluator/_job.html", {"job": job})
    if is_over:
        response["HX-Refresh"] = "true"
    return response


@opens_to(Role.EVALUATOR)
def publish(request, pk):
    """Publishing is for good, so it is asked once more."""
    found = get_object_or_404(Release.objects.ready().with_cohorts(), pk=pk)
    problem = ""
    if request.method == "POST":
        try:
            releases.publish(found, by=request.user)
        except releases.ReleaseError as error:
            problem = str(error)
        except KeysMissingError:
            problem = _("The keys of this study are not here; nothing can be published.")
        else:
            messages.success(request, _("The trainers of these cohorts can see the result now."))
            return redirect("quizzes:release", pk)
    context = {"release": found, "problem": problem}
    return render(request, "quizzes/evaluator/publish.html", context)


@opens_to(Role.EVALUATOR)
@require_POST
def request_export(request, pk):
    found = get_object_or_404(Release.objects.ready(), pk=pk)
    export = exports.request_export(found, by=request.user)
    return redirect("quizzes:export", export.pk)


@opens_to(Role.EVALUATOR)
def export(request, pk):
    exports_of = Export.objects.select_related("job", "release__study")
    found = get_object_or_404(exports_of, pk=pk)
    return job_page(request, found.job, "export", is_over=found.job.is_over, export=found)


@opens_to(Role.EVALUATOR)
def download(request, pk):
    found = get_object_or_404(Export.objects.select_related("release__study"), pk=pk)
    if not found.file or not found.file.storage.exists(found.file.name):
        raise Http404
    record("download export", found, by=request.user)
    return FileResponse(found.file.open(), as_attachment=True, content_type="text/csv")


@opens_to(Role.EVALUATOR)
@require_POST
def build_again(request, pk):
    """After a job has failed, for example because the study's keys were missing."""
    job = get_object_or_404(Job.objects.select_related("release", "export"), pk=pk)
    if hasattr(job, "release"):
        page = redirect("quizzes:release", job.release.pk)
    elif hasattr(job, "export"):
        page = redirect("quizzes:export", job.export.pk)
    else:
        raise Http404
    try_again(job)
    return page
