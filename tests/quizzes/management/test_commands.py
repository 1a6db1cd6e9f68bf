"""The contract of the commands: what they print, and that faults are one sentence."""

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from quizzes.actions.releases import request_release
from quizzes.instruments.parse import parse_instrument
from quizzes.instruments.xlsform import write_xlsform
from quizzes.keys import key_path
from quizzes.models import InstrumentVersion, Release, Study
from tests.quizzes.actions.test_releases import answered, finished, waves_of
from tests.quizzes.conftest import INSTRUMENT
from training.models import AuditEntry, Cohort

pytestmark = pytest.mark.django_db


def run(*arguments):
    said = StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def test_a_study_is_made_and_gets_its_keys(version, settings, tmp_path):
    settings.KEY_DIR = tmp_path
    run("make_study", "NEW", "--instrument", "SMALL", "--waves", "pre,post", "--min-group", "6")

    first = run("study_key", "create", "NEW")

    study = Study.objects.get()
    assert [wave.name for wave in study.waves.all()] == ["pre", "post"]
    assert study.min_group == 6
    assert first == run("study_key", "fingerprint", "NEW")
    assert study.link_fingerprint in first
    with pytest.raises(CommandError, match="keys already"):
        run("study_key", "create", "NEW")


def test_destroying_needs_the_code_written_out(study, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda question: "small")

    with pytest.raises(CommandError, match="Nothing was destroyed"):
        run("study_key", "destroy", "SMALL")
    assert "destroyed" not in run("study_key", "export", "SMALL")

    run("study_key", "destroy", "SMALL", "--yes")
    assert "link key  destroyed" in run("study_key", "export", "SMALL")


def test_from_closing_to_the_file(study, tmp_path):
    cohort = answered(study)

    for wave in ("pre", "post"):
        said = run("close_wave", "--study", "SMALL", "--wave", wave, "--cohort", cohort.join_code)
        assert said == "1 closed.\n"
    made = run("make_release", "--study", "SMALL", "--waves", "pre,post", "--cohorts", cohort.name)
    release = Release.objects.get()
    report = json.loads(run("evaluation_report", str(release.pk), "--format", "json"))
    said = run("export_release", str(release.pk), str(tmp_path / "files"))

    assert made == f"{release.pk}\n"
    assert report["change"]["view"]["pre-post"]["diff"] == 0.5
    assert report["release"] == str(release.pk)
    assert "12 rows" in said
    assert (tmp_path / "files" / "responses_wide.csv").exists()
    assert (tmp_path / "files" / "MANIFEST.sha256").exists()
    line = AuditEntry.objects.about(release).get(action="write files")
    assert (line.actor, len(line.reason.removeprefix("SHA-256 "))) == (None, 64)


@pytest.mark.parametrize("lang", ["en", "km"])
def test_the_report_is_one_file_that_needs_no_server(study, lang):
    answered(study)
    for wave in ("pre", "post"):
        run("close_wave", "--study", "SMALL", "--wave", wave)
    release = run("make_release", "--study", "SMALL", "--waves", "pre,post").strip()

    page = run("evaluation_report", release, "--format", "html", "--lang", lang)

    assert page.startswith("<!doctype html>")
    assert f'<html lang="{lang}">' in page
    with translation.override(lang):
        assert translation.gettext("Methods and cautions") in page
        assert translation.gettext("before the course") in page
    assert "<svg" in page
    assert not re.search(r'(?:src|href)="(?!#)', page)  # nothing is fetched, nothing leads away
    assert "<link" not in page


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["make_study", "X", "--instrument", "NONE"], "no instrument NONE"),
        (["make_study", "X", "--instrument", "SMALL", "--waves", "pre,later"], "unknown wave"),
        (["make_study", "a b", "--instrument", "SMALL"], "no study code"),
        (["make_study", "X", "--instrument", "SMALL", "--min-group", "4"], "below 5"),
        (["study_key", "create", "NONE"], "no study NONE"),
        (["close_wave", "--study", "SMALL", "--wave", "later"], "no such wave"),
        (["make_release", "--study", "NONE"], "no study NONE"),
        (["make_release", "--study", "SMALL", "--waves", "later"], "no wave later"),
        (["make_release", "--study", "SMALL", "--cohorts", "none"], "no cohort none"),
        (["make_release", "--study", "SMALL"], "Not closed yet"),
        (["evaluation_report", "x"], "no built release x"),
        (["export_release", "x", "/nowhere"], "no built release x"),
        (["load_instrument", "/nowhere.yaml"], "cannot be read"),
        (["simulate_cohort", "--officers", "0", "--seed", "1", "--study", "SMALL"], "1 or more"),
        (
            ["simulate_cohort", "--officers", "2", "--seed", "1", "--study", "SMALL"]
            + ["--waves", "pre,fu6"],
            "no wave fu6",
        ),
    ],
)
def test_a_fault_is_one_english_sentence_and_changes_nothing(cohort, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)

    assert Study.objects.count() == Cohort.objects.count() == 1
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("form.yaml", "not a text file"), ("form.xlsx", "not a spreadsheet in the form XLSX")],
)
def test_a_file_of_another_form_is_refused(db, tmp_path, name, sentence):
    (tmp_path / name).write_bytes(b"PK\x03\x04\xff\xfe")

    with pytest.raises(CommandError, match=sentence):
        run("load_instrument", tmp_path / name)


def test_a_spreadsheet_is_loaded_as_the_text_file_is(db, tmp_path):
    file = tmp_path / "small.XLSX"
    file.write_bytes(write_xlsform(parse_instrument(INSTRUMENT)))

    assert run("load_instrument", file, "--dry-run") == "SMALL 1: 4 items, no fault.\n"
    assert not InstrumentVersion.objects.exists()
    assert run("load_instrument", file) == "SMALL 1: loaded.\n"
    assert run("load_instrument", file) == "SMALL 1: unchanged.\n"

    version = InstrumentVersion.objects.get()
    assert parse_instrument(version.yaml) == parse_instrument(INSTRUMENT)
    assert [
        (link.item.code, link.is_reversed) for link in version.scales.get().scale_items.all()
    ] == [("Q1", False), ("Q2", True)]


@pytest.mark.parametrize("command", [["demo"], ["simulate_cohort", "--officers=3", "--seed=1"]])
def test_production_makes_nobody_up(settings, command):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="production"):
        run(*command)


def test_two_simulations_of_one_seed_give_the_same_answers(study):
    reports = []
    for _ in range(2):
        run(
            "simulate_cohort",
            *["--officers", "12", "--seed", "5", "--study", "SMALL", "--waves", "pre,post"],
        )
        cohort = Cohort.objects.latest("pk")
        release = request_release(study, waves_of(cohort))
        run("make_release", "--study", "SMALL", "--cohorts", cohort.join_code)
        printed = run("evaluation_report", str(release.pk))
        report = json.loads(printed, parse_float=lambda text: round(float(text), 9))
        reports.append((report["scores"], report["change"]))

    assert reports[0] == reports[1]


def test_without_keys_a_release_is_not_built(study):
    finished(study)
    key_path(study).unlink()

    with pytest.raises(CommandError, match="no key file"):
        run("make_release", "--study", "SMALL")
