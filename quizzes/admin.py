"""Signing a survey's wording off. Nothing of answers is here, nor anywhere in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from quizzes.models import InstrumentVersion
from training.actions.audit import record
from training.admin import ByRole
from training.models import Role


@admin.register(InstrumentVersion)
class InstrumentVersionAdmin(ByRole, admin.ModelAdmin):
    """Items to confirm are asked in production once signed off, of those who begin after that."""

    role = Role.EDITOR
    list_display = ["instrument", "number", "frozen_on", "signed_off_by", "signed_off_on"]
    fields = ["instrument", "number", "frozen_on", "to_confirm", "signed_off_by", "signed_off_on"]
    readonly_fields = ["instrument", "number", "frozen_on", "to_confirm"]

    def has_add_permission(self, request, obj=None):
        return False

    @admin.display(description=_("items to confirm"))
    def to_confirm(self, version):
        items = version.items.filter(to_confirm=True)
        lines = [
            line
            for item in items.prefetch_related("option_set__options")
            for line in (
                f"{item.code}  {item.text_km}  /  {item.text_en}",
                *(f"      {one.value}  {one.label_km}  /  {one.label_en}" for one in item.options),
            )
        ]
        return "\n".join(lines) or "–"

    def save_model(self, request, obj, form, change):
        # Only what the form holds: somebody may have frozen the version since it was read.
        obj.save(update_fields=["signed_off_by", "signed_off_on"])
        record("sign off", obj, by=request.user)
