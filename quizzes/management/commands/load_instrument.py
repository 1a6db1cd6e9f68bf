from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations

from quizzes.actions.instruments import FrozenError, load_instrument
from quizzes.instruments.parse import InstrumentError, parse_instrument
from quizzes.instruments.xlsform import read_xlsform


class Command(BaseCommand):
    help = "Load an instrument from a YAML file or an XLSForm (.xlsx): whole or not at all."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only say what is wrong")

    @no_translations
    def handle(self, *, file, dry_run, **options):
        try:
            is_sheet = file.suffix.lower() == ".xlsx"
            text = read_xlsform(file.read_bytes()) if is_sheet else file.read_text(encoding="utf-8")
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
