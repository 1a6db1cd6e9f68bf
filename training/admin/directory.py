"""The directory's pages for administrators: entries, their spreadsheet, and the places."""

import hashlib

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.forms.models import construct_instance
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from modeltranslation.admin import TranslationAdmin

from training.actions.audit import record
from training.actions.directory import export_directory, phone_of, tidy, withdraw
from training.actions.directory_import import Import, save_import
from training.actions.search import index_service
from training.admin.forms import SeenForm
from training.admin.roles import ByRole, ToRead
from training.curriculum.words import in_words
from training.khmer.lint import ERROR, lint_text
from training.models import Place, Service
from training.sheets import LARGEST, SheetError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # lines of a preview
STATES = {
    "old": (_("not verified for half a year"), "overdue"),
    "hidden": (_("hidden: not verified for a year"), "hidden_by_age"),
    "consent": (_("without consent"), "without_consent"),
    "licence": (_("licence ran out"), "with_a_licence_that_ran_out"),
    "example": (_("example"), "examples"),
}


class ServiceForm(SeenForm):
    """One entry. What forbids to publish it is said before the database refuses it."""

    def standing(self):
        types = sorted(self.instance.types.values_list("code", flat=True))
        columns = [column.value_from_object(self.instance) for column in Service._meta.fields]
        return f"{columns} {types}"

    def clean_phone(self):
        return phone_of(self.cleaned_data["phone"])

    def clean(self):
        super().clean()
        for name, text in list(self.cleaned_data.items()):
            if name.endswith("_km") and text:
                self.cleaned_data[name] = tidy(text)
                faults = [one for one in lint_text(tidy(text)) if one.severity == ERROR]
                for fault in faults:
                    self.add_error(name, in_words(fault))
        entry = construct_instance(self, self.instance, self.fields)
        for name, sentence in entry.faults(self.cleaned_data.get("types", ())).items():
            self.add_error(name, sentence)


class StateFilter(admin.SimpleListFilter):
    title = _("needs a look")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [(name, words) for name, (words, _query) in STATES.items()]

    def queryset(self, request, queryset):
        return getattr(queryset, STATES[self.value()][1])() if self.value() in STATES else queryset


class ProvinceFilter(admin.SimpleListFilter):
    title = _("province")
    parameter_name = "province"

    def lookups(self, request, model_admin):
        named = {code[:2] for code in Service.objects.values_list("place", flat=True) if code}
        provinces = Place.objects.provinces().filter(code__in=named)
        return [(place.code, place.full_name) for place in provinces]

    def queryset(self, request, queryset):
        return queryset.within(self.value()) if self.value() else queryset


