from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from training.actions.curriculum import load_curriculum
from training.curriculum.parse import CONTENT, LessonError


class Command(BaseCommand):
    help = "Load the course from its files: everything or nothing. Loading again changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="folder", type=Path, default=CONTENT)
        parser.add_argument(
            "--overwrite", action="store_true", help="take the file where a lesson was edited here"
        )

    def handle(self, *, folder, overwrite, **options):
        try:
            loaded = load_curriculum(folder, overwrite=overwrite)
        except LessonError as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from error
        for code in loaded.kept:
            self.stderr.write(
                f"{code} was edited in the site and is kept (--overwrite takes the file)"
            )
        self.stdout.write(
            f"Lessons: {len(loaded.written)} loaded, {len(loaded.unchanged)} unchanged, "
            f"{len(loaded.kept)} kept."
        )
