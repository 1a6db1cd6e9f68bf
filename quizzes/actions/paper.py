"""Surveys on paper: issue cards, take both typings of a paper, settle where they differ.

A paper is typed in twice, and is stored when both typings agree or somebody has looked at the paper
once more. Neither the log nor the audit names a card.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from quizzes.actions.responses import as_array, freeze, scatter
from quizzes.keys import StudyKeys, link_keys_of
from quizzes.models import Card, CohortWave, PaperEntry, Response, StudyCohort
from quizzes.models.instruments import NOT_ASKED, Item
from quizzes.models.pages import items_of
from quizzes.models.paper import draw_code
from training.actions.audit import record
from training.models import User

FIRST, SECOND = 1, 2
LANGUAGE = "_language"  # stands beside the codes of items, which are letters and digits
# What became of a paper.
TYPED_ONCE, DIFFERS, STORED = "once", "differs", "stored"


class PaperError(Exception):
    """It cannot be done; the text says why. field: that of the form which is wrong, if one is."""

    def __init__(self, text: str, field: str | None = None):
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Paper:
    """The paper of one card in one wave of its cohort."""

    cohort_wave: CohortWave
    keys: StudyKeys
    code: str  # the participant's, under which all is filed

    @property
    def place(self) -> str:
        wave = self.cohort_wave.wave
        return f"{wave.study.code}|{wave.name}|{self.code}"

    def entries(self):
        return PaperEntry.objects.filter(wave=self.cohort_wave.wave, code=self.code)

    def opened(self, entry: PaperEntry) -> dict:
        return self.keys.open(entry.sealed, place=self.place)


@dataclass(frozen=True)
class Difference:
    """Where the typings of a paper differ. name: an item's code or LANGUAGE; item: None of that."""

    name: str
    item: Item | None
    first: float | str
    second: float | str


@dataclass(frozen=True)
class Differing:
    """A paper whose typings differ. key: of its first entry; card: the code on the paper."""

    key: str
    card: str
    differences: list[Difference]


@transaction.atomic
def issue_cards(study_cohort: StudyCohort, number: int, *, by: User) -> int:
    """Draw the codes of so many new cards. Returns the number of their batch.

    Raises KeysMissingError, PaperError.
    """
    study_cohort = StudyCohort.objects.select_for_update().get(pk=study_cohort.pk)
    link_keys_of(study_cohort.study)
    if not study_cohort.waves.filter(closed_at=None, wave__version__language="").exists():
        raise PaperError(_("No wave of this cohort can be answered on paper any more."))
    batch = (study_cohort.cards.aggregate(last=Max("batch"))["last"] or 0) + 1
    codes = set()
    while len(codes) < number:
        codes.add(draw_code())
        if len(codes) == number:
            codes -= set(Card.objects.filter(code__in=codes).values_list("code", flat=True))
    Card.objects.bulk_create(
        Card(study_cohort=study_cohort, batch=batch, code=code) for code in sorted(codes)
    )
    record("issue cards", study_cohort, by=by)
    return batch


def participant(study_cohort: StudyCohort, card: str) -> tuple[StudyKeys, str]:
    """The study's keys, and the participant code of this card of the cohort.

    Raises KeysMissingError, and PaperError if the cohort has no such card.
    """
    if not study_cohort.cards.filter(code=card).exists():
        raise PaperError(_("This cohort has no card with this code."), "card")
    study = study_cohort.study
    keys = link_keys_of(study)
    return keys, keys.card_code(study, card)


def held(cohort_wave: CohortWave) -> CohortWave:
    """The wave of the cohort, held until the transaction ends.

    Raises PaperError if it takes no papers.
    """
    row = CohortWave.objects.select_for_update().get(pk=cohort_wave.pk)
    if row.closed_at:
        raise PaperError(_("This wave is closed."))
    if row.is_ahead:
        raise PaperError(_("This wave has not opened yet."))
    if not can_be_printed(cohort_wave):
        raise PaperError(_("This survey has its texts in one language only."))
    return row


def can_be_printed(cohort_wave: CohortWave) -> bool:
    """In both languages. Numbers, which the pages cannot ask, can be written on paper."""
    return cohort_wave.wave.version.language == ""


@transaction.atomic
def enter(
    cohort_wave: CohortWave,
    card: str,
    number: int,
    answers: dict[str, float],
    *,
    language: str,
    consent_version: int,
    by: User,
) -> str:
    """Keep one typing of a paper; store the response if the other one says the same.

    number: FIRST or SECOND. answers: of every item that is asked, item code -> value, PREFER_NOT or
        NOT_ANSWERED. language: of the text that the participant read.

    Returns TYPED_ONCE, DIFFERS or STORED. Raises KeysMissingError, PaperError, and ValueError for a
    value that its item does not take.
    """
    row = held(cohort_wave)
    paper = Paper(cohort_wave, *participant(cohort_wave.study_cohort, card))
    if Response.objects.filter(wave=cohort_wave.wave, code=paper.code).exists():
        raise PaperError(_("The paper with this code is stored already."), "card")
    entries = {entry.number: entry for entry in paper.entries()}
    if number in entries:
        raise PaperError(
            _("The first typing of this paper is there already.")
            if number == FIRST
            else _("The second typing of this paper is there already."),
            "card",
        )
    as_array(cohort_wave.wave.version, list(answers), answers)
    freeze(cohort_wave.wave.version)
    content = {
        "card": card,
        "language": language,
        "consent": {"version": consent_version, "language": language},
        "answers": answers,
    }
    others = [paper.opened(entry) for entry in entries.values()]
    record("type in paper", cohort_wave, by=by)
    if others and said(others[0]) == said(content):
        store(paper, row, content)
        return STORED
    entry = PaperEntry(
        wave=cohort_wave.wave,
        cohort_wave=row,
        code=paper.code,
        number=number,
        entered_by=by,
        sealed=paper.keys.seal(content, place=paper.place),
    )
    scatter(PaperEntry, row, entry)
    return DIFFERS if others else TYPED_ONCE


