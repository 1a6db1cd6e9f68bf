"""What khmer.lint finds in a pair of texts, as an editor reads it."""

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from training.curriculum.review import is_error
from training.curriculum.words import in_words
from training.khmer import canonical
from training.khmer.lint import INFO, lint_pair


def look_at(km: str, en: str) -> list[dict]:
    """Findings in the Khmer as it would be stored: is_error, mark (a word for it), text."""
    return [
        {
            "is_error": is_error(finding),
            "mark": _("to mend") if is_error(finding) else _("please look"),
            "text": in_words(finding),
        }
        for finding in lint_pair(en, canonical(km))
        if finding.severity != INFO
    ]


def as_list(findings: list[dict]) -> str:
    """The same list that editor.js makes while somebody types."""
    rows = (("error" if one["is_error"] else "look", one["mark"], one["text"]) for one in findings)
    items = format_html_join("", '<li class="{}"><strong>{}</strong> {}</li>', rows)
    return format_html('<ul class="lint">{}</ul>', items) if items else ""
