"""Lesson files <-> dataclasses. Errors name the file and the part. No database.

`dump(parse_lesson(text)) == text` for every file in content/: what the repository holds is exactly
what `dump_curriculum` writes.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

CONTENT = Path(__file__).parent / "content"
QUALITIES = ("best", "partial", "harmful")
END = "END"
LETTERS = "ABCDEF"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class LessonError(Exception):
    """The file cannot be loaded; the text names every fault, one a line."""


@dataclass(frozen=True)
class Pair:
    km: str
    en: str


@dataclass(frozen=True)
class Provenance:
    """Where something comes from, as the register writes it: "S17, S06 +L"."""

    text: str
    confirm: bool = False  # to be confirmed locally although it has a source

    @property
    def sources(self) -> list[str]:
        """The register's codes: P, S01…"""
        return list(dict.fromkeys(re.findall(r"\bS\d\d\b|\bP\b", self.text)))

    @property
    def to_confirm(self) -> bool:
        return self.confirm or "+L" in self.text or not self.sources


@dataclass(frozen=True)
class Bar:
    """`shown`: the words beside the bar where they are not its percentage."""

    label: Pair
    percent: float
    shown: Pair | None = None


@dataclass(frozen=True)
class Dots:
    """A share as counted dots: 1 of 7."""

    marked: int
    of: int


@dataclass(frozen=True)
class Figure:
    value: Pair
    label: Pair
    bars: tuple[Bar, ...] = ()
    dots: Dots | None = None


@dataclass(frozen=True)
class Fact:
    code: str
    provenance: Provenance
    sensitive: bool = False  # whether to keep it is the owner's decision


@dataclass(frozen=True)
class Screen:
    title: Pair
    text: Pair
    figure: Figure | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Myth:
    code: str
    myth: Pair
    fact: Pair
    provenance: Provenance


@dataclass(frozen=True)
class Handout:
    """A table to print: a card to carry or, with blank lines, a sheet to write on."""

    code: str
    title: Pair
    note: Pair
    provenance: Provenance
    columns: tuple[Pair, ...]
    rows: tuple[tuple[Pair, ...], ...]
    blank_lines: int


@dataclass(frozen=True)
class Choice:
    code: str
    text: Pair
    quality: str
    next: str
    feedback: Pair


@dataclass(frozen=True)
class Node:
    code: str
    situation: Pair
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Scenario:
    code: str
    title: Pair
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Check:
    """`reasons`: for each option, why it fits or does not."""

    code: str
    question: Pair
    options: tuple[Pair, ...]
    reasons: tuple[Pair, ...]
    answer: str
    rationale: Pair
    provenance: Provenance


@dataclass(frozen=True)
class Lesson:
    code: str
    module: str
    minutes: int
    review_on: date | None
    title: Pair
    outcomes: tuple[Pair, ...]
    takeaway: Pair
    findings: tuple[str, ...]
    warning: Pair | None
    screens: tuple[Screen, ...]
    myths: tuple[Myth, ...]
    handout: Handout | None
    scenario: Scenario
    checks: tuple[Check, ...]

    @property
    def position(self) -> int:
        return int(self.code.rpartition("L")[2])

    @property
    def needs_sign_off(self) -> bool:
        grounds = [fact for screen in self.screens for fact in screen.facts]
        grounds += [*self.myths, *self.checks]
        if self.handout:
            grounds.append(self.handout)
        return any(one.provenance.to_confirm for one in grounds)


@dataclass(frozen=True)
class Module:
    """`notice`: what every page of the module says beside its text."""

    code: str
    title: Pair
    summary: Pair
    notice: Pair | None


@dataclass(frozen=True)
class Source:
    code: str
    cite: Pair
    year: int | None
    url: str


