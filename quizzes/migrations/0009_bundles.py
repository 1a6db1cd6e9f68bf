from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('quizzes', '0008_unpublishing_and_hash'),
    ]

    operations = [
        migrations.AlterField(
            model_name='export',
            name='format',
            field=models.CharField(choices=[('csv', 'CSV, one row a participant'), ('zip', 'one ZIP for every program, with codebook and report')], default='zip', max_length=8),
        ),
    ]
