from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from training.checks import check_trigrams


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = _("Training")

    def ready(self):
        from training.models import triggers  # noqa: PLC0415 - models can be read only now

        register(check_trigrams, Tags.database)
        triggers.keep_triggers(self, triggers.triggers)
