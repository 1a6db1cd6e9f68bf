"""Instrument files -> dataclasses. Errors say which part is wrong. No database."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

CONTENT = Path(__file__).parent / "content"
KINDS = {"attitude", "knowledge", "behaviour", "intention", "then_now", "demographic", "process"}
WAVES = ("pre", "post", "fu3", "fu6")
METHODS = {"mean", "sum"}

# SPSS cuts a variable label at 255 bytes and a value label at 120, silently; Stata refuses 80
# characters.
LABEL_BYTES, SHORT_BYTES, SHORT_CHARACTERS = 120, 255, 80
LABEL_CHARACTERS = 200  # of an answer as it is read on the page


class InstrumentError(Exception):
    """The file cannot be loaded; the text names every fault, one a line."""


@dataclass(frozen=True)
class Pair:
    km: str
    en: str


@dataclass(frozen=True)
class Option:
    """`short` is the label that files carry; the label itself where it is short enough."""

    value: int
    label: Pair
    short: Pair


@dataclass(frozen=True)
class Item:
    code: str
    kind: str
    options: str
    text: Pair
    short: Pair
    scale: str = ""
    is_reversed: bool = False
    waves: tuple[str, ...] = ()
    right: int | None = None
    apart: tuple[int, ...] = ()
    is_identifying: bool = False
    to_confirm: bool = False
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scale:
    code: str
    label: Pair
    short: Pair
    min_answered: float = 0.8
    band: float | None = None
    method: str = "mean"
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Instrument:
    code: str
    version: int
    title: Pair
    option_sets: dict[str, tuple[Option, ...]]
    scales: tuple[Scale, ...]
    items: tuple[Item, ...]


@dataclass
class Faults:
    found: list[str] = field(default_factory=list)

    def check(self, is_right, where, what):
        if not is_right:
            self.found.append(f"{where}: {what}")
        return is_right


def parse_instrument(text: str) -> Instrument:
    """The instrument in a YAML file. Raises InstrumentError with every fault found."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InstrumentError(f"not readable as YAML: {error}") from error
    faults = Faults()
    try:
        instrument = read(data, faults)
    except (AttributeError, TypeError, ValueError) as error:
        raise InstrumentError(
            "\n".join([*faults.found, f"some part is not built as it must be: {error}"])
        ) from error
    check(instrument, faults)
    if faults.found:
        raise InstrumentError("\n".join(faults.found))
    return instrument


def read(data, faults) -> Instrument:
    """The parts of a file. Raises TypeError, AttributeError or ValueError for another shape."""
    if not isinstance(data, dict):
        raise TypeError("the file must be a mapping with code, title, option_sets, items")
    return Instrument(
        code=str(data.get("code", "")),
        version=data.get("version", 1),
        title=pair(data.get("title"), "title", faults),
        option_sets={
            str(code): tuple(option(row, f"option set {code}", faults) for row in rows)
            for code, rows in (data.get("option_sets") or {}).items()
        },
        scales=tuple(scale(row, faults) for row in data.get("scales") or []),
        items=tuple(item(row, faults) for row in data.get("items") or []),
    )


def words(value, where, faults) -> tuple:
    """A list of codes or values, which may be left out."""
    faults.check(value is None or isinstance(value, list), where, f"{value!r} must be a list")
    return tuple(value) if isinstance(value, list) else ()


def pair(value, where, faults) -> Pair:
    texts = value if isinstance(value, dict) else {}
    km, en = (str(texts.get(language) or "").strip() for language in ("km", "en"))
    faults.check(km and en, where, "needs a text in km and in en")
    return Pair(km, en)


def option(row, where, faults) -> Option:
    where = f"{where} {row.get('value')}"
    label = pair(row.get("label"), where, faults)
    short = pair(row["short"], f"{where}, short", faults) if "short" in row else label
    return Option(row.get("value"), label, short)


def scale(row, faults) -> Scale:
    where = f"scale {row.get('code')}"
    return Scale(
        code=str(row.get("code", "")),
        label=pair(row.get("label"), where, faults),
        short=pair(row.get("short"), f"{where}, short", faults),
        min_answered=row.get("min_answered", 0.8),
        band=row.get("band"),
        method=row.get("method", "mean"),
        of=words(row.get("of"), where, faults),
    )


