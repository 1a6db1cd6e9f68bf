from django.db import migrations

OPENS_AFTER = {"fu3": 90, "fu6": 180}
CLOSES_AFTER = {"pre": 14, "post": 14, "fu3": 120, "fu6": 210}


def fill_waves(apps, schema_editor):
    """What was the same for every study until now, and stood in the code."""
    for wave in apps.get_model("quizzes", "Wave").objects.select_related("study"):
        wave.version_id = wave.study.version_id
        wave.opens_after = OPENS_AFTER.get(wave.name)
        wave.closes_after = CLOSES_AFTER[wave.name]
        wave.save()


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0002_versions_numbers_and_planned_days")]

    operations = [migrations.RunPython(fill_waves, migrations.RunPython.noop)]
