"""Surveys on paper: the cards that name a participant, and what was typed in of each paper."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Count, Q

from quizzes.models.responses import Sealed
from quizzes.models.studies import StudyCohort

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
DRAWN = 8  # characters of a code that are drawn; one more checks them
LOOK_ALIKES = str.maketrans("OIL", "011")


class Card(models.Model):
    """A card that somebody draws at random and keeps: its code is the participant in all waves.

    Nobody notes who drew which. The participant code is made of it, see keys.py.
    """

    study_cohort = models.ForeignKey(StudyCohort, on_delete=models.PROTECT, related_name="cards")
    batch = models.PositiveSmallIntegerField()  # cards issued together, printed together
    code = models.CharField(max_length=DRAWN + 1, unique=True)

    class Meta:
        ordering = ["code"]  # not the order in which they were drawn
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{9}$"),
                name="card_code_is_of_its_alphabet",
            ),
            models.CheckConstraint(condition=Q(batch__gte=1), name="card_batches_begin_at_one"),
        ]

    def __str__(self):
        return grouped(self.code)


class PaperEntryQuerySet(models.QuerySet):
    def counts(self, cohort_wave) -> dict[int, int]:
        """Times typed in, 1 or 2 -> papers of this wave of the cohort that are not settled."""
        papers = self.filter(cohort_wave=cohort_wave).values("code").annotate(times=Count("pk"))
        times = [paper["times"] for paper in papers]
        return {n: times.count(n) for n in (1, 2)}


class PaperEntry(Sealed):
    """One of the two times that a paper is typed in; goes when the response is written.

    Sealed in it: {"card": its code, "language": of the answers, "answers": item code -> value}.
    """

    number = models.PositiveSmallIntegerField()
    entered_by = models.ForeignKey(  # who typed, never who answered
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PaperEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            *Sealed.Meta.constraints,
            models.UniqueConstraint(
                fields=["wave", "code", "number"], name="paper_is_typed_in_once_each_time"
            ),
            models.CheckConstraint(
                condition=Q(number__in=[1, 2]), name="paper_is_typed_in_twice_at_most"
            ),
        ]


def draw_code() -> str:
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(DRAWN))
    return drawn + check_character(drawn)


def check_character(drawn: str) -> str:
    """The character that makes a code of `drawn`, itself of the same alphabet.

    The characters are numbers of the field GF(32), each weighted with another power of 2: so every
    wrong character and every two that changed places are found (a Reed-Solomon code of one check
    symbol; Reed and Solomon 1960).
    """
    total = 0
    for character in drawn:
        total = times_two(total ^ ALPHABET.index(character))
    return ALPHABET[total]


def times_two(number: int) -> int:
    """In GF(32) of the polynomial x^5 + x^2 + 1, where the powers of 2 are all 31 numbers but 0."""
    doubled = number << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def is_card_code(text: str) -> bool:
    """Whether it could be on a card: of the alphabet, and its last character fits."""
    return (
        len(text) == DRAWN + 1
        and set(text) <= set(ALPHABET)
        and check_character(text[:DRAWN]) == text[DRAWN]
    )


def grouped(code: str) -> str:
    """As it is printed, in three groups: XXXX-XXXX-X."""
    return f"{code[:4]}-{code[4:DRAWN]}-{code[DRAWN:]}"
