"""Simulated cohorts: people who never were, going the way through the same actions as real ones."""

import uuid
from datetime import timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from quizzes.actions import responses
from quizzes.actions.studies import add_cohort, close_wave
from quizzes.models import CohortWave, Response, ScaleItem, Study
from quizzes.models.instruments import PREFER_NOT, Item
from quizzes.models.pages import asked_items, pages_of
from training.actions.enrolment import close_joining, join_as_new
from training.actions.progress import complete_course, complete_step, show_survey_steps
from training.models import Cohort, Step
from training.models.way import way_of

FAMILY_NAMES = ["ចាន់", "សុខ", "ហេង", "កែវ", "ពេជ្រ", "ទេព", "ឈឹម", "នួន", "មាស", "អ៊ុក", "លី", "ស៊ឹម"]
GIVEN_NAMES = [
    "សុភា",
    "វិសាល",
    "សំណាង",
    "តារា",
    "ស្រីមុំ",
    "ចាន់ណារី",
    "បុប្ផា",
    "រិទ្ធី",
    "កុសល",
    "ម៉ាលី",
    "វុទ្ធី",
    "សុជាតា",
]
LATIN = {
    "ចាន់": "Chan", "សុខ": "Sok", "ហេង": "Heng", "កែវ": "Keo", "ពេជ្រ": "Pich", "ទេព": "Tep",
    "ឈឹម": "Chhim", "នួន": "Nuon", "មាស": "Meas", "អ៊ុក": "Ouk", "លី": "Ly", "ស៊ឹម": "Sim",
    "សុភា": "Sophea", "វិសាល": "Visal", "សំណាង": "Samnang", "តារា": "Dara", "ស្រីមុំ": "Sreymom",
    "ចាន់ណារី": "Channary", "បុប្ផា": "Bopha", "រិទ្ធី": "Rithy", "កុសល": "Kosal", "ម៉ាលី": "Maly",
    "វុទ្ធី": "Vuthy", "សុជាតា": "Socheata",
}  # fmt: skip

# How often somebody declines, and how often somebody takes no part in a wave.
DECLINES, ABSENT = 0.1, {"pre": 0.0, "post": 0.05, "fu3": 0.25, "fu6": 0.35}
# Mean shift of a scale score since the first wave, in points of a scale from 1 to 5.
SHIFT = {"pre": 0.0, "post": 0.45, "fu3": 0.3, "fu6": 0.25}
RIGHT = {"pre": 0.45, "post": 0.75, "fu3": 0.68, "fu6": 0.65}


@transaction.atomic
def simulate_cohort(
    study: Study, *, officers: int, seed: int, waves: list[str], name: str, trainers=()
) -> Cohort:
    """A finished cohort of simulated officers whose waves are closed.

    The same seed gives the same answers (not the same codes or keys).
    """
    chance = Random(seed)
    ends_on = timezone.localdate() - timedelta(days=200)
    cohort = Cohort.objects.create(
        name=name,
        starts_on=ends_on - timedelta(days=14),
        ends_on=ends_on,
        origin=Cohort.Origin.SIMULATED,
    )
    cohort.trainers.set(trainers)
    study_cohort = add_cohort(study, cohort)
    for _ in range(officers):
        go_the_way(join_somebody(cohort, chance), study, waves, chance)
    close_joining(cohort)
    show_survey_steps()
    for cohort_wave in CohortWave.objects.filter(study_cohort=study_cohort):
        close_wave(cohort_wave)
    return cohort


def join_somebody(cohort: Cohort, chance: Random):
    family, given = chance.choice(FAMILY_NAMES), chance.choice(GIVEN_NAMES)
    return join_as_new(
        cohort,
        join_key=uuid.uuid4(),
        family_name_km=family,
        given_name_km=given,
        family_name_latin=LATIN[family],
        given_name_latin=LATIN[given],
    )


def go_the_way(enrolment, study: Study, waves: list[str], chance: Random) -> None:
    """Every step in its order, as one person would take it."""
    leaning = chance.gauss(0, 0.45)
    declines = chance.random() < DECLINES
    wave_of = {wave.step_id: wave for wave in study.waves.all()}
    while place := way_of(enrolment).next:
        if place.step.kind != Step.Kind.SURVEY:
            complete_course(enrolment, lambda: tried_check(chance))
            continue
        wave = wave_of[place.step.pk]
        if wave.name in waves and not declines and chance.random() >= ABSENT[wave.name]:
            answer_wave(enrolment, wave, leaning, chance)
        complete_step(enrolment, place.step)


def tried_check(chance: Random) -> tuple[int, int]:
    """How many of two were right at the first try, and after how many tries both were."""
    if chance.random() < 0.6:
        return 2, 1
    return chance.randint(0, 1), chance.randint(2, 3)


def answer_wave(enrolment, wave, leaning: float, chance: Random) -> None:
    """Agree, fill every page, send: what the survey's pages do."""
    asked = responses.ask(wave.step.slug, enrolment.learner)
    language = "en" if chance.random() < 0.1 else "km"
    responses.agree(asked, consent_version=1, language=language)
    leaning += SHIFT[wave.name] and chance.gauss(0, 0.35)  # people change unequally
    keying = {
        link.item.code: link
        for link in ScaleItem.objects.filter(scale__version=asked.version).select_related(
            "item", "scale"
        )
    }
    for number, items in enumerate(pages_of(asked_items(asked.version, wave.name)), 1):
        given = {
            item.code: simulated_answer(item, keying.get(item.code), wave.name, leaning, chance)
            for item in items
            if chance.random() > 0.015
        }
        responses.save_page(
            asked,
            number,
            given,
            uid=str(uuid.uuid4()),
            session="simulated",
            language=language,
            is_done=True,
        )
    responses.send(asked, mode=Response.Mode.SIMULATED)


def simulated_answer(
    item: Item, link: ScaleItem | None, wave: str, leaning: float, chance: Random
) -> int:
    """One answer: a person's leaning, the wave's shift on the item's scale, the item's noise."""
    values = [option.value for option in item.options]
    if chance.random() < 0.015:
        return PREFER_NOT
    if item.right:
        return item.right if chance.random() < RIGHT[wave] else chance.choice(values)
    if item.kind in (Item.Kind.DEMOGRAPHIC, Item.Kind.BEHAVIOUR):
        return chance.choice(values)
    middle = (values[0] + values[-1]) / 2
    moves = Random(link.scale.code).uniform(0, 1.6) if link else 1.0  # scales change unequally
    point = middle + leaning + moves * SHIFT[wave] + chance.gauss(0, 0.9)
    point = min(max(round(point), values[0]), values[-1])
    return values[0] + values[-1] - point if link and link.is_reversed else point
