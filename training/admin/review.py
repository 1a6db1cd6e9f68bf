"""Who read the Khmer and who signed off: beside each row of a list, and for several at once."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from training.actions.reviews import KHMER, SIGN_OFF, sign
from training.editor.forms import SignForm
from training.templatetags.spean import short_day


class ReviewedAdmin:
    actions = ["review_khmer", "sign_off"]

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
        if form.is_valid():
            sign(rows, what, **form.cleaned_data, by=request.user)
            messages.success(request, _("Noted."))
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "rows": rows,
            "selected_name": ACTION_CHECKBOX_NAME,
            "action": request.POST["action"],
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/training/sign.html", context)
