from django.db import migrations, models


def fill_last_days(apps, schema_editor):
    """The way of a cohort says until when its surveys are open."""
    steps = apps.get_model("training", "CohortStep").objects.filter(step__kind="survey")
    waves = apps.get_model("quizzes", "CohortWave").objects.select_related("wave")
    for row in waves.select_related("study_cohort"):
        cohort, step = row.study_cohort.cohort_id, row.wave.step_id
        steps.filter(cohort=cohort, step=step).update(closes_on=row.closes_on)


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0006_crosswalk"),
        ("training", "0004_steps_open_on_a_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="study",
            name="bands",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="study",
            name="declared_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="study",
            name="family",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="study",
            name="subgroups",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.RunPython(fill_last_days, migrations.RunPython.noop),
    ]