@dataclass
class Reader:
    """Reads one file's mapping and collects every fault."""

    file: str
    faults: list[str] = field(default_factory=list)

    def fault(self, where, what):
        self.faults.append(f"{self.file}: {where}: {what}")

    def check(self, is_right, where, what):
        if not is_right:
            self.fault(where, what)

    def pair(self, row, key, where) -> Pair:
        value = row.get(key) if isinstance(row, dict) else None
        return self.texts(value, f"{where}, {key}")

    def texts(self, value, where) -> Pair:
        texts = value if isinstance(value, dict) else {}
        km, en = (str(texts.get(language) or "").strip() for language in ("km", "en"))
        self.check(km and en, where, "needs a text in km and in en")
        return Pair(km, en)

    def may_pair(self, row, key, where) -> Pair | None:
        """The pair, or None where the row has no such key."""
        return self.pair(row, key, where) if row.get(key) else None

    def rows(self, row, key, where) -> list:
        value = row.get(key) or []
        self.check(isinstance(value, list), where, f"{key} must be a list")
        return value if isinstance(value, list) else []

    def provenance(self, row, where) -> Provenance:
        text = str(row.get("provenance") or "")
        self.check(text, where, "needs a provenance")
        return Provenance(text, bool(row.get("confirm")))

    def done(self):
        if self.faults:
            raise LessonError("\n".join(self.faults))


def read_yaml(text: str, file: str):
    try:
        return yaml.load(text, Loader=LOADER)  # noqa: S506 - safe, in C where there is one
    except yaml.YAMLError as error:
        raise LessonError(f"{file}: not readable as YAML: {error}") from error


def parse_lesson(text: str, file: str) -> Lesson:
    """One lesson file. Raises LessonError with every fault found."""
    data = read_yaml(text, file)
    if not isinstance(data, dict):
        raise LessonError(f"{file}: must be a mapping")
    reader = Reader(file)
    code = str(data.get("code", ""))
    reader.check(re.fullmatch(r"M\d+L\d+", code), "code", "must look like M1L1")
    lesson = Lesson(
        code=code,
        module=str(data.get("module", "")),
        minutes=int(data.get("minutes") or 0),
        review_on=data.get("review_on"),
        title=reader.pair(data, "title", "lesson"),
        outcomes=tuple(reader.texts(row, "outcome") for row in reader.rows(data, "outcomes", "")),
        takeaway=reader.pair(data, "takeaway", "lesson"),
        findings=tuple(data.get("findings") or ()),
        warning=reader.may_pair(data, "warning", "lesson"),
        screens=tuple(screen(row, n, reader) for n, row in numbered(data, "screens", reader)),
        myths=tuple(myth(row, reader) for row in reader.rows(data, "myths", "lesson")),
        handout=handout(data["handout"], reader) if data.get("handout") else None,
        scenario=scenario(data.get("scenario") or {}, reader),
        checks=tuple(check(row, reader) for row in reader.rows(data, "checks", "lesson")),
    )
    reader.check(
        lesson.review_on is None or isinstance(lesson.review_on, date),
        "review_on",
        "must be a date such as 2027-11-25",
    )
    reader.check(lesson.screens, "screens", "there is none")
    reader.check(lesson.checks, "checks", "there is none")
    reader.done()
    return lesson


def numbered(data, key, reader):
    return enumerate(reader.rows(data, key, "lesson"), 1)


def screen(row, number, reader) -> Screen:
    where = f"screen {number}"
    return Screen(
        title=reader.pair(row, "title", where),
        text=reader.pair(row, "text", where),
        figure=figure(row["figure"], where, reader) if row.get("figure") else None,
        facts=tuple(
            Fact(
                str(fact.get("code")),
                reader.provenance(fact, f"{where}, {fact.get('code')}"),
                bool(fact.get("sensitive")),
            )
            for fact in reader.rows(row, "facts", where)
        ),
    )


def figure(row, where, reader) -> Figure:
    bars = tuple(
        Bar(
            reader.pair(bar, "label", f"{where}, bar"),
            float(bar.get("percent", -1)),
            reader.may_pair(bar, "shown", f"{where}, bar"),
        )
        for bar in reader.rows(row, "bars", where)
    )
    for bar in bars:
        reader.check(0 <= bar.percent <= 100, where, "a bar is a percentage, 0 to 100")
    return Figure(
        reader.pair(row, "value", where),
        reader.pair(row, "label", where),
        bars,
        dots(row["dots"], where, reader) if row.get("dots") else None,
    )


def dots(row, where, reader) -> Dots:
    found = Dots(int(row.get("marked", -1)), int(row.get("of", 0)))
    reader.check(0 <= found.marked <= found.of <= 1000, where, "dots: marked of at most 1000")
    return found


