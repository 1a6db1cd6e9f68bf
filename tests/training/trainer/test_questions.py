import pytest

from tests.factories import LessonFactory, ModuleFactory, UserFactory
from training.models import Lesson, Question, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson():
    return LessonFactory(module=ModuleFactory(code="M1", position=1))


@pytest.fixture
def trainer(client):
    client.force_login(UserFactory(roles=[Role.TRAINER]))
    return client


def tried(code, tries, right):
    Question.objects.filter(code=code).update(first_tries=tries, first_right=right)


@pytest.mark.parametrize(("language", "share"), [("km", "៣៣%"), ("en", "33%")])
def test_a_question_shows_how_many_were_right(trainer, lesson, language, share):
    tried("KC1M1L1", 12, 4)

    page = trainer.get(f"/{language}/trainer/questions/").content.decode()

    assert share in page
    assert 'width="33%"' in page
    assert "Question 1" in page
    assert "Question 2" not in page


def test_nothing_is_shown_of_fewer_than_a_group(trainer, lesson, settings):
    tried("KC1M1L1", settings.MIN_GROUP - 1, 3)
    page = trainer.get("/en/trainer/questions/").content.decode()
    assert "Not enough officers have tried a check yet." in page

    tried("KC1M1L1", settings.MIN_GROUP, 3)
    assert "Question 1" in trainer.get("/en/trainer/questions/").content.decode()


def test_a_lesson_that_is_hidden_is_not_listed(trainer, lesson):
    tried("KC1M1L1", 50, 3)
    Lesson.objects.update(status=Lesson.Status.DRAFT)

    assert "Question 1" not in trainer.get("/en/trainer/questions/").content.decode()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.EVALUATOR, Role.EDITOR])
def test_it_is_for_trainers(client, lesson, role):
    client.force_login(UserFactory(roles=[role]))

    assert client.get("/en/trainer/questions/").status_code == 403
