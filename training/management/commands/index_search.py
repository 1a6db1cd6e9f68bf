from django.core.management.base import BaseCommand

from training.actions.search import index_all


class Command(BaseCommand):
    help = "Make all entries of the search anew. Loading and publishing do it for what changed."

    def handle(self, **options):
        self.stdout.write(f"{index_all()} entries.")
