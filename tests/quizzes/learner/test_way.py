"""What "my way" says of surveys and courses that open on a day."""

import re
from datetime import date

import pytest
import time_machine

from quizzes.actions.responses import agree, ask, send
from quizzes.actions.studies import add_cohort, close_wave, extend_wave, make_study
from quizzes.keys import make_keys
from quizzes.models import CohortWave
from tests.factories import LessonFactory
from tests.quizzes.conftest import officers
from tests.reader import browser_of, said, text
from training.actions.progress import complete_step
from training.models import Cohort
from training.models.way import way_of

pytestmark = pytest.mark.django_db


def at(day):
    return time_machine.travel(f"{day} 09:00+07:00", tick=False)


def made(version, **waiting):
    """A cohort until 30 June of a study with three waves, and one lesson in its course."""
    study = make_study("SMALL", version, ["pre", "post", "fu3"])
    make_keys(study)
    LessonFactory()
    cohort = Cohort.objects.create(name="C", starts_on=date(2026, 3, 1), ends_on=date(2026, 6, 30))
    add_cohort(study, cohort, is_comparison=bool(waiting), **waiting)
    return cohort


@pytest.fixture
def cohort(version, settings, tmp_path):
    settings.KEY_DIR = tmp_path
    with at("2026-03-01"):
        return made(version)


@pytest.fixture
def waiting(version, settings, tmp_path):
    """Its second survey from 20 to 29 April, its course from 4 May."""
    settings.KEY_DIR = tmp_path
    with at("2026-03-01"):
        return made(
            version,
            post_opens_on=date(2026, 4, 20),
            post_closes_on=date(2026, 4, 29),
            starts_on=date(2026, 5, 4),
        )


def take_all(enrolment, *, says_yes=False):
    """Take every step there is now: surveys by answering, or by declining."""
    while place := way_of(enrolment).next:
        if says_yes and place.step.kind == "survey":
            asked = ask(place.step.slug, enrolment.learner)
            agree(asked, consent_version=1, language="km")
            send(asked)
        is_check = place.step.kind == "check"
        complete_step(enrolment, place.step, **({"score": 2, "tries": 1} if is_check else {}))


def way_page(user, language="en"):
    return text(browser_of(user).get(f"/{language}/way/"))


def notices(page):
    found = re.findall(r'<p class="notice">(.*?)</p>', page, re.DOTALL)
    return [re.sub("<.*?>", "", notice) for notice in found]


# follow-ups


def test_on_the_next_visit_an_officer_is_told_that_a_follow_up_is_open(cohort):
    with at("2026-03-02"):
        user = officers(cohort, 1)[0]
        take_all(user.enrolments.get())
    with at("2026-09-27"):
        assert notices(way_page(user)) == []
    with at("2026-09-28"):
        page = way_page(user)

        assert notices(page) == ["Follow-up survey after 3 months is open until 28 October 2026."]
        assert '<a href="/en/survey/small-fu3/">Follow-up survey after 3 months</a>' in page
        assert browser_of(user).get("/en/way/continue/").url == "/en/survey/small-fu3/"
        words = said('<a href="%(url)s">%(survey)s</a> is open until %(day)s.', "km")
        assert words % {
            "url": "/km/survey/small-fu3/",
            "survey": "ការស្ទង់មតិតាមដាន ក្រោយ៣ខែ",
            "day": "ថ្ងៃទី២៨ ខែតុលា ឆ្នាំ២០២៦",
        } in way_page(user, "km")


def test_the_notice_is_the_same_for_who_answered_and_who_declined(cohort):
    with at("2026-03-02"):
        yes, no = officers(cohort, 2)
        for user in (yes, no):
            take_all(user.enrolments.get(), says_yes=user == yes)
    with at("2026-09-28"):
        before = [notices(way_page(user)) for user in (yes, no)]
        for user in (yes, no):
            take_all(user.enrolments.get(), says_yes=user == yes)
        after = [notices(way_page(user)) for user in (yes, no)]

    assert before[0] == before[1] != []
    assert after == [[], []]


def test_a_later_last_day_is_told_and_a_closed_follow_up_is_not(cohort):
    row = CohortWave.objects.get(wave__name="fu3")
    with at("2026-03-02"):
        user = officers(cohort, 1)[0]
        take_all(user.enrolments.get())
    with at("2026-09-28"):
        extend_wave(row, date(2026, 11, 9))
        assert [notice[-16:] for notice in notices(way_page(user))] == ["9 November 2026."]

        close_wave(row)
        assert notices(way_page(user)) == []


def test_a_follow_up_of_an_earlier_cohort_is_told_in_the_newest(cohort):
    with at("2026-03-02"):
        user = officers(cohort, 1)[0]
        take_all(user.enrolments.get())
    with at("2026-09-28"):
        newer = Cohort.objects.create(name="Newer", ends_on=date(2026, 12, 31))
        newer.enrolments.create(learner=user)

        assert notices(way_page(user))[0] == (
            "Follow-up survey after 3 months is open until 28 October 2026."
        )


# a group that waits


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_waiting_officer_reads_on_which_day_the_course_opens(waiting, language):
    with at("2026-03-02"):
        user = officers(waiting, 1)[0]
        take_all(user.enrolments.get())
        page = way_page(user, language)

    day = {"km": "ថ្ងៃទី៤ ខែឧសភា ឆ្នាំ២០២៦", "en": "4 May 2026"}[language]
    words = said("The course of this cohort opens on %(day)s.", language) % {"day": day}
    assert notices(page) == [words]
    assert said("opens on %(day)s", language) % {"day": day} in page
    assert "/way/continue/" not in page
    if language == "en":
        assert "There is no step to take" not in page


def test_a_waiting_officer_is_told_of_the_second_survey_by_its_right_name(waiting):
    with at("2026-03-02"):
        user = officers(waiting, 1)[0]
        take_all(user.enrolments.get())
    with at("2026-04-20"):
        page, browser = way_page(user), browser_of(user)
        consent = text(browser.get("/en/survey/small-post/"))

    assert notices(page)[0] == "Second survey before the course is open until 29 April 2026."
    assert "Second survey before the course" in consent
    assert "before the course, again before the course and 3 months later" in " ".join(
        consent.split()
    )
    for shown in (page, consent):
        assert "after the course" not in shown.lower()


def test_other_cohorts_are_asked_after_the_course(cohort):
    with at("2026-03-02"):
        user = officers(cohort, 1)[0]
        consent = " ".join(text(browser_of(user).get("/en/survey/small-pre/")).split())

    assert "before the course, after the course and 3 months later" in consent


def test_a_lesson_of_a_course_that_waits_counts_for_nothing(waiting):
    with at("2026-03-02"):
        user = officers(waiting, 1)[0]
        take_all(user.enrolments.get())
        browser = browser_of(user)
        response = browser.post("/en/course/M1L1/finish/")
        done = list(user.enrolments.get().completions.values_list("step__slug", flat=True))

    assert response.status_code == 302
    assert done == ["small-pre"]
