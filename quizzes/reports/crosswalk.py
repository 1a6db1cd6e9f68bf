"""Which items may be compared between two versions of an instrument."""

from quizzes.models import InstrumentVersion


def not_comparable(first: InstrumentVersion, second: InstrumentVersion) -> set[str]:
    """Codes of the items that must not be compared between two waves asked in these versions."""
    if first == second:
        return set()
    return {item.code for version in (first, second) for item in version.items.all()}
