import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0004_every_wave_has_a_version"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Card",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("batch", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=9, unique=True)),
                (
                    "study_cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to="quizzes.studycohort",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9A-HJKMNP-TV-Z]{9}$")),
                        name="card_code_is_of_its_alphabet",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("batch__gte", 1)), name="card_batches_begin_at_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=16)),
                ("sealed", models.BinaryField()),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "cohort_wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="quizzes.cohortwave",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="quizzes.wave",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z2-7]{16}$")),
                        name="paperentry_is_filed_under_a_participant_code",
                    ),
                    models.UniqueConstraint(
                        fields=("wave", "code", "number"), name="paper_is_typed_in_once_each_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__in", [1, 2])),
                        name="paper_is_typed_in_twice_at_most",
                    ),
                ],
            },
        ),
    ]
