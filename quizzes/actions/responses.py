"""Answering: from consent to a sealed response. The wall stands here (docs/privacy.md).

Nothing in this file writes a person beside an answer. Completing the survey step is another
transaction, made by the caller after these have committed.
"""

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from quizzes.keys import KeysMissingError, StudyKeys, link_keys_of
from quizzes.models import CohortWave, Draft, InstrumentVersion, Quarantine, Response, Study
from quizzes.models.instruments import NOT_ANSWERED, NOT_ASKED, Item
from quizzes.models.pages import asked_items
from training.actions.order import write_in_key_order
from training.models import Enrolment, User

UIDS_KEPT = 200


class ClosedError(Exception):
    """The wave takes no answers any more, or not yet."""


@dataclass
class Asked:
    """One person who is asked in one wave, under his or her participant code.

    enrolments: those in whose way the wave may stand, that of the participant's cohort first.
    """

    cohort_wave: CohortWave
    enrolments: list[Enrolment]
    keys: StudyKeys
    code: str

    @property
    def enrolment(self):
        return self.enrolments[0]

    @property
    def slug(self):
        return self.wave.step.slug

    @property
    def wave(self):
        return self.cohort_wave.wave

    @property
    def study(self) -> Study:
        return self.wave.study

    @property
    def version(self) -> InstrumentVersion:
        return self.wave.version

    @property
    def place(self) -> str:
        """Where this person's blobs of this wave open, and nowhere else."""
        return f"{self.study.code}|{self.wave.name}|{self.code}"

    def response(self) -> Response | None:
        return Response.objects.filter(wave=self.wave, code=self.code).first()

    def draft(self) -> "Answers | None":
        row = self.draft_row()
        return self.opened(row) if row else None

    def draft_row(self) -> Draft | None:
        return Draft.objects.filter(wave=self.wave, code=self.code).first()

    def opened(self, row: Draft) -> "Answers":
        return Answers(**self.keys.open(row.sealed, place=self.place))


@dataclass
class Answers:
    """What a draft holds, inside its seal.

    asked: codes of the items that this person is asked, fixed at the consent. answers: item code
    -> value. pages: page number -> {"by": mark of the session that filled it, "given": codes that
    it answered, "done": bool}. uids: page saves already merged. languages: language -> pages saved
    in it. at: where a session stands that is not on the first open page, {"by", "page", "again"};
    again: it left questions open and is asked once more.
    """

    consent: dict
    asked: list
    answers: dict
    pages: dict
    uids: list
    languages: dict
    at: dict | None = None

    def first_open_page(self, count: int) -> int | None:
        """The first page not finished yet, from 1; None when all are."""
        return next((n for n in range(1, count + 1) if not self.is_done(n)), None)

    def page_for(self, mark: str, count: int) -> int | None:
        """The page on which this session stands; None where only sending is left."""
        if self.at and self.at["by"] == mark:
            return self.at["page"]
        return self.first_open_page(count)

    def shown_to(self, mark: str, number: int) -> dict[str, int]:
        """What this session itself answered on this page; nothing that another one did."""
        page = self.pages.get(str(number), {})
        return (
            {code: self.answers[code] for code in page["given"]} if page.get("by") == mark else {}
        )

    def is_asked_again(self, mark: str) -> bool:
        return bool(self.at and self.at["by"] == mark and self.at["again"])

    def is_done(self, number: int) -> bool:
        return self.pages.get(str(number), {}).get("done", False)

    def was_filled_by(self, number: int, mark: str) -> bool:
        return self.pages.get(str(number), {}).get("by") == mark


def ask(slug: str, user: User) -> Asked | None:
    """The wave with this address as this person meets it; None if it is not asked of him or her.

    A person is one participant in a study: the cohort of the first answer counts, then that of
    answers under way, then one whose wave is open, then the first one joined.
    An instrument that is loaded for analysis only is asked of nobody. Raises KeysMissingError.
    """
    cohort_waves = list(
        CohortWave.objects.filter(
            wave__step__slug=slug,
            study_cohort__cohort__enrolments__learner=user,
            study_cohort__cohort__enrolments__left_on=None,
            wave__version__in=InstrumentVersion.objects.askable(),
        )
        .select_related("wave__step", "wave__version", "wave__study", "study_cohort__cohort")
        .order_by("study_cohort__cohort__enrolments__pk")
    )
    if not cohort_waves:
        return None
    study = cohort_waves[0].wave.study
    keys = link_keys_of(study)
    code = keys.code_of(study, user)
    if len(cohort_waves) > 1:
        cohort_waves.sort(key=nearness_to(study, code))
    cohorts = [row.study_cohort.cohort_id for row in cohort_waves]
    enrolments = sorted(
        Enrolment.objects.filter(learner=user, cohort__in=cohorts).select_related("cohort"),
        key=lambda enrolment: cohorts.index(enrolment.cohort_id),
    )
    return Asked(cohort_waves[0], enrolments, keys, code)


