"""All content files into the database, and back. Everything or nothing."""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from training.actions.lessons import add_version, write_lesson
from training.actions.reference import EXAMPLES, TABLES, dump_examples, load_examples
from training.actions.search import index_all
from training.actions.texts import digest_of, texts
from training.curriculum import parse
from training.curriculum.course import read_course
from training.models import Lesson, LessonVersion, Module, Source


@dataclass
class Loaded:
    """What a load did: codes of rows written, left as they were, kept as edited in the site."""

    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@transaction.atomic
def load_curriculum(folder: Path = parse.CONTENT, *, overwrite=False, by=None) -> Loaded:
    """Load every content file of a folder. Loading again changes nothing.

    A lesson or row that was edited in the site is reported and kept, unless `overwrite`.
    Raises parse.LessonError with every fault of every file.
    """
    course = read_course(folder)
    load_modules(course.modules)
    load_sources(course.sources)
    loaded = Loaded()
    for lesson in course.lessons:
        load_lesson(lesson, loaded, overwrite=overwrite, by=by)
    for table in TABLES:
        table.load(course.rows[table.file], loaded, overwrite=overwrite)
    load_examples(course.rows[EXAMPLES])
    index_all()
    return loaded


def load_modules(modules: list[parse.Module]) -> None:
    for position, module in enumerate(modules, 1):
        Module.objects.update_or_create(
            code=module.code,
            defaults={
                "position": position,
                **texts(title=module.title, summary=module.summary, notice=module.notice),
            },
        )


def load_sources(sources: list[parse.Source]) -> None:
    for source in sources:
        Source.objects.update_or_create(
            code=source.code,
            defaults={"year": source.year, "url": source.url, **texts(cite=source.cite)},
        )


def load_lesson(parsed: parse.Lesson, loaded: Loaded, *, overwrite, by) -> None:
    text = parse.dump(parsed)
    lesson = Lesson.objects.filter(code=parsed.code).first()
    newest = lesson.versions.first() if lesson else None
    if newest and newest.digest == digest_of(text):
        loaded.unchanged.append(parsed.code)
    elif newest and newest.origin == LessonVersion.Origin.SITE and not overwrite:
        loaded.kept.append(parsed.code)
    else:
        write_lesson(parsed)
        add_version(parsed.code, text, LessonVersion.Origin.FILE, by=by)
        loaded.written.append(parsed.code)


def dump_curriculum(folder: Path) -> list[Path]:
    """Write every lesson's newest text to a folder, and everything that stands beside them."""
    written = [
        write(folder / "modules.yaml", dump_modules()),
        write(folder / "sources.yaml", dump_sources()),
    ]
    for lesson in Lesson.objects.select_related("module"):
        path = folder / lesson.module.code.lower() / f"{lesson.code.lower()}.yaml"
        written.append(write(path, lesson.versions.first().yaml))
    written += [write(folder / table.file, table.dump()) for table in TABLES]
    written.append(write(folder / EXAMPLES, dump_examples()))
    return written


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def columns(row, name) -> dict[str, str]:
    return {"km": getattr(row, f"{name}_km"), "en": getattr(row, f"{name}_en")}


def dump_modules() -> str:
    return parse.dump_rows(
        [
            {
                "code": row.code,
                "title": columns(row, "title"),
                "summary": columns(row, "summary"),
                **({"notice": columns(row, "notice")} if row.notice_km else {}),
            }
            for row in Module.objects.all()
        ]
    )


def dump_sources() -> str:
    return parse.dump_rows(
        [
            {"code": row.code, "cite": columns(row, "cite"), "year": row.year, "url": row.url}
            for row in Source.objects.all()
        ]
    )
