"""What evaluators type of papers. Digits of either script, capital letters or not."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.actions.paper import FIRST, LANGUAGE, SECOND, Difference
from quizzes.models.instruments import NOT_ANSWERED, NOT_ASKED, PREFER_NOT, Item
from quizzes.models.paper import ALPHABET, DRAWN, LOOK_ALIKES, grouped, is_card_code
from training.khmer import ascii_digits, visible
from training.learner.forms import SiteForm, code_widget, plain_code

MOST_CARDS = 200  # in one batch
NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)", re.ASCII)
# As they stand beside the boxes on the paper. A letter can be no option's value.
PREFERS_NOT = "P"
LANGUAGES = {"K": "km", "E": "en"}
AGREED, REFUSED = "1", "2"
NO_LANGUAGE = _("K for Khmer or E for English.")
ELSE = "else"
ELSE_SAYS = _("Something else; empty: no answer")
READ = _("Language that was read")


def typed(text: str) -> str:
    """One form of what was typed: "៤ " is 4, "p" is P."""
    return visible(ascii_digits(text)).strip().upper()


def read_value(item: Item, text: str) -> float | None:
    """The value that was typed for this item; None for what it cannot be. Empty: NOT_ANSWERED."""
    text = typed(text)
    if not text:
        return NOT_ANSWERED
    if text == PREFERS_NOT:
        return PREFER_NOT
    if not NUMBER.fullmatch(text):
        return None
    value = float(text)
    value = int(value) if value.is_integer() else value
    return value if item.takes(value) else None


def span_of(item: Item) -> str:
    """The values that may stand on the paper: 1–5."""
    if item.type == Item.Type.SELECT_ONE:
        values = [option.value for option in item.options]
        return f"{min(values)}–{max(values)}"
    return f"{item.low:g}–{item.high:g}"


def key_field(**kwargs):
    """A field of few characters."""
    widget = forms.TextInput(attrs={"autocomplete": "off", "size": 6, "maxlength": 12})
    return forms.CharField(required=False, widget=widget, **kwargs)


class CountForm(SiteForm):
    """How many cards: one for every seat."""

    number = forms.CharField(
        label=_("Number of cards"),
        help_text=_("One for every seat, and some to choose from."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self):
        text = typed(self.cleaned_data["number"])
        if not (text.isdecimal() and 1 <= int(text) <= MOST_CARDS):
            raise forms.ValidationError(
                _("Please write a number from 1 to %(most)s.") % {"most": MOST_CARDS}
            )
        return int(text)


class CardForm(SiteForm):
    """The code of a card, however it was typed; what is left of it fits its check character."""

    card = forms.CharField(
        label=_("Code of the card"),
        max_length=40,
        widget=code_widget(autofocus=True),
    )

    def clean_card(self):
        code = plain_code(self.cleaned_data["card"]).translate(LOOK_ALIKES)
        if len(code) != DRAWN + 1 or not set(code) <= set(ALPHABET):
            raise forms.ValidationError(_("A card's code has 9 letters and digits."))
        if not is_card_code(code):
            raise forms.ValidationError(
                _("One character of this code is wrong. Please compare it with the paper.")
            )
        return code


class PaperForm(CardForm):
    """One typing of one paper: a field for every item that the wave asks."""

    typing = forms.TypedChoiceField(
        label=_("Which typing"),
        choices=[(FIRST, _("First typing")), (SECOND, _("Second typing"))],
        coerce=int,
        widget=forms.RadioSelect,
    )
    consent = key_field(label=_("Consent"))
    language = key_field(label=READ)
    field_order = ["typing", "card", "consent", "language"]

    def __init__(self, items: list[Item], *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[name_of(item)] = key_field(label=item.short)

    def questions(self):
        """(bound field, item, its values) in the order of the paper."""
        return [(self[name_of(item)], item, span_of(item)) for item in self.items]

    def clean_consent(self):
        text = typed(self.cleaned_data["consent"])
        if text == REFUSED:
            raise forms.ValidationError(
                _("This person did not agree: nothing of this paper is typed in.")
            )
        if text != AGREED:
            raise forms.ValidationError(
                _("1 if “I agree” is ticked. Without it nothing of this paper is typed in.")
            )
        return text

    def clean_language(self):
        language = LANGUAGES.get(typed(self.cleaned_data["language"]))
        if not language:
            raise forms.ValidationError(NO_LANGUAGE)
        return language

    def clean(self):
        for item in self.items:
            value = read_value(item, self.cleaned_data.get(name_of(item), ""))
            if value is None:
                self.add_error(name_of(item), not_of(item))
            self.cleaned_data[name_of(item)] = value

    def answers(self) -> dict[str, float]:
        return {item.code: self.cleaned_data[name_of(item)] for item in self.items}

    def empty(self) -> list[int]:
        """The numbers of the items for which nothing was typed, from 1."""
        return [
            number
            for number, item in enumerate(self.items, 1)
            if not self.data.get(name_of(item), "").strip()
        ]


def name_of(item: Item) -> str:
    return f"a-{item.code}"


def not_of(item: Item) -> str:
    return _("%(values)s, %(letter)s, or empty.") % {
        "values": span_of(item),
        "letter": PREFERS_NOT,
    }


class SettleForm(SiteForm):
    """What stands on the paper, for every difference between its typings.

    numbers: item code -> its number on the paper.
    """

    def __init__(self, differing, numbers: dict[str, int], *args, **kwargs):
        super().__init__(*args, prefix=differing.key, **kwargs)
        self.differing, self.numbers = differing, numbers
        for one in differing.differences:
            self.fields[one.name] = forms.ChoiceField(
                label=one.item.short if one.item else READ,
                choices=[
                    (FIRST, written(one, one.first)),
                    (SECOND, written(one, one.second)),
                    (ELSE, ELSE_SAYS),
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Please look at the paper and choose.")},
            )
            beside = self.fields[f"{one.name}-else"] = key_field()
            beside.widget.attrs["aria-label"] = ELSE_SAYS

    @property
    def card_shown(self):
        return grouped(self.differing.card)

    def rows(self):
        """(difference, its number on the paper, its choice, the field beside it)."""
        return [
            (one, self.numbers.get(one.name), self[one.name], self[f"{one.name}-else"])
            for one in self.differing.differences
        ]

    def clean(self):
        for one in self.differing.differences:
            choice = self.cleaned_data.get(one.name)
            if choice == ELSE:
                value = read_other(one, self.cleaned_data[f"{one.name}-else"])
                if value is None:
                    self.add_error(
                        one.name,
                        not_of(one.item) if one.item else _("K for Khmer or E for English."),
                    )
            else:
                value = one.second if choice == str(SECOND) else one.first
            self.cleaned_data[one.name] = value

    def chosen(self) -> dict[str, float | str]:
        return {one.name: self.cleaned_data[one.name] for one in self.differing.differences}


def read_other(one: Difference, text: str) -> float | str | None:
    return read_value(one.item, text) if one.item else LANGUAGES.get(typed(text))


def written(one: Difference, value: float | str) -> str:
    """As it stands on the paper: 4 Agree."""
    if one.name == LANGUAGE:
        return _("Khmer") if value == "km" else _("English")
    if value == PREFER_NOT:
        return f"{PREFERS_NOT} · {_('Prefer not to answer')}"
    if value == NOT_ANSWERED:
        return _("empty")
    if value == NOT_ASKED:
        return _("not on the paper")
    if one.item.type == Item.Type.SELECT_ONE:
        label = next(option.label for option in one.item.options if option.value == value)
        return f"{value} · {label}"
    return f"{value:g}"
