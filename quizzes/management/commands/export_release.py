import tempfile
import zipfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from quizzes.analysis.errors import NotComputable
from quizzes.exports.bundle import write_bundle
from quizzes.keys import KeysMissingError
from quizzes.models import Release
from quizzes.reports.content import content_of
from quizzes.reports.frozen import report_of
from training.actions.audit import record


class Command(BaseCommand):
    help = "Write all files of a release into a folder, under codes that are new each time."

    def add_arguments(self, parser):
        parser.add_argument("release")
        parser.add_argument("folder", type=Path)

    def handle(self, *, release, folder, **options):
        found = Release.objects.ready().select_related("study").named(release)
        if found is None:
            raise CommandError(f"There is no built release {release}.")
        with tempfile.TemporaryDirectory() as hidden:
            path = Path(hidden) / "bundle.zip"
            try:
                rows, sha256 = write_bundle(found, content_of(found), report_of(found), path)
            except (KeysMissingError, NotComputable) as error:
                raise CommandError(f"Nothing was written: {error}.") from error
            record("write files", found, reason=f"SHA-256 {sha256}")
            folder.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(path) as bundle:
                bundle.extractall(folder)
        self.stdout.write(f"{folder}: {rows} rows in {len(list(folder.iterdir()))} files.")
