from datetime import date

import pytest
from django.utils import timezone

from tests.factories import (
    EnrolmentFactory,
    LessonFactory,
    ModuleFactory,
    UserFactory,
    add_handout,
    add_survey,
)
from training.models import Completion, Module, Question, Role, Tries

pytestmark = pytest.mark.django_db

PAGES = ["", "2/", "myths/", "scenario/", "check/"]
RIGHT = {"q-KC1M1L1": "A", "q-KC2M1L1": "B"}
HALF = {"q-KC1M1L1": "A", "q-KC2M1L1": "C"}


@pytest.fixture
def lesson():
    return LessonFactory(module=ModuleFactory(code="M1", position=1))


def done(enrolment):
    return set(enrolment.completions.values_list("step__slug", flat=True))


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_anybody_reads_a_lesson_in_both_languages(client, lesson, language, page):
    response = client.get(f"/{language}/course/M1L1/{page}")

    text = response.content.decode()
    assert response.status_code == 200
    assert ("ខ្មែរ" in text) == (language == "km") or "ខ្មែរ</a>" in text
    assert f'<html lang="{language}">' in text


@pytest.mark.parametrize("n_lessons", [1, 3])
@pytest.mark.parametrize(
    ("page", "queries"),
    [
        ("course/", 1),  # lessons with their modules
        # lesson, screens, myths; screen, its bars, facts, their sources
        ("course/M1L1/", 9),
        ("course/M1L1/2/", 9),
        ("course/M1L1/myths/", 4),  # lesson, screens, myths, their sources
        ("course/M1L1/scenario/", 5),  # lesson, screens, myths, node, choices
        ("course/M1L1/check/", 6),  # lesson, screens, myths, questions, options, sources
    ],
)
def test_reading_costs_the_same_however_long_the_course(
    client, lesson, django_assert_num_queries, n_lessons, page, queries
):
    for _ in range(n_lessons - 1):
        LessonFactory(module=lesson.module)

    with django_assert_num_queries(queries):
        response = client.get(f"/en/{page}")

    assert response.status_code == 200


@pytest.mark.parametrize("page", ["", "1/", "myths/", "scenario/", "finish/", "check/"])
def test_a_lesson_that_is_not_shown_is_not_there(client, lesson, page):
    lesson.status = "draft"
    lesson.save()

    assert client.get(f"/en/course/M1L1/{page}").status_code == 404
    assert client.post(f"/en/course/M1L1/{page}").status_code == 404


@pytest.mark.parametrize("page", ["0/", "3/", "handout/"])
def test_a_page_that_the_lesson_lacks_is_not_there(client, lesson, page):
    assert client.get(f"/en/course/M1L1/{page}").status_code == 404


def test_a_screen_shows_its_number_its_bars_and_its_source(client, lesson):
    page = client.get("/en/course/M1L1/2/").content.decode()

    assert "Module 1 · Lesson 1 · Screen 2 of 2" in page
    assert "<p>Text 2</p>" in page
    assert '<span class="value">29.7%</span>' in page
    assert 'width="29.70%"' in page
    assert "Study S" in page
    assert ", 2012" in page


def test_numbers_follow_the_language(client, lesson):
    page = client.get("/km/course/M1L1/2/").content.decode()

    assert "២៩,៧%" in page
    assert 'width="29.70%"' in page
    assert "២០១២" in page


def test_what_must_be_confirmed_is_marked_with_its_review_date(client, lesson):
    lesson.screens.get(position=1).facts.update(to_confirm=True)
    lesson.review_on = date(2027, 11, 25)
    lesson.save()

    page = client.get("/en/course/M1L1/1/").content.decode()
    assert "Not yet confirmed: please check with the commander or the legal office;" in page
    assert "Review date: 25 November 2027." in page
    assert "confirmed" not in client.get("/en/course/M1L1/2/").content.decode()

    lesson.signed_off_by, lesson.signed_off_on = "A lawyer", "2026-02-01"
    lesson.save()

    page = client.get("/en/course/M1L1/1/").content.decode()
    assert "Confirmed on 1 February 2026. In a case, please check with the commander" in page
    assert "Not yet confirmed" not in page
    assert "Review date: 25 November 2027." in page


