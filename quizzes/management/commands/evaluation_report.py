import json

from django.core.management.base import BaseCommand, CommandError

from quizzes.keys import KeysMissingError
from quizzes.models import Release
from quizzes.reports.frozen import report_of


class Command(BaseCommand):
    help = "Print the report of a release."

    def add_arguments(self, parser):
        parser.add_argument("release")
        parser.add_argument("--format", choices=["json"], default="json")

    def handle(self, *, release, **options):
        found = Release.objects.ready().select_related("study").named(release)
        if found is None:
            raise CommandError(f"There is no built release {release}.")
        try:
            self.stdout.write(json.dumps(report_of(found), ensure_ascii=False, indent=1))
        except KeysMissingError as error:
            raise CommandError(f"{error}. Restore the key file of the study.") from error
