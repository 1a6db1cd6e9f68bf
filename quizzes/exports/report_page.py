"""The report's page as a file of its own: with its style, without links that lead nowhere."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation

from quizzes.exports.style import site_style
from quizzes.models import Release
from quizzes.reports.page import ReportPage

SITE_LINK = re.compile(r'<a [^>]*href="[/?#][^"]*"[^>]*>(.*?)</a>', re.DOTALL)


def names_of(pairs: list[str]) -> Iterator[tuple[str, str, str]]:
    """(file, language, pair of waves): the first pair in report.html, which is in Khmer."""
    for pair in pairs or [""]:
        for language, part in (("km", ""), ("en", ".en")):
            first = pair == next(iter(pairs), "")
            yield f"report{part}{'' if first else f'.{pair}'}.html", language, pair


def page_as_file(release: Release, page: ReportPage, **context) -> str:
    """In the active language. Style and fonts are inside: nothing is fetched."""
    context |= {"release": release, "page": page, "style": site_style()}
    return render_to_string("quizzes/export/report.html", context)


def write_report_page(release: Release, report: dict, language: str, pair: str, path: Path) -> None:
    with translation.override(language):
        page = ReportPage(release, report, pair)
        text = page_as_file(release, page)
    files = {other: name for name, code, other in names_of(page.pairs) if code == language}
    for other, name in files.items():
        text = text.replace(f'href="?waves={other}"', f'href="{name}"')
    path.write_text(SITE_LINK.sub(r"\1", text), encoding="utf-8")
