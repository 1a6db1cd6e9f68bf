from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.models import CohortWave, Study, Wave
from training.khmer import one_line
from training.learner.forms import LONGEST_PASSWORD, SiteForm, password_widget
from training.models import Cohort

# Word of the audit -> what people read.
PURPOSES = {
    "analysis": _("an analysis"),
    "report": _("a report"),
    "check": _("checking numbers"),
    "archive": _("keeping the data of the study"),
    "other": _("something else"),
}


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


class WordsField(forms.CharField):
    """A short text in one line, as the audit keeps it."""

    def __init__(self, **kwargs):
        super().__init__(max_length=200, **kwargs)

    def to_python(self, value):
        return one_line(super().to_python(value))


class UnpublishForm(SiteForm):
    reason = WordsField(
        label=_("Why is it taken back?"),
        help_text=_("The audit keeps this sentence. Please write nothing about a person in it."),
    )


class ExportForm(SiteForm):
    """What a file of rows is needed for."""

    purpose = forms.ChoiceField(label=_("What is the file for?"), choices=list(PURPOSES.items()))
    words = WordsField(
        label=_("In one sentence"),
        help_text=_("The audit keeps this sentence. Please write nothing about a person in it."),
    )

    def why(self) -> str:
        """As the audit keeps it: "analysis: how attitudes to naloxone changed"."""
        return f"{self.cleaned_data['purpose']}: {self.cleaned_data['words']}"


class PasswordForm(SiteForm):
    """Asks for the password once more before files are handed out."""

    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=password_widget("current-password"),
    )
