"""Instrument files -> dataclasses. Errors say which part is wrong. No database.

A fault is "part: sentence". The part is named as the file names it, the sentence is in the
reader's language.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml
from django.utils.translation import gettext as _

from training.khmer import canonical

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
FINDINGS_CHARACTERS = 60  # of all codes of one item
LARGEST_VERSION = 32_767
DEPTH = 20  # of parts in parts; a whole instrument has 6
NO_TEXT = re.compile("[\0\ud800-\udfff]")
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
            for code in LANGUAGES:
                is_there = code in languages or code not in given
                self.check(is_there, where, _("needs a text in %(code)s") % {"code": code})
        return given.pop() if len(given) == 1 else ""


def parse_instrument(text: str) -> Instrument:
    """The instrument in a YAML file. Raises InstrumentError with every fault found."""
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InstrumentError(not_yaml(error)) from error
    faults = Faults()
    try:
        instrument = read(data, faults)
        instrument = replace(instrument, language=faults.only_language())
        check(instrument, faults)
    except (AttributeError, TypeError, ValueError) as error:
        raise InstrumentError(
            "\n".join(
                [*faults.found, _("some part is not built as it must be: %s") % one_line(error)]
            )
        ) from error
    if faults.found:
        raise InstrumentError("\n".join(faults.found))
    return instrument


def not_yaml(error) -> str:
    """Where the file stops being YAML, in one line."""
    mark = getattr(error, "problem_mark", None)
    what = _("not readable as YAML: %s") % one_line(getattr(error, "problem", None) or error)
    return f"line {mark.line + 1}: {what}" if mark else what


def lines_of(text: str) -> dict[str, str]:
    """Part as faults name it -> the line ("line 12") of a readable YAML file where it begins."""
    root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    top = children(root)
    found = {key: line(node) for key, node in top.items()}
    for kind, key in (("item", "items"), ("scale", "scales")):
        for row in elements(top.get(key)):
            code = getattr(children(row).get("code"), "value", "")
            found[f"{kind} {code}"] = line(row)
    for code, rows in children(top.get("option_sets")).items():
        found[f"option set {code}"] = line(rows)
        for row in elements(rows):
            value = getattr(children(row).get("value"), "value", "")
            found[f"option set {code} {value}"] = line(row)
    return found


def line(node) -> str:
    return f"line {node.start_mark.line + 1}"


def children(node) -> dict[str, yaml.Node]:
    """What a mapping's keys name; nothing of another node."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {str(key.value): value for key, value in pairs if isinstance(key, yaml.ScalarNode)}


def elements(node) -> list[yaml.Node]:
    return node.value if isinstance(node, yaml.SequenceNode) else []


def one_line(error) -> str:
    return " ".join(str(error).split())


def check_simple(text: str) -> None:
    """Refuse what would grow without end when it is read. For a file from outside, before parsing.

    A part that stands for another one ("*name") can make a short file endless, and so can depth.
    Raises InstrumentError.
    """
    depth = 0
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH or isinstance(event, yaml.AliasEvent):
                what = _("the site reads no references (*name) and no more than 20 parts in parts")
                raise InstrumentError(f"line {event.start_mark.line + 1}: {what}")
    except (yaml.YAMLError, ValueError) as error:
        raise InstrumentError(not_yaml(error)) from error


def read(data, faults) -> Instrument:
    """The parts of a file. Raises TypeError, AttributeError or ValueError for another shape."""
    if not isinstance(data, dict):
        raise TypeError(_("the file must be a mapping with code, title, option_sets, items"))
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
    is_list = value is None or isinstance(value, list)
    faults.check(is_list, where, _("%(value)r must be a list") % {"value": value})
    return tuple(value) if isinstance(value, list) else ()


def pair(value, where, faults) -> Pair:
    """Both texts; a missing one repeats the other, which may be right for a whole file."""
    texts = value if isinstance(value, dict) else {}
    km, en = (str(texts.get(language) or "").strip() for language in LANGUAGES)
    faults.texts.append((where, {code for code in LANGUAGES if {"km": km, "en": en}[code]}))
    check_characters(Pair(km, en), TEXT_CHARACTERS, where, faults)
    faults.check(not NO_TEXT.search(km + en), where, _("holds a sign that no text has"))
    return Pair(canonical(km or en), en or km)


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
        faults.check(scales, where, _("is reversed, but counts in no scale"))
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
    faults.check(
        is_code(instrument.code, 16), "code", _("must be of ASCII letters and digits, 16 at most")
    )
    faults.check(
        is_number(instrument.version, int) and 1 <= instrument.version <= LARGEST_VERSION,
        "version",
        _("must be a whole number from 1"),
    )
    check_characters(instrument.title, LABEL_CHARACTERS, "title", faults)
    faults.check(instrument.items, "items", _("there is none"))
    for code, options in instrument.option_sets.items():
        check_name(code, f"option set {code}", faults)
        values = [option.value for option in options]
        faults.check(
            values == list(range(1, len(values) + 1)),
            f"option set {code}",
            _("values must be 1, 2, 3 …"),
        )
        for one in options:
            where = f"option set {code} {one.value}"
            check_bytes(one.short, LABEL_BYTES, where, faults)
            check_characters(one.label, LABEL_CHARACTERS, where, faults)
    scales = {scale.code: scale for scale in instrument.scales}
    faults.check(len(scales) == len(instrument.scales), "scales", _("a code is used twice"))
    for one in instrument.scales:
        check_scale(one, scales, faults)
    with_items = {code for item in instrument.items for code in item.scales}
    for one in instrument.scales:
        faults.check(one.of or one.code in with_items, f"scale {one.code}", _("has no items"))
    codes = [item.code.lower() for item in instrument.items]
    for one in instrument.items:
        where = f"item {one.code}"
        faults.check(codes.count(one.code.lower()) == 1, where, _("the code is used twice"))
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
        _("a code is of ASCII letters, digits and _, 16 at most, and is not yes or no"),
    )


