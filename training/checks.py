"""What a check of the database finds; `manage.py migrate` and `check --database default` ask."""

from django.core.checks import Warning
from django.db import connections


def check_trigrams(databases=None, **kwargs):
    """Whether PostgreSQL sees letters in Khmer. If not, the search's index is empty of Khmer."""
    return [
        Warning(
            f"The locale of the PostgreSQL database {alias!r} knows no Khmer letters, so that its "
            "search reads every row instead of its index.",
            hint="Make the database with a UTF-8 locale: createdb --template=template0 "
            "--encoding=UTF8 --locale=C.UTF-8, then restore the backup into it.",
            id="training.W001",
        )
        for alias in databases or []
        if connections[alias].vendor == "postgresql" and not makes_trigrams(connections[alias])
    ]


def makes_trigrams(connection) -> bool:
    """Before the first migration there is no show_trgm yet; then the locale's letters tell."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        by_extension, by_locale = "SELECT show_trgm('ក') <> '{}'", "SELECT 'ក' ~ '[[:alpha:]]'"
        cursor.execute(by_extension if cursor.fetchone() else by_locale)
        return cursor.fetchone()[0]
