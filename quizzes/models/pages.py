"""What a wave asks, and on which page."""

from functools import lru_cache
from itertools import groupby

from django.conf import settings

from quizzes.models.instruments import InstrumentVersion, Item

ITEMS_A_PAGE = 4


def items_of(version: InstrumentVersion, wave: str) -> list[Item]:
    """The items that belong to this wave in their order, with options, asked now or not."""
    return [item for item in _items(version.pk, version.digest) if item.belongs_to(wave)]


@lru_cache(maxsize=32)
def _items(version_id, digest) -> tuple[Item, ...]:
    """Kept in the process: the digest in the key changes with the wording."""
    items = Item.objects.filter(version=version_id)
    return tuple(items.prefetch_related("option_set__options"))


def asked_items(version: InstrumentVersion, wave: str) -> list[Item]:
    """The items that somebody who begins this wave now is asked.

    In production an item that must be confirmed is left out until somebody signed the version off.
    """
    is_signed_off = bool(version.signed_off_on) or not settings.PRODUCTION
    return [item for item in items_of(version, wave) if is_signed_off or not item.to_confirm]


def pages_of(items: list[Item]) -> list[list[Item]]:
    """Items as pages of three to five, a new page where the kind changes."""
    pages = []
    for _, group in groupby(items, key=lambda item: item.kind):
        items = list(group)
        count = max(1, round(len(items) / ITEMS_A_PAGE))
        pages += [
            items[n * len(items) // count : (n + 1) * len(items) // count] for n in range(count)
        ]
    return pages
