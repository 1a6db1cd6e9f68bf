"""A lesson's rows as the dataclasses of parse.py: what the site would write into its file."""

from training.curriculum import parse
from training.models import Lesson


def lesson_of(lesson: Lesson) -> parse.Lesson:
    """The lesson as it stands in the database."""
    outcomes = zip(lesson.outcomes_km.splitlines(), lesson.outcomes_en.splitlines(), strict=True)
    return parse.Lesson(
        code=lesson.code,
        module=lesson.module.code,
        minutes=lesson.minutes,
        title=pair(lesson, "title"),
        outcomes=tuple(parse.Pair(km, en) for km, en in outcomes),
        takeaway=pair(lesson, "takeaway"),
        findings=tuple(lesson.findings.split()),
        screens=tuple(screen_of(row) for row in lesson.screens.all()),
        myths=tuple(
            parse.Myth(row.code, pair(row, "myth"), pair(row, "fact"), provenance_of(row))
            for row in lesson.myths.all()
        ),
        scenario=scenario_of(lesson.scenario),
        checks=tuple(check_of(row) for row in lesson.questions.all()),
    )


def pair(row, name) -> parse.Pair:
    return parse.Pair(getattr(row, f"{name}_km") or "", getattr(row, f"{name}_en") or "")


def provenance_of(row) -> parse.Provenance:
    plain = parse.Provenance(row.provenance)
    return parse.Provenance(row.provenance, confirm=row.to_confirm and not plain.to_confirm)


def screen_of(row) -> parse.Screen:
    return parse.Screen(
        title=pair(row, "title"),
        text=pair(row, "text"),
        figure=figure_of(row),
        facts=tuple(parse.Fact(fact.code, provenance_of(fact)) for fact in row.facts.all()),
    )


def figure_of(row) -> parse.Figure | None:
    value = pair(row, "figure_value")
    if not value.km:
        return None
    bars = tuple(parse.Bar(pair(bar, "label"), bar.percent) for bar in row.bars.all())
    return parse.Figure(value, pair(row, "figure_label"), bars)


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
        answer=next(option.code for option in options if option.is_right),
        rationale=pair(row, "rationale"),
        provenance=provenance_of(row),
    )
