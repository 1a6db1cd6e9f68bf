from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('quizzes', '0007_declared_before_the_first_answer'),
    ]

    operations = [
        migrations.AlterField(
            model_name='export',
            name='format',
            field=models.CharField(choices=[('csv', 'CSV, one row a participant'), ('zip', 'one ZIP for every program, with codebook and report')], default='csv', max_length=8),
        ),
    ]
