"""Which items may be compared between two versions of an instrument.

An item of one code is the same where its texts, its answers and the way it counts are the same. Of
another wording an evaluator may say that it asks the same. Nobody can say so of other values or of
another right answer.
"""

from dataclasses import dataclass
from itertools import pairwise

from quizzes.instruments import parse
from quizzes.instruments.compare import count_alike, differences, options_of, wording
from quizzes.instruments.stored import instrument_of
from quizzes.models import InstrumentVersion, Item, ItemEquivalence

SAME, REWORDED, CHANGED = ItemEquivalence.Kind


def not_comparable(first: InstrumentVersion, second: InstrumentVersion) -> set[str]:
    """Codes of items that must not be compared between waves asked in these versions.

    Those of one version only are among them. The order of the two does not matter. What was decided
    of the two themselves wins; otherwise the item must have stayed the same, or reworded at most,
    through every version between.
    """
    if first.pk == second.pk:
        return set()
    if first.instrument_id != second.instrument_id:
        items = Item.objects.filter(version__in=(first, second))
        return set(items.values_list("code", flat=True))
    older, newer = sorted((first, second), key=lambda version: version.number)
    crosswalk = Crosswalk.between(older, newer)
    first, *_between, last = crosswalk.versions
    codes = first.items.keys() | last.items.keys()
    return {code for code in codes if crosswalk.kind(code) == CHANGED}


@dataclass(frozen=True)
class Held:
    """A version with its items by code."""

    number: int
    instrument: parse.Instrument
    items: dict[str, parse.Item]


@dataclass(frozen=True)
class Crosswalk:
    """Two versions and all between, the oldest first.

    decided: (number of the older, of the newer, item code) -> kind.
    """

    versions: list[Held]
    decided: dict[tuple[int, int, str], str]

    @classmethod
    def between(cls, older: InstrumentVersion, newer: InstrumentVersion) -> "Crosswalk":
        """As it stands now: two versions cost as many queries as ten."""
        within = {"instrument": older.instrument_id, "number__range": (older.number, newer.number)}
        versions = InstrumentVersion.objects.filter(**within).with_parts().order_by("number")
        decisions = ItemEquivalence.objects.filter(
            older__version__in=versions.prefetch_related(None).order_by().values("pk"),
            newer__version__in=versions.prefetch_related(None).order_by().values("pk"),
        ).values_list("older__version__number", "newer__version__number", "newer__code", "kind")
        return cls(
            versions=[held(instrument_of(version)) for version in versions],
            decided={(low, high, code): kind for low, high, code, kind in decisions},
        )

    def kind(self, code: str) -> str:
        """Of the first and the last version: same, reworded or changed."""
        first, last = self.versions[0], self.versions[-1]
        direct = self.link(first, last, code)
        if direct != CHANGED or (first.number, last.number, code) in self.decided:
            return direct
        links = [self.link(one, other, code) for one, other in pairwise(self.versions)]
        # Whoever called the item changed anywhere between has said that the chain does not hold.
        said = {kind for (_, _, named), kind in self.decided.items() if named == code}
        is_changed = CHANGED in links or CHANGED in said or not self.can_be_reworded(code)
        return CHANGED if is_changed else REWORDED

    def link(self, one: Held, other: Held, code: str) -> str:
        """Of these two alone: as their texts are, or as an evaluator has decided."""
        if code not in one.items or code not in other.items:
            return CHANGED
        before, after = one.items[code], other.items[code]
        if not count_alike(one.instrument, before, other.instrument, after):
            return CHANGED
        if wording(one.instrument, before) == wording(other.instrument, after):
            return SAME
        return self.decided.get((one.number, other.number, code), CHANGED)

    def can_be_reworded(self, code: str) -> bool:
        """Whether an evaluator may say so of the first and the last version."""
        first, last = self.versions[0], self.versions[-1]
        return (
            code in first.items
            and code in last.items
            and count_alike(first.instrument, first.items[code], last.instrument, last.items[code])
        )


def held(instrument: parse.Instrument) -> Held:
    return Held(instrument.version, instrument, {item.code: item for item in instrument.items})


@dataclass(frozen=True)
class Pairing:
    """An item that differs between two versions, for a page.

    options: of each answer value, the older and the newer one; None where there is none.
    """

    code: str
    older: parse.Item
    newer: parse.Item
    options: list[tuple[parse.Option | None, parse.Option | None]]
    kind: str
    is_decided: bool
    can_be_reworded: bool

    @property
    def kind_label(self):
        return ItemEquivalence.Kind(self.kind).label

    @property
    def options_differ(self) -> bool:
        """Whether a reader must see the answers too, because they or the right one differ."""
        return self.older.right != self.newer.right or any(
            None in (before, after) or before.label != after.label for before, after in self.options
        )


def pairings(crosswalk: Crosswalk) -> list[Pairing]:
    """The items of both versions that differ, in the order of the newer one."""
    first, last = crosswalk.versions[0], crosswalk.versions[-1]
    return [
        Pairing(
            code=code,
            older=first.items[code],
            newer=last.items[code],
            options=side_by_side(first, last, code),
            kind=crosswalk.kind(code),
            is_decided=(first.number, last.number, code) in crosswalk.decided,
            can_be_reworded=crosswalk.can_be_reworded(code),
        )
        for code in differences(first.instrument, last.instrument).shared
    ]


def side_by_side(first: Held, last: Held, code: str):
    before = {one.value: one for one in options_of(first.instrument, first.items[code])}
    after = {one.value: one for one in options_of(last.instrument, last.items[code])}
    values = sorted(before.keys() | after.keys())
    return [(before.get(value), after.get(value)) for value in values]
