from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from training.actions.build import compile_messages, make_fonts


class Command(BaseCommand):
    help = "Compile the messages and make the web font, where that is not done yet."

    def add_arguments(self, parser):
        parser.add_argument(
            "--collect", action="store_true", help="then collect static files, as a server needs"
        )

    def handle(self, *, collect, **options):
        try:
            written = [*compile_messages(), *make_fonts()]
        except ValueError as error:
            raise CommandError(str(error)) from error
        for path in written:
            self.stdout.write(f"Made {path.name}")
        if collect:
            call_command("collectstatic", interactive=False, verbosity=0)
