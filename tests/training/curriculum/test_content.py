"""The repository's content, whole: what the plan of the course promises is there, without fault."""

import re

import pytest
from django.utils import translation

from tests.training.conftest import lesson_text
from training.curriculum.course import grounds, read_course, table_faults
from training.curriculum.parse import CONTENT, LessonError, dump, parse_lesson
from training.curriculum.review import faults

LESSONS = {"M1": 4, "M2": 3, "M3": 5, "M4": 4, "M5": 5, "M6": 4}
FACTS = {"M1": 21, "M2": 15, "M3": 29, "M4": 21, "M5": 25, "M6": 14}
MYTHS = {"M1": 5, "M2": 4, "M3": 6, "M4": 5, "M5": 6, "M6": 4}
HANDOUTS = {
    "M4L4": "commander-sheet",
    "M5L2": "referral-card",
    "M6L2": "complaint-sheet",
    "M6L4": "meeting-agenda",
}
SENSITIVE = {"FA-121", "FA-418", "FA-420", "FA-508", "FA-509", "FA-515"}


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def course():
    return read_course(CONTENT)


def per_module(course, codes_of):
    found = {module.code: set() for module in course.modules}
    for lesson in course.lessons:
        found[lesson.module] |= set(codes_of(lesson))
    return found


def facts(lesson):
    return [fact for screen in lesson.screens for fact in screen.facts]


def test_every_lesson_of_the_plan_is_there(course):
    assert [lesson.code for lesson in course.lessons] == [
        f"{module}L{n}" for module, count in LESSONS.items() for n in range(1, count + 1)
    ]


def test_every_fact_and_myth_of_the_plan_is_there(course):
    of_facts = per_module(course, lambda lesson: (fact.code for fact in facts(lesson)))
    of_myths = per_module(course, lambda lesson: (myth.code for myth in lesson.myths))

    for module, count in FACTS.items():
        plan = {f"FA-{module[1]}{n:02}" for n in range(1, count + 1)}
        assert plan <= of_facts[module], plan - of_facts[module]
    assert of_myths == {
        module: {f"MY-{module[1]}{n:02}" for n in range(1, count + 1)}
        for module, count in MYTHS.items()
    }


def test_every_scenario_and_check_of_the_plan_is_there(course):
    scenarios = per_module(course, lambda lesson: [lesson.scenario.code])
    checks = per_module(course, lambda lesson: (check.code for check in lesson.checks))

    for module, count in LESSONS.items():
        assert scenarios[module] == {f"SC-{module[1]}{n:02}" for n in range(1, count + 1)}
        assert checks[module] == {f"KC-{module[1]}{n:02}" for n in range(1, 2 * count + 1)}


def test_cards_and_sheets_and_what_the_owner_decides_are_there(course):
    handouts = {one.code: one.handout.code for one in course.lessons if one.handout}
    sensitive = {fact.code for lesson in course.lessons for fact in facts(lesson) if fact.sensitive}

    assert handouts == HANDOUTS
    assert sensitive == SENSITIVE
    assert len(next(one for one in course.lessons if one.code == "M5L2").handout.rows) == 6
    assert [module.code for module in course.modules if module.notice] == ["M4"]


def test_tables_beside_the_lessons_are_whole(course):
    sizes = {file: len(rows) for file, rows in course.rows.items()}
    assert sizes == {
        "findings.yaml": 46,
        "glossary.yaml": 223,
        "service_types.yaml": 18,
        "situations.yaml": 8,
        "services.yaml": 6,
        "do_no_harm.yaml": 11,
    }


def test_nothing_of_it_has_a_fault(course):
    errors = [
        f"{lesson.code} {fault}"
        for lesson in course.lessons
        for fault in faults(lesson)
        if fault.is_error
    ]
    errors += [str(fault) for fault in table_faults(course) if fault.is_error]
    assert errors == []


def test_every_finding_has_a_lesson(course):
    taught = {code for lesson in course.lessons for code in lesson.findings}
    assert taught == {row.code for row in course.rows["findings.yaml"]}


def test_every_ground_names_a_source_or_waits_for_a_person(course):
    unsure = [
        f"{lesson.code} {one.code}"
        for lesson in course.lessons
        for one in grounds(lesson)
        if not one.provenance.sources and not one.provenance.to_confirm
    ]
    assert unsure == []


