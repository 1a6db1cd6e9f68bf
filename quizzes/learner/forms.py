from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.models.instruments import PREFER_NOT

# Kinds whose options are points of one line; the others are a list.
ON_A_LINE = {"attitude", "intention", "then_now", "process"}


class PageForm(forms.Form):
    """One page of a survey, its fields built from the items. Every item may stay empty.

    owner: a mark of the person for whom the page was made; uid: one saving of the page; page:
    its number.
    """

    uid = forms.UUIDField(widget=forms.HiddenInput)
    owner = forms.CharField(widget=forms.HiddenInput, max_length=24)
    page = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, items, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            choices = [(option.value, option.label) for option in item.options]
            field = forms.TypedChoiceField(
                choices=[*choices, (PREFER_NOT, _("Prefer not to answer"))],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                label=item.text,
            )
            field.on_a_line = item.kind in ON_A_LINE
            self.fields[item.code] = field

    def questions(self):
        """The fields of the items, without the hidden ones."""
        return [self[item.code] for item in self.items]

    def values(self) -> dict[str, int]:
        return {
            item.code: self.cleaned_data[item.code]
            for item in self.items
            if self.cleaned_data.get(item.code) is not None
        }

    def unanswered(self) -> list[str]:
        return [item.code for item in self.items if self.cleaned_data.get(item.code) is None]

    @property
    def can_be_saved(self):
        """Whether whose page it is could be read, and so what is valid on it may be kept."""
        return {"uid", "owner", "page"} <= set(self.cleaned_data)
