from django.utils import timezone

from quizzes.actions.studies import sweep_studies
from training.actions import jobs
from training.actions.progress import show_survey_steps
from training.models import Job

MIDNIGHT = "midnight"


def sweep() -> int:
    """What has to be looked at again and again. Returns how many jobs were revived."""
    midnight()
    sweep_studies()
    return jobs.sweep()


def midnight() -> None:
    """Once a day: boards show the survey steps done until the day before."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    if not Job.objects.filter(task=MIDNIGHT, created_at__gte=today).exists():
        Job.objects.create(task=MIDNIGHT, state=Job.State.DONE)
        show_survey_steps()
