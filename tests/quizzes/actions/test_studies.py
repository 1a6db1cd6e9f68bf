from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override

from quizzes.actions.instruments import load_instrument
from quizzes.actions.responses import agree, ask, send, withdraw
from quizzes.actions.studies import (
    StudyError,
    add_cohort,
    close_wave,
    declare,
    extend_wave,
    make_study,
    sweep_studies,
    take_up_version,
)
from quizzes.keys import destroy_link_key, key_path, make_keys
from quizzes.models import CohortWave, InstrumentVersion, Quarantine, Response, Study
from tests.factories import LessonFactory
from tests.quizzes.conftest import INSTRUMENT, officers
from tests.quizzes.instruments.test_parse import in_one_language, measured
from training.actions.progress import NotYetError, complete_step
from training.models import AuditEntry, Cohort, CohortStep
from training.models.way import way_of

pytestmark = pytest.mark.django_db


def survey_steps(cohort):
    return {step.step.slug: step.is_open for step in cohort.steps.filter(step__kind="survey")}


def test_a_study_has_its_waves_with_a_step_each(study):
    assert [(wave.name, wave.step.slug) for wave in study.waves.all()] == [
        ("pre", "small-pre"),
        ("post", "small-post"),
    ]
    assert study.min_group == 10


@pytest.mark.parametrize(
    ("waves", "least"),
    [(["post", "pre"], None), (["pre", "later"], None), ([], None), (["pre"], 4)],
)
def test_a_wrong_study_is_refused(version, waves, least):
    with pytest.raises(StudyError):
        make_study("X", version, waves, min_group=least)


def test_keys_are_made_once(study):
    with pytest.raises(FileExistsError):
        make_keys(study)


def test_the_way_of_a_cohort_has_its_surveys_around_the_course(cohort):
    places = {step.step.slug: step.place for step in cohort.steps.filter(step__kind="survey")}

    assert places == {
        "small-pre": CohortStep.Place.BEFORE,
        "small-post": CohortStep.Place.AFTER,
    }
    assert survey_steps(cohort) == {"small-pre": True, "small-post": True}


def test_a_cohort_that_has_begun_is_not_added(study, cohort):
    user = officers(cohort, 1)[0]
    enrolment = user.enrolments.get()
    complete_step(enrolment, way_of(enrolment).next.step)
    other = make_study("OTHER", study.version, ["pre"])

    with override("en"), pytest.raises(StudyError, match="has begun"):
        add_cohort(other, cohort)


def test_closing_a_wave_takes_its_step_out_of_the_way(cohort):
    wave = CohortWave.objects.get(wave__name="pre")

    close_wave(wave)
    close_wave(wave)

    assert survey_steps(cohort) == {"small-pre": False, "small-post": True}


def test_without_keys_no_survey_is_a_step_and_with_them_it_is_again(study, cohort):
    path = key_path(study)
    kept = path.read_bytes()
    path.unlink()

    sweep_studies()
    assert survey_steps(cohort) == {"small-pre": False, "small-post": False}

    path.write_bytes(kept)
    sweep_studies()
    assert survey_steps(cohort) == {"small-pre": True, "small-post": True}


def test_destroying_the_link_key_closes_the_surveys(study, cohort):
    destroy_link_key(study)
    sweep_studies()

    assert survey_steps(cohort) == {"small-pre": False, "small-post": False}


def test_the_sweep_closes_waves_whose_day_has_passed(cohort):
    day = timezone.localdate()
    CohortWave.objects.filter(wave__name="pre").update(closes_on=day - timedelta(days=1))
    CohortWave.objects.filter(wave__name="post").update(closes_on=day)

    sweep_studies()

    assert [row.closed_at is None for row in CohortWave.objects.order_by("wave__position")] == [
        False,
        True,
    ]


