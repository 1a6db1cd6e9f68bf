"""Both languages everywhere: the interface's catalogue, the course, the survey."""

import ast
import re
from datetime import UTC, date, datetime
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.utils import formats, translation
from django.utils.translation import gettext
from django.utils.translation.template import templatize
from modeltranslation.translator import translator

from quizzes.actions.instruments import load_instrument
from quizzes.instruments.parse import CONTENT
from training.actions.curriculum import load_curriculum
from training.khmer.lint import ERROR, lint_pair
from training.templatetags.spean import day

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "locale" / "km" / "LC_MESSAGES" / "django.po"
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}
IN_TEMPLATE = re.compile(r"gettext\(u('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|<[^>]+>")


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(CATALOGUE))


def texts_of_code():
    for folder in ("config", "training", "quizzes"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in CALLS
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                    and isinstance(node.args[0].value, str)
                ):
                    yield node.args[0].value


def texts_of_templates():
    for path in (ROOT / "templates").rglob("*.html"):
        for text in IN_TEMPLATE.findall(templatize(path.read_text())):
            yield ast.literal_eval(text)


def test_every_text_of_the_interface_is_in_the_catalogue(catalogue):
    known = {entry.msgid for entry in catalogue}
    found = {*texts_of_code(), *texts_of_templates()}

    assert len(found) > 500
    assert found - known == set()
    assert known - found == set()  # and nothing that no page says any more


def khmer(entry):
    return entry.msgstr or entry.msgstr_plural.get(0, "")


def test_every_entry_has_its_khmer(catalogue):
    assert [entry.msgid for entry in catalogue if entry.fuzzy or not khmer(entry)] == []


def test_placeholders_and_tags_are_the_same_in_khmer(catalogue):
    differing = [
        entry.msgid
        for entry in catalogue
        if set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)) - {"%%"}
        != set(PLACEHOLDER.findall(khmer(entry))) - {"%%"}
    ]
    assert differing == []


def test_the_interface_s_khmer_has_no_typing_fault(catalogue):
    faults = [
        (entry.msgid, finding)
        for entry in catalogue
        for finding in lint_pair(entry.msgid_plural or entry.msgid, khmer(entry))
        if finding.severity == ERROR
    ]
    assert faults == []


def rows_in_two_languages():
    for model in translator.get_registered_models(abstract=False):
        if model._meta.app_label not in ("training", "quizzes"):
            continue
        names = translator.get_options_for_model(model).fields
        for row in apps.get_model(model._meta.label).objects.all():
            for name in names:
                yield row, name, getattr(row, f"{name}_km"), getattr(row, f"{name}_en")


def test_course_and_survey_stand_in_both_languages_without_a_typing_fault(db):
    load_curriculum()
    load_instrument((CONTENT / "phrs24.yaml").read_text(encoding="utf-8"))

    rows = list(rows_in_two_languages())

    assert len(rows) > 400
    lacking = [
        (repr(row), name)
        for row, name, km, en in rows
        if bool(km) != bool(en) and name != "also"  # a second word that one language has
    ]
    assert lacking == []
    faults = [
        (repr(row), name, finding)
        for row, name, km, en in rows
        if km and name != "also"
        for finding in lint_pair(en, km)
        if finding.severity == ERROR
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("english", "khmer_text"), [("Yes", "បាទ/ចាស"), ("No", "ទេ"), ("March", "មីនា")]
)
def test_our_khmer_wins_over_django_s(english, khmer_text):
    with translation.override("km"):
        assert gettext(english) == khmer_text


def test_dates_are_written_as_the_guide_says():
    written = date(2026, 11, 23)
    with translation.override("km"):
        assert day(written) == "ថ្ងៃទី២៣ ខែវិច្ឆិកា ឆ្នាំ២០២៦"
        assert day(written, "SHORT_DATE_FORMAT") == "២៣/១១/២០២៦"
        assert formats.number_format(1234567.5, 1, force_grouping=True) == "1.234.567,5"
    with translation.override("en"):
        assert day(written) == "23 November 2026"


def test_a_time_is_of_its_day_in_cambodia():
    late = datetime(2026, 11, 23, 20, tzinfo=UTC)
    with translation.override("en"):
        assert day(late) == "24 November 2026"
