"""Releases: asked for, built by a worker, read as a report, published, handed out as files."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quizzes.actions import exports, releases
from quizzes.evaluator.forms import ReleaseForm
from quizzes.evaluator.studies import show
from quizzes.models import Export, Release, Study
from quizzes.reports.page import page_of
from training.access import opens_to
from training.actions.audit import record
from training.actions.jobs import try_again
from training.models import Job, Role


@opens_to(Role.EVALUATOR)
@require_POST
def make(request, code):
    study = get_object_or_404(Study.objects.with_sizes(), code=code)
    form = ReleaseForm(study, request.POST)
    if form.is_valid():
        try:
            release = releases.request_release(study, form.cohort_waves(), by=request.user)
        except releases.ReleaseError as error:
            form.add_error(None, str(error))
        else:
            return redirect("quizzes:release", release.pk)
    return show(request, study, release_form=form)


@opens_to(Role.EVALUATOR)
def release(request, pk):
    """The report; until it is built, how far the work is."""
    found = get_object_or_404(Release.objects.with_cohorts(), pk=pk)
    if not found.built_at:
        return job_page(request, found.job, "quizzes/evaluator/building.html", release=found)
    context = {"release": found, "page": page_of(found, request.GET.get("waves", ""))}
    context["exports"] = found.exports.select_related("job")
    return render(request, "quizzes/evaluator/release.html", context)


def job_page(request, job, template, **context):
    """A page about a job, or the part of it that htmx asks for; over, htmx loads the page anew."""
    if request.htmx and job.is_over:
        response = render(request, "quizzes/evaluator/_job.html", {"job": job})
        response["HX-Refresh"] = "true"
        return response
    template = "quizzes/evaluator/_job.html" if request.htmx else template
    return render(request, template, {"job": job, **context})


@opens_to(Role.EVALUATOR)
@require_POST
def publish(request, pk):
    found = get_object_or_404(Release.objects.ready(), pk=pk)
    releases.publish(found, by=request.user)
    messages.success(request, _("The trainers of these cohorts can see this report now."))
    return redirect("quizzes:release", pk)


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
    return job_page(request, found.job, "quizzes/evaluator/export.html", export=found)


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
