"""The codes on cards: whatever is mistyped is found."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.models import Card, PaperEntry
from quizzes.models.paper import (
    ALPHABET,
    DRAWN,
    check_character,
    draw_code,
    is_card_code,
    times_two,
)
from training.models import Cohort

CODES = st.text(ALPHABET, min_size=DRAWN, max_size=DRAWN).map(
    lambda drawn: drawn + check_character(drawn)
)


def weight(place):
    """What the character at this place of nine counts for: 2 to the 8th, …, 2, 1."""
    number = 1
    for _ in range(DRAWN - place):
        number = times_two(number)
    return number


def times(number, factor):
    """The product in GF(32), by doubling and adding."""
    product = 0
    while factor:
        if factor & 1:
            product ^= number
        number, factor = times_two(number), factor >> 1
    return product


def test_the_powers_of_two_are_all_numbers_of_the_field_but_zero():
    powers, number = [], 1
    for _ in range(31):
        powers.append(number)
        number = times_two(number)

    assert number == 1
    assert sorted(powers) == list(range(1, 32))


def test_the_check_sum_is_the_weighted_one():
    """So that what holds of the weights below holds of every code."""
    for place, value in product(range(DRAWN), range(32)):
        code = ["0"] * DRAWN
        code[place] = ALPHABET[value]
        assert ALPHABET.index(check_character("".join(code))) == times(weight(place), value)


@given(CODES, CODES)
def test_the_check_of_a_sum_is_the_sum_of_the_checks(one, other):
    values = [ALPHABET.index(a) ^ ALPHABET.index(b) for a, b in zip(one, other, strict=True)]

    assert is_card_code("".join(ALPHABET[value] for value in values))


def test_no_wrong_character_and_no_two_that_changed_places_keep_the_check():
    """All places, all pairs of characters. The check is linear, so the other characters cancel."""
    for place, one, other in product(range(DRAWN + 1), range(32), range(32)):
        if one != other:
            assert times(weight(place), one ^ other) != 0
    for place, one, other in product(range(DRAWN), range(32), range(32)):
        if one != other:
            here, there = weight(place), weight(place + 1)
            as_it_is = times(here, one) ^ times(there, other)
            assert as_it_is != times(here, other) ^ times(there, one)


@settings(max_examples=20)
@given(CODES)
def test_every_slip_in_a_code_is_found(code):
    assert is_card_code(code)
    for place, character in product(range(DRAWN + 1), ALPHABET):
        slip = code[:place] + character + code[place + 1 :]
        assert is_card_code(slip) == (slip == code)
    for place in range(DRAWN):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert is_card_code(swapped) == (swapped == code)


@pytest.mark.parametrize("text", ["", "0" * 8, "0" * 10, "o00000000", "U00000000", "00000000-"])
def test_what_is_no_code_is_none(text):
    assert is_card_code("0" * 9)
    assert not is_card_code(text)


def test_drawn_codes_are_codes_and_never_the_same():
    codes = {draw_code() for _ in range(500)}

    assert len(codes) == 500
    assert all(map(is_card_code, codes))


def test_a_card_is_shown_in_groups():
    assert str(Card(code="0123ABCD9")) == "0123-ABCD-9"


# what the database refuses


def refused(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()
    return True


@pytest.fixture
def study_cohort(cohort):
    return cohort.study_cohorts.get()


@pytest.mark.parametrize("code", ["", "0000", "O00000000", "00000000o", "U00000000"])
def test_a_card_has_nine_characters_of_the_alphabet(study_cohort, code):
    assert refused(lambda: Card.objects.create(study_cohort=study_cohort, batch=1, code=code))


def test_a_code_is_on_one_card(study_cohort, study):
    other = Cohort.objects.create(name="Other", ends_on="2090-01-01").study_cohorts
    Card.objects.create(study_cohort=study_cohort, batch=1, code="0" * 9)
    row = other.create(study=study)

    assert refused(lambda: Card.objects.create(study_cohort=row, batch=1, code="0" * 9))


def test_batches_are_numbered_from_one(study_cohort):
    assert refused(lambda: Card.objects.create(study_cohort=study_cohort, batch=0, code="0" * 9))


def test_a_paper_is_typed_in_once_each_time(study_cohort):
    row = study_cohort.waves.first()
    entry = {"wave": row.wave, "cohort_wave": row, "code": "A" * 16, "sealed": b"x"}
    for number in (1, 2):
        PaperEntry.objects.create(number=number, **entry)

    assert refused(lambda: PaperEntry.objects.create(number=1, **entry))
    assert refused(lambda: PaperEntry.objects.create(number=3, **entry))
    assert refused(lambda: PaperEntry.objects.create(number=1, **entry | {"code": "0000-0000-0"}))
