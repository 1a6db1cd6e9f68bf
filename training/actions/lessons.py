"""A lesson's rows, written from its file or published from the site. Each is kept as a version."""

from collections import defaultdict

from django.db import transaction
from django.utils.translation import gettext as _

from training.actions.audit import record
from training.actions.files import move_files
from training.actions.search import index_lesson
from training.actions.texts import digest_of, html, texts, with_provenance
from training.curriculum import parse, review
from training.curriculum.course import dead_links, missing
from training.curriculum.rows import lesson_of
from training.khmer import canonical
from training.models import (
    Bar,
    Fact,
    Finding,
    Handout,
    HandoutCell,
    HandoutColumn,
    HarmAnswer,
    HarmQuestion,
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
    module = Module.objects.get(code=parsed.module)
    lesson, _is_new = Lesson.objects.update_or_create(
        code=parsed.code,
        defaults={
            "module": module,
            "position": parsed.position,
            "minutes": parsed.minutes,
            "review_on": parsed.review_on,
            "findings": " ".join(parsed.findings),
            "status": Lesson.Status.PUBLISHED,
            "needs_sign_off": parsed.needs_sign_off,
            "signed_off_by": "",
            "signed_off_on": None,
            "khmer_reviewed_by": "",
            "khmer_reviewed_on": None,
            "khmer_is_behind": False,
            "outcomes_km": "\n".join(canonical(pair.km) for pair in parsed.outcomes),
            "outcomes_en": "\n".join(pair.en for pair in parsed.outcomes),
            **texts(title=parsed.title, takeaway=parsed.takeaway, warning=parsed.warning),
        },
    )
    write_screens(lesson, parsed)
    write_myths(lesson, parsed)
    write_handout(lesson, parsed.handout)
    write_scenario(lesson, parsed.scenario)
    write_checks(lesson, parsed)
    for kind in (Step.Kind.LESSON, Step.Kind.CHECK):
        Step.objects.get_or_create(
            kind=kind, lesson=lesson, defaults={"slug": f"{parsed.code}-{kind}".lower()}
        )
    return lesson


def new_places(before: dict[int, str], titles: list[str]) -> dict[int, int]:
    """Where each screen is now, by its old place: pictures and sound follow.

    A screen is known by its title. One with a new title stays where it was, or takes a place that
    no other one claims; a screen that is left over is gone.
    """
    free = dict(enumerate(titles, 1))
    moved = {}
    for place, title in before.items():
        if found := next((new for new, other in free.items() if other == title), None):
            moved[place] = found
            del free[found]
    for place in before:
        if place not in moved and free:
            moved[place] = place if place in free else next(iter(free))
            del free[moved[place]]
    return moved


def write_screens(lesson: Lesson, parsed: parse.Lesson) -> None:
    before = dict(lesson.screens.values_list("position", "title_en"))
    moved = new_places(before, [screen.title.en for screen in parsed.screens])
    move_files(lesson, moved, gone=[place for place in before if place not in moved])
    lesson.screens.all().delete()
    for position, screen in enumerate(parsed.screens, 1):
        figure = screen.figure
        shown = texts(figure_value=figure.value, figure_label=figure.label) if figure else {}
        if figure and figure.dots:
            shown |= {"dots_marked": figure.dots.marked, "dots_of": figure.dots.of}
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
                screen=row,
                position=place,
                percent=bar.percent,
                **texts(label=bar.label, shown=bar.shown),
            )
        for place, fact in enumerate(screen.facts):
            with_provenance(
                Fact(screen=row, position=place, code=fact.code, is_sensitive=fact.sensitive),
                fact.provenance,
            )


def write_myths(lesson: Lesson, parsed: parse.Lesson) -> None:
    lesson.myths.all().delete()
    for place, myth in enumerate(parsed.myths):
        row = Myth(
            lesson=lesson, position=place, code=myth.code, **texts(myth=myth.myth, fact=myth.fact)
        )
        with_provenance(row, myth.provenance)


def write_handout(lesson: Lesson, parsed: parse.Handout | None) -> None:
    Handout.objects.filter(lesson=lesson).delete()
    if parsed is None:
        return
    row = Handout(
        lesson=lesson,
        code=parsed.code,
        blank_lines=parsed.blank_lines,
        **texts(title=parsed.title, note=parsed.note),
    )
    with_provenance(row, parsed.provenance)
    for place, title in enumerate(parsed.columns):
        column = HandoutColumn.objects.create(handout=row, position=place, **texts(title=title))
        HandoutCell.objects.bulk_create(
            HandoutCell(column=column, row=n, **texts(text=cells[place]))
            for n, cells in enumerate(parsed.rows)
        )