def myth(row, reader) -> Myth:
    where = f"myth {row.get('code')}"
    return Myth(
        str(row.get("code")),
        reader.pair(row, "myth", where),
        reader.pair(row, "fact", where),
        reader.provenance(row, where),
    )


def handout(row, reader) -> Handout:
    where = f"handout {row.get('code')}"
    columns = tuple(reader.texts(one, where) for one in reader.rows(row, "columns", where))
    rows = tuple(
        tuple(reader.texts(cell, f"{where}, row {n}") for cell in cells)
        for n, cells in enumerate(reader.rows(row, "rows", where), 1)
    )
    for n, cells in enumerate(rows, 1):
        reader.check(len(cells) == len(columns), where, f"row {n} has not one cell a column")
    return Handout(
        str(row.get("code")),
        reader.pair(row, "title", where),
        reader.pair(row, "note", where),
        reader.provenance(row, where),
        columns,
        rows,
        int(row.get("blank_lines") or 0),
    )


def scenario(row, reader) -> Scenario:
    where = f"scenario {row.get('code')}"
    nodes = tuple(node(one, where, reader) for one in reader.rows(row, "nodes", where))
    reader.check(nodes, where, "has no node")
    ways_on = {one.code for one in nodes} | {END}
    for one in nodes:
        for choice in one.choices:
            reader.check(choice.next in ways_on, where, f"{one.code}{choice.code} leads nowhere")
    check_ways(nodes, where, reader)
    return Scenario(str(row.get("code")), reader.pair(row, "title", where), nodes)


def check_ways(nodes, where, reader) -> None:
    unreached, endless = lost(nodes)
    for one in nodes:
        reader.check(one.code not in unreached, where, f"{one.code} cannot be reached")
        reader.check(one.code not in endless, where, f"{one.code} does not end")


def lost(nodes) -> tuple[set[str], set[str]]:
    """The nodes that no way from the first one reaches, and those from which no way ends."""
    ways = {one.code: {choice.next for choice in one.choices} for one in nodes}
    reached = {nodes[0].code} if nodes else set()
    for _step in nodes:
        reached |= {after for code in reached for after in ways.get(code, ())}
    ends = {END}
    for _step in nodes:
        ends |= {code for code, after in ways.items() if after & ends}
    return ways.keys() - reached, ways.keys() - ends


def node(row, where, reader) -> Node:
    where = f"{where} {row.get('code')}"
    choices = tuple(choice(one, where, reader) for one in reader.rows(row, "choices", where))
    reader.check(len(choices) > 1, where, "needs two choices or more")
    reader.check(any(one.quality == "best" for one in choices), where, "has no best way")
    return Node(str(row.get("code")), reader.pair(row, "situation", where), choices)


def choice(row, where, reader) -> Choice:
    where = f"{where}{row.get('code')}"
    quality = row.get("quality")
    reader.check(quality in QUALITIES, where, f"quality must be one of {', '.join(QUALITIES)}")
    return Choice(
        str(row.get("code")),
        reader.pair(row, "text", where),
        quality,
        str(row.get("next")),
        reader.pair(row, "feedback", where),
    )


def check(row, reader) -> Check:
    where = f"check {row.get('code')}"
    options = tuple(reader.texts(one, where) for one in reader.rows(row, "options", where))
    reasons = tuple(reader.texts(one, where) for one in reader.rows(row, "reasons", where))
    answer = str(row.get("answer"))
    reader.check(
        answer in tuple(LETTERS[: len(options)]), where, "answer must be the letter of an option"
    )
    reader.check(len(reasons) == len(options), where, "needs one reason for each option")
    return Check(
        str(row.get("code")),
        reader.pair(row, "question", where),
        options,
        reasons,
        answer,
        reader.pair(row, "rationale", where),
        reader.provenance(row, where),
    )


def parse_modules(text: str, file: str) -> list[Module]:
    reader = Reader(file)
    modules = [
        Module(
            str(row.get("code")),
            reader.pair(row, "title", f"module {row.get('code')}"),
            reader.pair(row, "summary", f"module {row.get('code')}"),
            reader.may_pair(row, "notice", f"module {row.get('code')}"),
        )
        for row in read_yaml(text, file) or []
    ]
    reader.done()
    return modules