def test_a_follow_up_opens_on_its_day(version, settings, tmp_path):
    settings.KEY_DIR = tmp_path
    study = make_study("F", version, ["pre", "fu3"])
    make_keys(study)
    cohort = Cohort.objects.create(
        name="F", starts_on=timezone.localdate(), ends_on=timezone.localdate()
    )
    add_cohort(study, cohort)
    enrolment = officers(cohort, 1)[0].enrolments.get()

    assert [step.step.slug for step in way_of(enrolment).steps] == ["f-pre"]
    cohort.steps.filter(step__slug="f-fu3").update(opens_on=timezone.localdate())
    assert [step.step.slug for step in way_of(enrolment).steps] == ["f-pre", "f-fu3"]


@pytest.mark.parametrize("code", ["", "my study", "A/B", "../evil", "1A", "A" * 17, "ក", "small"])
def test_a_study_code_fits_an_address_and_a_file(study, version, code):
    """The last one is the study's own in small letters."""
    with pytest.raises(StudyError):
        make_study(code, version, ["pre"])

    assert [found.code for found in Study.objects.all()] == ["SMALL"]


@pytest.mark.parametrize("code", ["A B", "small"])
def test_the_database_refuses_such_a_code_too(study, version, code):
    with pytest.raises(IntegrityError):
        Study.objects.create(code=code, version=version, min_group=10)


def test_a_wave_cannot_close_before_it_opens(cohort):
    with pytest.raises(IntegrityError):
        CohortWave.objects.update(opens_on=F("closes_on") + timedelta(days=1))


def test_late_pages_are_dropped_after_ninety_days(cohort):
    row = CohortWave.objects.first()
    for n, days in enumerate((91, 90)):
        Quarantine.objects.create(
            wave=row.wave,
            cohort_wave=row,
            code="ABCDEFGHIJKLMNO" + "PQ"[n],
            sealed=b"x",
            arrived_on=timezone.localdate() - timedelta(days=days),
        )

    sweep_studies()

    assert [late.code for late in Quarantine.objects.all()] == ["ABCDEFGHIJKLMNOQ"]


@pytest.mark.parametrize("text", [measured(), in_one_language("en")], ids=["number", "English"])
def test_what_the_pages_cannot_ask_is_asked_of_nobody(settings, tmp_path, text):
    settings.KEY_DIR = tmp_path
    version, _ = load_instrument(text)
    study = make_study("LOADED", version, ["pre"])
    make_keys(study)
    cohort = Cohort.objects.create(name="C", ends_on=timezone.localdate() + timedelta(days=30))
    add_cohort(study, cohort)
    user = officers(cohort, 1)[0]

    assert not version.is_askable
    assert survey_steps(cohort) == {"loaded-pre": False}
    assert ask("loaded-pre", user) is None

    sweep_studies()

    assert survey_steps(cohort) == {"loaded-pre": False}


def test_what_is_in_both_languages_and_has_no_number_can_be_asked(version, officer):
    assert version.is_askable
    assert ask("small-pre", officer)


# planned days and declarations


def test_waves_are_planned_in_days_after_the_end_of_a_cohort(version):
    planned = {"pre": (None, 0), "fu3": (60, 75)}

    study = make_study("PLAN", version, ["pre", "post", "fu3"], planned=planned)

    assert list(study.waves.values_list("name", "opens_after", "closes_after")) == [
        ("pre", None, 0),
        ("post", None, 14),
        ("fu3", 60, 75),
    ]


@pytest.mark.parametrize("planned", [{"pre": (3, 9)}, {"post": (9, 8)}])
def test_days_that_cannot_be_are_refused(version, planned):
    with pytest.raises(StudyError):
        make_study("PLAN", version, ["pre", "post"], planned=planned)


DECLARED = {"subgroups": ["D1"], "bands": {"view": 0.5}, "family": ["Q1", "K1"]}


def declared(study):
    study = Study.objects.get(pk=study.pk)
    return {name: getattr(study, name) for name in DECLARED}


def begin(user, wave="pre"):
    asked = ask(f"small-{wave}", user)
    agree(asked, consent_version=1, language="km")
    return asked


def test_a_study_declares_what_it_looks_at(version):
    with time_machine.travel("2026-03-01 09:00+07:00", tick=False):
        study = make_study("DECL", version, ["pre"], **DECLARED)
        plain = make_study("PLAIN", version, ["pre"])

    assert (declared(study), study.declared_on) == (DECLARED, date(2026, 3, 1))
    assert declared(plain) == {"subgroups": [], "bands": {}, "family": []}
    assert plain.declared_on == date(2026, 3, 1)


