"""Instrument files -> dataclasses. Errors say which part is wrong. No database."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

CONTENT = Path(__file__).parent / "content"
KINDS = {"attitude", "knowledge", "behaviour", "intention", "then_now", "demographic", "process"}
WAVES = ("pre", "post", "fu3", "fu6")
METHODS = {"mean", "sum"}
SELECT_ONE, NUMBERS = "select_one", {"integer", "decimal"}
LANGUAGES = ("km", "en")
NAME = re.compile(r"[A-Za-z0-9_]{1,16}", re.ASCII)  # of a scale or of a set of options
# Stand in place of an answer (quizzes.models.instruments), so that no answer may look like them.
MISSING = range(-9, -5)

# SPSS cuts a variable label at 255 bytes and a value label at 120, silently; Stata refuses 80
# characters.
LABEL_BYTES, SHORT_BYTES, SHORT_CHARACTERS = 120, 255, 80
LABEL_CHARACTERS = 200  # of a title, of a scale, of an answer as it is read on the page
TEXT_CHARACTERS = 10_000  # of a question; a cell of a spreadsheet holds 32,767
LARGEST_NUMBER = 10**15  # whole numbers up to it are exact as floats


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
    """One of `options`, or a number from `low` to `high`.

    scales: codes of the scales that it counts in; reversed_in: those in which it is turned round.
    """

    code: str
    kind: str
    options: str
    text: Pair
    short: Pair
    type: str = SELECT_ONE
    low: float | None = None
    high: float | None = None
    scales: tuple[str, ...] = ()
    reversed_in: tuple[str, ...] = ()
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
    """`language`: the only one that its texts are in, which the pairs repeat; empty: both."""

    code: str
    version: int
    title: Pair
    option_sets: dict[str, tuple[Option, ...]]
    scales: tuple[Scale, ...]
    items: tuple[Item, ...]
    language: str = ""


@dataclass
class Faults:
    """texts: for each text of the file, where it stands and the languages that it is in."""

    found: list[str] = field(default_factory=list)
    texts: list[tuple[str, set[str]]] = field(default_factory=list)

    def check(self, is_right, where, what):
        if not is_right:
            self.found.append(f"{where}: {what}")
        return is_right

    def only_language(self) -> str:
        """The one language of every text, or nothing; a text without the file's is a fault."""
        given = set().union(*(languages for _, languages in self.texts)) or set(LANGUAGES)
        for where, languages in self.texts:
            missing = " and in ".join(code for code in LANGUAGES if code in given - languages)
            self.check(not missing, where, f"needs a text in {missing}")
        return given.pop() if len(given) == 1 else ""