def said(content: dict) -> dict[str, float | str]:
    """What must be the same in both typings: the answers, and the language beside them."""
    return {**content["answers"], LANGUAGE: content["language"]}


def store(paper: Paper, cohort_wave: CohortWave, content: dict) -> None:
    """Write the response, and let the typings go. The caller holds the wave's lock."""
    version = paper.cohort_wave.wave.version
    answers = {code: value for code, value in content["answers"].items() if value != NOT_ASKED}
    sealed = {
        "answers": as_array(version, list(answers), answers),
        "languages": {content["language"]: 1},
        "consent": content["consent"],
    }
    response = Response(
        wave=paper.cohort_wave.wave,
        cohort_wave=cohort_wave,
        code=paper.code,
        version=version,
        language=content["language"],
        mode=Response.Mode.PAPER,
        sealed=paper.keys.seal(sealed, place=paper.place),
    )
    scatter(Response, cohort_wave, response)
    paper.entries().delete()


def differing(cohort_wave: CohortWave) -> list[Differing]:
    """The papers of this wave whose typings differ, by the codes of their cards.

    Raises KeysMissingError.
    """
    wave, found = cohort_wave.wave, []
    keys = link_keys_of(wave.study)
    by_code = {}
    for entry in PaperEntry.objects.filter(cohort_wave=cohort_wave).order_by("number"):
        by_code.setdefault(entry.code, []).append(entry)
    items = items_of(wave.version, wave.name)
    for code, entries in by_code.items():
        if len(entries) == 2:
            first, second = (Paper(cohort_wave, keys, code).opened(entry) for entry in entries)
            differences = compare(said(first), said(second), items)
            found.append(Differing(str(entries[0].pk), first["card"], differences))
    return sorted(found, key=lambda paper: paper.card)


def compare(first: dict, second: dict, items: list[Item]) -> list[Difference]:
    """The differences in the order of the items, the language last.

    An item may stand in one typing only: somebody signed its wording off between the two.
    """
    rows = [(item.code, item) for item in items] + [(LANGUAGE, None)]
    pairs = [
        (name, item, first.get(name, NOT_ASKED), second.get(name, NOT_ASKED)) for name, item in rows
    ]
    return [Difference(*pair) for pair in pairs if pair[2] != pair[3]]


@transaction.atomic
def settle(cohort_wave: CohortWave, key: str, chosen: dict[str, float | str], *, by: User) -> None:
    """Store a paper as somebody has read it once more.

    key: of a Differing. chosen: what stands on the paper, one entry for each of its differences.

    Raises KeysMissingError, PaperError if it is not there any more, and ValueError if a difference
    is left open, something else is chosen, or an item does not take the value.
    """
    row = held(cohort_wave)
    paper, first, second = typed_twice(cohort_wave, key)
    wave = cohort_wave.wave
    differences = compare(said(first), said(second), items_of(wave.version, wave.name))
    if wrong := {difference.name for difference in differences} ^ set(chosen):
        raise ValueError(f"not settled, or no difference: {', '.join(sorted(wrong))}")
    answers = {code: value for code, value in chosen.items() if code != LANGUAGE}
    language = chosen.get(LANGUAGE, first["language"])
    store(
        paper,
        row,
        {
            "language": language,
            "consent": {**first["consent"], "language": language},
            "answers": first["answers"] | answers,
        },
    )
    record("settle paper", cohort_wave, by=by)


@transaction.atomic
def discard(cohort_wave: CohortWave, key: str, *, by: User) -> None:
    """Let both typings go: one of them was of another paper.

    Raises KeysMissingError, PaperError.
    """
    held(cohort_wave)
    paper, *_both = typed_twice(cohort_wave, key)
    paper.entries().delete()
    record("discard paper", cohort_wave, by=by)


def typed_twice(cohort_wave: CohortWave, key: str) -> tuple[Paper, dict, dict]:
    """A paper and what both typings say. Raises KeysMissingError, PaperError."""
    first = PaperEntry.objects.filter(cohort_wave=cohort_wave, pk=key, number=FIRST).first()
    second = (
        first
        and PaperEntry.objects.filter(
            cohort_wave=cohort_wave, code=first.code, number=SECOND
        ).first()
    )
    if not second:
        raise PaperError(_("This paper is settled already."))
    paper = Paper(cohort_wave, link_keys_of(cohort_wave.wave.study), first.code)
    return paper, paper.opened(first), paper.opened(second)


@transaction.atomic
def withdraw_card(study_cohort: StudyCohort, card: str, *, by: User) -> None:
    """Delete what was given under this card in waves that are still open, stored or not.

    Raises KeysMissingError, PaperError.
    """
    _keys, code = participant(study_cohort, card)
    for row in study_cohort.waves.filter(closed_at=None).order_by("pk").select_for_update():
        for model in (PaperEntry, Response):
            model.objects.filter(cohort_wave=row, code=code).delete()
    record("withdraw paper", study_cohort, by=by)


def status(cohort_wave: CohortWave) -> dict[str, int]:
    """How many papers of this wave are typed in once, differ, and are stored."""
    times = PaperEntry.objects.counts(cohort_wave)
    stored = Response.objects.filter(cohort_wave=cohort_wave, mode=Response.Mode.PAPER).count()
    return {TYPED_ONCE: times[FIRST], DIFFERS: times[SECOND], STORED: stored}
