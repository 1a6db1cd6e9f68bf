"""The Celery app. Jobs are rows (training.models.Job); a message only says which one to look at."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("spean")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