class UploadForm(forms.Form):
    """A spreadsheet; `found` is what it would change."""

    use_required_attribute = False
    file = forms.FileField(
        label=_("Spreadsheet (XLSX)"),
        widget=forms.ClearableFileInput(attrs={"accept": f".xlsx,{XLSX}"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        # One byte too many is enough to be refused, and no more is read.
        self.content = file.read(LARGEST + 1)
        self.found = read_import(self.content)
        return file


class ConfirmForm(forms.Form):
    """Saves the file that was kept at the preview; `digest` says that it is the same one."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, content=b"", **kwargs):
        super().__init__(*args, **kwargs)
        self.content = content

    def clean_digest(self):
        if self.cleaned_data["digest"] != digest_of(self.content):
            raise forms.ValidationError(
                _("Another file was read meanwhile. Please choose it again.")
            )
        self.found = read_import(self.content)
        if self.found.faults:
            raise forms.ValidationError(_("The directory changed meanwhile. Please read it again."))
        return self.cleaned_data["digest"]


def read_import(content):
    try:
        return Import(content)
    except SheetError as error:
        raise forms.ValidationError(str(error)) from error


def digest_of(content):
    return hashlib.sha256(content).hexdigest()


def kept_at(user):
    """Where the file of a preview waits: one for each administrator, the next takes its place."""
    return f"imports/services-{user.pk}.xlsx"


def keep(content, user):
    default_storage.delete(kept_at(user))
    default_storage.save(kept_at(user), ContentFile(content))


def kept(user):
    if not default_storage.exists(kept_at(user)):
        return b""
    with default_storage.open(kept_at(user)) as file:
        return file.read()


@admin.register(Service)
class ServiceAdmin(ByRole, TranslationAdmin):
    form = ServiceForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    autocomplete_fields = ["place"]
    filter_horizontal = ["types"]
    list_display = ["code", "name", "where", "status", "last_verified", "state"]
    list_display += ["withdraw_button"]
    list_filter = [StateFilter, "status", "types", ProvinceFilter]
    list_select_related = ["place__within"]
    search_fields = ["code", "name_km", "name_en", "organisation_km", "organisation_en"]
    fieldsets = [
        (None, {"fields": ["code", "name", "organisation", "types", "place", "status", "seen"]}),
        (
            _("What officers read"),
            {
                "fields": [
                    *("address", "phone", "focal_role", "opening_hours", "how_to_refer"),
                    *("what_to_bring", "cost", "confidentiality", "confidentiality_note"),
                    *("anonymous_use", "voluntary", "languages", "female_staff", "min_age"),
                    *("child_friendly", "source_url"),
                ]
            },
        ),
        (
            _("Consent and verification"),
            {
                "fields": [
                    *("has_consent", "consent_on", "verified_by", "last_verified", "next_check"),
                    *("licence", "licence_until"),
                ]
            },
        ),
    ]

    def has_change_permission(self, request, obj=None):
        """Examples belong to their file."""
        return self.is_theirs(request) and not (obj and obj.is_example)

    @admin.display(description=_("Where"), ordering="place")
    def where(self, service):
        return service.place.full_path if service.place else "–"

    @admin.display(description=_("needs a look"))
    def state(self, service):
        return ", ".join(str(STATES[name][0]) for name in service.states)

    @admin.display(description="")
    def withdraw_button(self, service):
        """A button of the list's own form: one click, whatever the entry's fields say."""
        if service.status != Service.Status.PUBLISHED:
            return ""
        return format_html(
            '<button class="button" formaction="{}">{}</button>',
            reverse("admin:training_service_withdraw", args=[service.pk]),
            _("Withdraw at once"),
        )

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        verb = "change" if change else "make"
        if "status" in form.changed_data:
            verb = {"published": "publish", "hidden": "hide", "draft": verb}[obj.status]
        record(f"{verb} service", obj, by=request.user)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        index_service(form.instance)

    def get_urls(self):
        views = {
            "export/": (self.export_view, "training_service_export"),
            "import/": (self.import_view, "training_service_import"),
            "<int:pk>/withdraw/": (require_POST(self.withdraw_view), "training_service_withdraw"),
        }
        own = [path(route, self.mine(view), name=name) for route, (view, name) in views.items()]
        return own + super().get_urls()

    def mine(self, view):
        """The view as the admin opens its own, for administrators alone."""

        def opened(request, *args, **kwargs):
            if not self.is_theirs(request):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        wrapped = self.admin_site.admin_view(opened)
        wrapped.model_admin = self
        return wrapped

    def export_view(self, request):
        record("export services", request.user, by=request.user)
        headers = {"Content-Disposition": 'attachment; filename="spean-services.xlsx"'}
        return HttpResponse(export_directory(), content_type=XLSX, headers=headers)

    def import_view(self, request):
        """Choose a file; see what it would change or what is wrong; then save it."""
        if "digest" in request.POST:
            return self.confirm_view(request)
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*sent)
        if not (form.is_bound and form.is_valid()):
            return self.import_page(request, form)
        confirm = None
        if form.found.changes and not form.found.faults:
            keep(form.content, request.user)
            confirm = ConfirmForm(initial={"digest": digest_of(form.content)})
        return self.import_page(request, UploadForm(), found=form.found, confirm=confirm)

    def confirm_view(self, request):
        form = ConfirmForm(request.POST, content=kept(request.user))
        if not form.is_valid():
            for sentence in form.errors.get("digest", []):
                messages.error(request, sentence)
            return redirect("admin:training_service_import")
        save_import(form.found, by=request.user)
        default_storage.delete(kept_at(request.user))
        saved = len(form.found.changes)
        messages.success(request, _("Entries saved: %(n)s.") % {"n": saved})
        return redirect("admin:training_service_changelist")

    def import_page(self, request, form, found=None, confirm=None):
        context = {
            **self.admin_site.each_context(request),
            "title": _("Read entries from a spreadsheet"),
            "opts": self.opts,
            "form": form,
            "found": found,
            "confirm": confirm,
            "faults": found.faults[:SHOWN] if found else [],
            "changes": found.changes[:SHOWN] if found else [],
        }
        return render(request, "admin/training/service/import.html", context)

    def withdraw_view(self, request, pk):
        service = get_object_or_404(Service, pk=pk, is_example=False)
        withdraw(service, by=request.user)
        messages.success(request, _("%(name)s is withdrawn.") % {"name": service})
        return redirect("admin:training_service_changelist")


@admin.register(Place)
class PlaceAdmin(ToRead, admin.ModelAdmin):
    """To find the code of a place, and for the field that names an entry's place."""

    list_display = ["code", "full_path", "kind"]
    list_filter = ["kind"]
    list_select_related = ["within__within"]
    search_fields = ["=code", "name_km", "name_en"]