def write_scenario(lesson: Lesson, parsed: parse.Scenario) -> None:
    scenario, _is_new = Scenario.objects.update_or_create(
        lesson=lesson, defaults={"code": parsed.code, **texts(title=parsed.title)}
    )
    scenario.nodes.all().delete()
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
        for letter, option, reason in zip(
            parse.LETTERS, check.options, check.reasons, strict=False
        ):
            Option.objects.create(
                question=row,
                code=letter,
                is_right=letter == check.answer,
                **texts(text=option, reason=reason),
            )


class UnfitError(Exception):
    """The lesson cannot be published as it stands; `faults` says why."""

    def __init__(self, faults):
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def faults_of(parsed: parse.Lesson) -> list[review.Fault]:
    """What speaks against the lesson, and what is worth a look.

    A lesson in which nothing is found can be written to its file and read again.
    """
    found = list(review.faults(parsed))
    if not any(fault.is_error for fault in found):
        try:
            parse.parse_lesson(parse.dump(parsed), parsed.code)
        except parse.LessonError as error:
            found += [review.Fault(parsed.code, line) for line in str(error).splitlines()]
    return found


def broken_of(parsed: parse.Lesson) -> list[review.Fault]:
    """What the lesson names and the site does not have: findings, addresses of sources."""
    findings = set(Finding.objects.values_list("code", flat=True))
    addresses = set(Source.objects.exclude(url="").values_list("url", flat=True))
    named = missing(parsed.code, "finding", parsed.findings, findings) if findings else ()
    return [*named, *dead_links(parsed, addresses)]


@transaction.atomic
def publish_lesson(lesson: Lesson, *, by=None, keeps=(), seen: int | None = None) -> bool:
    """Publish what was edited in the site: new HTML, a new version.

    seen: the number of the version that the editor had before him or her, 0 for none; another
        one that came since must not be written over. None: whatever stood there.

    New words lose their Khmer review and their sign-off, unless `keeps` names them ("review",
    "sign_off"): whoever writes them together with the words means these words.

    Returns whether the words had changed at all. Raises UnfitError where officers would see the
    lesson and something speaks against it; a draft may have faults.
    """
    lesson = Lesson.objects.select_for_update().get(pk=lesson.pk)
    newest = lesson.versions.first()
    if seen is not None and seen != (newest.number if newest else 0):
        said = _("Somebody saved this lesson since the page was opened. Please open it anew.")
        raise UnfitError([review.Fault(lesson.code, said)])
    parsed = lesson_of(lesson)
    is_shown = lesson.status == Lesson.Status.PUBLISHED
    found = [*faults_of(parsed), *broken_of(parsed)] if is_shown else []
    if errors := [fault for fault in found if fault.is_error]:
        raise UnfitError(errors)
    if "review" in keeps:
        Lesson.objects.filter(pk=lesson.pk).update(khmer_is_behind=False)
    text = parse.dump(parsed)
    if newest and newest.digest == digest_of(text):
        return False
    for screen in lesson.screens.all():
        screen.html_km, screen.html_en = html(screen.text_km), html(screen.text_en)
        screen.save(update_fields=["html_km", "html_en"])
    changed = {"needs_sign_off": parsed.needs_sign_off}
    if "review" not in keeps:
        changed |= {"khmer_reviewed_by": "", "khmer_reviewed_on": None}
        if newest and leaves_khmer_behind(parse.parse_lesson(newest.yaml, lesson.code), parsed):
            changed["khmer_is_behind"] = True
    if "sign_off" not in keeps:
        changed |= {"signed_off_by": "", "signed_off_on": None}
    Lesson.objects.filter(pk=lesson.pk).update(**changed)
    index_lesson(lesson)
    record("publish lesson", lesson, by=by)
    add_version(lesson.code, text, LessonVersion.Origin.SITE, by=by)
    return True


def leaves_khmer_behind(before: parse.Lesson, after: parse.Lesson) -> bool:
    """Whether some Khmer that stood before stands now beside other English."""
    known = defaultdict(set)
    for _where, pair in review.pairs(before):
        known[pair.km].add(pair.en)
    return any(
        pair.km in known and pair.en not in known[pair.km] for _where, pair in review.pairs(after)
    )


@transaction.atomic
def return_to(version: LessonVersion, *, by=None) -> Lesson:
    """Write an earlier version's text as the newest. A draft stays one."""
    status = version.lesson.status
    lesson = write_lesson(parse.parse_lesson(version.yaml, version.lesson.code))
    Lesson.objects.filter(pk=lesson.pk).update(status=status)
    record(f"return to version {version.number}", lesson, by=by)
    add_version(lesson.code, version.yaml, LessonVersion.Origin.SITE, by=by)
    return lesson


@transaction.atomic
def answer_harm(version: LessonVersion, answers: dict[HarmQuestion, bool], *, name, on, by=None):
    """Keep who answered do-no-harm questions for this version, on which day."""
    for question, is_yes in answers.items():
        HarmAnswer.objects.update_or_create(
            version=version,
            question=question,
            defaults={"is_yes": is_yes, "answered_by": name, "answered_on": on},
        )
    record("answer do-no-harm questions", version, by=by)
