"""Papers: cards, two typings, what differs, and the response that is stored."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from quizzes.actions import paper
from quizzes.actions.instruments import load_instrument
from quizzes.actions.paper import (
    DIFFERS,
    LANGUAGE,
    STORED,
    TYPED_ONCE,
    PaperError,
    differing,
    discard,
    enter,
    issue_cards,
    settle,
    status,
    withdraw_card,
)
from quizzes.actions.responses import agree, ask, send
from quizzes.actions.studies import add_cohort, close_wave, make_study
from quizzes.keys import KeysMissingError, destroy_link_key, key_path, keys_of, make_keys
from quizzes.models import Card, CohortWave, InstrumentVersion, PaperEntry, Response
from quizzes.models.instruments import NOT_ANSWERED, NOT_ASKED, PREFER_NOT
from quizzes.models.paper import is_card_code
from tests.factories import UserFactory
from tests.quizzes.conftest import INSTRUMENT, officers
from training.models import AuditEntry, Cohort, Role

pytestmark = pytest.mark.django_db

ANSWERS = {"Q1": 4, "Q2": PREFER_NOT, "K1": 1, "D1": NOT_ANSWERED}


@pytest.fixture
def by():
    return UserFactory(roles=[Role.EVALUATOR])


@pytest.fixture
def study_cohort(cohort):
    return cohort.study_cohorts.get()


@pytest.fixture
def pre(study_cohort):
    return study_cohort.waves.get(wave__name="pre")


@pytest.fixture
def card(study_cohort, by):
    issue_cards(study_cohort, 1, by=by)
    return Card.objects.get().code


def type_in(row, card, number, by, answers=ANSWERS, language="km", **changed):
    return enter(row, card, number, answers | changed, language=language, consent_version=1, by=by)


def both(row, card, by, **changed):
    """Type a paper in twice, the second time with these answers."""
    type_in(row, card, 1, by)
    return type_in(row, card, 2, by, **changed)


def code_of(study, card):
    return keys_of(study).card_code(study, card)


def content(response):
    study = response.wave.study
    place = f"{study.code}|{response.wave.name}|{response.code}"
    return keys_of(study).open(response.sealed, place=place)


def refused(do, *words):
    """Whether it is refused in these words, and nothing is written."""
    before = PaperEntry.objects.count(), Response.objects.count(), AuditEntry.objects.count()
    with pytest.raises(PaperError) as error:
        do()
    assert all(word in str(error.value) for word in words)
    after = PaperEntry.objects.count(), Response.objects.count(), AuditEntry.objects.count()
    return before == after


@pytest.fixture(autouse=True)
def in_english(start_in_khmer):
    with translation.override("en"):
        yield


# cards


def test_cards_are_issued_in_batches(study_cohort, by):
    assert issue_cards(study_cohort, 3, by=by) == 1
    assert issue_cards(study_cohort, 2, by=by) == 2

    cards = list(Card.objects.order_by("pk"))
    assert [card.batch for card in cards] == [1, 1, 1, 2, 2]
    assert all(is_card_code(card.code) for card in cards)
    assert [card.code for card in cards[:3]] == sorted(card.code for card in cards[:3])
    assert (
        list(AuditEntry.objects.values_list("actor", "action", "thing"))
        == [(by.pk, "issue cards", f"studycohort {study_cohort.pk}")] * 2
    )


def test_a_code_that_is_drawn_again_is_drawn_anew(study_cohort, by, monkeypatch):
    codes = iter(["0" * 9, "0" * 9, "0" * 9, "1" * 9])
    monkeypatch.setattr(paper, "draw_code", lambda: next(codes))
    issue_cards(study_cohort, 1, by=by)

    issue_cards(study_cohort, 1, by=by)

    assert sorted(Card.objects.values_list("code", flat=True)) == ["0" * 9, "1" * 9]


def test_no_card_is_issued_without_keys_or_where_no_wave_can_be_answered(study_cohort, by, study):
    kept = key_path(study).read_bytes()
    key_path(study).unlink()
    with pytest.raises(KeysMissingError):
        issue_cards(study_cohort, 1, by=by)
    key_path(study).write_bytes(kept)
    for row in study_cohort.waves.all():
        close_wave(row)

    assert refused(lambda: issue_cards(study_cohort, 1, by=by), "No wave of this cohort")
    assert not Card.objects.exists()


def test_a_card_names_the_same_participant_in_all_waves_and_nobody_of_the_site(
    study, study_cohort, card, by
):
    for row in study_cohort.waves.all():
        answers = {key: ANSWERS[key] for key in ("Q1", "Q2", "K1")}
        answers |= {"D1": 1} if row.wave.name == "pre" else {}
        for number in (1, 2):
            enter(row, card, number, answers, language="km", consent_version=1, by=by)

    code = code_of(study, card)
    assert set(Response.objects.values_list("wave__name", "code")) == {
        ("pre", code),
        ("post", code),
    }
    keys = keys_of(study)
    assert code not in {keys.imported_code(study, card), keys.imported_code(study, f"paper:{card}")}


# two typings


def test_two_typings_that_agree_are_stored_as_a_response_on_paper(study, pre, card, by):
    assert type_in(pre, card, 1, by, language="en") == TYPED_ONCE
    assert not Response.objects.exists()

    assert type_in(pre, card, 2, UserFactory(), language="en") == STORED

    response = Response.objects.get()
    assert (response.code, response.mode, response.language) == (
        code_of(study, card),
        "paper",
        "en",
    )
    assert (response.cohort_wave, response.version) == (pre, pre.wave.version)
    assert content(response) == {
        "answers": [4, PREFER_NOT, 1, NOT_ANSWERED],
        "languages": {"en": 1},
        "consent": {"version": 1, "language": "en"},
    }
    assert not PaperEntry.objects.exists()
    assert InstrumentVersion.objects.get().frozen_on == timezone.localdate()


def test_the_second_typing_may_come_first(pre, card, by):
    assert type_in(pre, card, 2, by) == TYPED_ONCE
    assert type_in(pre, card, 1, by) == STORED


def test_an_item_that_is_not_asked_in_the_wave_is_not_asked(study_cohort, card, by):
    post = study_cohort.waves.get(wave__name="post")
    answers = {"Q1": 1, "Q2": 2, "K1": 2}
    for number in (1, 2):
        enter(post, card, number, answers, language="km", consent_version=1, by=by)

    assert content(Response.objects.get())["answers"] == [1, 2, 2, NOT_ASKED]


def test_the_first_typing_fixes_the_wording_and_is_sealed(study, pre, card, by):
    type_in(pre, card, 1, by)

    entry = PaperEntry.objects.get()
    assert (entry.number, entry.entered_by, entry.code) == (1, by, code_of(study, card))
    assert InstrumentVersion.objects.get().frozen_on
    assert card.encode() not in bytes(entry.sealed)


@pytest.mark.parametrize("number", [1, 2])
def test_the_same_typing_twice_is_refused(pre, card, by, number):
    type_in(pre, card, number, by)

    assert refused(lambda: type_in(pre, card, number, by), "there already")


def test_a_paper_that_is_stored_is_not_typed_in_again(pre, card, by):
    both(pre, card, by)

    assert refused(lambda: type_in(pre, card, 1, by), "stored already")


def test_a_card_of_another_cohort_is_unknown(study, pre, by):
    other = Cohort.objects.create(name="Other", ends_on=timezone.localdate() + timedelta(days=9))
    issue_cards(add_cohort(study, other), 1, by=by)

    assert refused(lambda: type_in(pre, Card.objects.get().code, 1, by), "no card with this code")


@pytest.mark.parametrize("changed", [{"Q1": 6}, {"Q1": NOT_ASKED}, {"Q9": 1}, {"Q1": 1.5}])
def test_a_value_that_its_item_does_not_take_is_refused(pre, card, by, changed):
    with pytest.raises(ValueError, match="Q"):
        type_in(pre, card, 1, by, **changed)

    assert not PaperEntry.objects.exists()


def test_a_closed_wave_and_one_that_lies_ahead_take_no_paper(pre, card, by):
    type_in(pre, card, 1, by)
    CohortWave.objects.filter(pk=pre.pk).update(opens_on=timezone.localdate() + timedelta(days=1))
    assert refused(lambda: type_in(pre, card, 2, by), "not opened")
    close_wave(pre)

    assert not PaperEntry.objects.exists()
    assert refused(lambda: type_in(pre, card, 2, by), "closed")


def test_without_the_link_key_nothing_is_typed_in(study, pre, card, by):
    destroy_link_key(study)

    with pytest.raises(KeysMissingError):
        type_in(pre, card, 1, by)
    assert not PaperEntry.objects.exists()


NUMBERS = INSTRUMENT.replace("SMALL", "NUMBERS") + (
    "  - {code: N1, kind: behaviour, type: integer, low: 0, high: 30,"
    " text: {km: ប៉ុន្មាន, en: How many}, short: {km: ប៉ុន្មាន, en: How many}}\n"
)


def cohort_of(instrument):
    version, _ = load_instrument(instrument)
    study = make_study("OTHER", version, ["pre"])
    make_keys(study)
    cohort = Cohort.objects.create(name="Other", ends_on=timezone.localdate() + timedelta(days=9))
    return add_cohort(study, cohort)


def test_paper_takes_numbers_that_the_pages_cannot_ask(study, by):
    row = cohort_of(NUMBERS)
    assert not row.study.version.is_askable
    issue_cards(row, 1, by=by)
    card = Card.objects.get().code

    for number in (1, 2):
        type_in(row.waves.get(), card, number, by, N1=12)

    assert content(Response.objects.get())["answers"][-1] == 12


def test_a_version_in_one_language_is_not_asked_on_paper(study, pre, card, by):
    InstrumentVersion.objects.update(language="km")
    pre = CohortWave.objects.get(pk=pre.pk)

    assert refused(lambda: type_in(pre, card, 1, by), "one language only")
    assert refused(lambda: issue_cards(pre.study_cohort, 1, by=by), "No wave")


# what differs


def test_typings_that_differ_are_listed_item_by_item(pre, card, by):
    type_in(pre, card, 1, by)

    assert type_in(pre, card, 2, by, K1=2, D1=1, language="en") == DIFFERS

    assert not Response.objects.exists()
    (found,) = differing(pre)
    assert found.card == card
    assert [(one.name, one.first, one.second) for one in found.differences] == [
        ("K1", 1, 2),
        ("D1", NOT_ANSWERED, 1),
        (LANGUAGE, "km", "en"),
    ]


def test_what_is_typed_in_once_does_not_differ(pre, card, by):
    type_in(pre, card, 1, by)

    assert differing(pre) == []


def test_a_paper_is_stored_as_it_was_settled(pre, card, by):
    type_in(pre, card, 1, by)
    type_in(pre, card, 2, by, K1=2, D1=1, language="en")
    (found,) = differing(pre)

    settle(pre, found.key, {"K1": PREFER_NOT, "D1": 1, LANGUAGE: "en"}, by=by)

    response = Response.objects.get()
    assert (response.mode, response.language) == ("paper", "en")
    assert content(response) == {
        "answers": [4, PREFER_NOT, PREFER_NOT, 1],
        "languages": {"en": 1},
        "consent": {"version": 1, "language": "en"},
    }
    assert not PaperEntry.objects.exists()
    assert refused(lambda: settle(pre, found.key, {"K1": 1}, by=by), "settled already")


@pytest.mark.parametrize("chosen", [{}, {"K1": 3}, {"K1": 1, "Q1": 2}, {"Q1": 2}])
def test_settling_names_each_difference_and_nothing_else(pre, card, by, chosen):
    both(pre, card, by, K1=2)
    (found,) = differing(pre)

    with pytest.raises(ValueError, match="1"):
        settle(pre, found.key, chosen, by=by)

    assert PaperEntry.objects.count() == 2
    assert not Response.objects.exists()


def test_an_item_that_is_in_one_typing_only_is_a_difference(pre, card, by):
    """Its wording was signed off between the two."""
    fewer = {code: value for code, value in ANSWERS.items() if code != "K1"}
    enter(pre, card, 1, fewer, language="km", consent_version=1, by=by)
    assert type_in(pre, card, 2, by) == DIFFERS
    (found,) = differing(pre)

    settle(pre, found.key, {"K1": NOT_ASKED}, by=by)

    assert content(Response.objects.get())["answers"] == [4, PREFER_NOT, NOT_ASKED, NOT_ANSWERED]


def test_both_typings_may_be_let_go(pre, card, by):
    both(pre, card, by, K1=2)

    discard(pre, differing(pre)[0].key, by=by)

    assert not PaperEntry.objects.exists()
    assert both(pre, card, by) == STORED


def test_a_paper_of_another_wave_is_not_settled_here(study_cohort, pre, card, by):
    both(pre, card, by, K1=2)
    key = differing(pre)[0].key
    post = study_cohort.waves.get(wave__name="post")

    assert refused(lambda: settle(post, key, {"K1": 1}, by=by), "settled already")
    assert refused(lambda: discard(post, key, by=by), "settled already")


def test_a_closed_wave_lets_go_what_is_not_settled(study_cohort, pre, by):
    issue_cards(study_cohort, 3, by=by)
    cards = [card.code for card in Card.objects.all()]
    type_in(pre, cards[0], 1, by)
    both(pre, cards[1], by, K1=2)
    both(pre, cards[2], by)
    key = differing(pre)[0].key
    assert status(pre) == {TYPED_ONCE: 1, DIFFERS: 1, STORED: 1}

    close_wave(pre)

    assert status(pre) == {TYPED_ONCE: 0, DIFFERS: 0, STORED: 1}
    assert refused(lambda: settle(pre, key, {"K1": 1}, by=by), "closed")
    assert refused(lambda: discard(pre, key, by=by), "closed")


def test_answers_on_the_site_are_no_papers(cohort, pre):
    asked = ask("small-pre", officers(cohort, 1)[0])
    agree(asked, consent_version=1, language="km")
    send(asked)

    assert status(pre) == {TYPED_ONCE: 0, DIFFERS: 0, STORED: 0}


# withdrawing


def test_whoever_has_the_card_withdraws_what_is_in_open_waves(study, study_cohort, pre, by):
    issue_cards(study_cohort, 2, by=by)
    own, other = (card.code for card in Card.objects.all())
    post = study_cohort.waves.get(wave__name="post")
    for row in (pre, post):
        for card in (own, other):
            for number in (1, 2):
                answers = {"Q1": 1, "Q2": 1, "K1": 1}
                enter(row, card, number, answers, language="km", consent_version=1, by=by)
    close_wave(pre)

    withdraw_card(study_cohort, own, by=by)

    left = set(Response.objects.values_list("wave__name", "code"))
    keys = keys_of(study)
    mine, theirs = keys.card_code(study, own), keys.card_code(study, other)
    assert left == {("pre", mine), ("pre", theirs), ("post", theirs)}


def test_typings_are_withdrawn_too(study_cohort, pre, card, by):
    type_in(pre, card, 1, by)

    withdraw_card(study_cohort, card, by=by)

    assert not PaperEntry.objects.exists()


def test_an_unknown_card_withdraws_nothing_and_is_named_so(study_cohort, by):
    assert refused(lambda: withdraw_card(study_cohort, "0" * 9, by=by), "no card with this code")


# what is left behind


def test_the_audit_names_neither_a_card_nor_an_answer(study, study_cohort, pre, card, by):
    both(pre, card, by, K1=2)
    settle(pre, differing(pre)[0].key, {"K1": 2}, by=by)
    withdraw_card(study_cohort, card, by=by)

    row = f"cohortwave {pre.pk}"
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "thing", "reason")) == [
        ("issue cards", f"studycohort {study_cohort.pk}", ""),
        ("type in paper", row, ""),
        ("type in paper", row, ""),
        ("settle paper", row, ""),
        ("withdraw paper", f"studycohort {study_cohort.pk}", ""),
    ]


def test_rows_come_out_in_the_order_of_their_keys(study_cohort, pre, by):
    issue_cards(study_cohort, 12, by=by)
    for n, card in enumerate(Card.objects.all()):
        type_in(pre, card.code, 1, by)
        if n % 2:
            type_in(pre, card.code, 2, by)

    for model in (PaperEntry, Response):
        keys = [str(row.pk) for row in model.objects.all()]
        assert len(keys) == 6
        assert keys == sorted(keys)
