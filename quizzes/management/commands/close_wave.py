from django.core.management.base import BaseCommand, CommandError, no_translations

from quizzes.actions.studies import close_wave
from quizzes.models import CohortWave


class Command(BaseCommand):
    help = "Close a wave for good: its answers freeze, what was not sent is deleted."

    def add_arguments(self, parser):
        parser.add_argument("--study", required=True)
        parser.add_argument("--wave", required=True)
        parser.add_argument("--cohort", help="its join code or name; without it all cohorts")

    @no_translations
    def handle(self, *, study, wave, cohort, **options):
        rows = CohortWave.objects.filter(study_cohort__study__code=study, wave__name=wave)
        if cohort:
            rows = rows.filter(study_cohort__cohort__name=cohort) or rows.filter(
                study_cohort__cohort__join_code=cohort
            )
        if not rows:
            raise CommandError("There is no such wave of such a cohort in this study.")
        waiting = [row for row in rows if not row.closed_at]
        for row in waiting:
            close_wave(row)
        self.stdout.write(f"{len(waiting)} closed.")
