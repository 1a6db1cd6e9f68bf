"""What editors see beside the admin: the board, a lesson's preview, history, checklist, files."""

from django.contrib import admin, messages
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from training.access import opens_to
from training.actions.files import FileError, add_file, delete_file
from training.actions.lessons import answer_harm, return_to
from training.editor.board import standing_of_lessons, standing_of_tables
from training.editor.forms import CompareForm, FileForm, HarmForm, LintForm
from training.editor.history import changes
from training.editor.lint import look_at
from training.editor.preview import preview_page
from training.models import HarmQuestion, Lesson, Role


def page(request, name, lesson, title, **context):
    """A page that looks as the admin does."""
    context = {**admin.site.each_context(request), "lesson": lesson, "title": title, **context}
    return render(request, f"training/editor/{name}.html", context)


@opens_to(Role.EDITOR)
def translation_board(request):
    lessons, tables = standing_of_lessons(), standing_of_tables()
    return page(
        request, "translation_board", None, _("Translation board"), lessons=lessons, tables=tables
    )


@opens_to(Role.EDITOR)
def preview(request, code):
    """The lesson as it stands, seen as its officers would see it."""
    lesson = get_object_or_404(Lesson, code=code)
    with transaction.atomic():
        shown = preview_page(request, lesson)
        transaction.set_rollback(True)
    return shown


@opens_to(Role.EDITOR)
@require_POST
def lint(request):
    """What is found in a text while somebody types it."""
    form = LintForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"findings": []}, status=400)
    return JsonResponse({"findings": look_at(form.cleaned_data["km"], form.cleaned_data["en"])})


@opens_to(Role.EDITOR)
def history(request, code):
    """All versions of a lesson, and what changed between two of them."""
    lesson = get_object_or_404(Lesson, code=code)
    versions = list(lesson.versions.select_related("made_by"))
    form = CompareForm(lesson, request.GET if "after" in request.GET else None)
    chosen = form.cleaned_data if form.is_valid() else {}
    lines = changes(chosen["before"].yaml, chosen["after"].yaml) if chosen else []
    return page(
        request, "history", lesson, _("History"), versions=versions, chosen=chosen, lines=lines
    )


@opens_to(Role.EDITOR)
def return_to_version(request, code, number):
    """Asks first; then that version's text is the newest."""
    lesson = get_object_or_404(Lesson, code=code)
    version = get_object_or_404(lesson.versions, number=number)
    if request.method == "POST":
        return_to(version, by=request.user)
        messages.success(request, _("The lesson reads again as in version %d.") % number)
        return redirect("training:lesson_history", code)
    return page(request, "return_to_version", lesson, _("Return to this version"), version=version)


@opens_to(Role.EDITOR)
def harm_checklist(request, code):
    """The do-no-harm questions of the lesson's newest version."""
    lesson = get_object_or_404(Lesson, code=code)
    version = lesson.versions.first()
    questions = list(HarmQuestion.objects.all())
    given = {}
    if version:
        given = {row.question_id: row for row in version.harm_answers.all()}
    newest = version.number if version else None
    start = {"name": request.user.name_km, "version": newest}
    form = HarmForm(questions, newest, request.POST or None, initial=start)
    if version and form.is_valid():
        who = {"name": form.cleaned_data["name"], "on": form.cleaned_data["on"]}
        answer_harm(version, form.answers(), **who, by=request.user)
        messages.success(request, _("Noted."))
        return redirect("training:harm_checklist", code)
    rows = [(question, given.get(question.pk), form[question.code]) for question in questions]
    return page(
        request, "harm_checklist", lesson, _("Do no harm"), version=version, form=form, rows=rows
    )


@opens_to(Role.EDITOR)
def lesson_files(request, code):
    """Pictures and sound of a lesson, and a form for another."""
    lesson = get_object_or_404(Lesson, code=code)
    form = FileForm(lesson, request.POST or None, request.FILES or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            add_file(lesson, given.pop("file"), **given, by=request.user)
        except FileError as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("The file stands beside its screen."))
            return redirect("training:lesson_files", code)
    return page(
        request,
        "lesson_files",
        lesson,
        _("Pictures and sound"),
        form=form,
        files=lesson.files.all(),
    )


@opens_to(Role.EDITOR)
@require_POST
def delete_lesson_file(request, code, pk):
    lesson = get_object_or_404(Lesson, code=code)
    delete_file(get_object_or_404(lesson.files, pk=pk), by=request.user)
    messages.success(request, _("The file is deleted."))
    return redirect("training:lesson_files", code)