def parse_sources(text: str, file: str) -> list[Source]:
    reader = Reader(file)
    sources = [
        Source(
            str(row.get("code")),
            reader.pair(row, "cite", f"source {row.get('code')}"),
            row.get("year"),
            row.get("url") or "",
        )
        for row in read_yaml(text, file) or []
    ]
    reader.done()
    return sources


class Dumper(yaml.SafeDumper):
    """Keeps the order of keys, writes texts of several lines as blocks, never anchors."""

    def ignore_aliases(self, data):
        return True

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


def represent_text(dumper, text):
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, represent_text)


def dump(lesson: Lesson) -> str:
    """The lesson's canonical file."""
    return dump_rows(plain_lesson(lesson))


def dump_rows(data) -> str:
    return yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10_000)


def plain(pair: Pair) -> dict[str, str]:
    return {"km": pair.km, "en": pair.en}


def plain_if(key: str, pair: Pair | None) -> dict:
    return {key: plain(pair)} if pair else {}


def plain_provenance(provenance: Provenance) -> dict:
    return {"provenance": provenance.text} | ({"confirm": True} if provenance.confirm else {})


def plain_figure(figure: Figure) -> dict:
    data = {"value": plain(figure.value), "label": plain(figure.label)}
    if figure.bars:
        data["bars"] = [
            {"label": plain(bar.label), "percent": bar.percent, **plain_if("shown", bar.shown)}
            for bar in figure.bars
        ]
    if figure.dots:
        data["dots"] = {"marked": figure.dots.marked, "of": figure.dots.of}
    return data


def plain_screen(screen: Screen) -> dict:
    data = {"title": plain(screen.title), "text": plain(screen.text)}
    if screen.figure:
        data["figure"] = plain_figure(screen.figure)
    data["facts"] = [plain_fact(fact) for fact in screen.facts]
    return data


def plain_fact(fact: Fact) -> dict:
    data = {"code": fact.code, **plain_provenance(fact.provenance)}
    return data | ({"sensitive": True} if fact.sensitive else {})


def plain_handout(handout: Handout) -> dict:
    return {
        "code": handout.code,
        "title": plain(handout.title),
        "note": plain(handout.note),
        **plain_provenance(handout.provenance),
        "columns": [plain(column) for column in handout.columns],
        "rows": [[plain(cell) for cell in row] for row in handout.rows],
        "blank_lines": handout.blank_lines,
    }


def plain_node(node: Node) -> dict:
    return {
        "code": node.code,
        "situation": plain(node.situation),
        "choices": [
            {
                "code": choice.code,
                "text": plain(choice.text),
                "quality": choice.quality,
                "next": choice.next,
                "feedback": plain(choice.feedback),
            }
            for choice in node.choices
        ],
    }


def plain_check(check: Check) -> dict:
    return {
        "code": check.code,
        "question": plain(check.question),
        "options": [plain(option) for option in check.options],
        "reasons": [plain(reason) for reason in check.reasons],
        "answer": check.answer,
        "rationale": plain(check.rationale),
        **plain_provenance(check.provenance),
    }


def plain_lesson(lesson: Lesson) -> dict:
    return {
        "code": lesson.code,
        "module": lesson.module,
        "minutes": lesson.minutes,
        **({"review_on": lesson.review_on} if lesson.review_on else {}),
        "title": plain(lesson.title),
        "outcomes": [plain(outcome) for outcome in lesson.outcomes],
        "takeaway": plain(lesson.takeaway),
        "findings": list(lesson.findings),
        **plain_if("warning", lesson.warning),
        "screens": [plain_screen(screen) for screen in lesson.screens],
        "myths": [
            {
                "code": myth.code,
                "myth": plain(myth.myth),
                "fact": plain(myth.fact),
                **plain_provenance(myth.provenance),
            }
            for myth in lesson.myths
        ],
        **({"handout": plain_handout(lesson.handout)} if lesson.handout else {}),
        "scenario": {
            "code": lesson.scenario.code,
            "title": plain(lesson.scenario.title),
            "nodes": [plain_node(node) for node in lesson.scenario.nodes],
        },
        "checks": [plain_check(check) for check in lesson.checks],
    }
