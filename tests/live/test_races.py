"""What only a database with several writers at once can show."""

import pytest
from django.db import OperationalError, connection
from django.db.utils import load_backend

from quizzes.actions.responses import agree, ask, forget_drafts, withdraw
from quizzes.models import CohortWave, Draft
from tests.quizzes.conftest import *  # noqa: F403 - the small study

pytestmark = [pytest.mark.live("postgresql"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def somebody_else():
    """A second connection to the same database."""
    backend = load_backend(connection.settings_dict["ENGINE"])
    other = backend.DatabaseWrapper(connection.settings_dict, alias="other")
    yield other
    other.close()


@pytest.mark.parametrize("delete", [withdraw, forget_drafts])
def test_deleting_waits_for_a_write_beside_it(cohort, officer, somebody_else, delete):
    """A write puts all rows of the wave back; deleting meanwhile would not last."""
    agree(ask("small-pre", officer), consent_version=1, language="km")
    wave = CohortWave.objects.get(wave__name="pre")
    somebody_else.set_autocommit(False)
    with somebody_else.cursor() as cursor:
        cursor.execute("SELECT 1 FROM quizzes_cohortwave WHERE id = %s FOR UPDATE", [wave.pk])

        with connection.cursor() as own:
            own.execute("SET lock_timeout = '100ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            delete(officer)

    assert Draft.objects.count() == 1
    somebody_else.rollback()
    delete(officer)
    assert not Draft.objects.exists()
