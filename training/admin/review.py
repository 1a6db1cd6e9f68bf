"""Who read the Khmer and who signed off: beside each row of a list, and for several at once."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from training.actions.reviews import KHMER, SIGN_OFF, sign, text_of
from training.actions.texts import digest_of
from training.editor.forms import SignForm, not_in_future
from training.templatetags.spean import short_day


class ReviewedAdmin:
    actions = ["review_khmer", "sign_off"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("khmer_reviewed_on", "signed_off_on"):
            field.validators = [*field.validators, not_in_future]
        return field

    @admin.display(description=gettext_lazy("Khmer reviewed"), ordering="khmer_reviewed_on")
    def khmer_state(self, row):
        if row.khmer_reviewed_on:
            return f"✓ {row.khmer_reviewed_by}, {short_day(row.khmer_reviewed_on)}"
        return _("not yet")

    @admin.display(description=gettext_lazy("signed off"), ordering="signed_off_on")
    def sign_off_state(self, row):
        if row.signed_off_on:
            return f"✓ {row.signed_off_by}, {short_day(row.signed_off_on)}"
        return _("waits") if row.needs_sign_off else _("not needed")

    def keeps(self, form):
        """What was given together with new words, and therefore holds for them."""
        written = {"review": "khmer_reviewed_by", "sign_off": "signed_off_by"}
        return [name for name, field in written.items() if field in form.changed_data]

    @admin.action(description=gettext_lazy("Khmer reviewed: by whom, on which day"))
    def review_khmer(self, request, rows):
        return self.ask_who(request, rows, KHMER, _("Who reviewed this Khmer, and when?"))

    @admin.action(description=gettext_lazy("Signed off: by whom, on which day"))
    def sign_off(self, request, rows):
        return self.ask_who(request, rows, SIGN_OFF, _("Who signed this off, and when?"))

    def ask_who(self, request, rows, what, title):
        form = SignForm(request.POST if "signed" in request.POST else None)
        stand = digest_of("".join(text_of(row) for row in rows.order_by("pk")))
        if form.is_valid() and request.POST["signed"] != stand:
            changed = _("A text has changed since this page was opened. Please look once more.")
            form.add_error(None, changed)
        if form.is_valid():
            sign(rows, what, **form.cleaned_data, by=request.user)
            messages.success(request, _("Noted for %(n)s.") % {"n": rows.count()})
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "rows": rows,
            "stand": stand,
            "selected_name": ACTION_CHECKBOX_NAME,
            "action": request.POST["action"],
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/training/sign.html", context)
