"""Rows as the dataclasses of parse.py and tables.py: what the site would write into its files."""

from training.curriculum import parse, tables
from training.models import Lesson

# What `lesson_of` reads beside the lesson itself, for many lessons in constant queries.
PARTS = [
    *("screens__bars", "screens__facts", "myths", "questions__options"),
    *("handout__columns__cells", "scenario__nodes__choices__next"),
]


def lesson_of(lesson: Lesson) -> parse.Lesson:
    """The lesson as it stands in the database."""
    outcomes = zip(lesson.outcomes_km.splitlines(), lesson.outcomes_en.splitlines(), strict=True)
    return parse.Lesson(
        code=lesson.code,
        module=lesson.module.code,
        minutes=lesson.minutes,
        review_on=lesson.review_on,
        title=pair(lesson, "title"),
        outcomes=tuple(parse.Pair(km, en) for km, en in outcomes),
        takeaway=pair(lesson, "takeaway"),
        findings=tuple(lesson.findings.split()),
        warning=may_pair(lesson, "warning"),
        screens=tuple(screen_of(row) for row in lesson.screens.all()),
        myths=tuple(
            parse.Myth(row.code, pair(row, "myth"), pair(row, "fact"), provenance_of(row))
            for row in lesson.myths.all()
        ),
        handout=handout_of(lesson.handout) if hasattr(lesson, "handout") else None,
        scenario=scenario_of(lesson.scenario),
        checks=tuple(check_of(row) for row in lesson.questions.all()),
    )


def pair(row, name) -> parse.Pair:
    return parse.Pair(getattr(row, f"{name}_km") or "", getattr(row, f"{name}_en") or "")


def may_pair(row, name) -> parse.Pair | None:
    """The pair, or None where nothing is written in either language."""
    found = pair(row, name)
    return found if found.km or found.en else None


def provenance_of(row) -> parse.Provenance:
    plain = parse.Provenance(row.provenance)
    return parse.Provenance(row.provenance, confirm=row.to_confirm and not plain.to_confirm)


def screen_of(row) -> parse.Screen:
    return parse.Screen(
        title=pair(row, "title"),
        text=pair(row, "text"),
        figure=figure_of(row),
        facts=tuple(
            parse.Fact(fact.code, provenance_of(fact), fact.is_sensitive)
            for fact in row.facts.all()
        ),
    )


def figure_of(row) -> parse.Figure | None:
    value = pair(row, "figure_value")
    if not value.km:
        return None
    bars = tuple(
        parse.Bar(pair(bar, "label"), bar.percent, may_pair(bar, "shown")) for bar in row.bars.all()
    )
    dots = parse.Dots(row.dots_marked, row.dots_of) if row.dots_of else None
    return parse.Figure(value, pair(row, "figure_label"), bars, dots)


def handout_of(row) -> parse.Handout:
    columns = list(row.columns.all())
    cells = [[pair(cell, "text") for cell in column.cells.all()] for column in columns]
    return parse.Handout(
        code=row.code,
        title=pair(row, "title"),
        note=pair(row, "note"),
        provenance=provenance_of(row),
        columns=tuple(pair(column, "title") for column in columns),
        rows=tuple(zip(*cells, strict=True)),
        blank_lines=row.blank_lines,
    )


def scenario_of(row) -> parse.Scenario:
    nodes = tuple(
        parse.Node(
            node.code,
            pair(node, "situation"),
            tuple(choice_of(choice) for choice in node.choices.all()),
        )
        for node in row.nodes.all()
    )
    return parse.Scenario(row.code, pair(row, "title"), nodes)


def choice_of(row) -> parse.Choice:
    return parse.Choice(
        row.code,
        pair(row, "text"),
        row.quality,
        row.next.code if row.next else parse.END,
        pair(row, "feedback"),
    )


def check_of(row) -> parse.Check:
    options = list(row.options.all())
    return parse.Check(
        code=row.code,
        question=pair(row, "text"),
        options=tuple(pair(option, "text") for option in options),
        reasons=tuple(pair(option, "reason") for option in options),
        answer=next(option.code for option in options if option.is_right),
        rationale=pair(row, "rationale"),
        provenance=provenance_of(row),
    )


def finding_of(row) -> tables.Finding:
    return tables.Finding(
        row.code,
        row.module.code,
        pair(row, "text"),
        pair(row, "learn"),
        tuple(row.measured.split()),
    )


def term_of(row) -> tables.Term:
    return tables.Term(
        code=row.code,
        group=row.group,
        term=pair(row, "term"),
        also_km=tuple((row.also_km or "").splitlines()),
        also_en=tuple((row.also_en or "").splitlines()),
        status=row.status,
        note=row.note,
        explanation=may_pair(row, "explanation"),
        in_lessons=row.in_lessons,
    )


def type_of(row) -> tables.ServiceType:
    names = ("name", "need", "say", "run_by")
    return tables.ServiceType(row.code, *(pair(row, name) for name in names), provenance_of(row))


def situation_of(row) -> tables.Situation:
    return tables.Situation(
        code=row.code,
        title=pair(row, "title"),
        signs=pair(row, "signs"),
        steps=tuple(pair(step, "text") for step in row.steps.all()),
        never=pair(row, "never"),
        services=tuple(one.type.code for one in row.services.all()),
        lessons=tuple(lesson.code for lesson in row.lessons.all()),
        provenance=provenance_of(row),
    )


def question_of(row) -> tables.HarmQuestion:
    return tables.HarmQuestion(row.code, pair(row, "question"), row.must_be)


def example_of(row) -> tables.Example:
    types = row.types.order_by("position").values_list("code", flat=True)
    return tables.Example(row.code, pair(row, "name"), tuple(types))
