from tests.training.admin.conftest import editor

__all__ = ["editor"]
