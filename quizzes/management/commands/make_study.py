from django.core.management.base import BaseCommand, CommandError, no_translations

from quizzes.actions.studies import StudyError, make_study
from quizzes.models import InstrumentVersion


class Command(BaseCommand):
    help = "Make a study: which instrument is asked in which waves. Its keys: study_key create."

    def add_arguments(self, parser):
        parser.add_argument("code")
        parser.add_argument("--instrument", required=True)
        parser.add_argument("--waves", default="pre,post,fu3")
        parser.add_argument("--min-group", type=int)

    @no_translations
    def handle(self, *, code, instrument, waves, min_group, **options):
        version = (
            InstrumentVersion.objects.filter(instrument__code=instrument)
            .order_by("-number")
            .first()
        )
        if version is None:
            raise CommandError(
                f"There is no instrument {instrument}; load it with load_instrument."
            )
        try:
            study = make_study(code, version, waves.split(","), min_group=min_group)
        except StudyError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Study {study} made. Next: manage.py study_key create {study}")
