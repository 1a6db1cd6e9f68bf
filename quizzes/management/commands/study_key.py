from django.core.management.base import BaseCommand, CommandError

from quizzes import keys
from quizzes.actions.studies import sync_steps
from quizzes.models import Study
from training.actions.audit import record

SHEET = """SPEAN - KEYS OF STUDY {study}
For a sealed envelope, kept by the data keeper outside the chain of command.
Whoever holds this sheet and a copy of the database can read every answer.

link key  {link}
data key  {data}

Fingerprints
link  {link_fingerprint}
data  {data_fingerprint}

To restore: a file {name} with {{"link": "...", "data": "..."}} in the key folder."""


class Command(BaseCommand):
    help = "Make, show, export or destroy the keys of a study."

    def add_arguments(self, parser):
        parser.add_argument("what", choices=["create", "fingerprint", "export", "destroy"])
        parser.add_argument("code")
        parser.add_argument("--yes", action="store_true", help="destroy without asking")

    def handle(self, *, what, code, yes, **options):
        study = Study.objects.filter(code=code).first()
        if study is None:
            raise CommandError(f"There is no study {code}.")
        try:
            getattr(self, what)(study, yes)
        except keys.KeysMissingError as error:
            raise CommandError(f"{error}. Restore the key file; no new keys are made.") from error
        except FileExistsError as error:
            raise CommandError(
                f"{study} has keys already; new ones would lose everybody."
            ) from error

    def create(self, study, yes):
        keys.make_keys(study)
        sync_steps(study)
        record("create study key", study)
        self.fingerprint(study, yes)

    def fingerprint(self, study, yes):
        keys.keys_of(study)
        self.stdout.write(f"link {study.link_fingerprint}\ndata {study.data_fingerprint}")

    def export(self, study, yes):
        text = keys.as_text(keys.keys_of(study))
        record("export study key", study)
        self.stdout.write(
            SHEET.format(
                study=study,
                name=keys.key_path(study).name,
                link=text["link"] or "destroyed",
                data=text["data"],
                link_fingerprint=study.link_fingerprint or "destroyed",
                data_fingerprint=study.data_fingerprint,
            )
        )

    def destroy(self, study, yes):
        if (
            not yes
            and input(f"Destroy the link key of {study} for good? Write its code: ") != study.code
        ):
            raise CommandError("Nothing was destroyed.")
        keys.destroy_link_key(study)
        sync_steps(study)
        record("destroy link key", study)
        self.stdout.write(
            "The link key is destroyed. The answers stay; nobody can be linked again."
        )
