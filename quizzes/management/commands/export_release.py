from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from quizzes.analysis.errors import NotComputable
from quizzes.exports.csv import write_csv
from quizzes.keys import KeysMissingError
from quizzes.models import Release


class Command(BaseCommand):
    help = "Write the rows of a release into a folder, under codes that are new in each file."

    def add_arguments(self, parser):
        parser.add_argument("release")
        parser.add_argument("folder", type=Path)

    def handle(self, *, release, folder, **options):
        found = Release.objects.ready().select_related("study").named(release)
        if found is None:
            raise CommandError(f"There is no built release {release}.")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{found.study.code}-{found.number}-wide.csv"
        try:
            rows, sha256 = write_csv(found, path)
        except (KeysMissingError, NotComputable) as error:
            raise CommandError(f"Nothing was written: {error}.") from error
        self.stdout.write(f"{path}: {rows} rows, SHA-256 {sha256}")