def test_every_number_of_a_figure_says_when(course):
    """Only what the course itself proposes has no year; a source that gives none says so."""
    year = re.compile(r"\b(19|20)\d\d\b|no year given")
    timeless = {
        (lesson.code, number)
        for lesson in course.lessons
        for number, screen in enumerate(lesson.screens, 1)
        if screen.figure and not year.search(screen.figure.value.en + screen.figure.label.en)
    }
    assert timeless == {("M6L2", 6), ("M6L4", 4)}


def test_no_phone_number_is_anywhere():
    number = re.compile(r"(?<![\d.,/-])(?:0|\+855|០)[\d០-៩]{2}[ -]?[\d០-៩]{3}[ -]?[\d០-៩]{3,4}")
    found = [
        (path.name, match.group())
        for path in CONTENT.rglob("*.yaml")
        for line in path.read_text().splitlines()
        if "url:" not in line and "doi" not in line
        for match in number.finditer(line)
    ]
    assert found == []


# Each fault is one that a check names


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: {km: មេរៀន M1L1, en", "title: {en", "lesson, title: needs a text in km and in en"),
        ("module: M1", "module: M9", "M1L1: there is no module M9"),
        ("answer: B", "answer: C", "check KC-M1L1: answer must be the letter of an option"),
        ("answer: B", "answer: AB", "check KC-M1L1: answer must be the letter of an option"),
        ("en: So}]", "en: So}, {km: ក, en: x}]", "needs one reason for each option"),
        ("next: N2", "next: END", "scenario SC-M1L1: N2 cannot be reached"),
        ("next: N2", "next: N7", "scenario SC-M1L1: N1B leads nowhere"),
        ("next: END, feedback: {km: អន់", "next: N2, feedback: {km: អន់", ""),
        ("provenance: S01}", "provenance: S55}", "M1L1 FA-M1L1: there is no source S55"),
        ("code: KC-M1L1", "code: KC-M1L2", "KC-M1L2: stands in two places"),
        ("Text **b**", "[Text](/en/nowhere/)", "M1L1 screen 1: links to /en/nowhere/"),
    ],
)
def test_a_fault_is_named_and_nothing_is_read(files, old, new, said):
    path = files / "m1" / "m1l1.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))

    if said:
        with pytest.raises(LessonError, match=re.escape(said)):
            read_course(files)
    else:
        assert read_course(files)  # one way of N2 still ends: whoever goes round may leave


def test_a_scenario_in_which_one_goes_round_for_ever_does_not_end(files):
    path = files / "m1" / "m1l1.yaml"
    path.write_text(path.read_text().replace("next: END", "next: N1"))

    with pytest.raises(LessonError, match="N1 does not end"):
        read_course(files)


def test_an_unknown_finding_is_named(files):
    (files / "findings.yaml").write_text(
        "- {code: F02, module: M1, text: {km: ក, en: a}, learn: {km: ក, en: a}, measured: [KNOW]}"
    )

    with pytest.raises(LessonError, match="M1L1: there is no finding F01"):
        read_course(files)


def test_faults_of_all_files_are_said_together(files):
    (files / "m1" / "m1l1.yaml").write_text("x: [")
    (files / "m2" / "m2l1.yaml").write_text(lesson_text("M2L1").replace("minutes: 5", "minutes: ["))
    (files / "glossary.yaml").write_text("- {code: a, group: z, term: {km: ក, en: a}, status: no}")

    with pytest.raises(LessonError) as caught:
        read_course(files)

    said = str(caught.value)
    for part in ("m1l1.yaml: not readable", "m2l1.yaml: not readable", "glossary.yaml: a: group"):
        assert part in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("en: An outcome", "en: An outcome in 2012", "K307"),
        ("km: ហេតុ", "km: អ្នកញៀន", "K402"),
        ("en: Because", f"en: {'word ' * 26}", "a sentence of 26 words"),
        ("Text **b** <script>x</script>", "word. " * 67, "67 English words; at most 66"),
    ],
)
def test_a_fault_of_the_words_is_an_error(old, new, said):
    sound = lesson_text("M1L1")
    assert old in sound

    def errors(text):
        found = faults(parse_lesson(text, "m1l1.yaml"))
        return " ".join(str(fault) for fault in found if fault.is_error)

    assert said not in errors(sound)
    assert said in errors(sound.replace(old, new))


def test_a_file_with_everything_comes_back_to_the_letter(course):
    for lesson in course.lessons:
        assert parse_lesson(dump(lesson), "again") == lesson