@pytest.mark.parametrize("page", ["1/", "myths/", "scenario/", "check/"])
def test_a_module_s_notice_stands_on_every_page(client, lesson, page):
    Module.objects.update(notice_en="This is not legal advice.")

    assert "This is not legal advice." in client.get(f"/en/course/M1L1/{page}").content.decode()


def test_a_word_before_hard_content_stands_on_the_first_screen_only(client, lesson):
    lesson.warning_en = "This lesson tells of death."
    lesson.save()

    assert lesson.warning_en in client.get("/en/course/M1L1/").content.decode()
    assert lesson.warning_en not in client.get("/en/course/M1L1/2/").content.decode()


def test_a_share_is_drawn_as_dots(client, lesson):
    lesson.screens.filter(position=2).update(dots_marked=2, dots_of=7)

    page = client.get("/en/course/M1L1/2/").content.decode()

    assert page.count("<circle") == 7
    assert page.count('<circle class="marked"') == 2


def test_a_handout_is_a_station_to_print(client, lesson, django_assert_num_queries):
    add_handout(lesson, blank_lines=2)

    stations = [
        station.place for station in client.get("/en/course/M1L1/").context["walk"].stations
    ]
    assert stations == [1, 2, "handout", "myths", "scenario", "check"]
    with django_assert_num_queries(6):  # lesson, screens, myths; columns, cells, sources
        page = client.get("/en/course/M1L1/handout/").content.decode()
    assert page.index("Cell 0.0") < page.index("Cell 0.1") < page.index("Cell 1.0")
    assert page.count("<span></span>") == 4


def test_continue_leads_through_the_whole_lesson(client, lesson):
    stations = client.get("/en/course/M1L1/").context["walk"].stations

    assert [station.url for station in stations] == [
        "/en/course/M1L1/1/",
        "/en/course/M1L1/2/",
        "/en/course/M1L1/myths/",
        "/en/course/M1L1/scenario/",
        "/en/course/M1L1/check/",
    ]
    for station, following in zip(stations[:-1], stations[1:], strict=True):
        if "scenario" not in station.url:
            assert (
                f'class="action" href="{following.url}"' in client.get(station.url).content.decode()
            )


def test_a_lesson_without_myths_or_scenario_goes_on(client, lesson):
    lesson.myths.all().delete()
    lesson.scenario.delete()

    assert client.get("/en/course/M1L1/myths/").url == "/en/course/M1L1/scenario/"
    assert client.get("/en/course/M1L1/scenario/").url == "/en/course/M1L1/finish/"
    assert client.get("/en/course/M1L1/2/").context["walk"].next == "/en/course/M1L1/finish/"


# the scenario


def test_the_scenario_is_told_on_as_one_conversation(client, lesson):
    first = client.get("/en/course/M1L1/scenario/").content.decode()
    assert "Feedback" not in first

    response = client.post("/en/course/M1L1/scenario/", {"made": "", "choice": "A"})

    page = response.content.decode()
    order = ["Situation 1", "Choice N1A", "Feedback N1A", "Situation 2", "Choice N2A"]
    assert [page.index(text) for text in order] == sorted(page.index(text) for text in order)
    assert "Feedback N1B" not in page
    assert 'name="made" value="A"' in page
    assert 'href="/en/course/M1L1/scenario/"' in page  # begin again


def test_the_conversation_ends_calmly_with_the_sentence_to_remember(client, lesson):
    page = client.post("/en/course/M1L1/scenario/", {"made": "A", "choice": "B"}).content.decode()

    assert page.index("Feedback N1A") < page.index("Feedback N2B") < page.index(lesson.takeaway_en)
    assert "This way helps in part" in page
    assert 'action="/en/course/M1L1/finish/"' in page
    assert 'name="choice"' not in page


@pytest.mark.parametrize("choice", ["", "Z", "ក", "\x00"])
@pytest.mark.parametrize("made", ["", "A"])
def test_no_choice_is_asked_again_and_the_conversation_kept(client, lesson, made, choice):
    page = client.post("/en/course/M1L1/scenario/", {"made": made, "choice": choice})

    text = page.content.decode()
    assert "Please choose one of the ways." in text
    assert ("Feedback N1A" in text) == bool(made)
    assert "Feedback N2" not in text