def test_a_band_that_is_not_declared_is_that_of_the_instrument(version):
    version.scales.update(band=2)
    scale = version.scales.get()
    bands = [{}, {"view": 0.5}, {"view": None}]

    studies = [
        make_study(f"B{n}", version, ["pre"], bands=declared) for n, declared in enumerate(bands)
    ]

    assert [study.band_of(scale) for study in studies] == [2, 0.5, None]


WRONG = [
    {"subgroups": ["Q1"]},  # an attitude makes no subgroup
    {"subgroups": ["D9"]},
    {"bands": {"other": 1}},
    {"bands": {"view": 0}},
    {"family": ["D1"]},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_the_version_has_not_is_not_declared(study, version, wrong):
    with pytest.raises(StudyError):
        make_study("WRONG", version, ["pre"], **wrong)
    with pytest.raises(StudyError):
        declare(study, **({"subgroups": [], "bands": {}, "family": []} | wrong))

    assert not Study.objects.filter(code="WRONG").exists()
    assert declared(study) == {"subgroups": [], "bands": {}, "family": []}


def test_until_somebody_answers_it_may_be_declared_anew(study, cohort):
    with time_machine.travel("2090-03-01 09:00+07:00", tick=False):
        declare(study, **DECLARED)

    study.refresh_from_db()
    assert (declared(study), study.declared_on) == (DECLARED, date(2090, 3, 1))
    entries = AuditEntry.objects.values_list("action", "thing")
    assert list(entries) == [("declare", f"study {study.pk}")]


def test_from_the_first_answer_on_it_stays(study, officer):
    asked = begin(officer)
    with override("en"), pytest.raises(StudyError, match="Somebody has answered"):
        declare(study, **DECLARED)
    send(asked)
    with pytest.raises(StudyError):
        declare(study, **DECLARED)

    assert declared(study) == {"subgroups": [], "bands": {}, "family": []}


def test_answers_of_another_study_fix_nothing_here(study, officer):
    other = make_study("OTHER", study.version, ["pre"])
    begin(officer)

    declare(other, **DECLARED)

    assert declared(other) == DECLARED


def test_where_every_answer_was_withdrawn_nothing_is_fixed(study, officer):
    send(begin(officer))
    withdraw(officer)

    declare(study, **DECLARED)

    assert declared(study) == DECLARED


# a later version


@pytest.fixture
def later(version):
    return load_instrument(
        INSTRUMENT.replace("version: 1", "version: 2").replace("en: First", "en: Newer", 1)
    )[0]


def wave_named(study, name):
    return study.waves.get(name=name)


def test_a_wave_takes_up_a_later_version_and_asks_it(study, officer, later):
    take_up_version(wave_named(study, "pre"), later)

    assert ask("small-pre", officer).version == later
    assert wave_named(study, "post").version == study.version
    entries = AuditEntry.objects.values_list("action", "thing")
    assert list(entries) == [("take up version", f"wave {wave_named(study, 'pre').pk}")]
    send(begin(officer))
    assert Response.objects.get().version == later


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_wave_that_was_answered_keeps_its_version(study, officer, later, is_sent):
    asked = begin(officer)
    if is_sent:
        send(asked)

    with pytest.raises(StudyError):
        take_up_version(wave_named(study, "pre"), later)
    take_up_version(wave_named(study, "post"), later)  # which nobody has answered

    assert [wave.version for wave in study.waves.all()] == [study.version, later]


def test_no_earlier_version_nor_that_of_another_survey_is_taken_up(study, version, later):
    wave = wave_named(study, "pre")
    other, _ = load_instrument(
        INSTRUMENT.replace("SMALL", "OTHER").replace("version: 1", "version: 9")
    )
    numbers, _ = load_instrument(measured().replace("version: 1", "version: 7"))
    assert numbers.instrument == version.instrument
    take_up_version(wave, later)

    for wrong in (version, later, other, numbers):
        with pytest.raises(StudyError):
            take_up_version(wave, wrong)

    assert wave_named(study, "pre").version == later


def test_who_read_the_consent_of_the_version_before_begins_nothing(study, officer, later):
    asked = ask("small-pre", officer)
    take_up_version(wave_named(study, "pre"), later)

    agree(asked, consent_version=1, language="km")

    assert asked.draft() is None
    assert not InstrumentVersion.objects.exclude(frozen_on=None).exists()


# a group that waits


@pytest.fixture
def waiting(version, settings, tmp_path):
    """A comparison cohort: joined on 1 March, second survey 20 to 29 April, course on 4 May."""
    settings.KEY_DIR = tmp_path
    study = make_study("SMALL", version, ["pre", "post", "fu3"])
    make_keys(study)
    LessonFactory()
    with time_machine.travel("2026-03-01 09:00+07:00", tick=False):
        cohort = Cohort.objects.create(name="Waiting", ends_on=date(2026, 6, 30))
        add_cohort(study, cohort, is_comparison=True, **WAITING_DAYS)
        officers(cohort, 1)
    return cohort


WAITING_DAYS = {
    "post_opens_on": date(2026, 4, 20),
    "post_closes_on": date(2026, 4, 29),
    "starts_on": date(2026, 5, 4),
}


def at(day):
    return time_machine.travel(f"{day} 09:00+07:00", tick=False)


def taken(enrolment):
    """Take every step that can be taken now, and say which."""
    slugs = []
    while place := way_of(enrolment).next:
        is_check = place.step.kind == "check"
        complete_step(enrolment, place.step, **({"score": 2, "tries": 1} if is_check else {}))
        slugs.append(place.step.slug)
    return slugs


def test_a_waiting_group_answers_both_surveys_before_its_course_opens(waiting):
    enrolment = waiting.enrolments.get()
    days = ["2026-03-02", "2026-04-19", "2026-04-20", "2026-05-03", "2026-05-04", "2026-09-27"]

    found = {}
    for day in [*days, "2026-09-28"]:
        with at(day):
            sweep_studies()
            found[day] = taken(enrolment)

    assert found == {
        "2026-03-02": ["small-pre"],
        "2026-04-19": [],
        "2026-04-20": ["small-post"],
        "2026-05-03": [],
        "2026-05-04": ["m1l1-lesson", "m1l1-check"],
        "2026-09-27": [],
        "2026-09-28": ["small-fu3"],  # 90 days after the end of its own course
    }


def test_the_course_of_a_waiting_group_is_on_its_way_and_waits(waiting):
    enrolment = waiting.enrolments.get()
    lesson = waiting.steps.get(step__slug="m1l1-lesson").step
    with at("2026-03-02"):
        taken(enrolment)
        way = way_of(enrolment)
        with pytest.raises(NotYetError):
            complete_step(enrolment, lesson)
        assert way.course_opens_on == date(2026, 5, 4)

    assert [(step.step.slug, step.state) for step in way.steps] == [
        ("small-pre", "done"),
        ("m1l1-lesson", "ahead"),
        ("m1l1-check", "ahead"),
    ]
    with at("2026-05-04"):
        assert way_of(enrolment).course_opens_on is None


def test_each_survey_of_a_waiting_group_ends_before_the_next_thing(waiting):
    waves = CohortWave.objects.values_list("wave__name", "opens_on", "closes_on")

    assert list(waves) == [
        ("pre", None, date(2026, 4, 19)),
        ("post", date(2026, 4, 20), date(2026, 4, 29)),
        ("fu3", date(2026, 9, 28), date(2026, 10, 28)),
    ]
    steps = waiting.steps.exclude(place=CohortStep.Place.COURSE)
    assert list(steps.values_list("step__slug", "place", "closes_on")) == [
        ("small-pre", CohortStep.Place.BEFORE, date(2026, 4, 19)),
        ("small-post", CohortStep.Place.BEFORE, date(2026, 4, 29)),
        ("small-fu3", CohortStep.Place.AFTER, date(2026, 10, 28)),
    ]


def test_who_missed_the_second_survey_begins_the_course_all_the_same(waiting):
    enrolment = waiting.enrolments.get()
    with at("2026-03-02"):
        taken(enrolment)
    with at("2026-05-04"):
        sweep_studies()

        assert taken(enrolment) == ["m1l1-lesson", "m1l1-check"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"post_opens_on": date(2026, 3, 1)},  # today
        {"post_opens_on": date(2026, 4, 30)},  # after it closes
        {"post_closes_on": date(2026, 5, 4)},  # on the day of the course
        {"post_opens_on": None},
        {"post_closes_on": None},
        {"starts_on": date(2026, 7, 1)},  # after the cohort ends
    ],
)
def test_days_of_a_waiting_group_stand_in_their_order(study, wrong):
    cohort = Cohort.objects.create(name="W", starts_on=date(2026, 3, 1), ends_on=date(2026, 6, 30))

    with at("2026-03-01"), pytest.raises(StudyError):
        add_cohort(study, cohort, is_comparison=True, **(WAITING_DAYS | wrong))

    cohort.refresh_from_db()
    assert (cohort.course_opens_on, list(cohort.steps.all())) == (None, [])


