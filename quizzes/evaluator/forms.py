from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.models import CohortWave, Study, Wave
from training.learner.forms import SiteForm
from training.models import Cohort


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
