"""Lesson files into the database, and back. Everything or nothing."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import nh3
from django.db import transaction
from markdown_it import MarkdownIt

from training.actions.audit import record
from training.curriculum import parse
from training.curriculum.rows import lesson_of
from training.khmer import canonical
from training.models import (
    Bar,
    Fact,
    Lesson,
    LessonVersion,
    Module,
    Myth,
    Node,
    NodeChoice,
    Option,
    Question,
    Scenario,
    Screen,
    Source,
    Step,
)

MARKDOWN = MarkdownIt("commonmark", {"html": False})
TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "br"}


@dataclass
class Loaded:
    """What a load did: codes of lessons written, left as they were, kept as edited in the site."""

    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def html(markdown: str) -> str:
    """Markdown as clean HTML: paragraphs, lists, bold, links; nothing else gets through."""
    return nh3.clean(MARKDOWN.render(markdown), tags=TAGS, attributes={"a": {"href"}})


def texts(**pairs) -> dict[str, str]:
    """Pairs as the columns of both languages, the Khmer in its stored form."""
    return {
        f"{name}_{language}": canonical(getattr(pair, language))
        for name, pair in pairs.items()
        for language in ("km", "en")
    }


@transaction.atomic
def load_curriculum(folder: Path = parse.CONTENT, *, overwrite=False, by=None) -> Loaded:
    """Load every module, source and lesson of a folder. Loading again changes nothing.

    A lesson that was edited in the site is reported and kept, unless `overwrite`.
    Raises parse.LessonError with every fault of every file.
    """
    load_modules(folder)
    load_sources(folder)
    loaded = Loaded()
    for lesson in read_lessons(folder):
        load_lesson(lesson, loaded, overwrite=overwrite, by=by)
    return loaded


def read_lessons(folder: Path) -> list[parse.Lesson]:
    """All lesson files. Raises LessonError with the faults of all of them together."""
    lessons, faults = [], []
    for path in sorted(folder.glob("m*/*.yaml")):
        try:
            lessons.append(parse.parse_lesson(path.read_text(encoding="utf-8"), path.name))
        except parse.LessonError as error:
            faults.append(str(error))
    if faults:
        raise parse.LessonError("\n".join(faults))
    return lessons


def load_modules(folder: Path) -> None:
    path = folder / "modules.yaml"
    for position, module in enumerate(parse.parse_modules(path.read_text("utf-8"), path.name), 1):
        Module.objects.update_or_create(
            code=module.code,
            defaults={"position": position, **texts(title=module.title, summary=module.summary)},
        )


def load_sources(folder: Path) -> None:
    path = folder / "sources.yaml"
    for source in parse.parse_sources(path.read_text("utf-8"), path.name):
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


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def add_version(code: str, text: str, origin, *, by=None) -> LessonVersion:
    lesson = Lesson.objects.get(code=code)
    newest = lesson.versions.first()
    return LessonVersion.objects.create(
        lesson=lesson,
        number=newest.number + 1 if newest else 1,
        origin=origin,
        yaml=text,
        digest=digest_of(text),
        made_by=by,
    )


def write_lesson(parsed: parse.Lesson) -> Lesson:
    """Write the lesson's rows anew and publish it. New words lose an earlier review."""
    module = Module.objects.filter(code=parsed.module).first()
    if module is None:
        raise parse.LessonError(f"{parsed.code}: there is no module {parsed.module}")
    lesson, _ = Lesson.objects.update_or_create(
        code=parsed.code,
        defaults={
            "module": module,
            "position": parsed.position,
            "minutes": parsed.minutes,
            "findings": " ".join(parsed.findings),
            "status": Lesson.Status.PUBLISHED,
            "needs_sign_off": parsed.needs_sign_off,
            "signed_off_by": "",
            "signed_off_on": None,
            "khmer_reviewed_by": "",
            "khmer_reviewed_on": None,
            "outcomes_km": "\n".join(canonical(pair.km) for pair in parsed.outcomes),
            "outcomes_en": "\n".join(pair.en for pair in parsed.outcomes),
            **texts(title=parsed.title, takeaway=parsed.takeaway),
        },
    )
    write_screens(lesson, parsed)
    write_myths(lesson, parsed)
    write_scenario(lesson, parsed.scenario)
    write_checks(lesson, parsed)
    for kind in (Step.Kind.LESSON, Step.Kind.CHECK):
        Step.objects.get_or_create(
            kind=kind, lesson=lesson, defaults={"slug": f"{parsed.code}-{kind}".lower()}
        )
    return lesson


