"""What officers type. Every answer may come in digits of either script."""

import re
import uuid

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from training.khmer import ascii_digits, canonical, one_line, phone_key, visible
from training.khmer.find import is_long_enough, query_words
from training.models import Cohort, Place, Question, ServiceType, User

KHMER_LETTER = re.compile("[\u1780-\u17b3]")
LONGEST_PASSWORD = 200  # characters; hashing more is only work


def plain_code(text):
    """A code as the site writes it, however somebody typed it: "k7 m2-pq" is K7M2PQ."""
    return re.sub(r"[\s-]", "", visible(ascii_digits(text))).upper()


def code_widget(**attrs):
    return forms.TextInput(
        attrs={
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            **attrs,
        }
    )


def password_widget(autocomplete):
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


class SiteForm(forms.Form):
    """Errors are said by the site, in the reader's language, not by the browser in its own."""

    use_required_attribute = False


class JoinCodeForm(SiteForm):
    """`cohort` is the one that the code opens."""

    code = forms.CharField(
        label=_("Joining code"),
        max_length=40,
        help_text=_("The code is on the paper from the trainer."),
        widget=code_widget(),
    )

    def clean_code(self):
        code = plain_code(self.cleaned_data["code"])
        self.cohort = Cohort.objects.filter(join_code=code).first()
        if self.cohort is None:
            raise forms.ValidationError(
                _("No cohort has this code. Please compare it with the paper from the trainer.")
            )
        return code


class CertificateNumberForm(SiteForm):
    number = forms.CharField(
        label=_("Certificate number"),
        max_length=40,
        help_text=_("It stands on the certificate and looks like SPN-7K4M-PX29."),
        widget=code_widget(),
    )

    def clean_number(self):
        """As it is printed, however somebody typed it."""
        plain = plain_code(self.cleaned_data["number"])
        if not re.fullmatch("SPN[0-9A-Z]{8}", plain):
            raise forms.ValidationError(_("A certificate number looks like SPN-7K4M-PX29."))
        return f"{plain[:3]}-{plain[3:7]}-{plain[7:]}"


class SearchForm(SiteForm):
    """What somebody looks for. `words` are its search keys."""

    q = forms.CharField(
        label=_("Words to look for"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "autocapitalize": "off", "enterkeyhint": "search"}
        ),
    )

    def clean_q(self):
        self.words = query_words(self.cleaned_data["q"])
        if not is_long_enough(self.words):
            raise forms.ValidationError(
                _("Please write a little more: at least two letters of a word.")
            )
        return self.cleaned_data["q"]


NAMES = ["family_name_km", "given_name_km", "family_name_latin", "given_name_latin"]


class NamesMixin:
    """Checks the four names of a person: two in Khmer, two in Latin letters that may be empty."""

    def khmer_name(self, name):
        value = canonical(one_line(self.cleaned_data[name]))
        if not KHMER_LETTER.search(value):
            raise forms.ValidationError(_("Please write this name in Khmer letters."))
        return value

    def latin_name(self, name):
        value = one_line(self.cleaned_data[name])
        if any(
            not (letter.isascii() and letter.isalpha()) for letter in re.sub("[ .'-]", "", value)
        ):
            raise forms.ValidationError(_("Please write this name in Latin letters: A to Z."))
        return value

    def clean_family_name_km(self):
        return self.khmer_name("family_name_km")

    def clean_given_name_km(self):
        return self.khmer_name("given_name_km")

    def clean_family_name_latin(self):
        return self.latin_name("family_name_latin")

    def clean_given_name_latin(self):
        return self.latin_name("given_name_latin")


