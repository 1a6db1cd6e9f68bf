"""A handout's table, written as a table."""

from django import forms
from django.utils.translation import gettext_lazy as _

from training.admin.forms import Lines, ProvenanceForm
from training.models import Handout, HandoutCell, HandoutColumn

LANGUAGES = ("km", "en")


class HandoutForm(ProvenanceForm):
    """Rows and columns that are emptied go; one more of each waits to be filled."""

    is_removed = forms.BooleanField(label=_("take the handout away"), required=False)

    class Meta:
        model = Handout
        fields = [
            *("lesson", "code", "title_km", "title_en", "note_km", "note_en", "blank_lines"),
            *("provenance", "confirm"),
        ]
        widgets = {"lesson": forms.HiddenInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = self.instance.columns.prefetch_related("cells") if self.instance.pk else []
        columns = [(column, list(column.cells.all())) for column in known]
        self.n_columns = len(columns) + 1 if columns else 3
        self.n_rows = len(columns[0][1]) + 1 if columns else 4
        for c in range(self.n_columns):
            column, cells = columns[c] if c < len(columns) else (None, [])
            self.add_text(f"column_{c}", column and (column.title_km, column.title_en), short=True)
            for r in range(self.n_rows):
                cell = cells[r] if r < len(cells) else None
                self.add_text(f"cell_{r}_{c}", cell and (cell.text_km, cell.text_en))
        self.show_findings()

    def add_text(self, name, texts, *, short=False):
        for language, text in zip(LANGUAGES, texts or ("", ""), strict=True):
            self.fields[f"{name}_{language}"] = (
                forms.CharField(required=False, max_length=100, initial=text)
                if short
                else Lines(required=False, initial=text, widget=forms.Textarea)
            )

    def head(self):
        """The titles of the columns, each a pair of fields."""
        return [self.pair(f"column_{c}") for c in range(self.n_columns)]

    def body(self):
        """The rows of the table, each cell a pair of fields."""
        return [
            [self.pair(f"cell_{r}_{c}") for c in range(self.n_columns)] for r in range(self.n_rows)
        ]

    def pair(self, name):
        return [self[f"{name}_{language}"] for language in LANGUAGES]

    def filled(self, name):
        return any(self.cleaned_data.get(f"{name}_{language}") for language in LANGUAGES)

    def kept(self):
        """The numbers of the rows and of the columns in which something is written."""
        rows, columns = range(self.n_rows), range(self.n_columns)
        return (
            [r for r in rows if any(self.filled(f"cell_{r}_{c}") for c in columns)],
            [
                c
                for c in columns
                if self.filled(f"column_{c}") or any(self.filled(f"cell_{r}_{c}") for r in rows)
            ],
        )

    def clean(self):
        cleaned = super().clean()
        rows, columns = self.kept()
        for c in columns:
            for name in (f"column_{c}", *(f"cell_{r}_{c}" for r in rows)):
                for language in LANGUAGES:
                    if not cleaned.get(f"{name}_{language}"):
                        self.add_error(f"{name}_{language}", _("This field is required."))
        if not rows:
            raise forms.ValidationError(_("The table needs a row with a text in every column."))
        return cleaned

    def write_table(self):
        rows, columns = self.kept()
        self.instance.columns.all().delete()
        for place, c in enumerate(columns):
            column = HandoutColumn.objects.create(
                handout=self.instance, position=place, **self.texts(f"column_{c}", "title")
            )
            HandoutCell.objects.bulk_create(
                HandoutCell(column=column, row=n, **self.texts(f"cell_{r}_{c}", "text"))
                for n, r in enumerate(rows)
            )

    def texts(self, name, field):
        return {
            f"{field}_{language}": self.cleaned_data[f"{name}_{language}"] for language in LANGUAGES
        }
