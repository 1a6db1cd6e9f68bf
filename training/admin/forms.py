"""What the editors' forms have in common: lint beside the field, sources, an order of rows."""

import re
from string import ascii_lowercase

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from training.actions.reviews import text_of
from training.actions.texts import digest_of
from training.curriculum.parse import Provenance
from training.editor.lint import as_list, look_at
from training.khmer import canonical
from training.models import Source

SOURCE = re.compile(r"\b(?:[Ss]\d+|P)\b")
NEW = 1000  # positions of rows that have no place yet
WAITING = 2000  # and of rows on their way to another place


class Lines(forms.CharField):
    """Text as it was: a browser sends other line ends than those it was given."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class LintedForm(forms.ModelForm):
    """Says below each Khmer text what is found in it, as it stands or as it was typed.

    With `refuses`, what must be mended is an error of the field.
    """

    refuses = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.show_findings()

    def show_findings(self):
        self.findings = {}
        for name in self.fields:
            self.size(name)
        for km, en in self.pairs():
            self.findings[km] = look_at(self.text_of(km), self.text_of(en))
            field, shown = self.fields[km], self.findings[km]
            if self.is_bound and self.refuses:  # what must be mended is the field's error
                shown = [finding for finding in shown if not finding["is_error"]]
            field.help_text = format_html("{}{}", field.help_text, as_list(shown))
            field.widget.attrs["data-lint"] = ""

    def pairs(self):
        """The names of each text's two fields."""
        names = (name.removesuffix("_km") for name in self.fields if name.endswith("_km"))
        return [(f"{name}_km", f"{name}_en") for name in names if f"{name}_en" in self.fields]

    def text_of(self, name):
        field = self.fields[name]
        if not self.is_bound:
            return self.get_initial_for_field(field, name) or ""
        return field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name)) or ""

    def size(self, name):
        """As many lines as the text fills."""
        widget = self.fields[name].widget
        if isinstance(widget, forms.Textarea):
            lines = self.text_of(name).splitlines() or [""]
            widget.attrs["rows"] = min(14, 1 + sum(1 + len(line) // 70 for line in lines))

    def clean(self):
        cleaned = super().clean()
        for km, _en in self.pairs():
            if cleaned.get(km):
                cleaned[km] = canonical(cleaned[km])
            if self.refuses and km not in self.errors:
                for finding in self.findings[km]:
                    if finding["is_error"]:
                        self.add_error(km, finding["text"])
        return cleaned


class SeenForm(forms.ModelForm):
    """Refuses to write over what somebody else saved since the page was opened."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stands = digest_of(self.standing()) if self.instance.pk else ""
        self.initial["seen"] = self.stands

    def standing(self) -> str:
        """Everything of the row that the page shows, as it stands in the database."""
        return text_of(self.instance)

    def clean(self):
        cleaned = super().clean()
        if self.cleaned_data.get("seen", "") not in ("", self.stands):
            self.add_error(
                None,
                _(
                    "Somebody saved this since the page was opened. "
                    "Please open it anew in another tab and compare."
                ),
            )
        return cleaned


class ProvenanceForm(LintedForm):
    """A row that names its sources."""

    provenance = forms.CharField(
        label=_("sources"),
        max_length=160,
        help_text=_(
            "Codes of the register: S17, S06. G without a code: general knowledge. "
            "+L: to be confirmed with the commander or the legal office."
        ),
    )
    confirm = forms.BooleanField(
        label=_("to be confirmed locally although it has a source"), required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = Provenance(self.instance.provenance)
        self.initial["confirm"] = self.instance.to_confirm and not known.to_confirm

    def clean_provenance(self):
        text = self.cleaned_data["provenance"]
        codes = SOURCE.findall(text)
        known = Source.objects.filter(code__in=codes).values_list("code", flat=True)
        if unknown := set(codes) - set(known):
            words = {"codes": ", ".join(sorted(unknown))}
            raise forms.ValidationError(_("There is no source %(codes)s.") % words)
        return text

    def clean(self):
        cleaned = super().clean()
        found = Provenance(cleaned.get("provenance", ""), bool(cleaned.get("confirm")))
        self.instance.to_confirm = found.to_confirm
        return cleaned

    def _save_m2m(self):
        super()._save_m2m()
        codes = Provenance(self.instance.provenance).sources
        self.instance.sources.set(Source.objects.filter(code__in=codes))


class PlacedForm(LintedForm):
    place = forms.IntegerField(label=_("position"), required=False, min_value=1, max_value=99)


class PlacedFormSet(forms.BaseInlineFormSet):
    """Rows in an order that the editor gives: a form's `place` says where its row goes."""

    first = 0  # the first row's position

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if index is not None and index < self.initial_form_count():
            form.initial["place"] = index + 1

    def save_new(self, form, commit=True):
        form.instance.position = NEW + self.forms.index(form)
        return super().save_new(form, commit)

    def save(self, commit=True):
        saved = super().save(commit)
        self.renumber()
        return saved

    def renumber(self):
        """Give every row its place. Returns old position -> new position."""
        kept = [form for form in self.forms if form.instance.pk and not self.is_deleted(form)]
        kept.sort(key=lambda form: (form.cleaned_data.get("place") or NEW, not is_moved(form)))
        rows = [form.instance for form in kept]
        moved = {row.position: self.first + n for n, row in enumerate(rows)}
        if any(before != after for before, after in moved.items()):
            for shift in (WAITING, self.first):  # two rows never stand in one place
                for n, row in enumerate(rows):
                    self.model.objects.filter(pk=row.pk).update(position=shift + n)
        return moved

    def is_deleted(self, form):
        return form.cleaned_data.get("DELETE", False)


class NumberedFormSet(PlacedFormSet):
    first = 1


def is_moved(form):
    return "place" in form.changed_data


class RowsFormSet(forms.BaseInlineFormSet):
    """Rows of one thing, of which some are taken away and some are new."""

    def kept(self):
        """The forms of rows that stay or are new."""
        return [
            form
            for form in self.forms
            if form.cleaned_data
            and not form.cleaned_data.get("DELETE")
            and (form.instance.pk or form.has_changed())
        ]


class LetteredFormSet(RowsFormSet):
    """Rows called A, B, C as they stand."""

    letters = "ABCDE"

    def save_new(self, form, commit=True):
        form.instance.code = ascii_lowercase[self.forms.index(form)]
        return super().save_new(form, commit)

    def save(self, commit=True):
        saved = super().save(commit)
        rows = [form for form in self.kept() if form.instance.pk]
        for codes in ("012345", self.letters):  # no code is used twice at any moment
            for n, form in enumerate(rows):
                values = {"code": codes[n], **self.values(form, n)}
                self.model.objects.filter(pk=form.instance.pk).update(**values)
        return saved

    def values(self, form, n) -> dict:
        """What else of a row follows from where it stands."""
        return {}