@pytest.mark.parametrize("made", ["Z Z", "A Z B", "A" * 70, "A A A A"])
def test_a_way_that_nobody_can_go_ends_where_it_leaves_the_scenario(client, lesson, made):
    response = client.post("/en/course/M1L1/scenario/", {"made": made, "choice": "A"})

    assert response.status_code == 200
    assert len(response.context["told"]) <= 2


def test_a_choice_is_stored_nowhere(client, lesson):
    enrolment = EnrolmentFactory()
    client.force_login(enrolment.learner)
    client.get("/en/help/")
    session = dict(client.session)

    client.post("/en/course/M1L1/scenario/", {"choice": "B"})

    assert not Completion.objects.exists()
    assert dict(client.session) == session


# the end of a lesson


def test_finishing_completes_the_lesson_and_leads_to_the_check(client, lesson):
    enrolment = EnrolmentFactory()
    client.force_login(enrolment.learner)

    response = client.post("/en/course/M1L1/finish/")

    assert response.url == "/en/course/M1L1/check/"
    assert done(enrolment) == {"m1l1-lesson"}


def test_the_end_has_no_page_of_its_own_where_a_scenario_ends_the_lesson(client, lesson):
    assert client.get("/en/course/M1L1/finish/").url == "/en/course/M1L1/scenario/"

    lesson.scenario.delete()

    assert lesson.takeaway_en in client.get("/en/course/M1L1/finish/").content.decode()


def test_a_lesson_before_its_turn_says_so_on_its_first_screen(client, lesson):
    enrolment = EnrolmentFactory()
    said = "The turn of this lesson has not come yet."
    assert said not in client.get("/en/course/M1L1/").content.decode()
    client.force_login(enrolment.learner)
    assert said not in client.get("/en/course/M1L1/").content.decode()

    add_survey(enrolment.cohort)

    assert said in client.get("/en/course/M1L1/").content.decode()
    assert said not in client.get("/en/course/M1L1/2/").content.decode()


def test_a_way_that_is_not_the_best_is_offered_again_first(client, lesson):
    def end(*made):
        *before, last = made
        answer = {"made": " ".join(before), "choice": last}
        return client.post("/en/course/M1L1/scenario/", answer).content.decode()

    assert '<button class="action">To the two questions' in end("A", "A")
    for made in (["B"], ["A", "B"]):
        page = end(*made)
        assert "There is a better way through this situation." in page
        assert '<a class="action" href="/en/course/M1L1/scenario/">Try another way</a>' in page


def test_finishing_twice_is_finishing_once(client, lesson):
    enrolment = EnrolmentFactory()
    client.force_login(enrolment.learner)

    for _ in range(2):
        response = client.post("/en/course/M1L1/finish/")

    assert response.url == "/en/course/M1L1/check/"
    assert Completion.objects.count() == 1


def test_finishing_counts_in_every_cohort_whose_turn_it_is(client, lesson):
    here = EnrolmentFactory()
    waiting = EnrolmentFactory(learner=here.learner)
    add_survey(waiting.cohort)
    left = EnrolmentFactory(learner=here.learner, left_on=timezone.localdate())
    client.force_login(here.learner)

    response = client.post("/en/course/M1L1/finish/")

    assert response.url == "/en/course/M1L1/check/"
    assert (done(here), done(waiting), done(left)) == ({"m1l1-lesson"}, set(), set())


def test_a_lesson_before_its_turn_is_said_and_not_counted(client, lesson):
    enrolment = EnrolmentFactory()
    add_survey(enrolment.cohort)
    client.force_login(enrolment.learner)

    response = client.post("/en/course/M1L1/finish/", follow=True)

    assert response.redirect_chain == [("/en/course/M1L1/check/", 302)]
    assert "The turn of this lesson has not come yet." in response.content.decode()
    assert done(enrolment) == set()


