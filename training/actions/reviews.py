"""What people say of texts: that the Khmer was read, that a sentence may stand."""

from django.db import transaction

from training.actions.audit import record
from training.actions.reference import TABLES
from training.curriculum import parse, tables
from training.curriculum.rows import lesson_of
from training.models import Lesson

KHMER, SIGN_OFF = "khmer_reviewed", "signed_off"


def text_of(row) -> str:
    """The words of a lesson, term, situation or type of service, as its file would hold them."""
    if isinstance(row, Lesson):
        return parse.dump(lesson_of(row))
    table = next(table for table in TABLES if isinstance(row, table.model))
    return tables.dump_table([table.of_row(row)])


@transaction.atomic
def sign(rows, what, *, name, on, by=None) -> None:
    """Write under each row who reviewed its Khmer, or signed it off, on which day.

    rows: a queryset of lessons, terms, situations or types of service.
    what: KHMER or SIGN_OFF.
    """
    for row in rows:
        record(f"note {what.replace('_', ' ')}", row, by=by)
    values = {f"{what}_by": name, f"{what}_on": on}
    if what == KHMER and rows.model is Lesson:
        values["khmer_is_behind"] = False
    rows.update(**values)
