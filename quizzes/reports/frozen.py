"""What a release holds, opened. Light: a web process may import it."""

from quizzes.keys import keys_of
from quizzes.models import Release


def place_of(release: Release, part: str) -> str:
    return f"{release.study.code}|release {release.pk}|{part}"


def report_of(release: Release) -> dict:
    """The numbers, as evaluation_report prints them. Raises KeysMissingError."""
    return _opened(release)["report"]


def sizes_of(release: Release) -> dict[str, dict[int, int]]:
    """Scale -> cohort -> how many of it have a score at both of the first two waves.

    Never shown: small numbers among it. Empty of a release that an earlier Spean built. Raises
    KeysMissingError.
    """
    found = _opened(release)["sizes"]
    return {scale: {int(pk): n for pk, n in sizes.items()} for scale, sizes in found.items()}


def seal_report(keys, release: Release, report: dict, sizes: dict) -> bytes:
    opened = {"report": report, "sizes": sizes}
    return keys.seal(opened, place=place_of(release, "report"))


def _opened(release: Release) -> dict:
    found = keys_of(release.study).open(release.report, place=place_of(release, "report"))
    return found if "sizes" in found else {"report": found, "sizes": {}}
