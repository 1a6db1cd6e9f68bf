"""Deciding whether an item that reads otherwise still asks the same."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from quizzes.instruments.compare import count_alike, wording
from quizzes.instruments.stored import instrument_of
from quizzes.models import InstrumentVersion, Item, ItemEquivalence, Release, Study
from training.actions.audit import record


class CrosswalkError(Exception):
    """This cannot be decided; the text says why, in the reader's language."""


@transaction.atomic
def decide(
    older: Item, newer: Item, kind: ItemEquivalence.Kind, *, by=None, reason=""
) -> ItemEquivalence:
    """Say that an item was reworded or changed from one version to a later one.

    reason: why it still asks the same; kept in the audit. Raises CrosswalkError.
    """
    # A release takes the same lock: none is asked for while its comparison is decided.
    instrument = older.version.instrument_id
    list(
        Study.objects.select_for_update()
        .filter(pk__in=Study.objects.filter(waves__version__instrument=instrument).values("pk"))
        .order_by("pk")
    )
    # And no draft is loaded anew meanwhile, which makes its items anew.
    versions = InstrumentVersion.objects.filter(pk__in=[older.version_id, newer.version_id])
    list(versions.select_for_update().order_by("pk"))
    if Item.objects.filter(pk__in=[older.pk, newer.pk]).count() < 2:
        raise CrosswalkError(_("This draft was replaced meanwhile. Please read it again."))
    check(older, newer, kind, reason)
    row, _is_new = ItemEquivalence.objects.update_or_create(
        older=older,
        newer=newer,
        defaults={"kind": kind, "decided_by": by, "decided_on": timezone.localdate()},
    )
    record(f"decide item was {kind}", row, by=by, reason=reason)
    return row


def check(older: Item, newer: Item, kind: str, reason: str) -> None:
    if (
        older.version.instrument_id != newer.version.instrument_id
        or older.version.number >= newer.version.number
        or older.code != newer.code
    ):
        raise CrosswalkError(
            _("An item is compared with the item of the same code in a later version.")
        )
    if kind not in (ItemEquivalence.Kind.REWORDED, ItemEquivalence.Kind.CHANGED):
        raise CrosswalkError(_("Please choose “reworded” or “changed”."))
    if is_released(older.version, newer.version):
        raise CrosswalkError(
            _(
                "A release holds waves of both versions and was made with what is decided now: "
                "it cannot be changed any more."
            )
        )
    before, after = (version_parts(item) for item in (older, newer))
    counts_alike = count_alike(*before, *after)
    if counts_alike and wording(*before) == wording(*after):
        raise CrosswalkError(_("Nothing differs in this item: it is the same."))
    if kind == ItemEquivalence.Kind.CHANGED:
        return
    if not counts_alike:
        raise CrosswalkError(
            _(
                "The answers of this item have other values or count otherwise: its numbers "
                "cannot be compared, however it is worded."
            )
        )
    if not reason.strip():
        raise CrosswalkError(_("Please write why the item still asks the same."))


def version_parts(item: Item):
    """The instrument as it stood in this version, and the item in it."""
    version = InstrumentVersion.objects.with_parts().get(pk=item.version_id)
    instrument = instrument_of(version)
    return instrument, next(one for one in instrument.items if one.code == item.code)


def is_released(older: InstrumentVersion, newer: InstrumentVersion) -> bool:
    """Whether a release compares across the step from one version to the other."""
    waves = {"cohort_waves__wave__version__instrument": older.instrument_id}
    number = "cohort_waves__wave__version__number"
    return (
        Release.objects.filter(**waves, **{f"{number}__lte": older.number})
        .filter(**waves, **{f"{number}__gte": newer.number})
        .exists()
    )
