from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from quizzes.actions.instruments import FrozenError, load_instrument
from quizzes.instruments.parse import InstrumentError, parse_instrument


class Command(BaseCommand):
    help = "Load an instrument from its YAML file: whole or not at all."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only say what is wrong")

    def handle(self, *, file, dry_run, **options):
        try:
            text = file.read_text(encoding="utf-8")
            if dry_run:
                parsed = parse_instrument(text)
                self.stdout.write(
                    f"{parsed.code} {parsed.version}: {len(parsed.items)} items, no fault."
                )
                return
            version, is_new = load_instrument(text)
        except UnicodeDecodeError as error:
            raise CommandError(f"{file} is not a text file in UTF-8.") from error
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except (InstrumentError, FrozenError) as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from error
        self.stdout.write(f"{version}: {'loaded' if is_new else 'unchanged'}.")
