"""What `measuring` measures, each part in a process of its own."""

import json
import os
import time
import uuid
from datetime import timedelta
from pathlib import Path

import numpy as np
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from quizzes.actions.imports import import_responses
from quizzes.actions.instruments import load_instrument
from quizzes.actions.releases import request_release
from quizzes.actions.responses import agree, ask, save_page
from quizzes.actions.studies import add_cohort, close_wave, make_study
from quizzes.analysis.mixed import mixed_model
from quizzes.exports.bundle import write_bundle
from quizzes.keys import keys_of, make_keys
from quizzes.models import CohortWave, InstrumentVersion, Release, Study
from quizzes.reports.build import build_report
from quizzes.reports.content import pack, unpack, versions_of
from quizzes.reports.freeze import freeze
from quizzes.reports.scores import score_content
from tests.bench.measuring import CODES, COHORTS, ITEMS, SCALES, WAVES, WRITERS
from training.actions.enrolment import join
from training.actions.people import make_account
from training.models import Cohort, Role, User

FOLDER = Path(os.environ["SPEAN_DATA_DIR"])


def instrument() -> str:
    def both(text):
        return {"km": f"ខ្មែរ {text}", "en": text}

    scales = [f"s{n + 1}" for n in range(SCALES)]
    whole = {
        "code": "BENCH",
        "version": 1,
        "title": both("Bench"),
        "option_sets": {"of5": [{"value": n, "label": both(str(n))} for n in range(1, 6)]},
        "scales": [{"code": code, "label": both(code), "short": both(code)} for code in scales],
        "items": [
            {
                "code": code,
                "kind": "attitude",
                "options": "of5",
                "scale": scales[n % SCALES],
                "reverse": n % 3 == 0,
                "text": both(code),
                "short": both(code),
            }
            for n, code in enumerate(CODES)
        ],
    }
    return json.dumps(whole)


def answers_of(officers: int, seed: int = 20261125):
    """wave -> answers 1 to 5, people by items; and the cohort of each. The same in every run."""
    chance = np.random.default_rng(seed)
    leaning = chance.normal(0, 0.6, (officers, 1))
    cohorts = np.arange(officers) % COHORTS
    place = chance.normal(0, 0.2, COHORTS)[cohorts][:, None]
    shift = {"pre": 0.0, "post": 0.4, "fu3": 0.3}
    return {
        wave: np.clip(
            np.rint(3 + leaning + place + shift[wave] + chance.normal(0, 0.8, (officers, ITEMS))),
            1,
            5,
        ).astype(int)
        for wave in WAVES
    }, cohorts


def fill(officers: int) -> dict:
    """An empty site with a study and its answers, through the same action as import_responses."""
    call_command("migrate", verbosity=0)
    study = make_study("BENCH", load_instrument(instrument())[0], list(WAVES))
    make_keys(study)
    answers, cohorts = answers_of(officers)
    began = time.perf_counter()
    for wave in WAVES:
        rows = [
            [f"p{n}", f"cohort {cohort}", *map(str, row)]
            for n, (cohort, row) in enumerate(zip(cohorts, answers[wave].tolist(), strict=True))
        ]
        import_responses(
            study, study.waves.get(name=wave), [["participant", "cohort", *CODES], *rows]
        )
    spent = time.perf_counter() - began
    for cohort_wave in CohortWave.objects.filter(wave__study=study):
        close_wave(cohort_wave)
    return {"import": spent}


def plain(officers: int) -> dict:
    """The same answers unsealed, as a table of PostgreSQL."""
    answers, cohorts = answers_of(officers)
    columns = [f"{code}_{wave}" for wave in WAVES for code in CODES]
    with connection.cursor() as cursor:
        listed = ", ".join(f'"{column}" smallint' for column in columns)
        cursor.execute(f"CREATE TABLE bench_plain (participant int, cohort int, {listed})")
        with cursor.copy("COPY bench_plain FROM STDIN") as copy:
            for n, cohort in enumerate(cohorts.tolist()):
                row = [value for wave in WAVES for value in answers[wave][n].tolist()]
                copy.write_row([n, cohort, *row])
    return {}


def copy_out() -> dict:
    path = FOLDER / "plain.csv"
    command = "COPY bench_plain TO STDOUT (FORMAT csv, HEADER)"
    with connection.cursor() as cursor, path.open("wb") as file, cursor.copy(command) as copy:
        for data in copy:
            file.write(data)
    return {}


def release() -> dict:
    """Freezing alone: read, open, order, pack, seal."""
    study = Study.objects.get()
    found = Release.objects.create(study=study, number=1, digest="bench")
    found.cohort_waves.set(CohortWave.objects.filter(wave__study=study))
    keys = keys_of(study)
    packed = pack(freeze(found, keys, lambda done, of: None))
    Release.objects.filter(pk=found.pk).delete()
    path = FOLDER / "content.npz"
    path.write_bytes(packed)
    return {}


def with_release(work):
    """Ask for the release as the site does; `work` gets it with its columns."""
    study = Study.objects.get()
    rows = CohortWave.objects.filter(wave__study=study).select_related(
        "wave", "study_cohort__cohort"
    )
    found = request_release(study, list(rows))
    return work(found, unpack((FOLDER / "content.npz").read_bytes()))


def report() -> dict:
    def work(found, content):
        made, _sizes = build_report(found, content)
        (FOLDER / "report.json").write_text(json.dumps(made))

    with_release(work)
    return {}


def bundle() -> dict:
    made = json.loads((FOLDER / "report.json").read_text())

    def work(found, content):
        path = FOLDER / "bundle.zip"
        write_bundle(found, content, made, path, lambda done, of: None)
        return {"size_mb": path.stat().st_size / 1e6}

    return with_release(work)


def mixed() -> dict:
    def work(_found, content):
        for scale in score_content(content, versions_of(content)):
            mixed_model(scale.scores, content.cohorts)

    with_release(work)
    return {}


def writer(number: int) -> None:
    """Save pages of one officer's survey until the stop file is there; print saved and errors."""
    asked = ask("writing-pre", User.objects.get(given_name_km=f"អ្នកសរសេរ {number}"))
    stop = FOLDER / "stop"
    saved = errors = 0
    while not stop.exists():
        given = dict.fromkeys(CODES[:4], 1 + saved % 5)
        try:
            save_page(
                asked, 1, given, uid=str(uuid.uuid4()), session="s", language="km", is_done=True
            )
            saved += 1
        except DatabaseError:
            errors += 1
    print(json.dumps({"saved": saved, "errors": errors}))


def prepare_writers() -> dict:
    study = make_study("WRITING", InstrumentVersion.objects.get(), ["pre", "post"])
    make_keys(study)
    cohort = Cohort.objects.create(name="W", ends_on=timezone.localdate() + timedelta(days=9))
    add_cohort(study, cohort)
    for n in range(WRITERS):
        user = make_account(
            roles=[Role.OFFICER],
            family_name_km="ក",
            given_name_km=f"អ្នកសរសេរ {n}",
            password="x",
        )
        join(cohort, user)
        agree(ask("writing-pre", user), consent_version=1, language="km")
    return {}
