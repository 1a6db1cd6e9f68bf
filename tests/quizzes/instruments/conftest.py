import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english():
    """Faults are said in the reader's language."""
    with translation.override("en"):
        yield
