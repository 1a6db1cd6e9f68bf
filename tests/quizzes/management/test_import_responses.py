"""From a file to the report: what the command takes, what it says, and what comes out."""

import json

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from quizzes.keys import key_path
from quizzes.models import Response
from tests.quizzes.management.test_commands import run
from training.models import Cohort

pytestmark = pytest.mark.django_db

# Ten people, Q1 and Q2 (reversed) at both waves. View is the mean of Q1 and 6 - Q2.
PRE = [(1, 3), (2, 3), (3, 3), (4, 3), (1, 3), (2, 3), (3, 3), (4, 3), (1, 3), (4, 3)]
POST = [(2, 3), (3, 3), (4, 2), (5, 2), (2, 3), (3, 3), (4, 3), (5, 3), (2, 3), (4, 3)]


@pytest.fixture
def file(tmp_path):
    def write(text, name="answers.csv", encoding="utf-8"):
        (tmp_path / name).write_text(text, encoding=encoding)
        return tmp_path / name

    return write


def take(path, wave="pre", study="SMALL"):
    return run("import_responses", "--study", study, "--wave", wave, str(path))


def test_from_the_file_to_the_report(study, file):
    for wave, answers in ("pre", PRE), ("post", POST):
        rows = [f"p{n},North,{q1},{q2}" for n, (q1, q2) in enumerate(answers)]
        path = file("\n".join(["participant,cohort,Q1,Q2", *rows]))
        assert take(path, wave) == "10 responses imported.\n"
        assert run("close_wave", "--study", "SMALL", "--wave", wave) == "1 closed.\n"

    release = run("make_release", "--study", "SMALL", "--waves", "pre,post").strip()
    report = json.loads(run("evaluation_report", release, "--format", "json"))

    # View before: (Q1 + 3) / 2 = 2, 2.5, 3, 3.5, 2, 2.5, 3, 3.5, 2, 3.5: sum 27.5.
    # After: 2.5, 3, 4, 4.5, 2.5, 3, 3.5, 4, 2.5, 3.5: sum 33.
    change = report["change"]["view"]["pre-post"]
    assert change["n"] == 10
    assert change["mean_pre"] == pytest.approx(2.75)
    assert change["mean_post"] == pytest.approx(3.3)
    assert change["diff"] == pytest.approx(0.55)
    # Differences: 0.5 seven times, 1 twice, 0 once; their squares around 0.55 sum to 0.725.
    assert change["d_z"] == pytest.approx(0.55 / (0.725 / 9) ** 0.5)
    assert (change["improved"], change["unchanged"], change["worsened"]) == (9, 1, 0)
    assert (report["flow"][0]["cohort"], report["flow"][0]["paired"]) == ("North", 10)
    assert report["simulated"] is False


def test_every_form_of_a_file_gives_the_same_answers(study, file, tmp_path):
    table = [["participant", "cohort", "Q1"], ["001", "ក", 4], ["x", "ក", 2]]
    text = "\n".join(";".join(f'"{cell}"' for cell in row) for row in table)
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(row)
    book.save(tmp_path / "answers.xlsx")

    take(file(text, encoding="utf-8-sig"), "pre")
    take(tmp_path / "answers.xlsx", "post")

    codes = [
        set(Response.objects.filter(wave__name=wave).values_list("code", flat=True))
        for wave in ("pre", "post")
    ]
    assert codes[0] == codes[1]
    assert len(codes[0]) == 2


def test_faults_are_said_row_by_row_and_the_rest_counted(study, file):
    rows = "".join(f"p{n},North,9\n" for n in range(53))

    with pytest.raises(CommandError) as raised:
        take(file("participant,cohort,Q1\n" + rows))

    lines = str(raised.value).splitlines()
    assert lines[:2] == [
        "Nothing was imported.",
        "row 2, Q1: '9' is not 1, 2, 3, 4, 5, -7, -8, -9 or empty",
    ]
    assert len(lines) == 52
    assert lines[-1] == "… and 3 more."
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"study": "NONE"}, "no study NONE"),
        ({"wave": "fu6"}, "SMALL has no wave fu6; it has pre, post"),
        ({"path": "/nowhere.csv"}, "cannot be read"),
        ({"path": "/nowhere.txt"}, r"\.csv or \.xlsx"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(study, file, arguments, sentence):
    path = arguments.pop("path", None) or file("participant,cohort,Q1\np1,North,4\n")

    with pytest.raises(CommandError, match=sentence):
        take(path, **arguments)
    assert not Cohort.objects.exists()


def test_without_keys_nothing_is_imported(study, file):
    key_path(study).unlink()

    with pytest.raises(CommandError, match="Restore the key file"):
        take(file("participant,cohort,Q1\np1,North,4\n"))
    assert not Response.objects.exists()


def test_study_and_wave_must_be_named(study, file):
    with pytest.raises(CommandError, match="required"):
        call_command("import_responses", str(file("")))