def with_provenance(row, provenance: parse.Provenance):
    """Save the row with where it comes from."""
    row.provenance, row.to_confirm = provenance.text, provenance.to_confirm
    row.save()
    row.sources.set(Source.objects.filter(code__in=provenance.sources))
    return row


def write_screens(lesson: Lesson, parsed: parse.Lesson) -> None:
    lesson.screens.all().delete()
    for position, screen in enumerate(parsed.screens, 1):
        figure = screen.figure
        shown = texts(figure_value=figure.value, figure_label=figure.label) if figure else {}
        row = Screen.objects.create(
            lesson=lesson,
            position=position,
            html_km=html(canonical(screen.text.km)),
            html_en=html(screen.text.en),
            **texts(title=screen.title, text=screen.text),
            **shown,
        )
        for place, bar in enumerate(figure.bars if figure else ()):
            Bar.objects.create(
                screen=row, position=place, percent=bar.percent, **texts(label=bar.label)
            )
        for place, fact in enumerate(screen.facts):
            with_provenance(Fact(screen=row, position=place, code=fact.code), fact.provenance)


def write_myths(lesson: Lesson, parsed: parse.Lesson) -> None:
    lesson.myths.all().delete()
    for place, myth in enumerate(parsed.myths):
        row = Myth(
            lesson=lesson, position=place, code=myth.code, **texts(myth=myth.myth, fact=myth.fact)
        )
        with_provenance(row, myth.provenance)


def write_scenario(lesson: Lesson, parsed: parse.Scenario) -> None:
    Scenario.objects.filter(lesson=lesson).delete()
    scenario = Scenario.objects.create(lesson=lesson, code=parsed.code, **texts(title=parsed.title))
    nodes = {
        node.code: Node.objects.create(
            scenario=scenario, position=place, code=node.code, **texts(situation=node.situation)
        )
        for place, node in enumerate(parsed.nodes)
    }
    for node in parsed.nodes:
        for place, choice in enumerate(node.choices):
            NodeChoice.objects.create(
                node=nodes[node.code],
                position=place,
                code=choice.code,
                quality=choice.quality,
                next=nodes.get(choice.next),
                **texts(text=choice.text, feedback=choice.feedback),
            )


def write_checks(lesson: Lesson, parsed: parse.Lesson) -> None:
    """Questions keep their counters while their code stays."""
    lesson.questions.exclude(code__in=[check.code for check in parsed.checks]).delete()
    for place, check in enumerate(parsed.checks):
        row = Question.objects.filter(code=check.code).first() or Question(code=check.code)
        row.lesson, row.position = lesson, place
        for name, value in texts(text=check.question, rationale=check.rationale).items():
            setattr(row, name, value)
        with_provenance(row, check.provenance)
        row.options.all().delete()
        for letter, option in zip("ABCDEF", check.options, strict=False):
            Option.objects.create(
                question=row, code=letter, is_right=letter == check.answer, **texts(text=option)
            )


@transaction.atomic
def publish_lesson(lesson: Lesson, *, by=None, keeps=()) -> bool:
    """Publish what was edited in the site: new HTML, a new version.

    New words lose their Khmer review and their sign-off, unless `keeps` names them ("review",
    "sign_off"): whoever writes them together with the words means these words.

    Returns whether the words had changed at all.
    """
    lesson = Lesson.objects.get(pk=lesson.pk)
    text = parse.dump(lesson_of(lesson))
    newest = lesson.versions.first()
    if newest and newest.digest == digest_of(text):
        return False
    for screen in lesson.screens.all():
        screen.html_km, screen.html_en = html(screen.text_km), html(screen.text_en)
        screen.save(update_fields=["html_km", "html_en"])
    lost = {}
    if "review" not in keeps:
        lost |= {"khmer_reviewed_by": "", "khmer_reviewed_on": None}
    if "sign_off" not in keeps:
        lost |= {"signed_off_by": "", "signed_off_on": None}
    Lesson.objects.filter(pk=lesson.pk).update(**lost)
    record("publish lesson", lesson, by=by)
    add_version(lesson.code, text, LessonVersion.Origin.SITE, by=by)
    return True


def dump_curriculum(folder: Path) -> list[Path]:
    """Write every lesson's newest text to a folder, and the modules and sources."""
    written = [
        write(folder / "modules.yaml", dump_modules()),
        write(folder / "sources.yaml", dump_sources()),
    ]
    for lesson in Lesson.objects.select_related("module"):
        path = folder / lesson.module.code.lower() / f"{lesson.code.lower()}.yaml"
        written.append(write(path, lesson.versions.first().yaml))
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
            {"code": row.code, "title": columns(row, "title"), "summary": columns(row, "summary")}
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
