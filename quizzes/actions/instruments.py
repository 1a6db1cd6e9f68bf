"""Instrument files into the database. A version that somebody answered never changes."""

import hashlib
from dataclasses import replace

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quizzes.instruments import parse
from quizzes.instruments.compare import same_content
from quizzes.instruments.stored import instrument_of, write_yaml
from quizzes.models import (
    Instrument,
    InstrumentVersion,
    Item,
    OptionSet,
    Scale,
    ScaleItem,
    SetOption,
)
from training.actions.audit import record
from training.khmer import canonical, digits_in


class FrozenError(Exception):
    """The version has answers; another wording needs another version number."""


class DraftError(Exception):
    """There is a draft already, which the next version would stand beside."""


@transaction.atomic
def load_instrument(text: str, *, by=None) -> tuple[InstrumentVersion, bool]:
    """Load one instrument file, whole or not at all.

    A draft that is replaced is signed off no more, and what was decided of its items is gone.

    Returns the version and whether anything changed. Raises parse.InstrumentError, FrozenError.
    """
    parsed = parse.parse_instrument(text)
    instrument, _is_new = Instrument.objects.update_or_create(
        code=parsed.code, defaults=texts(title=parsed.title)
    )
    version = instrument.versions.select_for_update().filter(number=parsed.version).first()
    if version and same_content(instrument_of(version), parsed):
        return version, False
    if version and version.frozen_on:
        sentence = _("%(version)s was answered; give the new wording version %(next)s")
        raise FrozenError(sentence % {"version": version, "next": next_number(instrument)})
    if version is None:
        version = InstrumentVersion(instrument=instrument, number=parsed.version)
    version.yaml, version.language = text, parsed.language
    version.digest = hashlib.sha256(text.encode()).hexdigest()
    version.signed_off_by, version.signed_off_on = "", None
    version.save()
    fill(version, parsed)
    if by:
        record("load instrument", version, by=by)
    return version, True


def next_number(instrument: Instrument) -> int:
    return (instrument.versions.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def copy_version(version: InstrumentVersion, *, by=None) -> InstrumentVersion:
    """The next version of the instrument, a draft that says what this one says.

    Raises DraftError while the instrument has a draft.
    """
    instrument = Instrument.objects.select_for_update().get(pk=version.instrument_id)
    if draft := instrument.versions.filter(frozen_on=None).order_by("number").last():
        sentence = _("Version %(number)s is a draft already. Please change that one.")
        raise DraftError(sentence % {"number": digits_in(get_language(), draft.number)})
    parsed = replace(instrument_of(version), version=next_number(instrument))
    copy, _is_new = load_instrument(write_yaml(parsed))
    if by:
        record("copy version", copy, by=by)
    return copy


def texts(**pairs: parse.Pair) -> dict[str, str]:
    """Pairs as the columns of both languages, the Khmer in its stored form."""
    return {
        f"{name}_{language}": canonical(getattr(pair, language))
        for name, pair in pairs.items()
        for language in ("km", "en")
    }


def fill(version: InstrumentVersion, parsed: parse.Instrument) -> None:
    """Write the version's rows anew."""
    version.items.all().delete()
    version.scales.all().delete()
    version.option_sets.all().delete()
    sets = {}
    for code, options in parsed.option_sets.items():
        sets[code] = OptionSet.objects.create(version=version, code=code)
        for option in options:
            SetOption.objects.create(
                option_set=sets[code],
                value=option.value,
                **texts(label=option.label, short=option.short),
            )
    scales = {}
    for position, scale in enumerate(parsed.scales):
        scales[scale.code] = Scale.objects.create(
            version=version,
            position=position,
            code=scale.code,
            method=scale.method,
            min_answered=scale.min_answered,
            band=scale.band,
            **texts(label=scale.label, short=scale.short),
        )
    for scale in parsed.scales:
        scales[scale.code].parts.set([scales[code] for code in scale.of])
    for position, item in enumerate(parsed.items):
        row = Item.objects.create(
            version=version,
            position=position,
            code=item.code,
            kind=item.kind,
            type=item.type,
            option_set=sets[item.options] if item.options else None,
            low=item.low,
            high=item.high,
            waves=list(item.waves),
            right=item.right,
            apart=list(item.apart),
            is_identifying=item.is_identifying,
            to_confirm=item.to_confirm,
            findings=" ".join(item.findings),
            **texts(text=item.text, short=item.short),
        )
        for code in item.scales:
            ScaleItem.objects.create(
                scale=scales[code], item=row, is_reversed=code in item.reversed_in
            )
