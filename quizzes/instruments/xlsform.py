"""Instruments as XLSForm, in and out: the sheets that KoboToolbox reads, with columns of ours.

What is read becomes the YAML that parse.py takes, so that loading, storing and comparing stay one
way. Texts in a language stand in `label::Khmer (km)`. Our own texts stand in `short_km` on choices
and in `form_title_en` on settings: pyxform breaks on `::` there.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from io import BytesIO

import yaml
from django.utils.translation import gettext as _

from quizzes.instruments import parse
from quizzes.instruments.parse import Faults, InstrumentError, is_number
from training.sheets import SheetError, check_parts, read_rows, write_sheets

NAMES = {"km": "Khmer (km)", "en": "English (en)"}
TEXTS = {"label", "short", "form_title"}  # columns that there are once a language
SKIPPED = {"begin_group", "end_group", "note", "calculate", "start", "end", "today"}
YES, NO = {"yes", "true"}, {"", "no", "false"}
WHOLE = re.compile(r"-?[0-9]{1,16}")
NUMBER = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,30})?([eE]-?[0-9]{1,3})?")
RANGE = re.compile(rf"\.\s*>=\s*({NUMBER.pattern})\s+and\s+\.\s*<=\s*({NUMBER.pattern})")
LANGUAGE = re.compile(r"(\w+?)\s*(?:::?\s*(.+)|_(km|en))")
SELECT = re.compile(r"select[_ ]one (?:from )?(\S+)")


@dataclass(frozen=True)
class Row:
    """A row of a sheet: column -> text that is not empty."""

    where: str
    cells: dict[str, str]
    faults: Faults

    def __getitem__(self, column) -> str:
        return self.cells.get(column, "")

    def check(self, is_right, what):
        return self.faults.check(is_right, self.where, what)

    def must_have(self, column, value=None):
        self.check(value or self[column], _("%(column)s is empty") % {"column": column})

    def texts(self, column) -> dict[str, str]:
        """The texts by language, of those that are there."""
        found = {code: self[f"{column}_{code}"] for code in parse.LANGUAGES}
        return {code: text for code, text in found.items() if text}

    def words(self, column) -> list[str]:
        return [word for word in re.split(r"[\s,;]+", self[column]) if word]

    def says_yes(self, column) -> bool:
        said = self[column].lower()
        self.check(said in YES | NO, _("%(column)s is yes or empty") % {"column": column})
        return said in YES

    def number(self, column, pattern=NUMBER) -> int | float | None:
        """None for an empty cell and, with a fault, for what is no number."""
        if not self[column]:
            return None
        what = (
            _("%(column)s must be a whole number")
            if pattern is WHOLE
            else _("%(column)s must be a number")
        )
        fits = self.check(pattern.fullmatch(self[column]), what % {"column": column})
        return number(self[column]) if fits else None


def number(text: str) -> int | float:
    return int(text) if WHOLE.fullmatch(text) else float(text)


def read_xlsform(content: bytes) -> str:
    """The instrument in an XLSX file, as YAML for parse_instrument.

    Raises InstrumentError with every fault found, each with its sheet and row.
    """
    faults, sheets = Faults(), read_sheets(content)
    for name in ("survey", "settings"):
        faults.check(sheets.get(name), f"sheet {name}", _("is missing or empty"))
    settings = next(rows_of(sheets, "settings", faults), Row("sheet settings", {}, faults))
    default = code_of(settings["default_language"])
    columns = {
        "code": settings["form_id"],
        "version": settings.number("version", WHOLE),
        "title": settings.texts("form_title"),
        "option_sets": option_sets(rows_of(sheets, "choices", faults, default)),
        "scales": [scale(row) for row in rows_of(sheets, "scales", faults, default)],
        "items": list(items(rows_of(sheets, "survey", faults, default))),
    }
    settings.must_have("form_id")
    if faults.found:
        raise InstrumentError("\n".join(dict.fromkeys(faults.found)))
    return yaml.safe_dump(filled(columns), allow_unicode=True, sort_keys=False, width=10**6)


def rows_of_parts(content: bytes) -> dict[str, str]:
    """Part as the faults of parse.py name it -> sheet and row of a readable file."""
    faults, sheets = Faults(), read_sheets(content)
    found = {f"scale {row['code']}": row.where for row in rows_of(sheets, "scales", faults)}
    found |= {f"item {row['name']}": row.where for row in rows_of(sheets, "survey", faults)}
    for row in rows_of(sheets, "choices", faults):
        name = row["list_name"] or row["list name"]
        found.setdefault(f"option set {name}", row.where)
        found[f"option set {name} {row['name']}"] = row.where
    return found


def read_sheets(content: bytes) -> dict[str, list]:
    """Sheet name in small letters -> its rows, each under its number. Raises InstrumentError."""
    try:
        check_parts(content)
        # Loaded when somebody reads a file: it brings numpy, which web processes do without.
        book = import_module("openpyxl").load_workbook(BytesIO(content), read_only=True)
        found = {}
        for sheet in book.worksheets:
            name = sheet.title.strip().lower()
            if name in {"survey", "choices", "settings", "scales"}:
                sheet.reset_dimensions()  # what a file says of its own size need not be true
                found[name] = list(read_rows(sheet))
        return found
    except SheetError as error:
        raise InstrumentError(str(error)) from error
    except Exception as error:  # a broken file breaks the reader in any way it likes
        sentence = _("This file cannot be read. Please save it as XLSX once more.")
        raise InstrumentError(sentence) from error


def rows_of(sheets, name: str, faults: Faults, default=""):
    """The rows below the first. default: the language of texts whose column names none."""
    rows = iter(sheets.get(name, []))
    number, heads = next(rows, (1, []))
    if name == "settings":  # which says itself what the default is
        first = next(iter(sheets[name][1:]), (0, []))[1] if name in sheets else []
        stated = dict(zip([str(head).lower() for head in heads], first, strict=False))
        default = code_of(str(stated.get("default_language", "")))
    columns = []
    for head in heads:
        column = column_of(str(head), default)
        where = f"{name}, row {number}"
        faults.check(
            column not in TEXTS,
            where,
            _(
                "column %(head)s has no language: write %(head)s::Khmer (km), "
                "or default_language in settings"
            )
            % {"head": head},
        )
        faults.check(
            not column or column not in columns,
            where,
            _("column %(head)s stands there twice") % {"head": head},
        )
        columns.append(column)
    for number, values in rows:
        cells = {
            column: value
            for column, value in zip(columns, values, strict=False)
            if column and value
        }
        where = f"{name}, row {number}"
        for column, value in cells.items():
            faults.check(
                not isinstance(value, date),
                where,
                _("%(column)s is a date; make it a text") % {"column": column},
            )
        if cells:
            yield Row(where, {column: str(value) for column, value in cells.items()}, faults)


def column_of(head: str, default: str) -> str:
    """`label_km` for `label::Khmer (km)`; nothing for a language that we do not hold."""
    head = head.strip().lower()
    parts = LANGUAGE.fullmatch(head)
    if parts and parts[1] in TEXTS:
        code = parts[3] or code_of(parts[2])
        return f"{parts[1]}_{code}" if code else ""
    return f"{head}_{default}" if head in TEXTS and default else head


def code_of(language: str) -> str:
    """km for `Khmer (km)` and for `Khmer`; nothing for a language that we do not hold."""
    language = language.strip().lower()
    found = (
        code
        for code, name in NAMES.items()
        if language in (code, name.split()[0].lower()) or language.endswith(f"({code})")
    )
    return next(found, "")


def filled(columns: dict) -> dict:
    """Without what is empty: it need not be said."""
    return {key: value for key, value in columns.items() if value or is_number(value)}


def option_sets(rows) -> dict[str, list[dict]]:
    sets = defaultdict(list)
    for row in rows:
        name = row["list_name"] or row["list name"]
        row.must_have("list_name", name)
        value = row.number("name", WHOLE)
        due = len(sets[name]) + 1
        row.check(
            value in (None, due),
            _("name must be %(due)s here: they count from 1 in each list") % {"due": due},
        )
        row.must_have("name")
        columns = {"value": value, "label": row.texts("label"), "short": row.texts("short")}
        sets[name].append(filled(columns))
    return dict(sets)


def scale(row: Row) -> dict:
    row.must_have("code")
    columns = {
        "code": row["code"],
        "label": row.texts("label"),
        "short": row.texts("short"),
        "method": row["method"],
        "min_answered": row.number("min_answered"),
        "band": row.number("band"),
        "of": row.words("of"),
    }
    return filled(columns)


def items(rows):
    """The questions. Rows that ask nothing are left out; what asks in another way is a fault."""
    for row in rows:
        kind = " ".join(row["type"].split())
        if kind.replace(" ", "_") in SKIPPED:
            continue
        select = SELECT.fullmatch(kind)
        if row.check(
            select or kind in parse.NUMBERS,
            _("type %(kind)r is not select_one LIST, integer or decimal") % {"kind": kind},
        ):
            row.must_have("name")
            yield filled(item(row, select[1] if select else "", kind))


def item(row: Row, options: str, kind: str) -> dict:
    low, high = (None, None) if options else range_of(row)
    turned = row["reverse"].lower()
    apart = row.words("apart")
    row.check(all(WHOLE.fullmatch(word) for word in apart), _("apart must be whole numbers"))
    return {
        "code": row["name"],
        "kind": row["kind"],
        "type": parse.SELECT_ONE if options else kind,
        "options": options,
        "low": low,
        "high": high,
        "scale": row.words("scale"),
        "reverse": turned in YES or (row.words("reverse") if turned not in NO else []),
        "waves": row.words("waves"),
        "right": row.number("right", WHOLE),
        "apart": [int(word) for word in apart if WHOLE.fullmatch(word)],
        "identifying": row.says_yes("identifying"),
        "confirm": row.says_yes("confirm"),
        "text": row.texts("label"),
        "short": row.texts("short"),
        "findings": row.words("findings"),
    }


def range_of(row: Row) -> tuple:
    """From the constraint, which KoboToolbox keeps to as well."""
    found = RANGE.fullmatch(row["constraint"])
    row.check(found, _("a number needs the constraint `. >= LOW and . <= HIGH`"))
    return (number(found[1]), number(found[4])) if found else (None, None)


def write_xlsform(parsed: parse.Instrument) -> bytes:
    """The instrument as XLSX, with what KoboToolbox has no column for in columns of ours."""
    languages = [parsed.language] if parsed.language else list(parse.LANGUAGES)
    default, *others = languages
    heads = {name: [f"{name}::{NAMES[code]}" for code in languages] for name in ("label", "short")}

    def texts(pair: parse.Pair | None) -> list:
        return [pair and getattr(pair, code) for code in languages]

    survey = [["type", "name", *heads["label"], "constraint", "kind", "waves", "scale", "reverse"]]
    survey[0] += ["right", "apart", "identifying", "confirm", "findings", *heads["short"]]
    for one in parsed.items:
        is_measured = one.type in parse.NUMBERS
        survey.append(
            [
                one.type if is_measured else f"{one.type} {one.options}",
                one.code,
                *texts(one.text),
                f". >= {plain(one.low)} and . <= {plain(one.high)}" if is_measured else None,
                one.kind,
                " ".join(one.waves),
                " ".join(one.scales),
                "yes"
                if one.scales and one.reversed_in == one.scales
                else " ".join(one.reversed_in),
                one.right,
                " ".join(str(value) for value in one.apart),
                "yes" if one.is_identifying else None,
                "yes" if one.to_confirm else None,
                " ".join(one.findings),
                *texts(one.short),
            ]
        )
    choices = [["list_name", "name", *heads["label"], *(f"short_{code}" for code in languages)]]
    for name, options in parsed.option_sets.items():
        for option in options:
            short = None if option.short == option.label else option.short
            choices.append([name, option.value, *texts(option.label), *texts(short)])
    scales = [["code", *heads["label"], *heads["short"], "method", "min_answered", "band", "of"]]
    for one in parsed.scales:
        numbers = [plain(one.min_answered), plain(one.band)]
        scales.append(
            [one.code, *texts(one.label), *texts(one.short), one.method, *numbers, " ".join(one.of)]
        )
    settings = {
        "form_title": getattr(parsed.title, default),
        **{f"form_title_{code}": getattr(parsed.title, code) for code in others},
        "form_id": parsed.code,
        "version": parsed.version,
        "default_language": NAMES[default],
    }
    sheets = {"survey": survey, "choices": choices, "settings": [[*settings], [*settings.values()]]}
    return write_sheets(sheets | {"scales": scales})


def plain(value: float | None) -> str | None:
    """Without an exponent, which a constraint has not."""
    return None if value is None else format(Decimal(repr(value)), "f")
