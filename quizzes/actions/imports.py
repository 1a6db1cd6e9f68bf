"""Answers that were given elsewhere, out of a table into sealed responses."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache, partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quizzes.actions.responses import freeze
from quizzes.actions.studies import add_cohort
from quizzes.keys import StudyKeys, link_keys_of
from quizzes.models import CohortWave, Response, Study, Wave
from quizzes.models.instruments import NOT_ANSWERED, NOT_ASKED, PREFER_NOT, Item
from training.actions.audit import record
from training.actions.order import write_in_key_order
from training.khmer import canonical, one_line
from training.models import Cohort

LINES = 50  # faults that are named one by one
SHOWN = 40  # characters of a text from the file in a fault
LOOKED_UP = 500  # codes a query
NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
PARTICIPANT, COHORT, LANGUAGE = "participant", "cohort", "language"
# What KoboToolbox puts beside a form's own questions; so is every name that begins with "_".
KOBO = {"start", "end", "today", "deviceid", "phonenumber", "simserial", "subscriberid"}
KOBO |= {"username", "audit", "instanceid", "instancename", "deprecatedid", "rootuuid"}
KOBO_PATHS = {"formhub/uuid"}


class ImportFaults(Exception):
    """Nothing was imported. lines: the first LINES of `count` faults; none names a participant."""

    def __init__(self, lines: list[str], count: int):
        super().__init__("\n".join(lines))
        self.lines = lines
        self.count = count


@dataclass
class Faults:
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, line: str) -> None:
        """Name the fault, or only count it: a wrong file is wrong in every cell."""
        self.count += 1
        if self.count <= LINES:
            self.lines.append(line)


@dataclass(frozen=True)
class Row:
    """What one participant answered. number: of the row in the file; answers: in item order."""

    number: int
    code: str
    cohort: str
    language: str
    answers: list[float]


def import_responses(study: Study, wave: Wave, table: list[list[str]]) -> int:
    """Store a table of answers as responses of this wave, all or none.

    table: the first row that is not empty names the columns: participant, cohort, codes of items,
        perhaps language; KoboToolbox's own columns may be among them. The other rows hold values
        as text; an empty one is NOT_ANSWERED. An item without a column is NOT_ASKED.

    Cohorts that the study does not have are made and marked as imported. Only closing ends a wave:
    one that opens on a later day takes what was asked elsewhere.

    Returns how many were stored. Raises ImportFaults, KeysMissingError.
    """
    keys = link_keys_of(study)
    faults = Faults()
    rows = read_rows(study, wave, table, keys, faults)
    # Sealed before the transaction begins, for on SQLite nobody else writes while it lasts.
    sealed = [] if faults.count else [seal(row, study, wave, keys) for row in rows]
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)  # one import waits for another
        cohort_waves = find_cohorts(study, wave, rows, faults)
        check_participants(study, wave, rows, faults)
        if faults.count:
            raise ImportFaults(faults.lines, faults.count)
        freeze(wave.version)
        store(study, wave, cohort_waves, rows, sealed)
        record("import responses", wave)
    return len(rows)


def read_rows(study: Study, wave: Wave, table, keys: StudyKeys, faults: Faults) -> list[Row]:
    """The rows of the table that have no fault of their own."""
    numbered = [(number, cells) for number, cells in enumerate(table, 1) if any(cells)]
    if not numbered:
        faults.add("The file is empty.")
        return []
    items = list(wave.version.items.prefetch_related("option_set__options"))
    (_, names), *numbered = numbered
    places = find_columns(names, items, wave, faults)
    if not numbered:
        faults.add("There is no row below the names of the columns.")
    if PARTICIPANT not in places or COHORT not in places:
        return []
    # The same few texts stand in every row.
    reads = [lru_cache(4096)(partial(value_in, item, item.belongs_to(wave.name))) for item in items]
    seen, rows = {}, []
    for number, cells in numbered:
        before = faults.count
        if any(cells[len(names) :]):
            faults.add(f"row {number}: more cells than there are columns")
        cells = cells + [""] * (len(names) - len(cells))
        participant, cohort, language = who(number, cells, places, faults)
        if participant and seen.setdefault(participant, number) != number:
            faults.add(f"row {number}: the participant of row {seen[participant]} once more")
        answers = []
        for item, read in zip(items, reads, strict=True):
            text = cells[places[item.code]] if item.code in places else str(NOT_ASKED)
            answers.append(read(text))
            if answers[-1] is None:
                faults.add(f"row {number}, {item.code}: {quoted(text)} is not {wanted(item, wave)}")
        if faults.count == before:
            code = keys.imported_code(study, participant)
            rows.append(Row(number, code, cohort, language, answers))
    return rows


def find_columns(names: list[str], items: list[Item], wave: Wave, faults: Faults) -> dict[str, int]:
    """Item code, or participant, cohort, language -> the place of its column in a row."""
    known = {item.code.lower(): item.code for item in items}
    known |= {name: name for name in (PARTICIPANT, COHORT, LANGUAGE)}
    places = {}
    for place, name in enumerate(names):
        last = name.lower().rpartition("/")[2]  # behind the groups of a form
        if code := known.get(last):
            if code in places:
                faults.add(f"The column {code} is there twice.")
            places[code] = place
        elif not (name.startswith("_") or last in KOBO or name.lower() in KOBO_PATHS):
            faults.add(f"Column {place + 1}, {quoted(name)}, is not known.")
    for name in (PARTICIPANT, COHORT):
        if name not in places:
            faults.add(f"There is no column {name}.")
    if not any(item.code in places for item in items):
        faults.add(f"No column is an item of {wave.version}.")
    return places


def who(number: int, cells: list[str], places: dict, faults: Faults) -> tuple[str, str, str]:
    """Participant, cohort and language of a row."""
    participant, cohort = (
        canonical(one_line(cells[places[name]])) for name in (PARTICIPANT, COHORT)
    )
    if not participant:
        faults.add(f"row {number}: no participant")
    if not cohort:
        faults.add(f"row {number}: no cohort")
    if len(cohort) > Cohort._meta.get_field("name").max_length:
        faults.add(f"row {number}: the name of the cohort is too long")
    language = cells[places[LANGUAGE]].lower() if LANGUAGE in places else ""
    language = language or settings.LANGUAGE_CODE
    if language not in dict(settings.LANGUAGES):
        faults.add(f"row {number}: language {quoted(language)} is neither km nor en")
    return participant, cohort, language


def value_in(item: Item, is_asked: bool, text: str) -> float | None:
    """What a cell of this item's column stores; None for what it cannot hold."""
    if not text:
        return NOT_ANSWERED if is_asked else NOT_ASKED
    if not NUMBER.fullmatch(text):
        return None
    value = float(text)
    value = int(value) if value.is_integer() else value
    return value if value == NOT_ASKED or (is_asked and item.takes(value)) else None


