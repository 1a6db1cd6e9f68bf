"""The course as editors keep it. Saving what officers see publishes it, or is refused."""

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import (
    TranslationAdmin,
    TranslationStackedInline,
)

from training.actions.files import move_files
from training.actions.lessons import UnfitError, publish_lesson
from training.admin.forms import (
    LetteredFormSet,
    Lines,
    LintedForm,
    NumberedFormSet,
    PlacedForm,
    PlacedFormSet,
    ProvenanceForm,
)
from training.admin.handout import HandoutForm
from training.admin.review import ReviewedAdmin
from training.admin.roles import ByRole
from training.admin.scenario import NodeForm, NodeFormSet
from training.curriculum.review import screen_name
from training.editor.preview import preview_page
from training.models import (
    Bar,
    Fact,
    Finding,
    Handout,
    Lesson,
    Module,
    Myth,
    Node,
    Option,
    Question,
    Role,
    Scenario,
    Screen,
)

TEXTS = {models.TextField: {"form_class": Lines, "widget": forms.Textarea}}


class Editors(ByRole):
    role = Role.EDITOR
    formfield_overrides = TEXTS
    change_form_template = "admin/training/editing.html"

    class Media:
        js = [forms.Script("training/editor.js", defer=True)]


class NoneAdded:
    """Rows that come from the content files."""

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Module)
class ModuleAdmin(NoneAdded, Editors, TranslationAdmin):
    list_display = ["code", "title_km", "title_en"]
    readonly_fields = ["code", "position"]


class Looked(Exception):  # noqa: N818 - no error: takes back what was saved only to be looked at
    def __init__(self, page):
        self.page = page


class LessonPart(Editors):
    """A lesson, or a part of it with a page of its own.

    Whatever is saved is the whole lesson's text at once: either all of it is fit to be published,
    or nothing is saved and the faults are said where they were typed. "Preview" saves, shows
    the officers' pages, and takes it back.
    """

    change_form_template = "admin/training/part.html"

    def lesson_of(self, obj):
        return obj.lesson

    def lesson_added_to(self, request):
        """The lesson to which a new part is being added."""
        pk = request.POST.get("lesson", request.GET.get("lesson", ""))
        return Lesson.objects.filter(pk=pk).first() if pk.isdecimal() else None

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except UnfitError as unfit:
            request.faults = unfit.faults
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Looked as looked:
            return looked.page

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.refuses = bool(faults := getattr(request, "faults", []))
        return refusing(form, faults)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self.publish(request, self.lesson_of(form.instance))

    def publish(self, request, lesson, keeps=()):
        if "_preview" in request.POST:
            raise Looked(preview_page(request, lesson))
        seen = request.POST.get("seen", "")
        seen = int(seen) if seen.isdecimal() else 0
        if publish_lesson(lesson, by=request.user, keeps=keeps, seen=seen):
            messages.info(
                request,
                _(
                    "The new words are published and kept as a version. "
                    "An earlier review and sign-off do not count for them."
                ),
            )

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["lesson"] = lesson = self.lesson_of(obj) if obj else self.lesson_added_to(request)
        newest = lesson.versions.first() if lesson else None
        context["seen"] = request.POST.get("seen", newest.number if newest else 0)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def refusing(form, faults):
    """The form's class, which says these faults of the whole lesson above its fields."""

    class Refusing(form):
        def clean(self):
            cleaned = super().clean()
            for fault in faults:
                self.add_error(None, str(fault))
            return cleaned

    return Refusing if faults else form


class OfLesson(NoneAdded, LessonPart):
    """A part with its own page: found from its lesson's page, and leading back there."""

    name = ""  # what the part is called

    def has_module_permission(self, request):
        return False

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["title"] = context["part"] = self.name
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def response_post_save_change(self, request, obj):
        return redirect("admin:training_lesson_change", self.lesson_of(obj).pk)

    response_post_save_add = response_post_save_change


class PartInline(Editors):
    """Rows inside a part's page."""

    extra = 0

    def has_delete_permission(self, request, obj=None):
        return self.is_theirs(request)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.refuses = bool(getattr(request, "faults", []))
        return formset


