"""What stands beside the lessons: words, situations, types of service, findings, questions."""

from django import forms
from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline

from training.actions.reference import publish_row
from training.admin.course import Editors, NoneAdded
from training.admin.forms import (
    LintedForm,
    NumberedFormSet,
    PlacedForm,
    ProvenanceForm,
    SeenForm,
)
from training.admin.review import ReviewedAdmin
from training.models import (
    Finding,
    HarmQuestion,
    ServiceType,
    Situation,
    SituationService,
    SituationStep,
    Term,
)


class StrictForm(LintedForm):
    refuses = True


class StrictProvenanceForm(SeenForm, ProvenanceForm):
    refuses = True


class StrictPlacedForm(PlacedForm):
    refuses = True


class ReferenceAdmin(ReviewedAdmin, NoneAdded, Editors, TranslationAdmin):
    """New words lose their review and sign-off, as a lesson's do."""

    REVIEW = ["khmer_reviewed_by", "khmer_reviewed_on", "signed_off_by", "signed_off_on"]
    readonly_fields = ["code"]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        words = set(form.changed_data) - set(self.REVIEW)
        if not words and not any(formset.has_changed() for formset in formsets):
            return
        publish_row(form.instance, by=request.user, keeps=self.keeps(form))
        messages.info(request, _("An earlier review and sign-off do not count for the new words."))


class TermForm(SeenForm, StrictForm):
    def clean(self):
        cleaned = super().clean()
        explained = [bool(cleaned.get(f"explanation_{language}")) for language in ("km", "en")]
        if any(explained) != all(explained):
            lacking = "explanation_en" if explained[0] else "explanation_km"
            self.add_error(lacking, _("This field is required."))
        if cleaned.get("in_lessons") and not any(explained):
            self.add_error("in_lessons", _("A word without an explanation cannot be explained."))
        return cleaned


@admin.register(Term)
class TermAdmin(ReferenceAdmin):
    form = TermForm
    list_display = ["code", "term_km", "term_en", "status", "khmer_state", "sign_off_state"]
    list_filter = ["group", "status", "in_lessons", "needs_sign_off"]
    search_fields = ["code", "term_km", "term_en"]
    fields = [
        *("code", "group", "status", "term", "also", "explanation", "in_lessons", "note", "seen"),
        *ReferenceAdmin.REVIEW,
    ]


class StepInline(Editors, TranslationStackedInline):
    model = SituationStep
    form = StrictPlacedForm
    formset = NumberedFormSet
    fields = ["place", "text"]
    extra, min_num, max_num = 0, 3, 6

    def has_delete_permission(self, request, obj=None):
        return self.is_theirs(request)

    def get_formset(self, request, obj=None, **kwargs):
        kwargs = {"validate_min": True, "validate_max": True, **kwargs}
        return super().get_formset(request, obj, **kwargs)


class SituationServiceForm(forms.ModelForm):
    place = PlacedForm.base_fields["place"]


class SituationServiceInline(Editors, admin.TabularInline):
    model = SituationService
    form = SituationServiceForm
    formset = NumberedFormSet
    fields = ["place", "type"]
    extra = 0

    def has_delete_permission(self, request, obj=None):
        return self.is_theirs(request)


@admin.register(Situation)
class SituationAdmin(ReferenceAdmin):
    form = StrictProvenanceForm
    inlines = [StepInline, SituationServiceInline]
    list_display = ["code", "title_km", "title_en", "khmer_state", "sign_off_state"]
    list_filter = ["needs_sign_off"]
    fields = [
        *("code", "title", "signs", "never", "lessons", "provenance", "confirm", "seen"),
        *ReferenceAdmin.REVIEW,
    ]


@admin.register(ServiceType)
class ServiceTypeAdmin(ReferenceAdmin):
    form = StrictProvenanceForm
    list_display = ["code", "name_km", "name_en", "khmer_state", "sign_off_state"]
    list_filter = ["needs_sign_off"]
    fields = [
        *("code", "name", "need", "say", "run_by", "provenance", "confirm", "seen"),
        *ReferenceAdmin.REVIEW,
    ]


@admin.register(Finding)
class FindingAdmin(NoneAdded, Editors, TranslationAdmin):
    form = StrictForm
    list_display = ["code", "module", "text_km", "text_en"]
    list_filter = ["module"]
    fields = ["code", "module", "text", "learn", "measured"]
    readonly_fields = ["code"]


@admin.register(HarmQuestion)
class HarmQuestionAdmin(NoneAdded, Editors, TranslationAdmin):
    """Only how a question is worded: which answer is right does not change."""

    form = StrictForm
    list_display = ["code", "question_km", "question_en", "must_be"]
    fields = ["code", "must_be", "question"]
    readonly_fields = ["code", "must_be"]