@pytest.mark.parametrize("role", [None, Role.TRAINER])
def test_others_finish_without_a_trace(client, lesson, role):
    if role:
        client.force_login(UserFactory(roles=[role]))

    response = client.post("/en/course/M1L1/finish/")

    assert response.url == "/en/course/M1L1/check/"
    assert not Completion.objects.exists()


def test_a_lesson_of_a_later_course_is_free_reading(client, lesson):
    enrolment = EnrolmentFactory()
    LessonFactory(module=lesson.module)
    client.force_login(enrolment.learner)

    response = client.post("/en/course/M1L2/finish/")

    assert response.url == "/en/course/M1L2/check/"
    assert done(enrolment) == set()


# the check


def test_both_right_completes_the_check_and_says_why(client, lesson):
    enrolment = EnrolmentFactory()
    client.force_login(enrolment.learner)
    client.post("/en/course/M1L1/finish/")

    page = client.post("/en/course/M1L1/check/", RIGHT).content.decode()

    assert "Both are right" in page
    assert "Reason 1" in page
    assert "Reason 2" in page
    assert "Reason 1B" in page  # why the others do not fit
    assert 'href="/en/way/continue/"' in page
    assert done(enrolment) == {"m1l1-lesson", "m1l1-check"}
    assert enrolment.certificates.count() == 1


def test_one_wrong_keeps_the_answers_and_says_why_what_was_chosen_does_not_fit(client, lesson):
    enrolment = EnrolmentFactory()
    client.force_login(enrolment.learner)

    page = client.post("/en/course/M1L1/check/", HALF).content.decode()

    assert "Not right yet. Another answer fits better." in page
    assert "Reason 1." in page
    assert "Reason 2." not in page  # the way to the right answer stays open
    assert "Reason 2C" in page
    assert "Reason 2A" not in page
    assert page.count("checked") == 2
    assert done(enrolment) == set()
    assert Tries.objects.get().tries == 1


def test_tries_are_counted_and_the_first_one_stays(client, lesson):
    enrolment = EnrolmentFactory()
    client.force_login(enrolment.learner)

    for answers in (HALF, HALF, RIGHT):
        client.post("/en/course/M1L1/check/", answers)

    completion = enrolment.completions.get()
    assert (completion.score, completion.tries) == (1, 3)
    counters = Question.objects.order_by("position").values_list("first_tries", "first_right")
    assert list(counters) == [(1, 1), (1, 0)]


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({}, "Please choose an answer."),
        ({"q-KC1M1L1": "A"}, "Please choose an answer."),
        ({"q-KC1M1L1": "A", "q-KC2M1L1": "Z"}, "Please choose one of these answers."),
    ],
)
def test_a_missing_answer_is_said_beside_the_question(client, lesson, answers, problem):
    enrolment = EnrolmentFactory()
    client.force_login(enrolment.learner)

    page = client.post("/en/course/M1L1/check/", {"x": "", **answers}).content.decode()

    assert problem in page
    assert "Nothing that was chosen is lost." in page
    assert page.count("checked") == bool(answers)
    assert "Reason" not in page
    assert not Tries.objects.exists()


def test_anybody_tries_the_check_without_a_trace(client, lesson):
    page = client.post("/km/course/M1L1/check/", RIGHT).content.decode()

    assert "ខ្មែរ Reason 1" in page
    assert 'href="/km/course/"' in page
    assert not Tries.objects.exists()
    assert not Completion.objects.exists()
    assert set(Question.objects.values_list("first_tries", flat=True)) == {0}


def test_a_check_before_its_turn_is_practice(client, lesson):
    enrolment = EnrolmentFactory()
    add_survey(enrolment.cohort)
    client.force_login(enrolment.learner)

    page = client.post("/en/course/M1L1/check/", RIGHT).content.decode()

    assert "This was practice" in page
    assert done(enrolment) == set()
    assert not Tries.objects.exists()


def test_a_check_that_is_done_can_be_tried_again(client, lesson):
    enrolment = EnrolmentFactory()
    client.force_login(enrolment.learner)
    client.post("/en/course/M1L1/check/", RIGHT)

    page = client.post("/en/course/M1L1/check/", HALF).content.decode()

    assert "Not right yet." in page
    assert "practice" not in page
    assert done(enrolment) == {"m1l1-check"}
