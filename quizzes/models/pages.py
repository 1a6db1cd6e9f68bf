"""What a wave asks, and on which page."""

from functools import lru_cache
from itertools import groupby

from django.conf import settings

from quizzes.models.instruments import InstrumentVersion, Item

ITEMS_A_PAGE = 4


def items_of(version: InstrumentVersion, wave: str) -> list[Item]:
    """The items that belong to this wave in their order, asked now or not."""
    return [item for item in version.items.all() if item.belongs_to(wave)]


def asked_items(version: InstrumentVersion, wave: str) -> list[Item]:
    """The items of this wave in their order, with options.

    In production an item that must be confirmed is left out until somebody signed the version off.
    """
    is_signed_off = bool(version.signed_off_on) or not settings.PRODUCTION
    return list(_asked_items(version.pk, version.digest, wave, is_signed_off))


@lru_cache(maxsize=64)
def _asked_items(version_id, digest, wave, is_signed_off) -> tuple[Item, ...]:
    """Kept in the process: the digest in the key changes with the wording."""
    items = Item.objects.filter(version=version_id).prefetch_related("option_set__options")
    return tuple(
        item for item in items if item.belongs_to(wave) and (is_signed_off or not item.to_confirm)
    )


def pages_of(version: InstrumentVersion, wave: str) -> list[list[Item]]:
    """The items of a wave as pages of three to five, a new page where the kind changes."""
    pages = []
    for _, group in groupby(asked_items(version, wave), key=lambda item: item.kind):
        items = list(group)
        count = max(1, round(len(items) / ITEMS_A_PAGE))
        pages += [
            items[n * len(items) // count : (n + 1) * len(items) // count] for n in range(count)
        ]
    return pages
