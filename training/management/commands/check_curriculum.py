from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations

from training.actions.curriculum import read_lessons
from training.curriculum.parse import CONTENT, LessonError
from training.curriculum.review import faults, reading


class Command(BaseCommand):
    help = "List how each lesson reads, and what is wrong with it. Reads files, changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, nargs="?", default=CONTENT)

    @no_translations  # for terminals and logs
    def handle(self, *, folder, **options):
        try:
            lessons = read_lessons(folder)
        except LessonError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("lesson  screens  sentences  words a sentence  longest")
        n_errors = 0
        for lesson in lessons:
            level = reading(lesson)
            self.stdout.write(
                f"{lesson.code:<8}{len(lesson.screens):>7}{level.sentences:>11}"
                f"{level.mean:>18.1f}{level.longest:>9}"
            )
            for fault in faults(lesson):
                n_errors += fault.is_error
                self.stdout.write(f"  {'ERROR' if fault.is_error else 'look'} {fault}")
        if n_errors:
            raise CommandError(f"{n_errors} errors.")
