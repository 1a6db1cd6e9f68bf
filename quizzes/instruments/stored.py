"""A version's rows -> the dataclasses of parse.py, and these -> YAML."""

import yaml

from quizzes.instruments import parse
from quizzes.instruments.parse import Pair
from quizzes.models import InstrumentVersion


def instrument_of(version: InstrumentVersion) -> parse.Instrument:
    """What the file of this version says. Ten queries unless fetched `with_parts`."""
    sets = sorted(version.option_sets.all(), key=lambda row: row.pk)
    return parse.Instrument(
        code=version.instrument.code,
        version=version.number,
        title=pair(version.instrument, "title"),
        option_sets={
            row.code: tuple(
                parse.Option(one.value, pair(one, "label"), pair(one, "short"))
                for one in row.options.all()
            )
            for row in sets
        },
        scales=tuple(scale_of(row) for row in version.scales.all()),
        items=tuple(item_of(row) for row in version.items.all()),
        language=version.language,
    )


def scale_of(row) -> parse.Scale:
    parts = sorted(row.parts.all(), key=lambda part: part.position)
    return parse.Scale(
        code=row.code,
        label=pair(row, "label"),
        short=pair(row, "short"),
        min_answered=plain(row.min_answered),
        band=plain(row.band),
        method=row.method,
        of=tuple(part.code for part in parts),
    )


def item_of(row) -> parse.Item:
    links = sorted(row.scale_items.all(), key=lambda link: link.pk)
    return parse.Item(
        code=row.code,
        kind=row.kind,
        options=row.option_set.code if row.option_set else "",
        text=pair(row, "text"),
        short=pair(row, "short"),
        type=row.type,
        low=plain(row.low),
        high=plain(row.high),
        scales=tuple(link.scale.code for link in links),
        reversed_in=tuple(link.scale.code for link in links if link.is_reversed),
        waves=tuple(row.waves),
        right=row.right,
        apart=tuple(row.apart),
        is_identifying=row.is_identifying,
        to_confirm=row.to_confirm,
        findings=tuple(row.findings.split()),
    )


def pair(row, name) -> Pair:
    return Pair(getattr(row, f"{name}_km"), getattr(row, f"{name}_en"))


def plain(value: float | None) -> int | float | None:
    """Whole numbers as files write them."""
    return int(value) if value is not None and value == int(value) else value


def write_yaml(parsed: parse.Instrument) -> str:
    """The file that parse_instrument reads as this very instrument."""
    languages = [parsed.language] if parsed.language else list(parse.LANGUAGES)

    def texts(both: Pair) -> dict[str, str]:
        return {code: getattr(both, code) for code in languages}

    def option(one: parse.Option) -> dict:
        row = {"value": one.value, "label": texts(one.label)}
        return row if one.short == one.label else row | {"short": texts(one.short)}

    def scale(one: parse.Scale) -> dict:
        row = {"code": one.code, "label": texts(one.label), "short": texts(one.short)}
        row |= {"method": one.method, "min_answered": one.min_answered}
        return filled(row | {"band": one.band, "of": list(one.of)})

    def item(one: parse.Item) -> dict:
        turned = list(one.reversed_in)
        is_whole = bool(turned) and one.reversed_in == one.scales
        return filled(
            {
                "code": one.code,
                "kind": one.kind,
                "type": None if one.type == parse.SELECT_ONE else one.type,
                "options": one.options,
                "low": one.low,
                "high": one.high,
                "scale": list(one.scales),
                "reverse": is_whole or turned,
                "waves": list(one.waves),
                "right": one.right,
                "apart": list(one.apart),
                "identifying": one.is_identifying or None,
                "confirm": one.to_confirm or None,
                "text": texts(one.text),
                "short": texts(one.short),
                "findings": list(one.findings),
            }
        )

    sets = {name: [option(one) for one in rows] for name, rows in parsed.option_sets.items()}
    data = {
        "code": parsed.code,
        "title": texts(parsed.title),
        "version": parsed.version,
        "option_sets": sets,
        "scales": [scale(one) for one in parsed.scales],
        "items": [item(one) for one in parsed.items],
    }
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10**6)


def filled(row: dict) -> dict:
    """Without what need not be said."""
    return {key: value for key, value in row.items() if value is not None and value not in ("", [])}
