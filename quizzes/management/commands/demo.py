from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction
from django.utils import timezone

from quizzes.actions.instruments import load_instrument
from quizzes.actions.releases import publish, request_release
from quizzes.actions.simulation import simulate_cohort
from quizzes.actions.studies import add_cohort, make_study
from quizzes.instruments.parse import CONTENT
from quizzes.keys import KeysMissingError, key_path, link_keys_of, make_keys
from quizzes.models import CohortWave, Study
from quizzes.reports.build import build_release
from training.actions.curriculum import load_curriculum
from training.actions.enrolment import join
from training.actions.jobs import finish
from training.actions.people import make_account
from training.actions.places import load_places
from training.models import Cohort, Job, Role, User

PASSWORD = "spean-demo-2026"  # noqa: S105 - printed, and refused in production
STUDY = "DEMO"
JOIN_CODE = "START2"
# code, roles, family and given name in Khmer and Latin
ACCOUNTS = [
    ("DEMPAT", [], ("សិក្ខាកាម", "សាកល្បង", "Demo", "Officer")),
    ("DEMTRA", [Role.TRAINER], ("គ្រូ", "សាកល្បង", "Demo", "Trainer")),
    ("DEMEVA", [Role.EVALUATOR], ("អ្នកវាយតម្លៃ", "សាកល្បង", "Demo", "Evaluator")),
    ("DEMEDT", [Role.EDITOR], ("អ្នកកែសម្រួល", "សាកល្បង", "Demo", "Editor")),
    ("DEMADM", [Role.ADMINISTRATOR], ("អ្នកគ្រប់គ្រង", "សាកល្បង", "Demo", "Administrator")),
]
SIMULATED = [("ជំនាន់សាកល្បង ក", 30, 1), ("ជំនាន់សាកល្បង ខ", 34, 2)]
PROVINCES = ["12", "17", "02"]  # of the cohort to start in and the simulated ones


class Command(BaseCommand):
    help = (
        "Course, survey, one account a role, a cohort to start in, two simulated ones, a release."
    )

    @no_translations
    def handle(self, **options):
        if settings.PRODUCTION:
            raise CommandError("The demo is refused in production: its accounts are public.")
        call_command("build", stdout=self.stdout)
        load_places()
        load_curriculum()
        version, _ = load_instrument((CONTENT / "phrs24.yaml").read_text(encoding="utf-8"))
        study = self.study(version)
        people = {code: self.account(code, roles, names) for code, roles, names in ACCOUNTS}
        cohort = self.cohort(study, people["DEMTRA"])
        join(cohort, people["DEMPAT"])
        simulated = [self.simulated(study, *row, trainer=people["DEMTRA"]) for row in SIMULATED]
        for made, province in zip([cohort, *simulated], PROVINCES, strict=True):
            Cohort.objects.filter(pk=made.pk, province=None).update(province=province)
        self.release(study, simulated, people["DEMEVA"])
        self.say(cohort)

    def study(self, version):
        with transaction.atomic():
            study = Study.objects.filter(code=STUDY).first()
            if study is None:
                key_path(Study(code=STUDY)).unlink(missing_ok=True)  # left by a deleted database
                title = {"km": "ការសិក្សាសាកល្បង", "en": "Demonstration study"}
                study = make_study(STUDY, version, ["pre", "post", "fu3"], title=title)
                make_keys(study)
        try:
            link_keys_of(study)
        except KeysMissingError as error:
            raise CommandError(
                f"{error}. Restore {key_path(study)} or delete the database."
            ) from error
        return study

    def account(self, code, roles, names):
        if user := User.objects.filter(code=code).first():
            return user
        fields = ("family_name_km", "given_name_km", "family_name_latin", "given_name_latin")
        return make_account(
            code=code,
            roles=roles,
            password=PASSWORD,
            is_simulated=True,
            **dict(zip(fields, names, strict=True)),
        )

    def cohort(self, study, trainer):
        if cohort := Cohort.objects.filter(join_code=JOIN_CODE).first():
            return cohort
        with transaction.atomic():
            cohort = Cohort.objects.create(
                name="ជំនាន់ទី១",
                join_code=JOIN_CODE,
                ends_on=timezone.localdate() + timedelta(days=60),
            )
            cohort.trainers.add(trainer)
            add_cohort(study, cohort)
        return cohort

    def simulated(self, study, name, officers, seed, *, trainer):
        if cohort := Cohort.objects.filter(name=name, origin=Cohort.Origin.SIMULATED).first():
            return cohort
        self.stdout.write(f"Simulating {officers} officers …")
        self.stdout.flush()
        return simulate_cohort(
            study,
            officers=officers,
            seed=seed,
            waves=["pre", "post", "fu3"],
            name=name,
            trainers=[trainer],
        )

    def release(self, study, cohorts, evaluator):
        rows = CohortWave.objects.filter(
            study_cohort__study=study, study_cohort__cohort__in=cohorts
        ).select_related("wave", "study_cohort__cohort")
        release = request_release(study, list(rows), by=evaluator)
        if not release.built_at:
            build_release(release)
            finish(release.job, Job.State.DONE)
            publish(release, by=evaluator)

    def say(self, cohort):
        self.stdout.write(f"\nOfficers join at {settings.SITE_ADDRESS}/km/join/{cohort.join_code}/")
        self.stdout.write(f"Demo accounts (password {PASSWORD}):")
        for code, roles, _names in ACCOUNTS:
            self.stdout.write(f"  {code}  {roles[0].value if roles else 'officer'}")
