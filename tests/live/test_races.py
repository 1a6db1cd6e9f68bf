"""What only a database with several writers at once can show."""

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.utils import load_backend

from quizzes.actions.releases import cancel_work, request_release
from quizzes.actions.responses import agree, ask, forget_drafts, withdraw
from quizzes.models import CohortWave, Draft, Release
from quizzes.reports.build import build_release
from tests.quizzes.actions.test_releases import finished, waves_of
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


@pytest.mark.parametrize("write", [build_release, cancel_work])
def test_a_release_is_stored_or_cancelled_one_after_the_other(study, somebody_else, write):
    """Whoever comes second sees what the first one did: nothing is both stored and cancelled."""
    release = request_release(study, waves_of(finished(study)))
    somebody_else.set_autocommit(False)
    with somebody_else.cursor() as cursor:
        cursor.execute("SELECT 1 FROM quizzes_release WHERE id = %s FOR UPDATE", [release.pk])

        with connection.cursor() as own:
            own.execute("SET lock_timeout = '100ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            write(release)

        cursor.execute("UPDATE training_job SET state = 'cancelled'")
    somebody_else.commit()
    if write is build_release:
        with pytest.raises(IntegrityError, match="cancelled"):
            build_release(release)
    else:
        assert not cancel_work(release)
    assert Release.objects.get().built_at is None
