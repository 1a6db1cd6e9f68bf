import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.training.conftest import lesson_text
from training.actions.curriculum import load_curriculum
from training.actions.enrolment import CohortClosedError, close_joining, join, join_as_new
from training.actions.people import (
    check_one_time_code,
    choose_new_password,
    make_account,
    make_one_time_code,
)
from training.actions.progress import NotYetError, complete_step, try_check
from training.models import (
    AuditEntry,
    Certificate,
    Cohort,
    CohortStep,
    Completion,
    Enrolment,
    Lesson,
    OneTimeCode,
    Question,
    Role,
    Step,
    Tries,
    User,
)
from training.models.way import certificate_of, way_of

pytestmark = pytest.mark.django_db

NAME = {"family_name_km": "ចាន់", "given_name_km": "សុភា"}


@pytest.fixture
def cohort(course):
    return Cohort.objects.create(name="C", ends_on=timezone.localdate() + timedelta(days=9))


@pytest.fixture
def enrolment(cohort):
    return join(cohort, make_account(password="x", **NAME))


def step(slug):
    return Step.objects.get(slug=slug)


def states(enrolment):
    return [found.state for found in way_of(enrolment).steps]


def answers(code, letter):
    question = Question.objects.get(code=code)
    return {question: question.options.get(code=letter)}


def test_joining_gives_the_officer_s_role_and_pins_the_course(cohort):
    user = make_account(password="x", **NAME)

    join(cohort, user)

    assert user.roles == {Role.OFFICER}
    assert [row.step.slug for row in cohort.steps.select_related("step")][:2] == [
        "m1l1-lesson",
        "m1l1-check",
    ]


def test_joining_again_changes_nothing(cohort, enrolment):
    assert join(cohort, enrolment.learner) == enrolment
    assert cohort.steps.count() == 6


def test_a_join_form_sent_twice_makes_one_person(cohort):
    key = uuid.uuid4()

    first = join_as_new(cohort, join_key=key, password="x", **NAME)
    again = join_as_new(cohort, join_key=key, password="x", **NAME)

    assert first == again
    assert User.objects.count() == 1


def test_a_closed_cohort_takes_nobody_new(cohort, enrolment):
    close_joining(cohort)

    assert join(cohort, enrolment.learner) == enrolment
    with pytest.raises(CohortClosedError):
        join(cohort, make_account(password="x", **NAME))


def test_later_lessons_do_not_enter_a_running_cohort(cohort, enrolment, files):
    (files / "m2" / "m2l2.yaml").write_text(lesson_text("M2L2"))
    load_curriculum(files)

    assert len(way_of(enrolment).steps) == 6


def test_a_hidden_lesson_is_no_step_while_it_is_hidden(cohort, enrolment, settings):
    complete_step(enrolment, step("m1l1-lesson"))
    settings.PRODUCTION = True
    Lesson.objects.filter(code__in=["M1L1", "M1L2"]).update(needs_sign_off=True)

    way = way_of(enrolment)
    assert [found.step.slug for found in way.steps] == ["m1l1-lesson", "m2l1-lesson", "m2l1-check"]
    assert way.next.step.slug == "m2l1-lesson"
    assert not way.steps[0].is_shown  # done stays done, but has no page to go to

    Lesson.objects.update(signed_off_by="A lawyer", signed_off_on=timezone.localdate())
    assert len(way_of(enrolment).steps) == 6


def test_the_certificate_does_not_wait_for_a_lesson_that_was_hidden(client, enrolment):
    for slug in ("m1l1-lesson", "m1l1-check", "m1l2-lesson", "m1l2-check"):
        complete_step(enrolment, step(slug), score=1, tries=1)
    Lesson.objects.filter(code="M2L1").update(status=Lesson.Status.DRAFT)
    client.force_login(enrolment.learner)

    client.get("/en/way/")

    assert certificate_of(enrolment).lessons == 2


def test_the_first_lesson_comes_first_and_then_the_module_in_any_order(enrolment):
    assert states(enrolment) == ["now", "open", "ahead", "ahead", "ahead", "ahead"]

    complete_step(enrolment, step("m1l1-lesson"))
    complete_step(enrolment, step("m1l1-check"), score=1, tries=1)

    assert states(enrolment) == ["done", "done", "now", "open", "ahead", "ahead"]


def test_a_step_ahead_is_not_completed(enrolment):
    with pytest.raises(NotYetError):
        complete_step(enrolment, step("m2l1-lesson"))


def test_completing_twice_changes_nothing(enrolment):
    first = complete_step(enrolment, step("m1l1-lesson"))

    assert complete_step(enrolment, step("m1l1-lesson")) == first
    assert Completion.objects.count() == 1


