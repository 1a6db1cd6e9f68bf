"""Findings of khmer.lint in the reader's language; in English they say it themselves."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from training.khmer.lint import Finding

SAID = {
    "K101": _("the signs of a syllable are not in the usual order"),
    "K102": _("the subscript sign stands twice"),
    "K103": _("a subscript sign without a consonant after it"),
    "K104": _("a sign without a consonant before it"),
    "K105": _("a vowel typed in two parts"),
    "K106": _("a sign is doubled, or two vowels stand on one consonant"),
    "K107": _("a character that is no longer used"),
    "K108": _("a character that cannot be read, perhaps of an old font"),
    "K109": _("a letter of another script"),
    "K110": _("the text is not in Unicode's normal form"),
    "K111": _("more than two subscripts in one syllable"),
    "K201": _("Latin letters and Khmer touch each other"),
    "K202": _("digits of both scripts in one number"),
    "K203": _("an invisible character"),
    "K204": _("punctuation is not as the course writes it"),
    "K205": _("spelling"),
    "K301": _("the Khmer text is missing"),
    "K302": _("the Khmer text is the same as the English"),
    "K303": _("too few Khmer letters in the Khmer text"),
    "K304": _("the two texts differ much in length"),
    "K305": _("placeholders or tags differ between the languages"),
    "K306": _("the English text is missing"),
    "K307": _("numbers differ between the languages"),
    "K308": _("the English asks, the Khmer seems not to"),
    "K402": _("a word that the course does not use about people"),
}


def in_words(finding: Finding) -> str:
    """The finding as a sentence; its own English follows where it shows what to write."""
    text = finding.message
    if get_language() not in (None, "en"):
        text = f"{SAID[finding.code]} ({finding.message})"
    if finding.context:
        text += f" … {finding.context} …"
    return f"{finding.code} {text}"
