"""Who keeps what by hand: administrators people, cohorts and services, editors the course."""

from training.admin import course, directory, people, reference
from training.admin.roles import ByRole, ToRead

__all__ = ["ByRole", "ToRead", "course", "directory", "people", "reference"]