class DetailsForm(NamesMixin, SiteForm):
    """Name and phone number. `person`: whose number it may already be."""

    family_name_km = forms.CharField(
        label=_("Family name in Khmer"),
        max_length=60,
        widget=forms.TextInput(attrs={"lang": "km", "autocomplete": "family-name"}),
    )
    given_name_km = forms.CharField(
        label=_("Given name in Khmer"),
        max_length=60,
        widget=forms.TextInput(attrs={"lang": "km", "autocomplete": "given-name"}),
    )
    family_name_latin = forms.CharField(
        label=_("Family name in Latin letters"),
        max_length=60,
        required=False,
        help_text=_("Optional, for the certificate."),
        widget=forms.TextInput(attrs={"lang": "en", "autocomplete": "off"}),
    )
    given_name_latin = forms.CharField(
        label=_("Given name in Latin letters"),
        max_length=60,
        required=False,
        help_text=_("Optional, for the certificate."),
        widget=forms.TextInput(attrs={"lang": "en", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        required=False,
        help_text=_("Optional. Signing in also works with the code that the site gives."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "tel"}),
    )

    def __init__(self, *args, person=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    @property
    def has_taken_phone(self):
        return self.has_error("phone", "taken")

    def clean_phone(self):
        typed = self.cleaned_data["phone"]
        if not typed:
            return None
        phone = phone_key(typed)
        if not phone:
            raise forms.ValidationError(
                _("This is not a Cambodian phone number. It has 9 or 10 digits and begins with 0.")
            )
        others = User.objects.exclude(pk=self.person.pk) if self.person else User.objects
        if others.filter(phone=phone).exists():
            raise forms.ValidationError(
                _("Another account has this phone number already."), code="taken"
            )
        return phone


class PasswordMixin:
    """Checks `password` against the site's rules, as the person whose it will be."""

    def check_password(self, user):
        password = ascii_digits(self.cleaned_data.get("password", ""))
        if password:
            try:
                validate_password(password, user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        self.cleaned_data["password"] = password


def new_password_field(label):
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=_(
            "At least 8 letters or digits, Khmer or Latin. Not an easy one such as 12345678, "
            "and not the name or the phone number."
        ),
        widget=password_widget("new-password"),
    )


def own_phone_field():
    return forms.BooleanField(
        label=_("This is my own phone"),
        required=False,
        help_text=_(
            "Then this phone stays signed in for 30 days. "
            "On a shared computer leave it empty: it signs out after 10 minutes."
        ),
    )


class JoinForm(PasswordMixin, DetailsForm):
    """A new account. `join_key` makes a form that is sent twice one person."""

    join_key = forms.UUIDField(widget=forms.HiddenInput)
    password = new_password_field(_("Password"))
    own_phone = own_phone_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"join_key": uuid.uuid4()}, **kwargs)

    def clean(self):
        names = {name: self.cleaned_data.get(name) or "" for name in NAMES}
        self.check_password(User(phone=self.cleaned_data.get("phone"), **names))

    def account(self):
        """What training.actions.people.make_account takes."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("join_key", "own_phone")
        }


class SignInForm(SiteForm):
    """`next`: the page that was asked for. `carried`: an answer page kept sealed meanwhile."""

    username = forms.CharField(
        label=_("Code or phone number"),
        max_length=40,
        widget=code_widget(autocomplete="username"),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=password_widget("current-password"),
    )
    own_phone = own_phone_field()
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    carried = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_username(self):
        """One writing of a number or code, so that wrong tries are counted together."""
        typed = self.cleaned_data["username"]
        return phone_key(typed) or plain_code(typed)


class OneTimeCodeForm(SiteForm):
    username = forms.CharField(
        label=_("Code or phone number"),
        max_length=40,
        widget=code_widget(autocomplete="username"),
    )
    code = forms.CharField(
        label=_("One-time code from the trainer"), max_length=40, widget=code_widget()
    )

    def clean_code(self):
        return plain_code(self.cleaned_data["code"])

    def person(self):
        active = User.objects.filter(is_active=True)
        typed = self.cleaned_data["username"]
        return (
            active.filter(code=plain_code(typed)).first()
            or active.filter(phone=phone_key(typed) or None).first()
        )


class NewPasswordForm(PasswordMixin, SiteForm):
    password = new_password_field(_("New password"))

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self):
        self.check_password(self.user)


class ChangePasswordForm(NewPasswordForm):
    """Asks for the old password too."""

    old_password = forms.CharField(
        label=_("Password until now"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=password_widget("current-password"),
    )
    field_order = ("old_password", "password")

    def clean_old_password(self):
        if not self.user.check_password(ascii_digits(self.cleaned_data["old_password"])):
            raise forms.ValidationError(_("This is not the password until now."))


class ChoiceForm(SiteForm):
    """A way out of a scenario's situation. `made`: the letters chosen before it, "A C"."""

    made = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    choice = forms.CharField(max_length=2)

    def letters(self) -> tuple[list[str], list[str]]:
        """The letters chosen before, and the one chosen now; none where nothing fits."""
        if not self.is_bound:
            return [], []
        self.full_clean()
        made = self.cleaned_data.get("made", "").split()
        return made, [self.cleaned_data["choice"]] if "choice" in self.cleaned_data else []


class CheckForm(SiteForm):
    """All questions of a lesson's check, each a list of its options."""

    def __init__(self, questions: list[Question], *args, **kwargs):
        super().__init__(*args, prefix="q", **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[question.code] = forms.ChoiceField(
                label=question.text,
                choices=[(option.code, option.text) for option in question.options.all()],
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Please choose an answer."),
                    "invalid_choice": _("Please choose one of these answers."),
                },
            )

    def rows(self, right):
        """Each field with its question and the option chosen, once the answers were tried."""
        chosen = self.answers() if right else {}
        return [(self[row.code], row, chosen.get(row)) for row in self.questions]

    def answers(self):
        """question -> the option that was chosen"""
        return {
            question: next(
                option
                for option in question.options.all()
                if option.code == self.cleaned_data[question.code]
            )
            for question in self.questions
        }


class NeedField(forms.ModelChoiceField):
    """Types of service by what somebody needs."""

    def label_from_instance(self, kind):
        return f"{kind.name}: {kind.need}"


class ProvinceField(forms.ModelChoiceField):
    def label_from_instance(self, place):
        return place.full_name


class EntriesForm(SiteForm):
    """Which services: of what type, in what province. `own`: the reader's own province, or None."""

    type = NeedField(
        ServiceType.objects.none(),
        to_field_name="code",
        label=_("What is needed"),
        empty_label=_("Please choose"),
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], _("Please choose what is needed.")
        ),
    )
    province = ProvinceField(
        Place.objects.none(),
        label=_("Province"),
        empty_label=_("Please choose"),
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], _("Please choose a province.")
        ),
    )

    def __init__(self, *args, own=None, **kwargs):
        super().__init__(*args, initial={"province": own}, **kwargs)
        self.fields["type"].queryset = ServiceType.objects.shown()
        self.fields["province"].queryset = Place.objects.provinces()
