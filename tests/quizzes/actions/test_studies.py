from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override

from quizzes.actions.instruments import load_instrument
from quizzes.actions.responses import ask
from quizzes.actions.studies import StudyError, add_cohort, close_wave, make_study, sweep_studies
from quizzes.keys import destroy_link_key, key_path, make_keys
from quizzes.models import CohortWave, Quarantine, Study
from tests.quizzes.conftest import officers
from tests.quizzes.instruments.test_parse import in_one_language, measured
from training.actions.progress import complete_step
from training.models import Cohort, CohortStep
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