def test_two_studies_cannot_let_a_cohort_wait_until_two_days(waiting, version):
    other = make_study("OTHER", version, ["pre", "post"])
    later = WAITING_DAYS | {"starts_on": date(2026, 5, 5)}
    with at("2026-03-02"):
        with pytest.raises(StudyError):
            add_cohort(other, waiting, is_comparison=True, **later)
        add_cohort(other, waiting, is_comparison=True, **WAITING_DAYS)

    waiting.refresh_from_db()
    assert waiting.course_opens_on == date(2026, 5, 4)


# a later last day


def last_days(cohort, name):
    row = CohortWave.objects.get(wave__name=name)
    return row.closes_on, cohort.steps.get(step__slug=f"small-{name}").closes_on


def test_an_open_wave_may_close_later(cohort):
    row = CohortWave.objects.get(wave__name="post")
    day = row.closes_on + timedelta(days=1)

    extend_wave(row, day)

    assert last_days(cohort, "post") == (day, day)
    entries = AuditEntry.objects.values_list("action", "thing")
    assert list(entries) == [("extend wave", f"cohortwave {row.pk}")]


@pytest.mark.parametrize("days", [0, -1])
def test_no_wave_closes_earlier_than_was_promised(cohort, days):
    row = CohortWave.objects.get(wave__name="post")
    before = last_days(cohort, "post")

    with pytest.raises(StudyError):
        extend_wave(row, row.closes_on + timedelta(days=days))

    assert last_days(cohort, "post") == before


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_wave_whose_last_day_has_passed_is_not_opened_again(cohort, is_swept):
    row = CohortWave.objects.get(wave__name="post")
    day = row.closes_on + timedelta(days=1)
    with time_machine.travel(day, tick=False):
        if is_swept:
            sweep_studies()
        with pytest.raises(StudyError):
            extend_wave(row, day + timedelta(days=9))

    assert last_days(cohort, "post") == (row.closes_on, row.closes_on)


def test_a_waiting_group_is_not_asked_twice_at_the_same_time(waiting):
    pre, post = (CohortWave.objects.get(wave__name=name) for name in ("pre", "post"))
    with at("2026-03-02"):
        extend_wave(post, date(2026, 5, 3))
        for row, day in ((pre, date(2026, 4, 20)), (post, date(2026, 5, 4))):
            with pytest.raises(StudyError):
                extend_wave(row, day)

    assert last_days(waiting, "post") == (date(2026, 5, 3), date(2026, 5, 3))


def test_closing_by_the_day_is_in_the_audit_and_by_nobody(cohort):
    row = CohortWave.objects.get(wave__name="pre")
    with time_machine.travel(row.closes_on + timedelta(days=1), tick=False):
        sweep_studies()

    entries = AuditEntry.objects.filter(action="close wave").values_list("thing", "actor")
    assert (f"cohortwave {row.pk}", None) in entries
