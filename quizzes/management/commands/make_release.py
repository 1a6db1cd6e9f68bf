from django.core.management.base import BaseCommand, CommandError, no_translations

from quizzes.actions.releases import ReleaseError, request_release
from quizzes.keys import KeysMissingError
from quizzes.models import CohortWave, Study
from quizzes.reports.build import build_release
from training.actions.jobs import finish
from training.models import Job


class Command(BaseCommand):
    help = "Freeze closed waves of cohorts as a release; prints its id alone."

    def add_arguments(self, parser):
        parser.add_argument("--study", required=True)
        parser.add_argument("--waves", help="pre,post; without it every wave of the study")
        parser.add_argument("--cohorts", help="names or join codes; without it every cohort")

    @no_translations
    def handle(self, *, study, waves, cohorts, **options):
        found = Study.objects.filter(code=study).first()
        if found is None:
            raise CommandError(f"There is no study {study}.")
        rows = self.chosen(found, waves, cohorts)
        try:
            release = request_release(found, rows)
            build_release(release)
            finish(release.job, Job.State.DONE)
        except (ReleaseError, KeysMissingError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(release.pk))

    def chosen(self, study, waves, cohorts) -> list[CohortWave]:
        rows = list(
            CohortWave.objects.filter(study_cohort__study=study).select_related(
                "wave", "study_cohort__cohort"
            )
        )
        if waves:
            names = set(waves.split(","))
            if unknown := names - {row.wave.name for row in rows}:
                raise CommandError(f"{study} has no wave {', '.join(sorted(unknown))}.")
            rows = [row for row in rows if row.wave.name in names]
        if cohorts:
            names = set(cohorts.split(","))
            known = {name for row in rows for name in self.names(row)}
            if unknown := names - known:
                raise CommandError(f"{study} has no cohort {', '.join(sorted(unknown))}.")
            rows = [row for row in rows if self.names(row) & names]
        return rows

    def names(self, row):
        return {row.study_cohort.cohort.name, row.study_cohort.cohort.join_code}
