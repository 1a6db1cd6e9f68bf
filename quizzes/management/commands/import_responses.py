from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations

from quizzes.actions.imports import ImportFaults, import_responses
from quizzes.keys import KeysMissingError
from quizzes.models import Study
from quizzes.tables import TableError, read_table


class Command(BaseCommand):
    help = (
        "Store answers that were given elsewhere, out of a table with the columns participant, "
        "cohort and codes of items; all or none."
    )

    def add_arguments(self, parser):
        parser.add_argument("--study", required=True)
        parser.add_argument("--wave", required=True)
        parser.add_argument("file", type=Path, help="CSV or XLSX, also as KoboToolbox exports it")

    @no_translations
    def handle(self, *, study, wave, file, **options):
        found = Study.objects.filter(code=study).first()
        if found is None:
            raise CommandError(f"There is no study {study}.")
        waves = {row.name: row for row in found.waves.select_related("version__instrument")}
        if wave not in waves:
            raise CommandError(f"{study} has no wave {wave}; it has {', '.join(waves)}.")
        try:
            count = import_responses(found, waves[wave], read_table(file))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except TableError as error:
            raise CommandError(f"Nothing was imported. {error}") from error
        except KeysMissingError as error:
            raise CommandError(f"{error}. Restore the key file of the study.") from error
        except ImportFaults as error:
            rest = error.count - len(error.lines)
            lines = [*error.lines, *([f"… and {rest:,} more."] if rest else [])]
            raise CommandError("\n".join(["Nothing was imported.", *lines])) from error
        self.stdout.write(f"{count} responses imported.")
