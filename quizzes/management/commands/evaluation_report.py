import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import translation

from quizzes.exports.report_page import page_as_file
from quizzes.keys import KeysMissingError
from quizzes.models import Release
from quizzes.reports.frozen import report_of
from quizzes.reports.page import ReportPage


class Command(BaseCommand):
    help = "Print the report of a release: all numbers as JSON, or one HTML page to read and print."

    def add_arguments(self, parser):
        parser.add_argument("release")
        parser.add_argument("--format", choices=["json", "html"], default="json")
        parser.add_argument("--lang", choices=list(dict(settings.LANGUAGES)), default="en")

    @no_translations
    def handle(self, *, release, **options):
        found = Release.objects.ready().with_cohorts().named(release)
        if found is None:
            raise CommandError(f"There is no built release {release}.")
        try:
            report = report_of(found)
        except KeysMissingError as error:
            raise CommandError(f"{error}. Restore the key file of the study.") from error
        if options["format"] == "json":
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
        else:
            with translation.override(options["lang"]):
                page = ReportPage(found, report)
                self.stdout.write(page_as_file(found, page, is_file=True))
