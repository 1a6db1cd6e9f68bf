"""Releases made by hand: columns of simulated answers, without the way through the pages."""

import csv
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml
from django.db import transaction
from django.utils import timezone

from quizzes.actions.instruments import load_instrument
from quizzes.actions.studies import add_cohort, make_study
from quizzes.exports.bundle import write_bundle
from quizzes.instruments.parse import CONTENT
from quizzes.models import CohortWave, Release, StudyCohort
from quizzes.models.instruments import NOT_ANSWERED, NOT_ASKED, PREFER_NOT
from quizzes.reports.build import build_report
from quizzes.reports.content import Content, Taken, narrow
from training.models import Cohort

WHOLE_SURVEY = (CONTENT / "phrs24.yaml").read_text(encoding="utf-8")
PEOPLE = 60


def need(program):
    """Leave the test out where the program is not installed; a failure if nothing may be."""
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")


def need_haven():
    need("Rscript")
    has_it = ["Rscript", "-e", 'quit(status = !requireNamespace("haven", quietly = TRUE))']
    if subprocess.run(has_it, capture_output=True, check=False).returncode:
        pytest.skip("the R package haven is not installed")


def run(*command, folder):
    """What a program prints. Fails with what it complained about."""
    need(command[0])
    environment = os.environ | {"HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def simulated(version, wave, chance, people=PEOPLE, absent=0.1):
    """One wave: the better the later; some did not take part, some answers are missing."""
    shift = {"pre": 0, "post": 0.6, "fu3": 0.4, "fu6": 0.3}[wave]
    rows = []
    for item in version.items.prefetch_related("option_set__options"):
        if not item.belongs_to(wave):
            rows.append(np.full(people, NOT_ASKED))
            continue
        if item.option_set_id:
            high = len(item.options)
            given = np.clip(np.round(chance.normal((1 + high) / 2 + shift, 1.1, people)), 1, high)
        else:
            given = chance.uniform(item.low, item.high, people)
            given = np.round(given, 0 if item.type == "integer" else 6)
        kind = chance.random(people)
        rows.append(np.where(kind < 0.04, NOT_ANSWERED, np.where(kind < 0.07, PREFER_NOT, given)))
    return Taken(
        version_id=version.pk,
        taken=chance.random(people) >= absent,
        answers=narrow(np.array(rows)),
        language=(chance.random(people) < 0.1).astype(np.uint8),
        mode=np.zeros(people, dtype=np.uint8),
    )


def release_of(version, waves, *, versions=None, people=PEOPLE, seed=1, compared=0):
    """A built release of three cohorts, and its content. versions: of a wave, if another.
    compared: how many of the cohorts are comparison cohorts.
    """
    study = make_study("STUDY", version, list(waves))
    study.title_km, study.title_en = "ការសិក្សាសាកល្បង", "A trial study"
    study.save()
    cohorts = [
        Cohort.objects.create(name=f"Cohort {n}", ends_on=timezone.localdate()) for n in range(3)
    ]
    for n, cohort in enumerate(cohorts):
        add_cohort(study, cohort)
        StudyCohort.objects.filter(cohort=cohort).update(is_comparison=n < compared)
    release = Release.objects.create(study=study, number=1, digest="x")
    release.built_at = timezone.now()  # in memory only: the row would have to be whole
    release.cohort_waves.set(CohortWave.objects.filter(study_cohort__study=study))
    chance = np.random.default_rng(seed)
    content = Content(
        cohorts=chance.choice([cohort.pk for cohort in cohorts], people),
        waves={
            wave: simulated((versions or {}).get(wave, version), wave, chance, people)
            for wave in waves
        },
    )
    return release, content


def unpacked(release, content, report, folder):
    """The folder of a bundle, opened."""
    write_bundle(release, content, report, folder / "bundle.zip")
    with zipfile.ZipFile(folder / "bundle.zip") as made:
        made.extractall(folder / "bundle")
    return folder / "bundle"


@dataclass(frozen=True)
class Made:
    """A bundle of the shipped survey at three waves, opened, and what went into it."""

    folder: Path
    content: Content
    report: dict

    def texts(self, name):
        """The rows of a CSV file as texts."""
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def bundle(django_db_setup, django_db_blocker, tmp_path_factory):
    """Made once, since it takes seconds; nothing of it stays in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        version = load_instrument(WHOLE_SURVEY)[0]
        release, content = release_of(version, ["pre", "post", "fu3"])
        made = opened(release, content, tmp_path_factory.mktemp("bundle"))
        transaction.set_rollback(True)
    return made


@pytest.fixture(scope="session")
def hard(django_db_setup, django_db_blocker, tmp_path_factory):
    """A bundle of everything that an instrument may hold, in two versions, with a comparison."""
    with django_db_blocker.unblock(), transaction.atomic():
        version = load_instrument(yaml.safe_dump(hard_survey(1), allow_unicode=True))[0]
        later = load_instrument(yaml.safe_dump(hard_survey(2), allow_unicode=True))[0]
        release, content = release_of(
            version, ["pre", "post", "fu6"], versions={"fu6": later}, people=90, compared=1
        )
        made = opened(release, content, tmp_path_factory.mktemp("hard"))
        transaction.set_rollback(True)
    return made


def opened(release, content, folder):
    report = build_report(release, content)[0]
    return Made(unpacked(release, content, report, folder), content, report)


LONG_KHMER = "យល់ស្របទាំងស្រុងជាមួយប្រយោគនេះ " * 10  # 900 bytes


def both(en, km="ប្រយោគ"):
    return {"km": km, "en": en}


def hard_survey(number):
    """Two scales that differ by capitals, one named NA; sums, right answers, numbers, signs."""
    apart = {
        "value": 5,
        "label": both("=SUM(A1) met 'nobody'", "មិនបានជួប"),
        "short": both("=nobody"),
    }
    options = {
        "agree": [
            {"value": n, "label": both(f'Level {n} "so" & <b> $x `y\'', LONG_KHMER[:190])}
            | {"short": both(f"-Level {n}", f"កម្រិត {n}")}
            for n in range(1, 6)
        ],
        "times": [{"value": n, "label": both(f"+{n} times")} for n in range(1, 5)] + [apart],
        "yesno": [{"value": 1, "label": both("Yes")}, {"value": 2, "label": both("No")}],
    }

    def item(code, kind="attitude", options="agree", **more):
        text = both(f"=HYPERLINK({code}) \"quoted\" 'so' & <i> $a `b' {'long ' * 70}", LONG_KHMER)
        short = both(f"@{code} \"q\" 'so' <i> $a", f"ខ្លី {code}")
        return {"code": code, "kind": kind, "options": options, "text": text, "short": short} | more

    items = [
        item("Q1", scale=["View", "view"]),
        item("Q2", scale=["View", "view"], reverse=["view"]),
        item("NA", scale=["View"], reverse=True),
        item("T1", "behaviour", "times", scale=["NA"], apart=[5], reverse=True),
        item("T2", "behaviour", "times", scale=["NA"], apart=[5], waves=["pre", "post"]),
        item("K1", "knowledge", "yesno", scale=["know"], right=1),
        item("K2", "knowledge", "yesno", scale=["know"], right=2),
        item("K3", "knowledge", "yesno", scale=["know"], right=2, waves=["post", "fu6"]),
        item("D1", "demographic", "yesno", identifying=True, waves=["pre"]),
        item("D2", "demographic", "agree", identifying=True, waves=["post"]),
        item("N1", "process", "", type="integer", low=-4, high=70_000),
        item("N2", "process", "", type="decimal", low=0.25, high=0.75, waves=["post"]),
    ]
    if number == 2:
        items = [one for one in items if one["code"] != "N1"]
        items[5]["text"] = both("Reworded")
    scale = {"label": both("=A scale"), "short": both("=Scale"), "min_answered": 0.5}
    return {
        "code": "HARD",
        "version": number,
        "title": both("=Hard & <hard>"),
        "option_sets": options,
        "scales": [
            scale | {"code": "View"},
            scale | {"code": "view", "method": "sum", "min_answered": 1},
            scale | {"code": "NA", "method": "sum"},
            scale | {"code": "know", "method": "sum", "min_answered": 0.6},
            scale | {"code": "all", "of": ["View", "NA", "know"], "min_answered": 0.65},
        ],
        "items": items,
    }