def test_a_check_is_done_when_every_answer_is_right(enrolment):
    complete_step(enrolment, step("m1l1-lesson"))
    check = step("m1l1-check")

    assert list(try_check(answers("KC-M1L1", "A"), check, [enrolment]).values()) == [False]
    assert not Completion.objects.filter(step=check).exists()
    assert list(try_check(answers("KC-M1L1", "B"), check, [enrolment]).values()) == [True]

    done = Completion.objects.get(step=check)
    assert (done.score, done.tries) == (0, 2)
    assert not Tries.objects.exists()
    question = Question.objects.get(code="KC-M1L1")
    assert (question.first_tries, question.first_right) == (1, 0)


def test_a_check_without_an_answer_is_refused(enrolment):
    with pytest.raises(ValueError, match="KC-M1L1"):
        try_check({}, step("m1l1-check"), [enrolment])


def test_the_certificate_comes_with_the_last_lesson_and_never_waits_for_a_survey(cohort):
    survey = Step.objects.create(kind="survey", slug="s-post", title_km="ក", title_en="a")
    CohortStep.objects.create(cohort=cohort, step=survey, place=2, position=0)
    enrolment = join(cohort, make_account(password="x", family_name_latin="Chan", **NAME))
    for found in way_of(enrolment).course:
        assert certificate_of(enrolment) is None
        complete_step(enrolment, found.step)

    certificate = Certificate.objects.get()
    assert (certificate.modules, certificate.lessons) == (2, 3)
    assert (certificate.name_km, certificate.name_latin) == ("ចាន់ សុភា", "CHAN")
    assert way_of(enrolment).next.step == survey


def test_a_survey_done_in_one_cohort_is_done_in_every_cohort(cohort):
    survey = Step.objects.create(kind="survey", slug="s-pre", title_km="ក", title_en="a")
    other = Cohort.objects.create(name="D", ends_on=timezone.localdate())
    for group in (cohort, other):
        CohortStep.objects.create(cohort=group, step=survey, place=0, position=0)
    user = make_account(password="x", **NAME)
    complete_step(join(cohort, user), survey)

    way = way_of(join(other, user))

    assert way.steps[0].is_done
    assert not way.steps[1].is_done


@pytest.mark.parametrize("change", [{"is_open": False}, {"opens_on": "2999-01-01"}])
def test_a_step_that_is_closed_or_not_open_yet_is_no_step(cohort, enrolment, change):
    cohort.steps.filter(step__slug="m1l1-lesson").update(**change)

    assert way_of(enrolment).find(step("m1l1-lesson")) is None


def test_a_one_time_code_is_good_once(enrolment):
    trainer = make_account(password="x", **NAME)
    code = make_one_time_code(enrolment.learner, by=trainer)

    assert not choose_new_password(enrolment.learner, "WRONG222", "another-99")
    assert choose_new_password(enrolment.learner, code, "another-99")
    assert not choose_new_password(enrolment.learner, code, "another-98")

    assert User.objects.get(pk=enrolment.learner_id).check_password("another-99")
    assert AuditEntry.objects.get().action == "one-time code"
    assert code not in OneTimeCode.objects.values_list("digest", flat=True)


def test_five_wrong_tries_end_a_one_time_code(enrolment):
    code = make_one_time_code(enrolment.learner, by=enrolment.learner)

    for _ in range(5):
        assert not check_one_time_code(enrolment.learner, "WRONG222")

    assert not check_one_time_code(enrolment.learner, code)


def test_a_one_time_code_ends_after_a_day(enrolment):
    code = make_one_time_code(enrolment.learner, by=enrolment.learner)
    OneTimeCode.objects.update(expires_at=timezone.now())

    assert not check_one_time_code(enrolment.learner, code)


@pytest.mark.parametrize("lessons", [1, 3])
def test_the_way_takes_two_queries_whatever_its_length(cohort, lessons, django_assert_num_queries):
    Lesson.objects.exclude(code__in=["M1L1", "M1L2", "M2L1"][:lessons]).update(status="draft")
    join(cohort, make_account(password="x", **NAME))
    enrolment = Enrolment.objects.select_related("cohort").get()

    with django_assert_num_queries(2):
        way = way_of(enrolment)
        assert len(way.lessons) == lessons
        assert way.next.title == "មេរៀន M1L1"


def test_a_course_that_opens_later_is_on_the_way_and_waits(client, cohort, enrolment):
    cohort.course_opens_on = timezone.localdate() + timedelta(days=1)
    cohort.save()
    enrolment.refresh_from_db()

    assert states(enrolment) == ["ahead"] * 6
    assert way_of(enrolment).next is None
    with pytest.raises(NotYetError):
        complete_step(enrolment, step("m1l1-lesson"))

    cohort.course_opens_on = timezone.localdate()
    cohort.save()
    enrolment.refresh_from_db()

    assert states(enrolment)[0] == "now"
