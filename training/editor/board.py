"""What is missing, old, unread, unsigned or faulty, over the whole course: one row a lesson."""

from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from training.actions.reference import TABLES
from training.curriculum.review import faults, khmer_faults, pairs
from training.curriculum.rows import PARTS, lesson_of
from training.models import (
    Finding,
    HarmAnswer,
    HarmQuestion,
    Lesson,
    LessonVersion,
    ServiceType,
    Situation,
    Term,
)


@dataclass
class Standing:
    """How a lesson or a whole table stands. Counts are of texts, rows, facts or questions."""

    title: str
    url: str
    code: str = ""  # of a lesson
    is_draft: bool = False
    rows: int = 1
    missing_km: int = 0
    missing_en: int = 0
    is_old: bool = False
    is_behind: bool = False
    unreviewed: int = 0
    unsigned: int = 0
    sensitive: int = 0
    harm_open: int = 0
    errors: int = 0
    warnings: int = 0
    edited: int = 0

    def count(self, found, faults_found):
        """Note which texts lack a language, and what speaks against the rest."""
        for _where, pair in found:
            self.missing_km += not pair.km and bool(pair.en)
            self.missing_en += not pair.en and bool(pair.km)
        for fault in faults_found:
            self.errors += fault.is_error
            self.warnings += not fault.is_error


def standing_of_lessons() -> list[Standing]:
    """A row a lesson, in constant queries."""
    newest = LessonVersion.objects.filter(lesson=OuterRef("pk")).order_by("-number")
    lessons = (
        Lesson.objects.select_related("module")
        .prefetch_related(*PARTS)
        .annotate(
            newest=Subquery(newest.values("pk")[:1]), origin=Subquery(newest.values("origin")[:1])
        )
    )
    n_questions, answered = HarmQuestion.objects.count(), answered_as_they_must_be(lessons)
    return [standing_of(row, n_questions - answered.get(row.newest, 0)) for row in lessons]


def answered_as_they_must_be(lessons) -> dict[int, int]:
    """Version -> how many do-no-harm questions have the answer that they must have."""
    right = HarmAnswer.objects.filter(
        version__in=[row.newest for row in lessons], is_yes=F("question__must_be")
    )
    return dict(right.values("version").annotate(n=Count("pk")).values_list("version", "n"))


def standing_of(row: Lesson, harm_open: int) -> Standing:
    parsed = lesson_of(row)
    standing = Standing(
        title=row.title,
        url=reverse("admin:training_lesson_change", args=[row.pk]),
        code=row.code,
        is_draft=row.status == Lesson.Status.DRAFT,
        is_old=row.review_on is not None and row.review_on < timezone.localdate(),
        is_behind=row.khmer_is_behind,
        unreviewed=int(row.khmer_reviewed_on is None),
        unsigned=int(row.is_unsigned),
        sensitive=sum(fact.sensitive for screen in parsed.screens for fact in screen.facts),
        harm_open=harm_open,
        edited=int(row.origin == LessonVersion.Origin.SITE),
    )
    standing.count(pairs(parsed), faults(parsed))
    return standing


def standing_of_tables() -> list[Standing]:
    """A row each for the glossary, situations, types of service and findings."""
    return [
        standing_of_table(table)
        for table in TABLES
        if table.model in (Term, Situation, ServiceType, Finding)
    ]


def standing_of_table(table) -> Standing:
    rows = list(table.rows())
    meta = table.model._meta
    standing = Standing(
        title=meta.verbose_name_plural,
        url=reverse(f"admin:training_{meta.model_name}_changelist"),
        rows=len(rows),
        edited=sum(table.is_edited(row) for row in rows),
    )
    if table.model is not Finding:
        standing.unreviewed = sum(row.khmer_reviewed_on is None for row in rows)
        standing.unsigned = sum(row.is_unsigned for row in rows)
    texts = [("", pair) for row in rows for pair in table.of_row(row).pairs()]
    standing.count(texts, khmer_faults(texts))
    return standing
