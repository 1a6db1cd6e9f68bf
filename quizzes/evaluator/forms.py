from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.instruments.parse import InstrumentError, check_simple
from quizzes.instruments.xlsform import read_xlsform
from quizzes.models import CohortWave, ItemEquivalence, Study, Wave
from training.learner.forms import SiteForm
from training.models import AuditEntry, Cohort
from training.sheets import LARGEST

LARGEST_TEXT = 256 * 1024  # bytes of an instrument as YAML; PHRS24 has 50,000
ZIP = b"PK"  # what an XLSX file begins with, whatever its name says


class AddCohortForm(SiteForm):
    """A cohort that the study does not know yet."""

    cohort = forms.ModelChoiceField(Cohort.objects, label=_("Cohort"), empty_label=None)
    is_comparison = forms.BooleanField(
        label=_("Comparison cohort: it begins the course later"), required=False
    )

    def __init__(self, study: Study, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = Cohort.objects.exclude(studies=study)

    @property
    def is_needed(self):
        return self.fields["cohort"].queryset.exists()


class ReleaseForm(SiteForm):
    """Waves and cohorts, each of which may be several."""

    waves = forms.ModelMultipleChoiceField(
        Wave.objects, label=_("Waves"), widget=forms.CheckboxSelectMultiple
    )
    cohorts = forms.ModelMultipleChoiceField(
        Cohort.objects, label=_("Cohorts"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, study: Study, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.study = study
        self.fields["waves"].queryset = study.waves.all()
        self.fields["waves"].label_from_instance = lambda wave: wave.get_name_display()
        self.fields["cohorts"].queryset = study.cohorts.order_by("pk")

    def cohort_waves(self) -> list[CohortWave]:
        return list(
            CohortWave.objects.filter(
                study_cohort__study=self.study,
                wave__in=self.cleaned_data["waves"],
                study_cohort__cohort__in=self.cleaned_data["cohorts"],
            )
            .select_related("wave", "study_cohort__cohort")
            .order_by("wave__position", "study_cohort__cohort")
        )


class InstrumentFileForm(SiteForm):
    """A YAML or XLSX file. `text` is it as YAML, `content` as it came."""

    file = forms.FileField(label=_("File"), help_text=_("YAML, or a spreadsheet (XLSX)"))

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise forms.ValidationError(_("This file is larger than 2 megabytes."))
        self.content = upload.read()
        return upload

    @property
    def is_sheet(self):
        return self.content.startswith(ZIP)

    def text(self) -> str:
        """Raises InstrumentError with every fault found."""
        if self.is_sheet:
            text = read_xlsform(self.content)
        else:
            try:
                text = self.content.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                sentence = _("This is neither a text file in UTF-8 nor a spreadsheet (XLSX).")
                raise InstrumentError(sentence) from error
        return checked(text)


def checked(text: str) -> str:
    """The text, if it is short and simple enough to be read. Raises InstrumentError."""
    if len(text.encode(errors="replace")) > LARGEST_TEXT:
        raise InstrumentError(_("An instrument has at most 256 kilobytes of text."))
    check_simple(text)
    return text


class ConfirmForm(forms.Form):
    """The file as it was shown. seen: what it was compared with then."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False, max_length=LARGEST_TEXT)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def clean_text(self):
        return self.cleaned_data["text"].replace("\r\n", "\n")


class DecisionForm(SiteForm):
    """Of one item in two versions. older, newer: the rows that were read."""

    older = forms.IntegerField(widget=forms.HiddenInput)
    newer = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What does it ask?"),
        choices=[(kind.value, kind.label) for kind in ItemEquivalence.Kind if kind.value != "same"],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why it still asks the same"),
        help_text=_("Needed for “reworded”. It is kept in the audit."),
        max_length=AuditEntry._meta.get_field("reason").max_length,
        required=False,
    )
