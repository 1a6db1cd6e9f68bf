"""Two wordings side by side: what is the same, what reads otherwise, what counts otherwise."""

from dataclasses import dataclass, replace

from quizzes.instruments.parse import Instrument, Item, Option


@dataclass(frozen=True)
class Differences:
    """Item codes, in the order of the second; those that left in the order of the first.

    worded: another text or other answers to read; counted: other values, another right answer or
    another way to count, so that numbers of the two are never set against each other.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    worded: tuple[str, ...]
    counted: tuple[str, ...]

    @property
    def shared(self) -> tuple[str, ...]:
        """Those that are in both and differ, in either way."""
        return tuple(dict.fromkeys((*self.worded, *self.counted)))


def differences(first: Instrument, second: Instrument) -> Differences:
    """What of the items that officers see and that reports count has changed."""
    before = {item.code: item for item in first.items}
    after = {item.code: item for item in second.items}
    both = [code for code in after if code in before]
    return Differences(
        added=tuple(code for code in after if code not in before),
        removed=tuple(code for code in before if code not in after),
        worded=tuple(
            code for code in both if wording(first, before[code]) != wording(second, after[code])
        ),
        counted=tuple(
            code for code in both if not count_alike(first, before[code], second, after[code])
        ),
    )


def options_of(instrument: Instrument, item: Item) -> tuple[Option, ...]:
    return instrument.option_sets.get(item.options, ())


def wording(instrument: Instrument, item: Item) -> tuple:
    """What officers read: the text and the answers, in both languages."""
    return item.text, [option.label for option in options_of(instrument, item)]


def count_alike(first: Instrument, one: Item, second: Instrument, other: Item) -> bool:
    """Whether an answer counts the same. Scales that only one version has do not matter."""
    shared = set(one.scales) & set(other.scales)
    return counting(first, one) == counting(second, other) and (
        shared & set(one.reversed_in) == shared & set(other.reversed_in)
    )


def counting(instrument: Instrument, item: Item) -> tuple:
    values = [option.value for option in options_of(instrument, item)]
    return item.kind, item.type, values, item.low, item.high, item.right, sorted(item.apart)


def same_content(first: Instrument, second: Instrument) -> bool:
    """Whether the two are one version: nothing differs but the order of what has none."""
    return in_order(first) == in_order(second)


def in_order(instrument: Instrument) -> Instrument:
    """The title is the instrument's, not the version's."""
    places = {scale.code: place for place, scale in enumerate(instrument.scales)}

    def ordered(codes):
        return tuple(sorted(codes, key=lambda code: places[code]))

    return replace(
        instrument,
        title=None,
        items=tuple(
            replace(item, scales=ordered(item.scales), reversed_in=ordered(item.reversed_in))
            for item in instrument.items
        ),
        scales=tuple(replace(scale, of=ordered(scale.of)) for scale in instrument.scales),
    )
