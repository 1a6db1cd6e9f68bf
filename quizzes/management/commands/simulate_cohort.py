from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations

from quizzes.actions.simulation import simulate_cohort
from quizzes.keys import KeysMissingError
from quizzes.models import Study


class Command(BaseCommand):
    help = "Make a finished cohort of simulated officers. Refused in production."

    def add_arguments(self, parser):
        parser.add_argument("--officers", type=int, required=True)
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--study", default="DEMO")
        parser.add_argument("--waves", default="pre,post,fu3")

    @no_translations
    def handle(self, *, officers, seed, study, waves, **options):
        if settings.PRODUCTION:
            raise CommandError("Simulated people are not made in production.")
        found = Study.objects.filter(code=study).first()
        if found is None:
            raise CommandError(f"There is no study {study}.")
        if officers < 1:
            raise CommandError("--officers must be 1 or more.")
        names = waves.split(",")
        known = [wave.name for wave in found.waves.all()]
        if unknown := set(names) - set(known):
            raise CommandError(
                f"{study} has no wave {', '.join(sorted(unknown))}; it has {', '.join(known)}."
            )
        try:
            cohort = simulate_cohort(
                found,
                officers=officers,
                seed=seed,
                waves=names,
                name=f"Simulated {officers}/{seed}",
            )
        except KeysMissingError as error:
            raise CommandError(f"{error}. Make them: manage.py study_key create {study}") from error
        self.stdout.write(f"{cohort}: {officers} officers, join code {cohort.join_code}.")
