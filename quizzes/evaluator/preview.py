"""An instrument as a page shows it, whether from a file or from the database."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from quizzes.instruments.compare import options_of
from quizzes.instruments.parse import (
    LABEL_BYTES,
    LANGUAGES,
    NUMBERS,
    SHORT_BYTES,
    Instrument,
    Item,
    Option,
    Pair,
)
from quizzes.models import Item as ItemRow
from quizzes.models import Scale, Wave
from training.editor.lint import look_at

NEAR = 0.9  # of a limit in bytes: near enough to be told


@dataclass(frozen=True)
class Question:
    """An item with what the page says of it. waves: none named, every wave."""

    item: Item
    kind: str
    type: str  # of a number; empty where there are options
    options: tuple[Option, ...]
    waves: list[str]
    scales: list[tuple[str, bool]]  # code, whether it is reversed there


@dataclass(frozen=True)
class Preview:
    """languages: those that its texts are in. notes: sentences about the whole.

    looks: (part, findings) of texts that somebody should look at once more.
    """

    instrument: Instrument
    languages: list[str]
    questions: list[Question]
    scales: list[dict]
    notes: list[str]
    looks: list[tuple[str, list[dict]]]


def preview_of(instrument: Instrument) -> Preview:
    return Preview(
        instrument=instrument,
        languages=[instrument.language] if instrument.language else list(LANGUAGES),
        questions=[question(instrument, item) for item in instrument.items],
        scales=[scale(instrument, one) for one in instrument.scales],
        notes=list(notes(instrument)),
        looks=list(looks(instrument)),
    )


def question(instrument: Instrument, item: Item) -> Question:
    return Question(
        item=item,
        kind=ItemRow.Kind(item.kind).label,
        type=ItemRow.Type(item.type).label if item.type in NUMBERS else "",
        options=options_of(instrument, item),
        waves=[Wave.Name(name).label for name in item.waves],
        scales=[(code, code in item.reversed_in) for code in item.scales],
    )


def scale(instrument: Instrument, one) -> dict:
    """items: (code, whether it is reversed)."""
    items = [
        (item.code, one.code in item.reversed_in)
        for item in instrument.items
        if one.code in item.scales
    ]
    return {"scale": one, "method": Scale.Method(one.method).label, "items": items}


def notes(instrument: Instrument):
    if instrument.language:
        yield _("Its texts are in one language: it can be analysed, but not asked on the site.")
    if any(item.type in NUMBERS for item in instrument.items):
        yield _("It asks for numbers: it can be analysed, but not asked on the site.")
    if any(item.to_confirm for item in instrument.items):
        yield _("Some items wait for somebody to sign them off, and are not asked before.")


def looks(instrument: Instrument):
    """Texts near the limits of other programs, and what the check of Khmer finds."""
    for part, texts in long_texts(instrument):
        found = [] if instrument.language else look_at(texts.km, texts.en)
        if found:
            yield part, found
    for part, texts, most in short_texts(instrument):
        if found := list(near(texts, most)):
            yield _("%(part)s, short") % {"part": part}, found


def long_texts(instrument: Instrument):
    """(part, its texts) of all that officers and readers of a report read."""
    yield _("title"), instrument.title
    for code, options in instrument.option_sets.items():
        for option in options:
            yield f"{code} {option.value}", option.label
    for scale in instrument.scales:
        yield scale.code, scale.label
    for item in instrument.items:
        yield item.code, item.text


def short_texts(instrument: Instrument):
    """(part, its texts, their limit in bytes) of all that files for other programs carry."""
    for code, options in instrument.option_sets.items():
        for option in options:
            yield f"{code} {option.value}", option.short, LABEL_BYTES
    for one in (*instrument.scales, *instrument.items):
        yield one.code, one.short, SHORT_BYTES


def near(texts: Pair, most: int):
    for code in LANGUAGES:
        size = len(getattr(texts, code).encode())
        if size > NEAR * most:
            text = _("%(language)s takes %(size)s of %(most)s bytes")
            yield {
                "is_error": False,
                "mark": _("please look"),
                "text": text % {"language": code, "size": size, "most": most},
            }
