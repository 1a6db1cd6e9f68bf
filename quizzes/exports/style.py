"""The look of the pages in a bundle: the site's own, with its Khmer font inside."""

import base64
import re
from pathlib import Path

from django.contrib.staticfiles import finders

FONT_RULE = re.compile(r"@font-face\{[^}]*\}")
FONT_FILE = re.compile(r',url\("\.\./(fonts/[^"]*)"\) format\("woff2"\)')


def site_style() -> str:
    """The site's style sheet. A font that is not built is left to the reader's computer."""
    found = Path(finders.find("training/site.css")).read_text(encoding="utf-8")
    return FONT_FILE.sub(font_inside, found)


def font_rules() -> str:
    """Of it only what makes the family "Spean Khmer"."""
    return "\n".join(FONT_RULE.findall(site_style()))


def font_inside(match: re.Match) -> str:
    path = finders.find(match[1])
    if path is None:
        return ""
    coded = base64.b64encode(Path(path).read_bytes()).decode()
    return f',url("data:font/woff2;base64,{coded}") format("woff2")'
