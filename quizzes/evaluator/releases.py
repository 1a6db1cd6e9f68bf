"""Releases: asked for, built by a worker, read as a report, published, handed out as files."""

from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quizzes.actions import exports, releases
from quizzes.evaluator.forms import ExportForm, PasswordForm, ReleaseForm, UnpublishForm
from quizzes.evaluator.studies import show
from quizzes.keys import KeysMissingError
from quizzes.models import Export, Release, Study
from quizzes.reports.page import page_of
from training.access import opens_to
from training.actions.audit import record
from training.actions.jobs import try_again
from training.models import Job, Role

# For so many seconds after a right password files are handed out; the session holds when it was.
PASSWORD_LASTS = 5 * 60
GIVEN_AT = "password_for_files"

CONTENT_TYPES = {"csv": "text/csv", "zip": "application/zip"}


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
    if context["page"]:
        releases.note_seen(found, by=request.user)
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
    """What trainers have read cannot be taken from them, so it is asked once more."""
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
def unpublish(request, pk):
    found = get_object_or_404(Release.objects.ready().with_cohorts(), pk=pk)
    form = UnpublishForm(request.POST or None)
    if form.is_valid():
        releases.unpublish(found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Trainers no longer see the result."))
        return redirect("quizzes:release", pk)
    context = {"release": found, "form": form}
    return render(request, "quizzes/evaluator/unpublish.html", context)


@opens_to(Role.EVALUATOR)
def request_export(request, pk):
    """A file is made for a purpose, which the audit keeps."""
    found = get_object_or_404(Release.objects.ready().named_only(), pk=pk)
    form = ExportForm(request.POST or None)
    if form.is_valid():
        export = exports.request_export(found, by=request.user, why=form.why())
        return redirect("quizzes:export", export.pk)
    context = {"release": found, "form": form}
    return render(request, "quizzes/evaluator/request_export.html", context)


@opens_to(Role.EVALUATOR)
def export(request, pk):
    exports_of = Export.objects.select_related("job", "release__study")
    found = get_object_or_404(exports_of, pk=pk)
    return job_page(request, found.job, "export", is_over=found.job.is_over, export=found)


@opens_to(Role.EVALUATOR)
def download(request, pk):
    """The file, for whoever has just given the password."""
    found = get_object_or_404(Export.objects.select_related("release__study"), pk=pk)
    if not found.file or not found.file.storage.exists(found.file.name):
        raise Http404
    if not has_given_password(request):
        form = PasswordForm(request.POST or None)
        if form.is_valid():
            if gives_password(request, form.cleaned_data["password"]):
                return redirect("quizzes:download_export", pk)
            form.add_error("password", _("The password is not right."))
        context = {"export": found, "form": form}
        return render(request, "quizzes/evaluator/password.html", context)
    record("download export", found, by=request.user, reason=f"SHA-256 {found.sha256}")
    kind = CONTENT_TYPES[found.format]
    return FileResponse(found.file.open(), as_attachment=True, content_type=kind)


def has_given_password(request):
    now = timezone.now().timestamp()
    return now - request.session.get(GIVEN_AT, 0) <= PASSWORD_LASTS


def gives_password(request, password):
    """Whether it is this person's; wrong tries count as at signing in. A right one is noted."""
    if authenticate(request, username=request.user.code, password=password) != request.user:
        return False
    request.session[GIVEN_AT] = int(timezone.now().timestamp())
    return True


@opens_to(Role.EVALUATOR)
@require_POST
def build_again(request, pk):
    """After a job was cancelled, or has failed, for example since the study's keys were missing."""
    made, page = made_by(pk)
    if isinstance(made, Release):
        try:
            releases.build_again(made)
        except releases.ReleaseError as error:
            messages.warning(request, str(error))
    else:
        try_again(made.job)
    return page


@opens_to(Role.EVALUATOR)
@require_POST
def cancel_job(request, pk):
    made, page = made_by(pk)
    if not releases.cancel_work(made, by=request.user):
        messages.info(request, _("There was nothing left to cancel."))
    return page


def made_by(pk):
    """What a job makes, a release or an export, and the way to its page."""
    job = get_object_or_404(Job.objects.select_related("release", "export"), pk=pk)
    for name in ("release", "export"):
        if made := getattr(job, name, None):
            return made, redirect(f"quizzes:{name}", made.pk)
    raise Http404
