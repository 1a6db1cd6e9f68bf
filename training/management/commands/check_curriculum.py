from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations

from training.curriculum.course import read_course, table_faults
from training.curriculum.parse import CONTENT, LessonError
from training.curriculum.review import faults, reading


class Command(BaseCommand):
    help = "List how each lesson reads, and what is wrong with it. Reads files, changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, nargs="?", default=CONTENT)

    @no_translations  # for terminals and logs
    @no_translations
    def handle(self, *, folder, **options):
        try:
            course = read_course(folder)
        except LessonError as error:
            raise CommandError(str(error)) from error
        self.n_errors = 0
        self.stdout.write("lesson  screens  sentences  words a sentence  longest")
        for lesson in course.lessons:
            level = reading(lesson)
            self.stdout.write(
                f"{lesson.code:<8}{len(lesson.screens):>7}{level.sentences:>11}"
                f"{level.mean:>18.1f}{level.longest:>9}"
            )
            self.say(faults(lesson))
        self.say(table_faults(course))
        if self.n_errors:
            raise CommandError(f"{self.n_errors} errors.")

    def say(self, found):
        for fault in found:
            self.n_errors += fault.is_error
            self.stdout.write(f"  {'ERROR' if fault.is_error else 'look'} {fault}")