def parse_instrument(text: str) -> Instrument:
    """The instrument in a YAML file. Raises InstrumentError with every fault found."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InstrumentError(f"not readable as YAML: {error}") from error
    faults = Faults()
    try:
        instrument = read(data, faults)
        instrument = replace(instrument, language=faults.only_language())
        check(instrument, faults)
    except (AttributeError, TypeError, ValueError) as error:
        raise InstrumentError(
            "\n".join([*faults.found, f"some part is not built as it must be: {error}"])
        ) from error
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
    """Both texts; a missing one repeats the other, which may be right for a whole file."""
    texts = value if isinstance(value, dict) else {}
    km, en = (str(texts.get(language) or "").strip() for language in LANGUAGES)
    faults.texts.append((where, {code for code in LANGUAGES if {"km": km, "en": en}[code]}))
    faults.check(
        max(len(km), len(en)) <= TEXT_CHARACTERS, where, f"above {TEXT_CHARACTERS} characters"
    )
    faults.check("\0" not in km + en, where, "holds a sign that no text has (NUL)")
    return Pair(km or en, en or km)


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
    scales = row.get("scale") or []
    scales = tuple(str(code) for code in (scales if isinstance(scales, list) else [scales]))
    turned = row.get("reverse") or []
    if turned is True:
        faults.check(scales, where, "is reversed, but counts in no scale")
        turned = list(scales)
    return Item(
        code=str(row.get("code", "")),
        kind=str(row.get("kind", "")),
        options=str(row.get("options", "")),
        text=pair(row.get("text"), where, faults),
        short=pair(row.get("short"), f"{where}, short", faults),
        type=str(row.get("type", SELECT_ONE)),
        low=row.get("low"),
        high=row.get("high"),
        scales=scales,
        reversed_in=words(turned, f"{where}, reverse", faults),
        waves=words(row.get("waves"), where, faults),
        right=row.get("right"),
        apart=words(row.get("apart"), where, faults),
        is_identifying=bool(row.get("identifying")),
        to_confirm=bool(row.get("confirm")),
        findings=words(row.get("findings"), where, faults),
    )


def check(instrument: Instrument, faults: Faults) -> None:
    """What the parts must be to each other."""
    faults.check(is_code(instrument.code, 16), "code", "ASCII letters and digits, 16 at most")
    faults.check(is_number(instrument.version, int) and instrument.version >= 1, "version", "1…")
    check_characters(instrument.title, LABEL_CHARACTERS, "title", faults)
    faults.check(instrument.items, "items", "there is none")
    for code, options in instrument.option_sets.items():
        check_name(code, f"option set {code}", faults)
        values = [option.value for option in options]
        faults.check(
            values == list(range(1, len(values) + 1)), f"option set {code}", "values must be 1…k"
        )
        for one in options:
            where = f"option set {code} {one.value}"
            check_bytes(one.short, LABEL_BYTES, where, faults)
            check_characters(one.label, LABEL_CHARACTERS, where, faults)
    scales = {scale.code: scale for scale in instrument.scales}
    faults.check(len(scales) == len(instrument.scales), "scales", "a code is used twice")
    for one in instrument.scales:
        check_scale(one, scales, faults)
    with_items = {code for item in instrument.items for code in item.scales}
    for one in instrument.scales:
        faults.check(one.of or one.code in with_items, f"scale {one.code}", "has no items")
    codes = [item.code.lower() for item in instrument.items]
    for one in instrument.items:
        where = f"item {one.code}"
        faults.check(codes.count(one.code.lower()) == 1, where, "the code is used twice")
        check_item(one, instrument, scales, where, faults)


def is_number(value, kind=(int, float)) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def is_code(code: str, most: int) -> bool:
    return code.isascii() and code.isalnum() and len(code) <= most


def check_name(code: str, where: str, faults: Faults) -> None:
    # A list of codes stands in one cell of a spreadsheet, and "yes" there means all of them.
    faults.check(
        NAME.fullmatch(code) and code.lower() not in {"yes", "no", "true", "false"},
        where,
        "a code is of ASCII letters, digits and _, 16 at most, and is not yes or no",
    )


def check_characters(texts: Pair, most: int, where: str, faults: Faults) -> None:
    longest = max(len(texts.km), len(texts.en))
    faults.check(longest <= most, where, f"above {most} characters")


def check_scale(one: Scale, scales: dict[str, Scale], faults: Faults) -> None:
    where = f"scale {one.code}"
    check_name(one.code, where, faults)
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
    check_characters(one.label, LABEL_CHARACTERS, where, faults)
    check_characters(one.short, SHORT_CHARACTERS, f"{where}, short", faults)
    check_bytes(one.short, SHORT_BYTES, where, faults)


def check_item(one: Item, instrument, scales, where, faults: Faults) -> None:
    faults.check(
        is_code(one.code, 8) and one.code[:1].isalpha(),
        where,
        "a code is of ASCII letters and digits, a letter first, 8 at most",
    )
    faults.check(one.kind in KINDS, where, f"kind {one.kind!r} is not known")
    faults.check(set(one.waves) <= set(WAVES), where, f"waves are of {', '.join(WAVES)}")
    for code in one.scales:
        faults.check(code in scales, where, f"no scale {code!r}")
        faults.check(one.scales.count(code) == 1, where, f"scale {code!r} is named twice")
    faults.check(
        set(one.reversed_in) <= set(one.scales), where, "is reversed where it does not count"
    )
    check_bytes(one.short, SHORT_BYTES, where, faults)
    check_characters(one.short, SHORT_CHARACTERS, f"{where}, short", faults)
    if one.type in NUMBERS:
        check_number(one, where, faults)
    elif faults.check(one.type == SELECT_ONE, where, f"type {one.type!r} is not known"):
        check_choice(one, instrument.option_sets, where, faults)


def check_number(one: Item, where: str, faults: Faults) -> None:
    faults.check(not one.options, where, "a number has no options")
    faults.check(not one.scales, where, "a number counts in no scale")
    faults.check(one.right is None and not one.apart, where, "a number has no right and no apart")
    kind = int if one.type == "integer" else (int, float)
    if faults.check(
        all(is_number(end, kind) and abs(end) <= LARGEST_NUMBER for end in (one.low, one.high)),
        where,
        f"low and high must be {'whole ' if kind is int else ''}numbers",
    ):
        faults.check(one.low <= one.high, where, "low is above high")
        faults.check(
            one.low > max(MISSING) or one.high < min(MISSING),
            where,
            f"the range includes {min(MISSING)} to {max(MISSING)}, which mean that there is no "
            "answer",
        )


def check_choice(one: Item, option_sets, where: str, faults: Faults) -> None:
    faults.check(one.low is None and one.high is None, where, "only a number has low and high")
    options = option_sets.get(one.options)
    if faults.check(options, where, f"no option set {one.options!r}"):
        values = {option.value for option in options}
        faults.check(one.right is None or one.right in values, where, "right is not an option")
        faults.check(set(one.apart) <= values, where, "apart names a value that is not an option")
        faults.check(values - set(one.apart), where, "apart leaves no value")
        faults.check(
            one.right is None or not one.reversed_in, where, "a right answer is never reversed"
        )


def check_bytes(texts: Pair, most: int, where: str, faults: Faults) -> None:
    for language in ("km", "en"):
        size = len(getattr(texts, language).encode())
        faults.check(size <= most, where, f"{language} takes {size} bytes, at most {most}")
