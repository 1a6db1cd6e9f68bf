"""What editors type outside the admin's own forms."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from training.models import HarmQuestion, Lesson, LessonFile


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
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class LintForm(forms.Form):
    """A text in both languages, as it is being typed."""

    km = forms.CharField(required=False, strip=False, max_length=20_000)
    en = forms.CharField(required=False, strip=False, max_length=20_000)


class HarmForm(SignForm):
    """The do-no-harm questions, of which any may stay open."""

    ANSWERS = [("yes", _("Yes")), ("no", _("No"))]

    def __init__(self, questions: list[HarmQuestion], *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[question.code] = forms.ChoiceField(
                label=question.question,
                choices=self.ANSWERS,
                required=False,
                widget=forms.RadioSelect,
            )

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

    def __init__(self, lesson: Lesson, *args, **kwargs):
        super().__init__(*args, **kwargs)
        screens = lesson.screens.all()
        self.fields["screen"].choices = [
            (screen.position, f"{screen.position}. {screen.title}") for screen in screens
        ]
