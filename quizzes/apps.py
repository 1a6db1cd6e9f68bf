from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Measuring")

    def ready(self):
        from quizzes.models import triggers  # noqa: PLC0415 - models can be read only now

        pre_migrate.connect(triggers.drop_triggers, sender=self)
        post_migrate.connect(triggers.make_triggers, sender=self)
