from pathlib import Path

from django.core.management.base import BaseCommand

from training.actions.curriculum import dump_curriculum


class Command(BaseCommand):
    help = "Write every lesson as its file, in the form that load_curriculum reads."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder, **options):
        self.stdout.write(f"{len(dump_curriculum(folder))} files written to {folder}.")