def nearness_to(study: Study, code: str):
    """Key by which the cohort that counts for this participant comes first."""
    answered, under_way = (
        set(
            model.objects.filter(wave__study=study, code=code).values_list(
                "cohort_wave__study_cohort", flat=True
            )
        )
        for model in (Response, Draft)
    )

    def nearness(row: CohortWave):
        cohort = row.study_cohort_id
        return cohort not in answered, cohort not in under_way, not row.is_open

    return nearness


def locked(asked: Asked) -> CohortWave:
    """The cohort's wave, held until the transaction ends. Raises ClosedError if it is closed."""
    row = CohortWave.objects.select_for_update().get(pk=asked.cohort_wave.pk)
    if not row.is_open:
        raise ClosedError
    return row


def scatter(model, cohort_wave: CohortWave, row) -> None:
    """Write this row, and with it the wave's other rows of this cohort, in the order of their keys.

    The caller holds the wave's lock.
    """
    write_in_key_order(model.objects.filter(cohort_wave=cohort_wave), row)


@transaction.atomic
def agree(asked: Asked, *, consent_version: int, language: str) -> None:
    """Begin a draft for somebody who said yes, and fix the wording. Again it changes nothing.

    Raises ClosedError.
    """
    cohort_wave = locked(asked)
    if asked.draft() or asked.response():
        return
    if cohort_wave.wave.version_id != asked.version.pk:
        return  # the wave took up a later version meanwhile, whose consent comes first
    freeze(asked.version)
    items = [item.code for item in asked_items(asked.version, asked.wave.name)]
    consent = {"version": consent_version, "language": language}
    empty = Answers(consent, items, answers={}, pages={}, uids=[], languages={})
    row = Draft(wave=asked.wave, cohort_wave=cohort_wave, code=asked.code)
    row.sealed = asked.keys.seal(vars(empty), place=asked.place)
    scatter(Draft, cohort_wave, row)


@transaction.atomic
def save_page(
    asked: Asked,
    number: int,
    values: dict[str, int],
    *,
    uid: str,
    session: str,
    language: str,
    is_done: bool,
    turn_to: int | None = None,
    again: bool = False,
) -> bool:
    """Merge one page into the draft, item by item. The same uid again changes nothing.

    values: item code -> value of an option or PREFER_NOT; only of items asked in this wave.
    session: the key of the session that fills the page. is_done: whether the reader may go on.
    turn_to: the page on which this session goes on, None for the first open one; again: it is the
        same page, whose open questions are asked once more.

    Returns False where there is no draft to merge into: it was sent, the wave is closed, or the
    person never agreed. What comes after sending or closing is kept in quarantine.
    """
    try:
        cohort_wave = locked(asked)
    except ClosedError:
        return quarantine(asked, number, values, uid)
    row = asked.draft_row()
    if row is None:
        return quarantine(asked, number, values, uid) if asked.response() else False
    draft = asked.opened(row)
    if uid in draft.uids:
        return True
    draft.answers.update(values)
    mark = asked.keys.mark(session)
    given = sorted({*draft.shown_to(mark, number), *values})
    draft.pages[str(number)] = {"by": mark, "given": given, "done": is_done}
    draft.at = {"by": mark, "page": turn_to, "again": again} if turn_to else None
    draft.languages[language] = draft.languages.get(language, 0) + 1
    draft.uids = [*draft.uids, uid][-UIDS_KEPT:]
    row.sealed = asked.keys.seal(vars(draft), place=asked.place)
    scatter(Draft, cohort_wave, row)
    return True


