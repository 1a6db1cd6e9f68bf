"""Rows whose order must not tell when each was written."""

from django.db.models import Model, QuerySet


def write_in_key_order(rows: QuerySet, *written: Model) -> None:
    """Write these rows, added or changed, and with them all others of the set anew, by their keys.

    Keys are random. Random keys alone do not hide the order of arrival: PostgreSQL dumps a table
    in the order of its heap, SQLite numbers rows as they come. The caller holds a lock on what the
    set belongs to, in a transaction; nothing may point at the rows.
    """
    together = {row.pk: row for row in rows} | {row.pk: row for row in written}
    rows.delete()
    rows.model.objects.bulk_create(together[pk] for pk in sorted(together, key=sort_key))


def sort_key(pk):
    """UUIDs by their text, in which both databases show them; numbers as numbers."""
    return pk if isinstance(pk, int) else str(pk)
