import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, no_translations

from training.actions.people import make_account
from training.khmer import ascii_digits
from training.models import Role


class Command(BaseCommand):
    help = (
        "Make an administrator. Asks for what is not given; the password comes from the keyboard "
        "or as one line of input, never as an argument."
    )

    def add_arguments(self, parser):
        parser.add_argument("--family-name", help="in Khmer")
        parser.add_argument("--given-name", help="in Khmer")

    @no_translations
    def handle(self, *, family_name, given_name, **options):
        try:
            family_name = family_name or input("Family name (Khmer): ")
            given_name = given_name or input("Given name (Khmer): ")
        except EOFError as error:
            raise CommandError("Give --family-name and --given-name, or answer here.") from error
        if not family_name.strip() or not given_name.strip():
            raise CommandError("An administrator needs a family name and a given name.")
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password := ascii_digits(password))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user = make_account(
            password=password,
            roles=[Role.ADMINISTRATOR],
            family_name_km=family_name,
            given_name_km=given_name,
        )
        self.stdout.write(f"The administrator signs in with the code {user.code}.")
