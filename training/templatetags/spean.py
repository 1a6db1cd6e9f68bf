"""Filters that every template has: digits and dates in the reader's language."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import segno
from django import template
from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.safestring import mark_safe

from training.khmer import digits_in, has_khmer

register = template.Library()


@register.filter
def digits(value):
    """A number as the reader's script writes it: Khmer digits in Khmer text."""
    return digits_in(translation.get_language(), value)


@register.filter
def number(value, places=0):
    """A number rounded to so many decimals, with the comma or point and digits of the reader.

    Half goes away from zero; what rounds to zero has no sign. Django alone would cut, not round.
    """
    if value is None or value == "":  # what an older report has not
        return "–"
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)
    text = formats.number_format(rounded + 0, decimal_pos=int(places), force_grouping=True)
    return digits(text.replace("-", "−"))


@register.filter
def signed(value, places=1):
    """A change: with its sign, unless it rounds to zero."""
    text = number(value, places)
    has_sign = value is not None and value > 0 and text != number(0, places)
    return f"+{text}" if has_sign else text


@register.filter
def day(value, form="DATE_FORMAT"):
    """A date in full, in the reader's language; of a time, its day in Cambodia."""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return digits(formats.date_format(value, form)) if value else ""


@register.filter
def short_day(value):
    return day(value, "SHORT_DATE_FORMAT")


@register.filter
def letter(position):
    """The letter of a choice: A B C, or ក ខ គ. Position counts from 0."""
    letters = "កខគឃង" if translation.get_language() == "km" else "ABCDE"
    return letters[int(position)]


@register.filter
def in_language(instance, name):
    """A model's text in the language named at the end: {{ lesson|in_language:"title_km" }}."""
    return getattr(instance, name)


@register.filter
def language_of(text):
    """The language of a name that somebody typed, for `lang`: fonts and screen readers need it."""
    return "km" if has_khmer(text) else "en"


@register.simple_tag(takes_context=True)
def other_language(context):
    """The page's address in the other language, its code and its own name."""
    request = context.get("request")
    code = "en" if translation.get_language() == "km" else "km"
    path = request.get_full_path() if request else "/"
    parts = path.split("/", 2)
    if len(parts) == 3 and parts[1] in dict(settings.LANGUAGES):
        path = f"/{code}/{parts[2]}"
    else:
        path = f"/{code}/"
    return {"code": code, "name": dict(settings.LANGUAGES)[code], "url": path}


@register.filter
def safe_html(html):
    """HTML that was cleaned when it was published (training.actions.curriculum)."""
    return mark_safe(html or "")  # noqa: S308


@register.simple_tag
def dots(marked, of):
    """Where `of` dots stand, the first `marked` of them marked: the more dots, the smaller."""
    in_a_row, step = (10, 32) if of <= 20 else (20, 16) if of <= 100 else (50, 6.4)
    places = [(at(n % in_a_row, step), at(n // in_a_row, step), n < marked) for n in range(of)]
    rows = -(-of // in_a_row)
    return {
        "dots": places,
        "radius": f"{step * 0.375:.1f}",
        "width": f"{step * min(of, in_a_row):.0f}",
        "height": f"{step * rows:.0f}",
    }


def at(place, step):
    """The middle of a dot, as SVG writes numbers whatever the reader's language."""
    return f"{step * (place + 0.5):.1f}"


@register.simple_tag
def qr(text):
    """The text as a QR code: an SVG of dark modules on white, also where the page is dark."""
    code = segno.make(text, error="m", micro=False)
    return mark_safe(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S308
