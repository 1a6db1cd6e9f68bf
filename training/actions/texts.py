"""What every loaded text needs: its two columns, its HTML, its sources, its digest."""

import hashlib

import nh3
from markdown_it import MarkdownIt

from training.curriculum.parse import Provenance
from training.khmer import canonical
from training.models import Source

MARKDOWN = MarkdownIt("commonmark", {"html": False})
TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "br"}


def html(markdown: str) -> str:
    """Markdown as clean HTML: paragraphs, lists, bold, links; nothing else gets through."""
    return nh3.clean(MARKDOWN.render(markdown), tags=TAGS, attributes={"a": {"href"}})


def texts(**pairs) -> dict[str, str]:
    """Pairs as the columns of both languages, the Khmer in its stored form. None: empty."""
    return {
        f"{name}_{language}": canonical(getattr(pair, language)) if pair else ""
        for name, pair in pairs.items()
        for language in ("km", "en")
    }


def with_provenance(row, provenance: Provenance):
    """Save the row with where it comes from."""
    row.provenance, row.to_confirm = provenance.text, provenance.to_confirm
    row.save()
    row.sources.set(Source.objects.filter(code__in=provenance.sources))
    return row


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
