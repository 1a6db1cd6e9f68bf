"""Pages in a bundle look the same where no Khmer font is installed."""

import base64
import re

import pytest

from quizzes.exports.style import font_rules, site_style


@pytest.fixture
def fonts(settings, tmp_path):
    (tmp_path / "fonts").mkdir()
    settings.STATICFILES_DIRS = [tmp_path]
    return tmp_path / "fonts"


def test_the_fonts_are_inside_the_style(fonts):
    (fonts / "spean-khmer-400.woff2").write_bytes(b"regular")

    rules = font_rules()

    coded = re.findall(r'url\("data:font/woff2;base64,([^"]*)"\)', rules)
    assert [base64.b64decode(one) for one in coded] == [b"regular"]
    assert rules.count("@font-face") == 2
    assert "Noto Sans Khmer Bold" in rules


def test_the_style_loads_nothing(fonts):
    assert "url(" not in site_style()
    assert "--way" in site_style()
