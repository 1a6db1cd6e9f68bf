import pytest

from tests.factories import UserFactory
from tests.reader import browser_of
from training.models import Role


@pytest.fixture
def editor(db):
    return browser_of(UserFactory(roles=[Role.EDITOR]))
