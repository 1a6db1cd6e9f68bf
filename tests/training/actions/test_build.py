import os
from gettext import GNUTranslations
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from fontTools.ttLib import TTFont

from training.actions.build import FONT, compile_messages, made_of, make_fonts

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Continue"
msgstr "បន្ត"

#, fuzzy
msgid "Back"
msgstr "ទៅមុខ"
"""


@pytest.fixture
def catalogue(settings, tmp_path):
    path = tmp_path / "km" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO, encoding="utf-8")
    settings.LOCALE_PATHS = [tmp_path]
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return tmp_path_factory.mktemp("built")


@pytest.fixture
def fonts(settings, built):
    """The folder of fonts, made by the first test that asks."""
    settings.BUILT_DIR = built
    make_fonts()
    return built / "fonts"


def messages(path):
    with path.open("rb") as file:
        return GNUTranslations(file)


def test_messages_compile_without_gettext_and_leave_fuzzy_entries_out(catalogue):
    made = catalogue.with_suffix(".mo")

    assert compile_messages() == [made]

    assert messages(made).gettext("Continue") == "បន្ត"
    assert messages(made).gettext("Back") == "Back"
    assert sorted(catalogue.parent.iterdir()) == [made, catalogue]


def test_messages_compile_again_only_after_a_change(catalogue):
    made = compile_messages()

    assert compile_messages() == []

    os.utime(catalogue, (0, made[0].stat().st_mtime + 1))
    assert compile_messages() == made


def test_a_broken_catalogue_is_named_with_its_line(catalogue):
    catalogue.write_text('msgid "Continue"\nmsgstr "ប"ន្ត"\n', encoding="utf-8")

    with pytest.raises(ValueError, match=r"django\.po.*line 2"):
        compile_messages()
    with pytest.raises(CommandError, match=r"django\.po.*line 2"):
        call_command("build")


def test_fonts_are_small_and_their_licence_lies_beside_them(fonts):
    assert sorted(path.name for path in fonts.iterdir()) == [
        "recipe.txt",
        "spean-khmer-400.woff2",
        "spean-khmer-700.woff2",
        "spean-khmer-LICENSE.txt",
    ]
    assert all(path.stat().st_size < 20_000 for path in fonts.glob("*.woff2"))
    assert "SIL OPEN FONT LICENSE" in (fonts / "spean-khmer-LICENSE.txt").read_text()


@pytest.mark.parametrize("weight", [400, 700])
def test_fonts_keep_every_khmer_letter_and_every_shaping_rule(fonts, weight):
    whole, font = TTFont(FONT), TTFont(fonts / f"spean-khmer-{weight}.woff2")
    khmer = {code for code in whole.getBestCmap() if 0x1780 <= code <= 0x17FF}

    assert khmer <= set(font.getBestCmap())
    assert shaping(font) == shaping(whole) & SHAPES_KHMER
    assert font["OS/2"].usWeightClass == weight


# Pre-base, subscript and ligature rules without which Khmer falls apart
SHAPES_KHMER = {"pref", "blwf", "abvf", "pstf", "pres", "psts", "abvs", "blws", "clig", "liga"}


def shaping(font):
    return {row.FeatureTag for row in font["GSUB"].table.FeatureList.FeatureRecord} & SHAPES_KHMER


def test_fonts_are_made_once(fonts):
    before = {path: path.stat().st_mtime_ns for path in fonts.iterdir()}

    assert make_fonts() == []

    assert {path: path.stat().st_mtime_ns for path in fonts.iterdir()} == before


def test_fonts_are_made_anew_from_another_package(fonts):
    (fonts / "recipe.txt").write_text("fontpkg-noto-sans-khmer 1.0")

    assert [path.name for path in make_fonts()] == [
        "spean-khmer-400.woff2",
        "spean-khmer-700.woff2",
    ]
    assert (fonts / "recipe.txt").read_text() == made_of()


def test_the_command_names_what_it_makes_and_is_silent_when_all_is_there(catalogue, fonts):
    first, second = StringIO(), StringIO()

    call_command("build", stdout=first)
    call_command("build", stdout=second)

    assert first.getvalue() == "Made django.mo\n"
    assert second.getvalue() == ""


def test_the_command_collects_static_files_when_asked(catalogue, fonts, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [settings.BUILT_DIR]

    call_command("build", collect=True, stdout=StringIO())

    assert (tmp_path / "static/fonts/spean-khmer-400.woff2").exists()