def wanted(item: Item, wave: Wave) -> str:
    """In words what a cell of this item's column may hold."""
    if not item.belongs_to(wave.name):
        return f"empty or {NOT_ASKED}: the item does not belong to {wave.name}"
    if item.type == Item.Type.SELECT_ONE:
        values = ", ".join(str(option.value) for option in item.options)
    else:
        kind = "whole number" if item.type == Item.Type.INTEGER else "number"
        values = f"a {kind} from {item.low:g} to {item.high:g}"
    return f"{values}, {NOT_ASKED}, {PREFER_NOT}, {NOT_ANSWERED} or empty"


def quoted(text: str) -> str:
    """A text from the file in a sentence: short, and without signs that a terminal obeys."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def seal(row: Row, study: Study, wave: Wave, keys: StudyKeys) -> Response:
    content = {"answers": row.answers, "languages": {row.language: 1}, "consent": {}}
    return Response(
        wave=wave,
        code=row.code,
        version=wave.version,
        language=row.language,
        mode=Response.Mode.IMPORTED,
        sealed=keys.seal(content, place=f"{study.code}|{wave.name}|{row.code}"),
    )


def find_cohorts(study: Study, wave: Wave, rows: list[Row], faults: Faults) -> dict:
    """Cohort name -> its wave, held until the transaction ends, of the cohorts that are there."""
    names = dict.fromkeys(row.cohort for row in rows)
    found = {}
    cohort_waves = CohortWave.objects.filter(wave=wave).select_related("study_cohort__cohort")
    for cohort_wave in cohort_waves.order_by("pk").select_for_update(of=("self",)):
        cohort = cohort_wave.study_cohort.cohort
        if cohort.name not in names:
            continue
        if cohort.name in found:
            faults.add(f"Two cohorts of {study} have the name {quoted(cohort.name)}.")
        elif cohort.origin != Cohort.Origin.IMPORTED:
            faults.add(
                f"Cohort {quoted(cohort.name)} answers on the site: nothing is imported into it."
            )
        elif cohort_wave.closed_at:
            faults.add(f"Cohort {quoted(cohort.name)} has closed {wave.name} for good.")
        found[cohort.name] = cohort_wave
    return found


def check_participants(study: Study, wave: Wave, rows: list[Row], faults: Faults) -> None:
    """One participant answers a wave once, and is of one cohort in all waves."""
    for start in range(0, len(rows), LOOKED_UP):
        chunk = {row.code: row for row in rows[start : start + LOOKED_UP]}
        answered = Response.objects.filter(wave__study=study, code__in=chunk)
        for code, name, cohort in answered.order_by("wave__position").values_list(
            "code", "wave__name", "cohort_wave__study_cohort__cohort__name"
        ):
            row = chunk[code]
            if name == wave.name:
                faults.add(f"row {row.number}: this participant has answered {name} already")
            elif cohort != row.cohort:
                faults.add(
                    f"row {row.number}: cohort {quoted(row.cohort)}, but this participant "
                    f"answered {name} in cohort {quoted(cohort)}"
                )


def store(study: Study, wave: Wave, cohort_waves: dict, rows: list[Row], sealed) -> None:
    """Write the responses cohort by cohort, each in the order of the keys."""
    by_cohort = defaultdict(list)
    for row, response in zip(rows, sealed, strict=True):
        by_cohort[row.cohort].append(response)
    for name, responses in by_cohort.items():
        cohort_wave = cohort_waves.get(name) or make_cohort(study, name).waves.get(wave=wave)
        for response in responses:
            response.cohort_wave = cohort_wave
        write_in_key_order(Response.objects.filter(cohort_wave=cohort_wave), *responses)


def make_cohort(study: Study, name: str):
    """A cohort of people who answered elsewhere, in the study; nobody joins it."""
    today = timezone.localdate()
    cohort = Cohort.objects.create(
        name=name, ends_on=today, closed_on=today, origin=Cohort.Origin.IMPORTED
    )
    return add_cohort(study, cohort)
