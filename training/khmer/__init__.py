"""Khmer text: one stored form, one search key, digits of both scripts. Plain Python."""

from training.khmer.digits import ascii_digits, digits_in, khmer_digits, phone_key
from training.khmer.text import (
    canonical,
    has_khmer,
    name_key,
    one_line,
    search_key,
    visible,
)

__all__ = [
    "ascii_digits",
    "canonical",
    "digits_in",
    "has_khmer",
    "khmer_digits",
    "name_key",
    "one_line",
    "phone_key",
    "search_key",
    "visible",
]
