"""Instrument files into the database. A version that somebody answered never changes."""

import hashlib

from django.db import transaction

from quizzes.instruments import parse
from quizzes.models import (
    Instrument,
    InstrumentVersion,
    Item,
    OptionSet,
    Scale,
    ScaleItem,
    SetOption,
)
from training.khmer import canonical


class FrozenError(Exception):
    """The version has answers; another wording needs another version number."""


@transaction.atomic
def load_instrument(text: str) -> tuple[InstrumentVersion, bool]:
    """Load one instrument file, whole or not at all.

    Returns the version and whether anything changed. Raises parse.InstrumentError, FrozenError.
    """
    parsed = parse.parse_instrument(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    instrument, _ = Instrument.objects.update_or_create(
        code=parsed.code, defaults=texts(title=parsed.title)
    )
    version = instrument.versions.select_for_update().filter(number=parsed.version).first()
    if version and version.digest == digest:
        return version, False
    if version and version.frozen_on:
        raise FrozenError(
            f"{version} was answered; give the new wording version {version.number + 1}"
        )
    if version is None:
        version = InstrumentVersion(instrument=instrument, number=parsed.version)
    version.yaml, version.digest, version.language = text, digest, parsed.language
    version.save()
    fill(version, parsed)
    return version, True


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
