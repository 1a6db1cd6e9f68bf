from django.core.management.base import BaseCommand

from quizzes.actions.sweep import sweep


class Command(BaseCommand):
    help = "One sweep: revive broken jobs, close waves whose day has passed, what midnight does."

    def handle(self, **options):
        self.stdout.write(f"{sweep()} jobs revived.")
