"""All content files of a folder, read together: what one file says of another must be there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from training.curriculum import parse, tables
from training.curriculum.review import Fault, khmer_faults, pairs

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]*)")


@dataclass
class Course:
    """The content of a folder. Tables whose file is missing are empty."""

    modules: list[parse.Module]
    sources: list[parse.Source]
    lessons: list[parse.Lesson]
    rows: dict[str, list] = field(default_factory=dict)  # of each table, by its file's name


def read_course(folder: Path) -> Course:
    """Read every file of a folder. Raises LessonError with the faults of all of them together."""
    reader = FolderReader(folder)
    course = Course(
        reader.read("modules.yaml", parse.parse_modules),
        reader.read("sources.yaml", parse.parse_sources),
        [
            lesson
            for path in sorted(folder.glob("m*/*.yaml"))
            for lesson in reader.read(path.relative_to(folder), parse_one)
        ],
        {
            file: reader.read(
                file, lambda text, name, kind=kind: tables.parse_table(text, name, kind)
            )
            for file, kind in tables.KINDS.items()
        },
    )
    faults = [*reader.faults, *map(str, broken(course))]
    if faults:
        raise parse.LessonError("\n".join(faults))
    return course


def parse_one(text: str, file: str) -> list[parse.Lesson]:
    return [parse.parse_lesson(text, file)]


@dataclass
class FolderReader:
    """Reads file after file and collects what is wrong with any of them."""

    folder: Path
    faults: list[str] = field(default_factory=list)

    def read(self, file, parse_file) -> list:
        path = self.folder / file
        if not path.exists():
            return []
        try:
            return parse_file(path.read_text(encoding="utf-8"), path.name)
        except parse.LessonError as error:
            self.faults.append(str(error))
            return []


def broken(course: Course) -> Iterator[Fault]:
    """What the files name and no file has; what two of them claim; links that lead nowhere."""
    modules = {module.code for module in course.modules}
    lessons = {lesson.code for lesson in course.lessons}
    types = {row.code for row in course.rows["service_types.yaml"]}
    findings = {row.code for row in course.rows["findings.yaml"]}
    for lesson in course.lessons:
        if lesson.module not in modules:
            yield Fault(lesson.code, f"there is no module {lesson.module}")
        if findings:
            yield from missing(lesson.code, "finding", lesson.findings, findings)
    for row in course.rows["findings.yaml"]:
        yield from missing(row.code, "module", [row.module], modules)
    for row in course.rows["situations.yaml"]:
        yield from missing(row.code, "lesson", row.lessons, lessons)
        yield from missing(row.code, "service type", row.services, types)
    for row in course.rows["services.yaml"]:
        yield from missing(row.code, "service type", row.types, types)
    yield from unknown_sources(course)
    yield from twice(course)
    yield from wrong_addresses(course)
    addresses = {source.url for source in course.sources if source.url}
    for lesson in course.lessons:
        yield from dead_links(lesson, addresses)


def missing(where, kind, named, known) -> Iterator[Fault]:
    for code in named:
        if code not in known:
            yield Fault(where, f"there is no {kind} {code}")


def grounds(lesson: parse.Lesson) -> Iterator:
    """Everything of a lesson that names where it comes from."""
    yield from (fact for screen in lesson.screens for fact in screen.facts)
    yield from lesson.myths
    yield from lesson.checks
    if lesson.handout:
        yield lesson.handout


def unknown_sources(course: Course) -> Iterator[Fault]:
    known = {source.code for source in course.sources}
    named = [(lesson.code, one) for lesson in course.lessons for one in grounds(lesson)]
    for file in ("service_types.yaml", "situations.yaml"):
        named += [(file, row) for row in course.rows[file]]
    for where, row in named:
        yield from missing(f"{where} {row.code}", "source", row.provenance.sources, known)


def twice(course: Course) -> Iterator[Fault]:
    """Codes that a second lesson uses too: the database would not take it."""
    codes = [code for lesson in course.lessons for code in codes_of(lesson)]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Fault(code, "stands in two places")


def codes_of(lesson: parse.Lesson) -> Iterator[str]:
    yield lesson.code
    yield lesson.scenario.code
    yield from (row.code for row in (*lesson.myths, *lesson.checks))
    if lesson.handout:
        yield lesson.handout.code


def wrong_addresses(course: Course) -> Iterator[Fault]:
    for source in course.sources:
        if source.url and not re.fullmatch(r"https?://[\w.-]+\.[a-z]+(/\S*)?", source.url):
            yield Fault(source.code, f"{source.url} is no address")


def dead_links(lesson: parse.Lesson, known: set[str]) -> Iterator[Fault]:
    """A text links only to an address that the register of sources has."""
    for where, pair in pairs(lesson):
        for address in LINK.findall(pair.km) + LINK.findall(pair.en):
            if address not in known:
                yield Fault(f"{lesson.code} {where}", f"links to {address or 'nothing'}")


def table_faults(course: Course) -> Iterator[Fault]:
    """Typing faults and differing numbers in the tables, as review.faults of the lessons."""
    for file, rows in course.rows.items():
        for row in rows:
            yield from khmer_faults((f"{file} {row.code}", pair) for pair in row.pairs())
