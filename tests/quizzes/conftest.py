"""A small study: five items, two waves, one cohort of officers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from quizzes.actions.instruments import load_instrument
from quizzes.actions.studies import add_cohort, make_study
from quizzes.keys import make_keys
from training.actions.enrolment import join
from training.actions.people import make_account
from training.models import Cohort, Role

INSTRUMENT = """
code: SMALL
version: 1
title: {km: ការស្ទង់មតិខ្លី, en: Small survey}
option_sets:
  agree5:
    - {value: 1, label: {km: មិនយល់ស្របទាំងស្រុង, en: Strongly disagree}}
    - {value: 2, label: {km: មិនយល់ស្រប, en: Disagree}}
    - {value: 3, label: {km: មិនច្បាស់, en: Not sure}}
    - {value: 4, label: {km: យល់ស្រប, en: Agree}}
    - {value: 5, label: {km: យល់ស្របទាំងស្រុង, en: Strongly agree}}
  yesno:
    - {value: 1, label: {km: ធ្លាប់, en: 'Yes'}}
    - {value: 2, label: {km: មិនធ្លាប់, en: 'No'}}
scales:
  - {code: view, label: {km: ទស្សនៈ, en: View}, short: {km: ទស្សនៈ, en: View}, min_answered: 0.5}
items:
  - {code: Q1, kind: attitude, options: agree5, scale: view, text: {km: ប្រយោគមួយ, en: First}, short: {km: មួយ, en: First}}
  - {code: Q2, kind: attitude, options: agree5, scale: view, reverse: true, text: {km: ប្រយោគពីរ, en: Second}, short: {km: ពីរ, en: Second}}
  - {code: K1, kind: knowledge, options: yesno, right: 1, text: {km: សំណួរ, en: Third}, short: {km: បី, en: Third}}
  - {code: D1, kind: demographic, options: yesno, identifying: true, waves: [pre], text: {km: អំពីខ្លួន, en: Fourth}, short: {km: បួន, en: Fourth}}
"""  # noqa: E501


@pytest.fixture
def version(db):
    return load_instrument(INSTRUMENT)[0]


@pytest.fixture
def study(version, settings, tmp_path):
    settings.KEY_DIR = tmp_path
    study = make_study("SMALL", version, ["pre", "post"])
    make_keys(study)
    return study


@pytest.fixture
def cohort(study):
    cohort = Cohort.objects.create(name="Cohort", ends_on=timezone.localdate() + timedelta(days=30))
    add_cohort(study, cohort)
    return cohort


@pytest.fixture
def officer(cohort):
    return officers(cohort, 1)[0]


def officers(cohort, count):
    """People who have joined the cohort."""
    made = []
    for n in range(count):
        user = make_account(
            roles=[Role.OFFICER], family_name_km="ចាន់", given_name_km=f"សុភា{n}", password="a"
        )
        join(cohort, user)
        made.append(user)
    return made