def item(row, faults) -> Item:
    where = f"item {row.get('code')}"
    return Item(
        code=str(row.get("code", "")),
        kind=str(row.get("kind", "")),
        options=str(row.get("options", "")),
        text=pair(row.get("text"), where, faults),
        short=pair(row.get("short"), f"{where}, short", faults),
        scale=str(row.get("scale") or ""),
        is_reversed=bool(row.get("reverse")),
        waves=words(row.get("waves"), where, faults),
        right=row.get("right"),
        apart=words(row.get("apart"), where, faults),
        is_identifying=bool(row.get("identifying")),
        to_confirm=bool(row.get("confirm")),
        findings=words(row.get("findings"), where, faults),
    )


def check(instrument: Instrument, faults: Faults) -> None:
    """What the parts must be to each other."""
    faults.check(instrument.code.isascii() and instrument.code.isalnum(), "code", "ASCII letters")
    faults.check(is_number(instrument.version, int) and instrument.version >= 1, "version", "1…")
    faults.check(instrument.items, "items", "there is none")
    for code, options in instrument.option_sets.items():
        values = [option.value for option in options]
        faults.check(
            values == list(range(1, len(values) + 1)), f"option set {code}", "values must be 1…k"
        )
        for one in options:
            where = f"option set {code} {one.value}"
            check_bytes(one.short, LABEL_BYTES, where, faults)
            longest = max(len(one.label.km), len(one.label.en))
            faults.check(longest <= LABEL_CHARACTERS, where, f"above {LABEL_CHARACTERS} characters")
    scales = {scale.code: scale for scale in instrument.scales}
    for one in instrument.scales:
        check_scale(one, scales, faults)
    with_items = {item.scale for item in instrument.items}
    for one in instrument.scales:
        faults.check(one.of or one.code in with_items, f"scale {one.code}", "has no items")
    codes = [item.code.lower() for item in instrument.items]
    for one in instrument.items:
        where = f"item {one.code}"
        faults.check(codes.count(one.code.lower()) == 1, where, "the code is used twice")
        check_item(one, instrument, scales, where, faults)


def is_number(value, kind=(int, float)) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def check_scale(one: Scale, scales: dict[str, Scale], faults: Faults) -> None:
    where = f"scale {one.code}"
    faults.check(one.method in METHODS, where, f"method {one.method!r} is not mean or sum")
    faults.check(
        is_number(one.min_answered) and 0 < one.min_answered <= 1,
        where,
        "min_answered is a share, above 0 up to 1",
    )
    faults.check(
        one.band is None or (is_number(one.band) and one.band > 0),
        where,
        "band is a number of points above 0",
    )
    if faults.check(set(one.of) <= set(scales), where, "of names a scale that is not there"):
        faults.check(
            not any(scales[code].of for code in one.of), where, "of names a scale made of scales"
        )
    check_bytes(one.short, SHORT_BYTES, where, faults)


def check_item(one: Item, instrument, scales, where, faults: Faults) -> None:
    faults.check(one.code.isascii() and one.code.isalnum() and len(one.code) <= 8, where, "code")
    faults.check(one.kind in KINDS, where, f"kind {one.kind!r} is not known")
    faults.check(set(one.waves) <= set(WAVES), where, f"waves are of {', '.join(WAVES)}")
    faults.check(not one.scale or one.scale in scales, where, f"no scale {one.scale!r}")
    check_bytes(one.short, SHORT_BYTES, where, faults)
    faults.check(
        max(len(one.short.km), len(one.short.en)) <= SHORT_CHARACTERS,
        where,
        f"short text above {SHORT_CHARACTERS} characters",
    )
    options = instrument.option_sets.get(one.options)
    if faults.check(options, where, f"no option set {one.options!r}"):
        values = {option.value for option in options}
        faults.check(one.right is None or one.right in values, where, "right is not an option")
        faults.check(set(one.apart) <= values, where, "apart names a value that is not an option")
        faults.check(values - set(one.apart), where, "apart leaves no value")
        faults.check(
            one.right is None or not one.is_reversed, where, "a right answer is never reversed"
        )


def check_bytes(texts: Pair, most: int, where: str, faults: Faults) -> None:
    for language in ("km", "en"):
        size = len(getattr(texts, language).encode())
        faults.check(size <= most, where, f"{language} takes {size} bytes, at most {most}")
