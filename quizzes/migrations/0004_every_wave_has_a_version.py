import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0003_fill_planned_days_and_versions")]

    operations = [
        migrations.AlterField(
            model_name="wave",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="waves",
                to="quizzes.instrumentversion",
            ),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('opens_after', None), ('closes_after__gte', models.F('opens_after')), _connector='OR'), name='wave_is_planned_to_close_after_it_opens'),
        ),
    ]
