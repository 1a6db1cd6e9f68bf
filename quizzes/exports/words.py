"""The words that stand in files in both languages at once, whoever asks for them.

Not in the catalogue, which holds one language at a time.
"""

import re

from quizzes.instruments.parse import Pair
from quizzes.models.instruments import NOT_ANSWERED, NOT_ASKED, PREFER_NOT, WITHHELD

MISSING_WORDS = {
    WITHHELD: Pair("លាក់ទុក", "withheld"),
    NOT_ASKED: Pair("មិនបានសួរ", "not asked"),
    PREFER_NOT: Pair("មិនចង់ឆ្លើយ", "prefers not to answer"),
    NOT_ANSWERED: Pair("មិនបានឆ្លើយ", "not answered"),
}
NO_SCORE = Pair("ចម្លើយតិចពេក មិនអាចគិតពិន្ទុ", "too few answers for a score")
PARTICIPANT = Pair("លេខកូដអ្នកចូលរួម ថ្មីក្នុងឯកសារនីមួយៗ", "participant, a code new in each file")
COHORT = Pair("ជំនាន់ តាងដោយអក្សរចាប់ឆ្នោត", "cohort, as a letter drawn at random")
COMPARED = Pair("ជំនាន់ប្រៀបធៀប ឬជំនាន់ដែលរៀន", "comparison cohort, or one that takes the course")
COMPARED_WORDS = {
    0: Pair("ជំនាន់ដែលរៀនវគ្គសិក្សា", "takes the course"),
    1: Pair("ជំនាន់ប្រៀបធៀប", "comparison cohort"),
}
WAVES = {
    "pre": Pair("មុនវគ្គសិក្សា", "before the course"),
    "post": Pair("ក្រោយវគ្គសិក្សា", "after the course"),
    "fu3": Pair("៣ខែក្រោយវគ្គសិក្សា", "3 months later"),
    "fu6": Pair("៦ខែក្រោយវគ្គសិក្សា", "6 months later"),
}
SUFFIXES = {"pre": "t0", "post": "t1", "fu3": "t2", "fu6": "t3"}
REVERSED = Pair("(បញ្ច្រាស)", "(reversed)")

# What XML 1.0 cannot hold, however it is escaped.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def fitting(candidates: list[str], *, size=len, most: int) -> str:
    """The first that is small enough; the last one, which is a code, always is.

    A label that is too long would be cut without a word (SPSS), inside a Khmer cluster, or
    refused (Stata). size: what the format counts.
    """
    return next((text for text in candidates if size(text) <= most), candidates[-1])


def in_bytes(text: str) -> int:
    return len(text.encode())


def one_line(text: str) -> str:
    return " ".join(CONTROL.sub("", text).split())


def safe_text(text: str) -> str:
    """A text cell of a CSV file that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
