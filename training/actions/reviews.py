"""What people say of texts: that the Khmer was read, that a sentence may stand."""

from django.db import transaction

from training.actions.audit import record
from training.models import Lesson

KHMER, SIGN_OFF = "khmer_reviewed", "signed_off"


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