@transaction.atomic
def turn_back(asked: Asked, number: int, *, session: str) -> None:
    """Let this session look once more at a page that it has filled. Raises ClosedError."""
    cohort_wave = locked(asked)
    row = asked.draft_row()
    if row is None:
        return
    draft, mark = asked.opened(row), asked.keys.mark(session)
    if draft.was_filled_by(number, mark):
        draft.at = {"by": mark, "page": number, "again": False}
        row.sealed = asked.keys.seal(vars(draft), place=asked.place)
        scatter(Draft, cohort_wave, row)


def quarantine(asked: Asked, number: int, values: dict[str, int], uid: str) -> bool:
    """Keep a page that came too late, once; it is counted and never merged. Returns False."""
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"{asked.code}|{uid}")
    cohort_wave = CohortWave.objects.select_for_update().get(pk=asked.cohort_wave.pk)
    if values and not Quarantine.objects.filter(pk=key).exists():
        content = {"page": number, "values": values, "uid": uid}
        row = Quarantine(pk=key, wave=asked.wave, cohort_wave=cohort_wave, code=asked.code)
        row.sealed = asked.keys.seal(content, place=asked.place)
        row.arrived_on = timezone.localdate()
        scatter(Quarantine, cohort_wave, row)
    return False


@transaction.atomic
def send(asked: Asked, *, mode=Response.Mode.WEB) -> bool:
    """Turn the draft into a response, once.

    Returns whether this person's answers of this wave are stored now. Raises ClosedError.
    """
    cohort_wave = locked(asked)
    if asked.response():
        return True
    draft = asked.draft()
    if draft is None:
        return False
    languages = draft.languages or {draft.consent["language"]: 1}
    content = {
        "answers": as_array(asked.version, draft.asked, draft.answers),
        "languages": languages,
        "consent": draft.consent,
    }
    response = Response(
        wave=asked.wave,
        cohort_wave=cohort_wave,
        code=asked.code,
        version=asked.version,
        language=max(languages, key=languages.get),
        mode=mode,
        sealed=asked.keys.seal(content, place=asked.place),
    )
    scatter(Response, cohort_wave, response)
    Draft.objects.filter(wave=asked.wave, code=asked.code).delete()
    return True


def as_array(
    version: InstrumentVersion, asked: list[str], answers: dict[str, float]
) -> list[float]:
    """One value an item of the version, in its order; NOT_ASKED where its code is not in `asked`.

    Raises ValueError for a code that the version has not and for a value that its item does not
    take.
    """
    items = list(version.items.prefetch_related("option_set__options"))
    if unknown := set(answers) - {item.code for item in items}:
        raise ValueError(f"no such item: {', '.join(sorted(unknown))}")
    return [value_of(item, answers) if item.code in asked else NOT_ASKED for item in items]


def value_of(item: Item, answers: dict[str, float]) -> float:
    value = answers.get(item.code, NOT_ANSWERED)
    if not item.takes(value):
        raise ValueError(f"{item.code}: not one of its values")  # never the value: logs keep it
    return value


def freeze(version: InstrumentVersion) -> None:
    """The first answer fixes the wording."""
    InstrumentVersion.objects.filter(pk=version.pk, frozen_on=None).update(
        frozen_on=timezone.localdate()
    )


def open_waves(user: User) -> QuerySet[CohortWave]:
    """The waves of this person's cohorts that are not closed, to be held until the end."""
    rows = CohortWave.objects.filter(
        closed_at=None, study_cohort__cohort__enrolments__learner=user
    ).select_related("study_cohort__study")
    return rows.order_by("pk").select_for_update(of=("self",))


@transaction.atomic
def delete_open(user: User, *models) -> bool:
    """Delete what this person gave in waves that are still open.

    The waves are held meanwhile, so that no write beside it brings a row back.

    Returns whether all could be looked for: without its keys a study's answers cannot be found.
    """
    found_all = True
    for row in open_waves(user):
        study = row.study_cohort.study
        try:
            code = link_keys_of(study).code_of(study, user)
        except KeysMissingError:
            found_all = False
            continue
        for model in models:
            model.objects.filter(cohort_wave=row, code=code).delete()
    return found_all


def withdraw(user: User) -> bool:
    """Delete what this person answered in waves that are still open, sent or not.

    Returns False if some of it could not be looked for.
    """
    return delete_open(user, Draft, Response, Quarantine)


def forget_drafts(user: User) -> bool:
    """Delete answers under way: somebody else may hold the account now.

    Returns False if some of it could not be looked for.
    """
    return delete_open(user, Draft)
