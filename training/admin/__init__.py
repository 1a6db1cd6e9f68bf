"""Who keeps what by hand: administrators people and cohorts, editors the course."""

from training.admin import course, people, reference
from training.admin.roles import ByRole, ToRead

__all__ = ["ByRole", "ToRead", "course", "people", "reference"]
