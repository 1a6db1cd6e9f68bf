"""A course of two small modules, in files as the real one."""

import pytest
import yaml

from training.actions.curriculum import load_curriculum
from training.curriculum.parse import dump_rows
from training.models import Lesson

MODULES = """
- {code: M1, title: {km: ម៉ូឌុលមួយ, en: One}, summary: {km: ខ្លី, en: Short}}
- {code: M2, title: {km: ម៉ូឌុលពីរ, en: Two}, summary: {km: ខ្លី, en: Short}}
"""
SOURCES = """
- {code: S01, cite: {km: ប្រភព, en: A source}, year: 2018, url: https://example.org}
- {code: P, cite: {km: ការសិក្សា, en: The study}, year: 2012, url: ""}
"""
LESSON = """
code: %(code)s
module: %(module)s
minutes: 5
title: {km: មេរៀន %(code)s, en: Lesson %(code)s}
outcomes: [{km: លទ្ធផល, en: An outcome}]
takeaway: {km: ចងចាំ, en: Remember}
findings: [F01]
screens:
  - title: {km: ទំព័រ, en: Screen}
    text: {km: "អត្ថបទ **ក**", en: "Text **b** <script>x</script>"}
    facts: [{code: FA-%(code)s, provenance: %(provenance)s}]
myths: []
scenario:
  code: SC-%(code)s
  title: {km: ស្ថានភាព, en: Situation}
  nodes:
    - code: N1
      situation: {km: អ្វី, en: What}
      choices:
        - {code: A, text: {km: ក, en: a}, quality: best, next: END, feedback: {km: ល្អ, en: good}}
        - {code: B, text: {km: ខ, en: b}, quality: partial, next: N2, feedback: {km: ខ, en: so}}
    - code: N2
      situation: {km: អ្វីទៀត, en: What now}
      choices:
        - {code: A, text: {km: ក, en: a}, quality: best, next: END, feedback: {km: ល្អ, en: good}}
        - {code: B, text: {km: ខ, en: b}, quality: harmful, next: END, feedback: {km: អន់, en: bad}}
checks:
  - code: KC-%(code)s
    question: {km: សំណួរ, en: Question}
    options: [{km: ក, en: a}, {km: ខ, en: b}]
    reasons: [{km: មិនមែន, en: Not so}, {km: មែន, en: So}]
    answer: B
    rationale: {km: ហេតុ, en: Because}
    provenance: S01
"""


def lesson_text(code, provenance="S01"):
    return LESSON % {"code": code, "module": code[:2], "provenance": provenance}


@pytest.fixture
def files(tmp_path):
    """A folder of course files: M1L1, M1L2, M2L1."""
    folder = tmp_path / "course"
    (folder / "m1").mkdir(parents=True)
    (folder / "m2").mkdir()
    (folder / "modules.yaml").write_text(MODULES)
    (folder / "sources.yaml").write_text(SOURCES)
    for code in ("M1L1", "M1L2", "M2L1"):
        (folder / code[:2].lower() / f"{code.lower()}.yaml").write_text(lesson_text(code))
    return folder


@pytest.fixture
def course(db, files):
    load_curriculum(files)


def whole_lesson_text(code):
    """A lesson that may be published: four screens, a myth, a handout, two questions."""
    data = yaml.safe_load(lesson_text(code))
    data["screens"] = [
        {
            "title": {"km": f"ទំព័រ {place}", "en": f"Screen {place}"},
            "text": {"km": "មួយ\n\nពីរ **ក**", "en": "One\n\nTwo **b**"},
            "figure": {
                "value": {"km": "៧%", "en": "7%"},
                "label": {"km": "ចែក ៧", "en": "share 7"},
                "bars": [{"label": {"km": "ក", "en": "a"}, "percent": 7.0}],
                "dots": {"marked": 1, "of": 7},
            },
            "facts": [{"code": f"FA-{code}{place}", "provenance": "S01"}],
        }
        for place in range(1, 5)
    ]
    text = {"km": "ពាក្យ", "en": "Words"}
    data["myths"] = [{"code": f"MY-{code}", "myth": text, "fact": text, "provenance": "S01"}]
    data["handout"] = {
        "code": f"card-{code}".lower(),
        "title": text,
        "note": text,
        "provenance": "S01",
        "columns": [text, text],
        "rows": [[text, text], [text, text]],
        "blank_lines": 1,
    }
    data["checks"] = [{**data["checks"][0], "code": f"KC-{n}{code}"} for n in (1, 2)]
    return dump_rows(data)


@pytest.fixture
def whole(db, files):
    """M1L1, fit to be published."""
    (files / "m1" / "m1l1.yaml").write_text(whole_lesson_text("M1L1"))
    load_curriculum(files)
    return Lesson.objects.get(code="M1L1")
