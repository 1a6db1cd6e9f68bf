from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Measuring")

    def ready(self):
        # ruff: noqa: PLC0415 - models can be read only now
        from quizzes.models.triggers import triggers
        from training.models.triggers import keep_triggers

        keep_triggers(self, triggers)
