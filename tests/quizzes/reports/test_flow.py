"""Reasons for missing answers: counts of what can be known without linking anybody."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from quizzes.actions.responses import agree, ask, save_page, send
from quizzes.actions.studies import add_cohort, close_wave, make_study
from quizzes.keys import make_keys
from quizzes.models import CohortWave, StudyCohort
from quizzes.reports.flow import reasons_of
from tests.factories import LessonFactory
from tests.quizzes.conftest import officers
from training.actions.progress import complete_step
from training.models import Cohort, Enrolment
from training.models.way import way_of

pytestmark = pytest.mark.django_db


def at(day, month=3):
    noon = datetime(2026, month, day, 12, tzinfo=ZoneInfo("Asia/Phnom_Penh"))
    return time_machine.travel(noon, tick=False)


@pytest.fixture
def people(version, settings, tmp_path):
    """Six enrolments of a cohort from 1 to 31 March, with one lesson."""
    settings.KEY_DIR = tmp_path
    study = make_study("SMALL", version, ["pre", "post", "fu3"])
    make_keys(study)
    LessonFactory()
    with at(1):
        cohort = Cohort.objects.create(
            name="C", starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31)
        )
        add_cohort(study, cohort)
        users = officers(cohort, 6)
    return [user.enrolments.get() for user in users]


def finish(enrolment):
    """Decline the survey before, and take the course."""
    while (place := way_of(enrolment).next) and place.step.slug != "small-post":
        is_check = place.step.kind == "check"
        complete_step(enrolment, place.step, **({"score": 2, "tries": 1} if is_check else {}))


def close(name):
    close_wave(CohortWave.objects.get(wave__name=name))


def reasons(name):
    found = reasons_of(StudyCohort.objects.get())["waves"][name]
    return {reason: n for reason, n in found.items() if n}


def test_a_cohort_that_has_just_begun(people):
    with at(2):
        found = reasons_of(StudyCohort.objects.get())

    nothing = {"joined_late": 0, "left": 0, "late": 0, "imported": 0}
    assert found == {
        "enrolled": 6,
        "left": 0,
        "waves": {
            "pre": nothing | {"not_open": 0, "not_reached": 0, "asked": 6},
            "post": nothing | {"not_open": 0, "not_reached": 6, "asked": 0},
            "fu3": nothing | {"not_open": 6, "not_reached": 0, "asked": 0},
        },
    }


def test_everybody_enrolled_counts_under_one_reason(people):
    stayed, late, gone, slow, joined_late, left_after = people
    with at(10):
        finish(stayed)
        finish(left_after)
    Enrolment.objects.filter(pk=gone.pk).update(left_on=date(2026, 3, 9))
    Enrolment.objects.filter(pk=left_after.pk).update(left_on=date(2026, 3, 12))
    Enrolment.objects.filter(pk=joined_late.pk).update(joined_on=date(2026, 3, 21))
    with at(20):
        close("post")
    with at(22):
        finish(late)

        assert reasons("post") == {"joined_late": 1, "left": 1, "not_reached": 2, "asked": 2}
        assert reasons("pre") == {"asked": 6}
        assert reasons_of(StudyCohort.objects.get())["left"] == 2
    assert slow.completions.count() == 0


def test_a_wave_that_was_closed_before_its_day_was_open_for_nobody(people):
    with at(20):
        close("fu3")
    with at(20, month=9):
        assert reasons("fu3") == {"not_open": 6}


def test_who_declines_counts_like_who_answers_and_who_never_looked(people):
    before = reasons("pre")
    with at(2):
        asked = ask("small-pre", people[0].learner)
        agree(asked, consent_version=1, language="km")
        send(asked)
        complete_step(people[0], asked.wave.step)
        complete_step(people[1], asked.wave.step)

        assert reasons("pre") == before == {"asked": 6}


def test_pages_that_came_too_late_count_by_participant(people):
    page = {"session": "s", "language": "km", "is_done": True}
    with at(2):
        close("pre")
        for n, enrolment in enumerate([people[0], people[0], people[1]]):
            asked = ask("small-pre", enrolment.learner)
            save_page(asked, 1, {"Q1": 4}, uid=f"u{n}", **page)

        assert reasons("pre")["late"] == 2


def test_without_a_course_nothing_stands_in_front_of_the_survey(study, cohort):
    officers(cohort, 2)

    assert reasons("post") == {"asked": 2}


def test_the_last_day_belongs_to_the_wave(people):
    with at(20):
        finish(people[0])
        close("post")
    with at(21):
        finish(people[1])

        assert reasons("post") == {"not_reached": 5, "asked": 1}
