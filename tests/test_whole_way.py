"""The officer's whole way over HTTP, without JavaScript, pressing only what stands on the page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from quizzes.actions.instruments import load_instrument
from quizzes.actions.studies import add_cohort, make_study
from quizzes.instruments.parse import CONTENT
from quizzes.keys import keys_of, make_keys
from quizzes.models import Response
from tests.reader import Reader
from training.actions.curriculum import load_curriculum
from training.models import Certificate, Cohort, Completion, Option, User
from training.models.way import way_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(settings, tmp_path):
    """The real course and the real survey."""
    settings.KEY_DIR = tmp_path
    load_curriculum()
    version, _ = load_instrument((CONTENT / "phrs24.yaml").read_text(encoding="utf-8"))
    study = make_study("REAL", version, ["pre", "post", "fu3"])
    make_keys(study)
    cohort = Cohort.objects.create(name="ជំនាន់ទី១", ends_on=timezone.localdate() + timedelta(days=30))
    add_cohort(study, cohort)
    return cohort


def join(page, cohort, language):
    page.open(f"/{language}/")
    form = next(form for form in page.forms() if "code" in page.standing(form))
    page.submit(form, code=cohort.join_code.lower())
    page.submit(
        next(form for form in page.forms() if "join_key" in page.standing(form)),
        family_name_km="ចាន់",
        given_name_km="សុភា",
        password="ស្ពាន១២៣៤៥៦",
    )
    assert User.objects.get().code in page.html
    return page


def answer_survey(page):
    """Every page: first option of the first question, the last point of the next ones."""
    while page.radios():
        choices = {
            name: values[n % len(values)] for n, (name, values) in enumerate(page.radios().items())
        }
        page.submit(page_form(page), **choices)
    return page.submit(button=("send", "1"))


def page_form(page):
    return next(form for form in page.forms() if "uid" in page.standing(form))


def take_lesson(page):
    """Screens, myths, the scenario to its end, the check."""
    while "/check/" not in page.path:
        if page.button_names():  # a scenario's choices
            page.submit(button=page.button_names()[0])
        elif any(form.attrs.get("method", "").lower() == "post" for form in page.forms()):
            page.submit(page.forms()[-1])  # the lesson ends
        else:
            page.open(next_action(page))
    questions = page.radios()
    right = {
        name: value
        for name, values in questions.items()
        for value in values
        if is_right(name, value)
    }
    page.submit(page.forms()[-1], **right)
    return page.open(next_action(page))


def next_action(page):
    """Where the one filled action of the page leads."""
    actions = [
        node.attrs["href"]
        for node in page.main().find_all("a")
        if "action" in node.attrs.get("class", "").split()
    ]
    assert actions, page.path
    return actions[0]


def is_right(name, value):
    """Whether this radio is a right answer, found by the option's row or by its letter."""
    options = Option.objects.filter(is_right=True, question__code__iexact=name.split("-", 1)[-1])
    return any(value in (str(option.pk), option.code) for option in options)


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize("takes_part", [True, False])
def test_an_officer_goes_the_whole_way(client, cohort, language, takes_part):
    page = join(Reader(client), cohort, language)

    page.open(f"/{language}/way/continue/")
    assert ("consent", "no") in page.button_names()
    page.submit(button=("consent", "yes" if takes_part else "no"))
    if takes_part:
        answer_survey(page)
    enrolment = User.objects.get().enrolments.get()
    while (place := way_of(enrolment).next).place == 1:
        page.open(f"/{language}/way/continue/")
        take_lesson(page)
    assert place.step.slug == "real-post"
    page.open(f"/{language}/way/continue/")
    page.submit(button=("consent", "yes" if takes_part else "no"))
    if takes_part:
        answer_survey(page)

    assert way_of(enrolment).next is None
    certificate = Certificate.objects.get()
    page.open(f"/{language}/way/").follow("/certificate/")
    assert certificate.code in page.html
    assert "ចាន់ សុភា" in page.html
    client.logout()
    page.open(f"/{language}/certificates/{certificate.code}/")
    assert "ចាន់ សុភា" in page.html
    assert all(path.startswith(f"/{language}/") for path in page.seen)

    assert Completion.objects.count() == 52  # two surveys, 25 lessons with their checks
    waves = Response.objects.order_by("wave__position").values_list("wave__name", "language")
    assert list(waves) == ([("pre", language), ("post", language)] if takes_part else [])


def test_the_answers_are_those_that_were_given(client, cohort):
    page = join(Reader(client), cohort, "km")
    page.open("/km/way/continue/")
    page.submit(button=("consent", "yes"))
    while page.radios():
        page.submit(page_form(page), **{name: values[0] for name, values in page.radios().items()})
    page.submit(button=("send", "1"))

    response = Response.objects.get()
    study = response.wave.study
    content = keys_of(study).open(response.sealed, place=f"REAL|pre|{response.code}")
    waves = study.version.items.values_list("waves", flat=True)
    expected = [1 if not names or "pre" in names else -7 for names in waves]
    assert content["answers"] == expected
