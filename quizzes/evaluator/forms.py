from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from quizzes.actions.studies import CLOSES_AFTER, OPENS_AFTER
from quizzes.instruments.parse import InstrumentError, check_simple
from quizzes.instruments.xlsform import read_xlsform
from quizzes.models import CohortWave, InstrumentVersion, ItemEquivalence, Study, Wave
from quizzes.models.studies import CODE_PATTERN, family_items, subgroup_items
from training.khmer import one_line
from training.learner.forms import LONGEST_PASSWORD, SiteForm, password_widget
from training.models import AuditEntry, Cohort
from training.sheets import LARGEST
from training.templatetags.spean import digits

LARGEST_TEXT = 256 * 1024  # bytes of an instrument as YAML; PHRS24 has 50,000
ZIP = b"PK"  # what an XLSX file begins with, whatever its name says
LONGEST_PLAN = 999  # days after the end of a cohort
USUAL_WAVES = {"pre", "post", "fu3"}
# Word of the audit -> what people read.
PURPOSES = {
    "analysis": _("an analysis"),
    "report": _("a report"),
    "check": _("checking numbers"),
    "archive": _("keeping the data of the study"),
    "other": _("something else"),
}
WAITING = ["starts_on", "post_opens_on", "post_closes_on"]


def day_field(label, **kwargs):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **kwargs)


def days_field(label, **kwargs):
    """A number of days; typed, so that digits of either script are taken."""
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    limits = {"min_value": 0, "max_value": LONGEST_PLAN}
    return forms.IntegerField(label=label, required=False, widget=widget, **limits, **kwargs)


def label_of(version: InstrumentVersion) -> str:
    number = _("version %(number)s") % {"number": digits(version.number)}
    return f"{version.instrument.title} · {number}"


class VersionForm(SiteForm):
    """One of these survey versions, the newest first."""

    version = forms.ModelChoiceField(
        InstrumentVersion.objects, label=_("Survey version"), empty_label=None
    )

    def __init__(self, versions, *args, **kwargs):
        super().__init__(*args, **kwargs)
        found = versions.select_related("instrument").order_by("instrument__code", "-number")
        self.fields["version"].queryset = found
        self.fields["version"].label_from_instance = label_of


class DeclarationForm(SiteForm):
    """What a study declares before its first answer. Scales are asked for one by one."""

    subgroups = forms.MultipleChoiceField(
        label=_("Subgroups that the report looks at"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    family = forms.MultipleChoiceField(
        label=_("Items tested together as one family"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, version: InstrumentVersion, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.version = version
        for name, items in (
            ("subgroups", subgroup_items(version)),
            ("family", family_items(version)),
        ):
            self.fields[name].choices = [(item.code, f"{item.code} {item.short}") for item in items]
        self.scales = list(version.scales.all())
        for scale in self.scales:
            self.fields[f"band_{scale.code}"] = forms.FloatField(
                label=scale.label,
                required=False,
                min_value=0.01,
                initial=scale.band,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    def bands(self):
        """Their fields, for the page."""
        return [self[f"band_{scale.code}"] for scale in self.scales]

    def declared(self) -> dict:
        """As the action takes it."""
        cleaned = self.cleaned_data
        return {
            "subgroups": cleaned["subgroups"],
            "bands": {scale.code: cleaned[f"band_{scale.code}"] for scale in self.scales},
            "family": cleaned["family"],
        }


class NewStudyForm(DeclarationForm):
    """A study of this version, with its waves."""

    code = forms.RegexField(
        CODE_PATTERN,
        label=_("Code of the study"),
        help_text=_("Part of addresses: a letter first, then letters, digits, - and _."),
        error_messages={
            "invalid": _("A letter first, then letters, digits, - and _; 16 characters at most.")
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    title_km = forms.CharField(label=_("Title in Khmer"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200)
    min_group = forms.IntegerField(
        label=_("Smallest group shown"),
        help_text=_("The consent names it. Never below 5."),
        min_value=5,
        max_value=LONGEST_PLAN,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, version: InstrumentVersion, *args, **kwargs):
        super().__init__(version, *args, **kwargs)
        self.fields["min_group"].initial = settings.MIN_GROUP
        self.fields["title_km"].initial = version.instrument.title_km
        self.fields["title_en"].initial = version.instrument.title_en
        for name, label in Wave.Name.choices:
            self.fields[f"{name}_asked"] = forms.BooleanField(
                label=label, required=False, initial=name in USUAL_WAVES
            )
            if name != "pre":
                self.fields[f"{name}_opens"] = days_field(
                    _("opens (days after the end)"), initial=OPENS_AFTER.get(name)
                )
            self.fields[f"{name}_closes"] = days_field(
                _("closes (days after the end)"), initial=CLOSES_AFTER[name]
            )

    def wave_fields(self):
        """(asked, opens or None, closes) of each wave, for the page."""
        return [
            (
                self[f"{name}_asked"],
                self[f"{name}_opens"] if f"{name}_opens" in self.fields else None,
                self[f"{name}_closes"],
            )
            for name in Wave.Name.values
        ]

    def planned(self) -> dict[str, tuple[int | None, int]]:
        """Wave -> days after the end of a cohort when it opens and when it closes."""
        cleaned = self.cleaned_data
        return {
            name: (cleaned.get(f"{name}_opens"), cleaned.get(f"{name}_closes"))
            for name in Wave.Name.values
            if cleaned.get(f"{name}_asked")
        }

    def clean(self):
        planned = self.planned()
        if not planned:
            self.add_error(None, _("Please choose at least one wave."))
        for name, (opens, closes) in planned.items():
            if f"{name}_closes" in self.errors:
                continue
            if closes is None:
                self.add_error(f"{name}_closes", _("Please write when this wave closes."))
            elif opens is not None and closes < opens:
                self.add_error(f"{name}_closes", _("A wave closes after it opens."))


class ExtendWaveForm(SiteForm):
    closes_on = day_field(_("New last day"))


class AddCohortForm(SiteForm):
    """A cohort that the study does not know yet."""

    cohort = forms.ModelChoiceField(Cohort.objects, label=_("Cohort"), empty_label=None)
    is_comparison = forms.BooleanField(
        label=_("Comparison cohort: it begins the course later"), required=False
    )
    starts_on = day_field(_("Its course opens on"), required=False)
    post_opens_on = day_field(_("Its second survey opens on"), required=False)
    post_closes_on = day_field(_("Its second survey closes on"), required=False)

    def __init__(self, study: Study, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = Cohort.objects.exclude(studies=study)

    def waiting(self):
        """The fields of a comparison cohort alone, for the page."""
        return [self[name] for name in WAITING]

    def clean(self):
        cleaned = super().clean()
        is_comparison, cohort = cleaned.get("is_comparison"), cleaned.get("cohort")
        if not is_comparison and any(cleaned.get(name) for name in WAITING):
            self.add_error(
                "is_comparison", _("These days are for a comparison cohort: please tick it.")
            )
        # An imported cohort takes no course here.
        is_waiting = is_comparison and cohort and cohort.origin != Cohort.Origin.IMPORTED
        if is_waiting and not cleaned.get("starts_on") and "starts_on" not in self.errors:
            self.add_error("starts_on", _("Please write on which day its course opens."))
        return cleaned

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
