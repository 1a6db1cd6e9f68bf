import pytest
from django.core.checks import run_checks
from django.db import connection, connections

from training.checks import check_trigrams

pytestmark = pytest.mark.django_db


def test_the_database_of_the_tests_is_in_order():
    assert run_checks(databases=["default"], tags=["database"]) == []


@pytest.fixture(params=[False, True], ids=["before the first migration", "after"])
def database(request, django_db_blocker):
    """A database like the site's. On PostgreSQL its locale has no letters but ASCII's."""
    if connection.vendor != "postgresql":
        yield "default"
        return
    with django_db_blocker.unblock():
        name = f"{connection.settings_dict['NAME']}_c"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 LOCALE 'C'")
        connections.databases["c"] = {**connections.databases["default"], "NAME": name}
        try:
            if request.param:
                with connections["c"].cursor() as cursor:
                    cursor.execute("CREATE EXTENSION pg_trgm")
            yield "c"
        finally:
            connections["c"].close()
            del connections["c"], connections.databases["c"]
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}"')


def test_a_locale_without_khmer_letters_is_told_in_plain_words(database):
    found = check_trigrams(databases=[database])

    assert [warning.id for warning in found] == ["training.W001"] * (database == "c")
    assert all("'c' knows no Khmer letters" in warning.msg for warning in found)
