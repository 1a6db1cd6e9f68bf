"""The evidence map, and that the repository's own content leaves no finding out of it."""

import pytest

from quizzes.actions.instruments import load_instrument
from quizzes.instruments.parse import CONTENT
from quizzes.models import Item
from tests.factories import LessonFactory, ModuleFactory, SourceFactory
from tests.reader import Reader, text
from tests.training.reference import add_finding
from training.actions.curriculum import load_curriculum
from training.models import Finding, Lesson

pytestmark = pytest.mark.django_db

FINDINGS = [f"F{n:02}" for n in range(1, 47)]
SURVEY = """
code: SMALL
version: %(version)s
title: {km: ការស្ទង់មតិខ្លី, en: Small survey}
option_sets:
  agree2:
    - {value: 1, label: {km: មិនយល់ស្រប, en: Disagree}}
    - {value: 2, label: {km: យល់ស្រប, en: Agree}}
scales:
  - {code: view, label: {km: ទស្សនៈ, en: View}, short: {km: ទស្សនៈ, en: View}, min_answered: 0.5}
  - {code: all, label: {km: ពិន្ទុរួម, en: Overall score}, short: {km: រួម, en: All}, of: [view], min_answered: 0.5}
items:
  - {code: A01, kind: attitude, options: agree2, scale: view, findings: [%(finding)s, F02], text: {km: ពាក្យសម្ងាត់, en: Secret words}, short: {km: សម្ងាត់, en: Secret short}}
  - {code: A02, kind: attitude, options: agree2, scale: view, findings: [F01], text: {km: ពីរ, en: Two}, short: {km: ពីរ, en: Two}}
  - {code: B01, kind: behaviour, options: agree2, findings: [F01], text: {km: បី, en: Three}, short: {km: បី, en: Three}}
"""  # noqa: E501


def load(finding="F01", version=1):
    load_instrument(SURVEY % {"finding": finding, "version": version})


def table(client, language="en"):
    """code -> the other cells of its row."""
    page = Reader(client).open(f"/{language}/evidence/")
    body = [row for part in page.main().find_all("tbody") for row in part.find_all("tr")]
    cells = [[cell.text for cell in row.find_all("td")] for row in body]
    return {code: others for code, *others in cells}


def heads(language):
    found, learn, lessons, measured = {
        "en": (
            *("What the study found", "What an officer may learn from it"),
            *("Lessons", "Measured by"),
        ),
        "km": (
            *("អ្វីដែលការសិក្សារកឃើញ", "អ្វីដែលមន្ត្រីអាចរៀនពីចំណុចនេះ"),
            *("មេរៀន", "វាស់ដោយ"),
        ),
    }[language]
    return found, learn, lessons, measured


@pytest.mark.parametrize("language", ["km", "en"])
def test_each_finding_stands_with_its_lessons_and_what_measures_it(client, language):
    module = ModuleFactory()
    add_finding("F01", module=module)
    lesson = LessonFactory(module=module, findings="F01 F09", title_en="Why", title_km="ហេតុអ្វី")
    load()

    found, learn, lessons, measured = heads(language)
    said = {
        "en": ["Found F01.", "Learn F01.", "1.1 Why", "View · A01, A02 Behaviour · B01"],
        "km": [
            *("ខ្មែរ Found F01.", "ខ្មែរ Learn F01.", "១.១ ហេតុអ្វី"),
            "ទស្សនៈ · A01, A02 ការអនុវត្ត · B01",
        ],
    }[language]
    heading = zip((found, learn, lessons, measured), said, strict=True)
    assert table(client, language) == {"F01": [f"{head} {cell}" for head, cell in heading]}
    page = Reader(client).open(f"/{language}/evidence/")
    assert f"/{language}/course/{lesson.code}/" in page.links()


def test_what_nothing_teaches_or_measures_says_so(client):
    add_finding("F01")
    LessonFactory(findings="F01", status=Lesson.Status.DRAFT)

    assert table(client)["F01"][2:] == ["Lessons No lesson yet.", "Measured by No question yet."]


def test_training_itself_is_measured_by_the_overall_score(client):
    add_finding("F14", "ALL")
    load()

    assert table(client)["F14"][3] == "Measured by All"


def test_the_newest_version_of_a_survey_counts(client):
    add_finding("F02")
    add_finding("F03")
    load()
    load("F03", version=2)

    measured = {code: cells[3] for code, cells in table(client).items()}
    assert measured == {"F02": "Measured by View · A01", "F03": "Measured by View · A01"}


def test_findings_stand_by_module_in_their_order(client):
    second, first = ModuleFactory(position=2, code="M2"), ModuleFactory(position=1, code="M1")
    add_finding("F01", module=second)
    add_finding("F02", module=first)
    add_finding("F03", module=second)

    assert list(table(client)) == ["F02", "F01", "F03"]


@pytest.mark.parametrize("language", ["km", "en"])
def test_the_words_of_the_survey_are_not_shown(client, language):
    add_finding("F01")
    load()

    page = text(client.get(f"/{language}/evidence/"))

    assert "A01" in page
    assert not any(words in page for words in ("Secret", "ពាក្យសម្ងាត់", "សម្ងាត់"))


def test_the_study_stands_as_the_source(client):
    SourceFactory(code="P", cite_en="Chheng and others")

    page = text(client.get("/en/evidence/"))

    assert "Chheng and others, 2012" in page
    assert "No finding is loaded yet." in page


@pytest.mark.parametrize("n_rows", [1, 5])
def test_it_costs_the_same_however_many_findings(client, django_assert_num_queries, n_rows):
    load()
    for n in range(n_rows):
        module = ModuleFactory(code=f"M{n}", position=n)
        add_finding(f"F{n:02}", module=module)
        LessonFactory(module=module, findings=f"F{n:02}")

    with django_assert_num_queries(7):
        client.get("/en/evidence/")


def test_every_finding_of_the_study_has_a_lesson():
    load_curriculum()

    taught = {code for lesson in Lesson.objects.all() for code in lesson.findings.split()}
    assert list(Finding.objects.values_list("code", flat=True)) == FINDINGS
    assert [code for code in FINDINGS if code not in taught] == []


def test_every_finding_has_a_question_of_the_survey_where_the_matrix_says_so():
    """F14, that training changes minds, is measured by the overall score."""
    load_curriculum()
    version, _ = load_instrument((CONTENT / "phrs24.yaml").read_text(encoding="utf-8"))

    asked = {code for item in Item.objects.all() for code in item.findings.split()}
    whole = Finding.objects.filter(measured="ALL")
    assert [finding.code for finding in whole] == ["F14"]
    assert [code for code in FINDINGS if code not in asked] == ["F14"]
    assert asked <= set(FINDINGS)
    assert version.scales.filter(parts__isnull=False).exists()


def test_the_text_of_a_lesson_names_only_findings_of_the_study():
    load_curriculum()

    named = {code for lesson in Lesson.objects.all() for code in lesson.findings.split()}
    assert named <= set(FINDINGS)
