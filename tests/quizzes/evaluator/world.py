"""An evaluator and small releases, for the tests of what is done with them."""

from tests.quizzes.evaluator.test_releases import browser, built, evaluator, study, waiting

__all__ = ["browser", "built", "evaluator", "study", "waiting"]
