"""How cost grows, as ratios measured side by side. `make bench` prints them; none can fail."""

import json
import time
import uuid
from statistics import median

import pytest
from django.test import Client

from quizzes.actions.releases import request_release
from quizzes.actions.responses import agree, ask, save_page, send
from quizzes.actions.studies import add_cohort, close_wave
from quizzes.keys import keys_of
from quizzes.models import CohortWave
from quizzes.reports.build import build_report
from quizzes.reports.freeze import freeze
from tests.factories import (
    CohortFactory,
    EnrolmentFactory,
    LessonFactory,
    ModuleFactory,
    UserFactory,
)
from tests.quizzes.conftest import *  # noqa: F403 - the small study
from tests.quizzes.conftest import officers
from training.models import Role

pytestmark = pytest.mark.django_db

ROUNDS = 15


def side_by_side(name, small, large, factor):
    """Run both in turn; print medians, and how many times the larger one costs."""
    times = {"small": [], "large": []}
    small(), large()  # what is made once is not counted
    for _ in range(ROUNDS):
        for label, work in (("small", small), ("large", large)):
            began = time.perf_counter()
            work()
            times[label].append(time.perf_counter() - began)
    a, b = median(times["small"]), median(times["large"])
    print(f"\n{name}: {1000 * a:.1f} ms → {1000 * b:.1f} ms, {b / a:.1f}× for {factor}")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_board_with_the_number_of_officers():
    trainer = UserFactory(roles=[Role.TRAINER])
    LessonFactory(module=ModuleFactory())
    client = signed_in(trainer)

    def board(count):
        cohort = CohortFactory()
        cohort.trainers.add(trainer)
        for _ in range(count):
            EnrolmentFactory(cohort=cohort)
        return lambda: client.get(f"/km/trainer/cohorts/{cohort.pk}/")

    side_by_side("A trainer's board", board(10), board(100), "10× the officers")


def test_my_way_with_the_number_of_lessons():
    def way(count):
        for _ in range(count):
            LessonFactory(module=ModuleFactory())
        client = signed_in(EnrolmentFactory(cohort=CohortFactory()).learner)
        return lambda: client.get("/km/way/")

    small = way(4)
    side_by_side("My way", small, way(21), "25 lessons for 4")


def cohort_of(study, count):
    """A cohort in the study, and its officers, each with a draft."""
    cohort = CohortFactory()
    add_cohort(study, cohort)
    people = officers(cohort, count)
    for user in people:
        agree(ask("small-pre", user), consent_version=1, language="km")
    return cohort, people


def save(asked, value):
    save_page(
        asked,
        1,
        {"Q1": value, "Q2": 3},
        uid=str(uuid.uuid4()),
        session="s",
        language="km",
        is_done=True,
    )


def test_saving_a_page_with_the_size_of_the_cohort(study):
    """Each save writes the drafts of the cohort anew, so that their order tells nothing."""

    def saving(count):
        _cohort, people = cohort_of(study, count)
        asked = ask("small-pre", people[0])
        return lambda: save(asked, 4)

    side_by_side("Saving a survey page", saving(10), saving(80), "8× the officers who answer")


def test_sealing_beside_plain_json(study):
    keys, content = keys_of(study), {"answers": [4] * 60, "languages": {"km": 12}}

    side_by_side(
        "100 responses, plain and sealed",
        lambda: [json.dumps(content) for _ in range(100)],
        lambda: [keys.seal(content, place="x") for _ in range(100)],
        "AES-GCM with compression",
    )


def test_a_release_with_the_number_of_people(study):
    def building(count):
        cohort, people = cohort_of(study, count)
        for n, user in enumerate(people):
            save(ask("small-pre", user), 1 + n % 5)
            send(ask("small-pre", user))
        rows = CohortWave.objects.filter(study_cohort__cohort=cohort, wave__name="pre")
        for wave in rows:
            close_wave(wave)
        release = request_release(study, list(rows.all()))
        keys = keys_of(study)
        return lambda: build_report(release, freeze(release, keys, lambda done, of: None))

    side_by_side("Building a release", building(20), building(80), "4× the people")