class ScreenForm(LintedForm):
    def clean(self):
        cleaned = super().clean()
        figure = [name for name in self.fields if name.startswith(("figure_value", "figure_label"))]
        lacking = [name for name in figure if not cleaned.get(name)]
        if len(lacking) == len(figure):
            lacking = figure if cleaned.get("dots_of") else []
        for name in lacking:
            if name not in self.errors:
                self.add_error(name, _("A key number needs its words in both languages."))
        return cleaned


class PlacedScreenForm(PlacedForm, ScreenForm):
    pass


class ScreenFormSet(NumberedFormSet):
    """The screens of a lesson. Their pictures and sound go where they go."""

    def renumber(self):
        gone = [screen.position for screen in self.deleted_objects]
        move_files(self.instance, super().renumber(), gone)


SCREEN = ["title", "text", "figure_value", "figure_label", "dots_marked", "dots_of"]


class ScreenInline(PartInline, TranslationStackedInline):
    model = Screen
    verbose_name, verbose_name_plural = _("screen"), _("screens")
    form = PlacedScreenForm
    formset = ScreenFormSet
    fields = ["place", *SCREEN]
    show_change_link = True


class PlacedGroundForm(PlacedForm, ProvenanceForm):
    """A myth or a fact, which is called by a code of the register."""


class MythInline(PartInline, TranslationStackedInline):
    model = Myth
    verbose_name, verbose_name_plural = _("myth"), _("myths and facts")
    form = PlacedGroundForm
    formset = PlacedFormSet
    fields = ["place", "code", "myth", "fact", "provenance", "confirm"]


class LessonForm(LintedForm):
    def clean_findings(self):
        """Codes of findings that there are, with one space between them."""
        codes = self.cleaned_data["findings"].split()
        known = set(Finding.objects.filter(code__in=codes).values_list("code", flat=True))
        if "findings" in self.changed_data and (unknown := [c for c in codes if c not in known]):
            words = {"codes": ", ".join(unknown)}
            raise forms.ValidationError(_("There is no finding %(codes)s.") % words)
        return " ".join(codes)

    def clean(self):
        cleaned = super().clean()
        texts = {}
        for name in ("outcomes_km", "outcomes_en"):
            texts[name] = [line.strip() for line in (cleaned.get(name) or "").splitlines()]
            cleaned[name] = "\n".join(filter(None, texts[name]))
        if len(cleaned["outcomes_km"].splitlines()) != len(cleaned["outcomes_en"].splitlines()):
            self.add_error("outcomes_km", _("One outcome a line, as many lines in each language."))
        if bool(cleaned.get("warning_km")) != bool(cleaned.get("warning_en")):
            lacking = "warning_km" if cleaned.get("warning_en") else "warning_en"
            self.add_error(lacking, _("This field is required."))
        return cleaned


