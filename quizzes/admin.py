"""Signing a survey's wording off. Nothing of answers is here, nor anywhere in the admin."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from quizzes.models import Draft, InstrumentVersion
from training.actions.audit import record
from training.admin import ByRole
from training.models import Role


class SignOffForm(forms.ModelForm):
    """Items that must be confirmed are asked in production once somebody has signed them off."""

    class Meta:
        model = InstrumentVersion
        fields = ["signed_off_by", "signed_off_on"]

    def clean(self):
        given = super().clean()
        if bool(given.get("signed_off_by")) != bool(given.get("signed_off_on")):
            raise ValidationError(_("Please write both: who signed off, and on which day."))
        if Draft.objects.filter(wave__study__version=self.instance).exists():
            raise ValidationError(
                _("Somebody is answering this survey now. Its pages must not change meanwhile.")
            )
        return given


@admin.register(InstrumentVersion)
class InstrumentVersionAdmin(ByRole, admin.ModelAdmin):
    role = Role.EDITOR
    form = SignOffForm
    list_display = ["instrument", "number", "frozen_on", "signed_off_by", "signed_off_on"]
    fields = ["instrument", "number", "frozen_on", "to_confirm", "signed_off_by", "signed_off_on"]
    readonly_fields = ["instrument", "number", "frozen_on", "to_confirm"]

    def has_add_permission(self, request, obj=None):
        return False

    @admin.display(description=_("items to confirm"))
    def to_confirm(self, version):
        items = version.items.filter(to_confirm=True)
        return "\n".join(f"{item.code}  {item.text}" for item in items) or "–"

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record("sign off", obj, by=request.user)
