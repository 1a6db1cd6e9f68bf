"""How an item counts in a scale, and between which ends a scale lies."""

from dataclasses import dataclass

from quizzes.models import Item, Scale


@dataclass(frozen=True)
class Key:
    """How one item counts in its scale: its place in the array, its bounds, its keying.

    right: the right answer of a knowledge item, which then counts 1 or 0. apart: values that are
    no number.
    """

    position: int
    code: str
    low: float
    high: float
    is_reversed: bool
    right: int | None
    apart: frozenset[int]


def key_of(item: Item, *, is_reversed=False) -> Key:
    low, high = bounds_of_item(item)
    apart = frozenset(item.apart)
    return Key(item.position, item.code, low, high, is_reversed, item.right, apart)


def keys_of_scale(scale: Scale) -> list[Key]:
    return [key_of(link.item, is_reversed=link.is_reversed) for link in scale.scale_items.all()]


def bounds_of_item(item: Item) -> tuple[float, float]:
    """The lowest and highest value that counts as a number; a knowledge item is right or wrong."""
    if item.right is not None:
        return 0, 1
    if item.option_set_id is None:
        return item.low, item.high
    values = [option.value for option in item.options if option.value not in item.apart]
    return min(values), max(values)


def bounds_of(scale: Scale) -> tuple[float, float]:
    """The lowest and highest possible score, in scale points."""
    if parts := scale.parts.all():
        ends = [bounds_of(part) for part in parts]
        return tuple(sum(values) / len(values) for values in zip(*ends, strict=True))
    keys = keys_of_scale(scale)
    times = len(keys) if scale.method == Scale.Method.SUM else 1
    low, high = (sum(getattr(key, end) for key in keys) / len(keys) for end in ("low", "high"))
    return times * low, times * high