@admin.register(Lesson)
class LessonAdmin(ReviewedAdmin, NoneAdded, LessonPart, TranslationAdmin):
    change_form_template = "admin/training/lesson/change_form.html"
    form = LessonForm
    inlines = [ScreenInline, MythInline]
    list_display = ["code", "title_km", "title_en", "status", "khmer_state", "sign_off_state"]
    list_filter = ["module", "status", "needs_sign_off"]
    fieldsets = [
        (None, {"fields": ["code", "status", "minutes", "review_on", "findings"]}),
        (
            _("The three facts"),
            {
                "fields": [
                    *("khmer_reviewed_by", "khmer_reviewed_on"),
                    *("signed_off_by", "signed_off_on"),
                ]
            },
        ),
        (_("The lesson"), {"fields": ["title", "outcomes", "takeaway", "warning"]}),
    ]
    readonly_fields = ["code"]

    def lesson_of(self, obj):
        return obj

    def save_related(self, request, form, formsets, change):
        super(LessonPart, self).save_related(request, form, formsets, change)
        self.publish(request, form.instance, self.keeps(form))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["parts"] = parts_of(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def parts_of(lesson):
    """(title, address) of the lesson's other pages."""
    rows = [("scenario", lesson.scenario.pk, gettext("Scenario"))]
    rows += [("question", row.pk, f"{gettext('Check')} {row}") for row in lesson.questions.all()]
    if hasattr(lesson, "handout"):
        rows.append(("handout", lesson.handout.pk, gettext("Handout")))
    rows += [("screen", row.pk, screen_name(row.position)) for row in lesson.screens.all()]
    parts = [
        (title, reverse(f"admin:training_{name}_change", args=[pk])) for name, pk, title in rows
    ]
    if not hasattr(lesson, "handout"):
        add = reverse("admin:training_handout_add")
        parts.append((gettext("Add a handout"), f"{add}?lesson={lesson.pk}"))
    return parts


class BarInline(PartInline, TranslationStackedInline):
    model = Bar
    verbose_name, verbose_name_plural = _("bar"), _("bars beside the key number")
    form = PlacedForm
    formset = PlacedFormSet
    fields = ["place", "label", "percent", "shown"]


class FactInline(PartInline, admin.StackedInline):
    model = Fact
    verbose_name, verbose_name_plural = _("fact"), _("facts that the screen rests on")
    form = PlacedGroundForm
    formset = PlacedFormSet
    fields = ["place", "code", "provenance", "confirm", "is_sensitive"]


@admin.register(Screen)
class ScreenAdmin(OfLesson, TranslationAdmin):
    name = _("Screen")
    form = ScreenForm
    inlines = [BarInline, FactInline]
    fields = SCREEN


class OptionForm(LintedForm):
    is_the_answer = forms.BooleanField(label=_("the right answer"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["is_the_answer"] = self.instance.is_right
        for language in ("km", "en"):
            self.fields[f"reason_{language}"].required = True


class OptionFormSet(LetteredFormSet):
    def clean(self):
        super().clean()
        if any(self.errors):
            return
        right = [form for form in self.kept() if form.cleaned_data["is_the_answer"]]
        if len(right) != 1:
            raise forms.ValidationError(_("Please mark one answer as right, and only one."))

    def save(self, commit=True):
        self.instance.options.update(is_right=False)
        for form in self.forms:
            form.instance.is_right = False
        return super().save(commit)

    def values(self, form, n):
        return {"is_right": form.cleaned_data["is_the_answer"]}


class OptionInline(PartInline, TranslationStackedInline):
    model = Option
    verbose_name, verbose_name_plural = _("answer"), _("answers")
    form = OptionForm
    formset = OptionFormSet
    fields = ["is_the_answer", "text", "reason"]
    min_num, max_num = 2, 5

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(
            request, obj, **{"validate_min": True, "validate_max": True, **kwargs}
        )


@admin.register(Question)
class QuestionAdmin(OfLesson, TranslationAdmin):
    name = _("Check")
    form = ProvenanceForm
    inlines = [OptionInline]
    fields = ["code", "text", "rationale", "provenance", "confirm"]
    readonly_fields = ["code"]


class NodeInline(PartInline, TranslationStackedInline):
    model = Node
    form = NodeForm
    formset = NodeFormSet
    fields = ["situation"]
    template = "admin/training/nodes.html"
    extra = 1


@admin.register(Scenario)
class ScenarioAdmin(OfLesson, TranslationAdmin):
    name = _("Scenario")
    form = LintedForm
    inlines = [NodeInline]
    fields = ["code", "title"]
    readonly_fields = ["code"]


@admin.register(Handout)
class HandoutAdmin(OfLesson, TranslationAdmin):
    name = _("Handout")
    form = HandoutForm
    change_form_template = "admin/training/handout.html"

    def has_add_permission(self, request, obj=None):
        return self.is_theirs(request)

    def get_fields(self, request, obj=None):
        fields = ["code", "title", "note", "blank_lines", "provenance", "confirm"]
        return [*fields, "is_removed"] if obj else ["lesson", *fields]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []

    def save_related(self, request, form, formsets, change):
        if form.cleaned_data.get("is_removed"):
            lesson = form.instance.lesson
            Handout.objects.filter(pk=form.instance.pk).delete()
            self.publish(request, lesson)
        else:
            form.write_table()
            super().save_related(request, form, formsets, change)
