"""Rows whose order must not tell when each was written."""

from django.db.models import Model, QuerySet

A_STATEMENT = 1000  # rows; an import writes a hundred thousand


def write_in_key_order(rows: QuerySet, *written: Model) -> None:
    """Write these rows, added or changed, and with them all others of the set anew, by their keys.

    Keys are random. Random keys alone do not hide the order of arrival: PostgreSQL dumps a table
    in the order of its heap, SQLite numbers rows as they come. The caller holds a lock on what the
    set belongs to, in a transaction; nothing may point at the rows.
    """
    together = {row.pk: row for row in rows} | {row.pk: row for row in written}
    rows.delete()
    ordered = [together[pk] for pk in sorted(together, key=sort_key)]
    rows.model.objects.bulk_create(ordered, batch_size=A_STATEMENT)


def sort_key(pk):
    """UUIDs by their text, in which both databases show them; numbers as numbers."""
    return pk if isinstance(pk, int) else str(pk)
