"""What editors type outside the admin's own forms."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from training.curriculum.words import in_words
from training.khmer import canonical, has_khmer
from training.khmer.lint import ERROR, lint_text
from training.models import HarmQuestion, Lesson, LessonFile


def not_in_future(day):
    if day > timezone.localdate():
        raise forms.ValidationError(_("This day has not come yet."))


class LongInput(forms.TextInput):
    """As wide as the admin's own."""

    def __init__(self):
        super().__init__({"class": "vTextField"})


class SignForm(forms.Form):
    """Who did it, and on which day."""

    use_required_attribute = False
    name = forms.CharField(label=_("name"), max_length=120, widget=LongInput)
    on = forms.DateField(
        label=_("day"),
        initial=timezone.localdate,
        validators=[not_in_future],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class LintForm(forms.Form):
    """A text in both languages, as it is being typed."""

    km = forms.CharField(required=False, strip=False, max_length=20_000)
    en = forms.CharField(required=False, strip=False, max_length=20_000)


class HarmForm(SignForm):
    """The do-no-harm questions, of which any may stay open."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    ANSWERS = [("yes", _("Yes")), ("no", _("No"))]

    def __init__(self, questions: list[HarmQuestion], newest: int | None, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.questions, self.newest = questions, newest
        for question in questions:
            self.fields[question.code] = forms.ChoiceField(
                label=question.question,
                choices=self.ANSWERS,
                required=False,
                widget=forms.RadioSelect,
            )

    def clean_version(self):
        """The version that was read must still be the newest."""
        if (read := self.cleaned_data["version"]) not in (None, self.newest):
            raise forms.ValidationError(
                _("The lesson has a newer version. Please open this page anew and read it first.")
            )
        return read

    def answers(self) -> dict[HarmQuestion, bool]:
        given = {question: self.cleaned_data[question.code] for question in self.questions}
        return {question: answer == "yes" for question, answer in given.items() if answer}


class CompareForm(forms.Form):
    """Two versions of a lesson to be compared, the older first."""

    before = forms.ModelChoiceField(None)
    after = forms.ModelChoiceField(None)

    def __init__(self, lesson: Lesson, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.queryset, field.to_field_name = lesson.versions.all(), "number"


class FileForm(forms.Form):
    """A picture or a sound beside a screen. What it is, its content says."""

    use_required_attribute = False
    screen = forms.TypedChoiceField(label=_("screen"), coerce=int)
    language = forms.ChoiceField(
        label=_("language"), choices=LessonFile._meta.get_field("language").choices
    )
    alt = forms.CharField(
        label=_("in words"),
        max_length=300,
        widget=LongInput,
        help_text=_("What it shows or says, for who cannot."),
    )
    file = forms.FileField(label=_("file"))

    def clean(self):
        cleaned = super().clean()
        alt = cleaned.get("alt", "")
        if cleaned.get("language") == "km" and alt:
            if not has_khmer(alt):
                self.add_error("alt", _("Please write this in Khmer."))
            for finding in lint_text(canonical(alt)):
                if finding.severity == ERROR:
                    self.add_error("alt", in_words(finding))
        return cleaned

    def __init__(self, lesson: Lesson, *args, **kwargs):
        super().__init__(*args, **kwargs)
        screens = lesson.screens.all()
        self.fields["screen"].choices = [
            (screen.position, f"{screen.position}. {screen.title}") for screen in screens
        ]