def check_characters(texts: Pair, most: int, where: str, faults: Faults) -> None:
    longest = max(len(texts.km), len(texts.en))
    faults.check(longest <= most, where, _("above %(most)s characters") % {"most": most})


def check_scale(one: Scale, scales: dict[str, Scale], faults: Faults) -> None:
    where = f"scale {one.code}"
    check_name(one.code, where, faults)
    faults.check(one.method in METHODS, where, _("method must be mean or sum"))
    faults.check(
        is_number(one.min_answered) and 0 < one.min_answered <= 1,
        where,
        _("min_answered is a share, above 0 up to 1"),
    )
    faults.check(
        one.band is None or (is_number(one.band) and 0 < one.band <= LARGEST_NUMBER),
        where,
        _("band is a number of points above 0"),
    )
    if faults.check(set(one.of) <= set(scales), where, _("of names a scale that is not there")):
        faults.check(
            not any(scales[code].of for code in one.of),
            where,
            _("of names a scale made of scales"),
        )
    check_characters(one.label, LABEL_CHARACTERS, where, faults)
    check_characters(one.short, SHORT_CHARACTERS, f"{where}, short", faults)
    check_bytes(one.short, SHORT_BYTES, where, faults)


def check_item(one: Item, instrument, scales, where, faults: Faults) -> None:
    faults.check(
        is_code(one.code, 8) and one.code[:1].isalpha(),
        where,
        _("a code is of ASCII letters and digits, a letter first, 8 at most"),
    )
    faults.check(one.kind in KINDS, where, _("kind %(kind)r is not known") % {"kind": one.kind})
    faults.check(
        set(one.waves) <= set(WAVES),
        where,
        _("waves are of %(waves)s") % {"waves": ", ".join(WAVES)},
    )
    faults.check(
        all(isinstance(code, str) for code in one.findings)
        and len(" ".join(map(str, one.findings))) <= FINDINGS_CHARACTERS,
        where,
        _("findings are codes, 60 characters at most together"),
    )
    for code in one.scales:
        named = {"code": code}
        faults.check(code in scales, where, _("no scale %(code)r") % named)
        faults.check(one.scales.count(code) == 1, where, _("scale %(code)r is named twice") % named)
    faults.check(
        set(one.reversed_in) <= set(one.scales), where, _("is reversed where it does not count")
    )
    check_bytes(one.short, SHORT_BYTES, where, faults)
    check_characters(one.short, SHORT_CHARACTERS, f"{where}, short", faults)
    if one.type in NUMBERS:
        check_number(one, where, faults)
    elif faults.check(
        one.type == SELECT_ONE, where, _("type %(type)r is not known") % {"type": one.type}
    ):
        check_choice(one, instrument.option_sets, where, faults)


def check_number(one: Item, where: str, faults: Faults) -> None:
    faults.check(not one.options, where, _("a number has no options"))
    faults.check(not one.scales, where, _("a number counts in no scale"))
    faults.check(
        one.right is None and not one.apart, where, _("a number has no right and no apart")
    )
    kind = int if one.type == "integer" else (int, float)
    if faults.check(
        all(is_number(end, kind) and abs(end) <= LARGEST_NUMBER for end in (one.low, one.high)),
        where,
        _("low and high must be whole numbers")
        if kind is int
        else _("low and high must be numbers"),
    ):
        faults.check(one.low <= one.high, where, _("low is above high"))
        faults.check(
            one.low > max(MISSING) or one.high < min(MISSING),
            where,
            _("the range includes -9 to -6, which mean that there is no answer"),
        )


def check_choice(one: Item, option_sets, where: str, faults: Faults) -> None:
    faults.check(one.low is None and one.high is None, where, _("only a number has low and high"))
    options = option_sets.get(one.options)
    if faults.check(options, where, _("no option set %(code)r") % {"code": one.options}):
        values = {option.value for option in options}
        faults.check(one.right is None or one.right in values, where, _("right is not an option"))
        faults.check(
            set(one.apart) <= values, where, _("apart names a value that is not an option")
        )
        faults.check(values - set(one.apart), where, _("apart leaves no value"))
        faults.check(
            one.right is None or not one.reversed_in, where, _("a right answer is never reversed")
        )


def check_bytes(texts: Pair, most: int, where: str, faults: Faults) -> None:
    for language in ("km", "en"):
        size = len(getattr(texts, language).encode())
        faults.check(
            size <= most,
            where,
            _("%(language)s takes %(size)s bytes, at most %(most)s")
            % {"language": language, "size": size, "most": most},
        )
