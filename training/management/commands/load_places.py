from django.core.management.base import BaseCommand, no_translations

from training.actions.places import load_places
from training.models import Place


class Command(BaseCommand):
    help = "Load provinces, districts and communes of Cambodia. Loading again changes nothing."

    @no_translations
    def handle(self, **options):
        found = load_places()
        self.stdout.write(
            f"Places: {found[Place.Level.PROVINCE]} provinces, "
            f"{found[Place.Level.DISTRICT]} districts, {found[Place.Level.COMMUNE]} communes."
        )
