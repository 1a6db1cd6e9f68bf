import json
import re
from base64 import b64encode
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.template.loader import render_to_string
from django.utils import translation

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
                self.stdout.write(as_html(found, report))


def within(address: re.Match) -> str:
    """The font of an address as part of the file; the address itself where it is not built."""
    font = finders.find(address[1])
    if font is None:
        return address[0]
    data = b64encode(Path(font).read_bytes()).decode()
    return f'url("data:font/woff2;base64,{data}")'


def as_html(release: Release, report: dict) -> str:
    """The page by itself, in the active language; style and fonts are inside."""
    style = Path(finders.find("training/site.css")).read_text(encoding="utf-8")
    style = re.sub(r'url\("\.\./(fonts/[^"]+)"\)', within, style)
    context = {"release": release, "page": ReportPage(release, report), "style": style}
    return render_to_string("quizzes/report_file.html", context)
