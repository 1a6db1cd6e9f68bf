"""The tables beside the lessons: findings, glossary, service types, situations, questions.

A row that was edited in the site no longer has the digest of its loading; it is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models, transaction

from training.actions.audit import record
from training.actions.search import index_situation, index_term, index_type
from training.actions.texts import digest_of, texts, with_provenance
from training.curriculum import parse, rows, tables
from training.models import (
    Finding,
    HarmQuestion,
    Lesson,
    Module,
    Service,
    ServiceType,
    Situation,
    SituationService,
    SituationStep,
    Term,
)

EXAMPLES = "services.yaml"
UNREVIEWED = {
    "signed_off_by": "",
    "signed_off_on": None,
    "khmer_reviewed_by": "",
    "khmer_reviewed_on": None,
}


@dataclass(frozen=True)
class Table:
    """One content file: how its rows are written and read back from the database."""

    file: str
    model: type[models.Model]
    write: Callable
    of_row: Callable
    parts: tuple[str, ...] = ()  # what `of_row` reads beside the row, for prefetching

    def rows(self):
        return self.model.objects.prefetch_related(*self.parts)

    def load(self, found: list, loaded, *, overwrite: bool) -> None:
        """Write the file's rows; say in `loaded` what became of each."""
        for position, parsed in enumerate(found, 1):
            row = self.model.objects.filter(code=parsed.code).first() or self.model()
            kept = row.pk and self.is_edited(row) and not overwrite
            digest = digest_of(tables.dump_table([parsed]))
            if row.position != position or not (kept or row.digest == digest):
                row.code, row.position = parsed.code, position
                if kept:
                    row.save(update_fields=["position"])
                else:
                    self.write(row, parsed)
                    self.model.objects.filter(pk=row.pk).update(digest=digest)
                    loaded.written.append(parsed.code)
                    continue
            (loaded.kept if kept else loaded.unchanged).append(parsed.code)

    def is_edited(self, row) -> bool:
        return row.digest != digest_of(tables.dump_table([self.of_row(row)]))

    def dump(self) -> str:
        return tables.dump_table([self.of_row(row) for row in self.rows()])


def fill(row, **values) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def write_finding(row: Finding, parsed: tables.Finding) -> None:
    fill(
        row,
        module=Module.objects.get(code=parsed.module),
        measured=" ".join(parsed.measured),
        **texts(text=parsed.text, learn=parsed.learn),
    )
    row.save()


def write_term(row: Term, parsed: tables.Term) -> None:
    fill(
        row,
        group=parsed.group,
        status=parsed.status,
        note=parsed.note,
        in_lessons=parsed.in_lessons,
        needs_sign_off=parsed.explanation is not None,
        **texts(
            term=parsed.term,
            also=parse.Pair("\n".join(parsed.also_km), "\n".join(parsed.also_en)),
            explanation=parsed.explanation,
        ),
        **UNREVIEWED,
    )
    row.save()


def write_type(row: ServiceType, parsed: tables.ServiceType) -> None:
    fill(
        row,
        needs_sign_off=parsed.provenance.to_confirm,
        **texts(name=parsed.name, need=parsed.need, say=parsed.say, run_by=parsed.run_by),
        **UNREVIEWED,
    )
    with_provenance(row, parsed.provenance)


def write_situation(row: Situation, parsed: tables.Situation) -> None:
    fill(
        row,
        needs_sign_off=parsed.provenance.to_confirm,
        **texts(title=parsed.title, signs=parsed.signs, never=parsed.never),
        **UNREVIEWED,
    )
    with_provenance(row, parsed.provenance)
    row.lessons.set(by_code(Lesson, parsed.lessons))
    row.steps.all().delete()
    for place, step in enumerate(parsed.steps, 1):
        SituationStep.objects.create(situation=row, position=place, **texts(text=step))
    row.services.all().delete()
    for place, kind in enumerate(by_code(ServiceType, parsed.services), 1):
        SituationService.objects.create(situation=row, position=place, type=kind)


def by_code(model, codes) -> list:
    """Rows by their codes, in that order."""
    found = {row.code: row for row in model.objects.filter(code__in=codes)}
    return [found[code] for code in codes]


def write_question(row: HarmQuestion, parsed: tables.HarmQuestion) -> None:
    fill(row, must_be=parsed.must_be, **texts(question=parsed.question))
    row.save()


TABLES = [
    Table("findings.yaml", Finding, write_finding, rows.finding_of, parts=("module",)),
    Table("glossary.yaml", Term, write_term, rows.term_of),
    Table("service_types.yaml", ServiceType, write_type, rows.type_of),
    Table(
        "situations.yaml",
        Situation,
        write_situation,
        rows.situation_of,
        parts=("steps", "services__type", "lessons"),
    ),
    Table("do_no_harm.yaml", HarmQuestion, write_question, rows.question_of),
]


INDEX = {Term: index_term, Situation: index_situation, ServiceType: index_type}


@transaction.atomic
def publish_row(row, *, by=None, keeps=()) -> None:
    """Note that a term, situation or type of service has new words.

    They lose their Khmer review and their sign-off, unless `keeps` names them ("review",
    "sign_off"); an explanation, or a sentence to confirm, asks for one.
    """
    lost = {
        name: value
        for name, value in UNREVIEWED.items()
        if ("review" if name.startswith("khmer") else "sign_off") not in keeps
    }
    fill(row, needs_sign_off=asks_sign_off(row), **lost)
    row.save(update_fields=["needs_sign_off", *lost])
    INDEX[type(row)](row)
    record("change words", row, by=by)


def asks_sign_off(row) -> bool:
    return bool(row.explanation_km) if isinstance(row, Term) else row.to_confirm


def load_examples(found: list[tables.Example]) -> None:
    """The example entries of the directory. They are the file's: nobody edits them in the site."""
    for parsed in found:
        row, _ = Service.objects.update_or_create(
            code=parsed.code,
            defaults={"is_example": True, "voluntary": "yes", **texts(name=parsed.name)},
        )
        row.types.set(by_code(ServiceType, parsed.types))


def dump_examples() -> str:
    return tables.dump_table(
        rows.example_of(row) for row in Service.objects.examples().order_by("pk")
    )
