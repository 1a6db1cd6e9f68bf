"""What a release holds, opened. The only way in for reports and exports."""

from quizzes.keys import keys_of
from quizzes.models import Release


def place_of(release: Release, part: str) -> str:
    return f"{release.study.code}|release {release.pk}|{part}"


def content_of(release: Release) -> dict:
    """The rows: {"items": [codes], "rows": [{"cohort": pk, "waves": {wave: {"answers": […],
    "language": "km"}}}]}. Raises KeysMissingError.
    """
    return keys_of(release.study).open(release.content, place=place_of(release, "content"))


def report_of(release: Release) -> dict:
    """The numbers, as evaluation_report prints them. Raises KeysMissingError."""
    return keys_of(release.study).open(release.report, place=place_of(release, "report"))
