"""On PostgreSQL the search has an index of trigrams: it finds words inside runs of Khmer."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

NAME = "search_key_trigrams"


def make_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # Without fastupdate: after a load all rows are new, and would lie in the index's list of
        # what is still to be sorted in, so that until a vacuum each search read every row.
        schema_editor.execute(
            f"CREATE INDEX {NAME} ON training_searchentry USING gin (key gin_trgm_ops) "
            "WITH (fastupdate = off)"
        )


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX {NAME}")


class Migration(migrations.Migration):
    dependencies = [("training", "0002_the_whole_course")]

    operations = [TrigramExtension(), migrations.RunPython(make_index, drop_index)]
