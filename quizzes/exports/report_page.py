"""The report as a file that stands by itself: style and fonts inside, no link leads away."""

from collections.abc import Iterator
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation

from quizzes.exports.style import site_style
from quizzes.models import Release
from quizzes.reports.page import ReportPage


def report_page(
    release: Release, report: dict, pair="", files: dict[str, str] | None = None
) -> str:
    """In the active language. files: of each pair of waves, that beside which this one lies."""
    page = ReportPage(release, report, pair)
    links = [(pair, names, files[pair]) for pair, names in page.pair_links] if files else []
    context = {"release": release, "page": page, "style": site_style(), "links": links}
    return render_to_string("quizzes/report_file.html", context)


def names_of(pairs: list[str]) -> Iterator[tuple[str, str, str]]:
    """(file, language, pair of waves): the first pair in report.html, which is in Khmer."""
    for pair in pairs or [""]:
        for language, part in (("km", ""), ("en", ".en")):
            first = pair == next(iter(pairs), "")
            yield f"report{part}{'' if first else f'.{pair}'}.html", language, pair


def write_report_page(release: Release, report: dict, language: str, pair: str, path: Path) -> None:
    with translation.override(language):
        pairs = ReportPage(release, report).pairs
        files = {other: name for name, code, other in names_of(pairs) if code == language}
        path.write_text(report_page(release, report, pair, files), encoding="utf-8")
