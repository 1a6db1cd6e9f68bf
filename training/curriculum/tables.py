"""The content files beside the lessons <-> dataclasses: findings, glossary, situations, services.

Each is a list of mappings. `dump_table(parse_…(text)) == text` for every file in content/.
Errors name the file and the row. No database.
"""

from dataclasses import dataclass, fields

from training.curriculum.parse import (
    LessonError,
    Pair,
    Provenance,
    Reader,
    dump_rows,
    plain,
    plain_provenance,
    read_yaml,
)

GROUPS = ("approach", "health", "law", "police", "ranks", "survey", "site")
STATUSES = ("attested", "proposed")


class Row:
    """One row of a table, whose fields are codes, texts in both languages, or several of them."""

    def pairs(self) -> list[Pair]:
        """Every text of the row."""
        values = [getattr(self, one.name) for one in fields(self)]
        return [pair for value in values for pair in as_list(value) if isinstance(pair, Pair)]


def as_list(value) -> list:
    return list(value) if isinstance(value, tuple) else [value]


@dataclass(frozen=True)
class Finding(Row):
    code: str
    module: str
    text: Pair
    learn: Pair
    measured: tuple[str, ...]

    def plain(self) -> dict:
        return {
            "code": self.code,
            "module": self.module,
            "text": plain(self.text),
            "learn": plain(self.learn),
            "measured": list(self.measured),
        }


@dataclass(frozen=True)
class Term(Row):
    code: str
    group: str
    term: Pair
    also_km: tuple[str, ...]
    also_en: tuple[str, ...]
    status: str
    note: str
    explanation: Pair | None
    in_lessons: bool

    def plain(self) -> dict:
        data = {"code": self.code, "group": self.group, "term": plain(self.term)}
        if self.also_km or self.also_en:
            data["also"] = {"km": list(self.also_km), "en": list(self.also_en)}
        data |= {"status": self.status, "note": self.note}
        if self.explanation:
            data["explanation"] = plain(self.explanation)
        return data | ({"in_lessons": True} if self.in_lessons else {})


@dataclass(frozen=True)
class Situation(Row):
    code: str
    title: Pair
    signs: Pair
    steps: tuple[Pair, ...]
    never: Pair
    services: tuple[str, ...]
    lessons: tuple[str, ...]
    provenance: Provenance

    def plain(self) -> dict:
        return {
            "code": self.code,
            "title": plain(self.title),
            "signs": plain(self.signs),
            "steps": [plain(step) for step in self.steps],
            "never": plain(self.never),
            "services": list(self.services),
            "lessons": list(self.lessons),
            **plain_provenance(self.provenance),
        }


@dataclass(frozen=True)
class ServiceType(Row):
    code: str
    name: Pair
    need: Pair
    say: Pair
    run_by: Pair
    provenance: Provenance

    def plain(self) -> dict:
        return {
            "code": self.code,
            "name": plain(self.name),
            "need": plain(self.need),
            "say": plain(self.say),
            "run_by": plain(self.run_by),
            **plain_provenance(self.provenance),
        }


@dataclass(frozen=True)
class Example(Row):
    """An example entry of the directory: fictional, marked, without a phone number."""

    code: str
    name: Pair
    types: tuple[str, ...]

    def plain(self) -> dict:
        return {"code": self.code, "name": plain(self.name), "types": list(self.types)}


@dataclass(frozen=True)
class HarmQuestion(Row):
    code: str
    question: Pair
    must_be: bool

    def plain(self) -> dict:
        return {
            "number": int(self.code),
            "question": plain(self.question),
            "must_be": "yes" if self.must_be else "no",
        }


def parse_table(text: str, file: str, row_of) -> list:
    """The rows of one file. Raises LessonError with every fault found."""
    reader = Reader(file)
    data = read_yaml(text, file) or []
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise LessonError(f"{file}: must be a list of mappings")
    rows = [row_of(row, reader) for row in data]
    codes = [row.code for row in rows]
    for code in {code for code in codes if codes.count(code) > 1}:
        reader.fault(code, "stands twice")
    reader.done()
    return rows


def words(row, key) -> tuple[str, ...]:
    return tuple(str(one) for one in row.get(key) or ())


def finding(row, reader) -> Finding:
    code = str(row.get("code"))
    return Finding(
        code,
        str(row.get("module")),
        reader.pair(row, "text", code),
        reader.pair(row, "learn", code),
        words(row, "measured"),
    )


def term(row, reader) -> Term:
    code = str(row.get("code"))
    also = row.get("also") or {}
    reader.check(row.get("group") in GROUPS, code, f"group must be one of {', '.join(GROUPS)}")
    reader.check(
        row.get("status") in STATUSES, code, f"status must be one of {', '.join(STATUSES)}"
    )
    found = Term(
        code,
        str(row.get("group")),
        reader.pair(row, "term", code),
        words(also, "km"),
        words(also, "en"),
        str(row.get("status")),
        str(row.get("note") or ""),
        reader.may_pair(row, "explanation", code),
        bool(row.get("in_lessons")),
    )
    reader.check(found.explanation or not found.in_lessons, code, "in_lessons needs an explanation")
    return found


def situation(row, reader) -> Situation:
    code = str(row.get("code"))
    steps = tuple(reader.texts(step, code) for step in reader.rows(row, "steps", code))
    reader.check(3 <= len(steps) <= 6, code, "needs three to six steps")
    return Situation(
        code,
        reader.pair(row, "title", code),
        reader.pair(row, "signs", code),
        steps,
        reader.pair(row, "never", code),
        words(row, "services"),
        words(row, "lessons"),
        reader.provenance(row, code),
    )


def service_type(row, reader) -> ServiceType:
    code = str(row.get("code"))
    return ServiceType(
        code,
        *(reader.pair(row, key, code) for key in ("name", "need", "say", "run_by")),
        reader.provenance(row, code),
    )


def example(row, reader) -> Example:
    code = str(row.get("code"))
    return Example(code, reader.pair(row, "name", code), words(row, "types"))


def harm_question(row, reader) -> HarmQuestion:
    code = str(row.get("number"))
    must_be = row.get("must_be")
    reader.check(must_be in ("yes", "no"), code, 'must_be must be "yes" or "no"')
    return HarmQuestion(code, reader.pair(row, "question", code), must_be == "yes")


KINDS = {
    "findings.yaml": finding,
    "glossary.yaml": term,
    "service_types.yaml": service_type,
    "situations.yaml": situation,
    "services.yaml": example,
    "do_no_harm.yaml": harm_question,
}


def dump_table(rows) -> str:
    return dump_rows([row.plain() for row in rows])
