"""The stored form of Khmer text, and the keys to find it by. Plain Python.

The same syllable can be typed in several orders that look alike, so two equal names may differ
in their code points. `canonical` is for storing, `search_key` and `name_key` are for comparing.
Unicode's own normalisation does not touch the order of Khmer signs.
"""

import re
import unicodedata

from training.khmer.digits import ascii_digits

ZWSP, ZWNJ, ZWJ, WJ = "\u200b", "\u200c", "\u200d", "\u2060"
BOM, SHY, NBSP = "\ufeff", "\u00ad", "\u00a0"
COENG = "\u17d2"  # makes the consonant after it a subscript
DA, TA = "\u178a", "\u178f"  # look the same as subscripts
RO = "\u179a"
SHIFTERS = "\u17c9\u17ca"

# Ranges, to stand inside the brackets of a regular expression
BASE = "\u1780-\u17b3"  # consonants and independent vowels
VOWEL = "\u17b6-\u17c5"
MARK = "\u17b6-\u17d1\u17d3\u17dd"  # dependent vowels and signs, without coeng
KHMER = "\u1780-\u17ff\u19e0-\u19ff"

CLUSTER = re.compile(
    f"[{BASE}\u25cc](?:{COENG}+[{BASE}]|[{MARK}]|[{ZWNJ}{ZWJ}](?=[{MARK}{COENG}]))*"
)
UNIT = re.compile(f"{COENG}+.|.", re.DOTALL)
REPEAT = "\u17d7"
UNSEEN = re.compile(f"[{ZWSP}{ZWNJ}{ZWJ}{WJ}{BOM}]")
UNSEARCHED = re.compile(f"[{ZWSP}{ZWNJ}{ZWJ}{WJ}{BOM}{SHY}{REPEAT}]")
# Vowels typed as two parts that the eye takes for one
SPLIT_VOWELS = {
    "\u17c1\u17b8": "\u17be",
    "\u17b8\u17c1": "\u17be",
    "\u17c1\u17b6": "\u17c4",
    "\u17b6\u17c1": "\u17c4",
    "\u17be\u17b6": "\u17c5",
    "\u17c1\u17b7": "\u17be",
}
TITLES = re.compile(
    f"(?:លោកស្រី|លោកជំទាវ|អ្នកស្រី|ឯកឧត្តម|លោក|កញ្ញា)(?![{MARK}{COENG}])|(?:mrs?|ms|dr)(?:\\.|\\s)"
)

# The order of signs in a syllable
EARLY_SHIFTER, SUBSCRIPT, SUBSCRIPT_RO = 2, 3, 4
RANKS = [
    ("\u17cc", 1),
    (SHIFTERS, 5),
    ("\u17be\u17bf\u17c0\u17c1\u17c2\u17c3\u17c4\u17c5", 6),
    ("\u17bb\u17bc\u17bd", 7),
    ("\u17b7\u17b8\u17b9\u17ba", 8),
    ("\u17b6", 9),
    ("\u17c7\u17c8", 11),
]
RANK = {sign: place for signs, place in RANKS for sign in signs}
OTHER_SIGN = 10


def has_khmer(text: str | None) -> bool:
    return bool(re.search(f"[{KHMER}]", text or ""))


def units(cluster: str) -> list[str]:
    """What follows the cluster's base: each subscript with its coeng, each sign alone."""
    return [
        COENG + unit[-1] if unit.startswith(COENG) else unit for unit in UNIT.findall(cluster[1:])
    ]


def rank(unit: str, *, shifter_first: bool) -> int:
    if unit.startswith(COENG):
        return SUBSCRIPT_RO if unit.endswith(RO) else SUBSCRIPT
    if unit in SHIFTERS and shifter_first:
        return EARLY_SHIFTER
    return RANK.get(unit, OTHER_SIGN)


def ordered(cluster: str, *, shifter_first: bool = False) -> str:
    """The cluster in one order, doubled signs dropped, split vowels joined.

    Unicode lets a shifter stand after the subscripts or, with `shifter_first`, before them.
    A cluster with a joiner or non-joiner was typed so on purpose and stays.
    """
    signs = units(cluster)
    if ZWNJ in signs or ZWJ in signs:
        return cluster
    signs.sort(key=lambda unit: rank(unit, shifter_first=shifter_first))
    kept = [
        unit
        for before, unit in zip(["", *signs], signs, strict=False)
        if unit != before or unit.startswith(COENG)
    ]
    result = cluster[0] + "".join(kept)
    for parts, whole in SPLIT_VOWELS.items():
        result = result.replace(parts, whole)
    return result


def visible(text: str) -> str:
    """The text without signs that nobody sees and a keyboard or a spreadsheet may bring."""
    return UNSEEN.sub("", text)


def one_line(text: str) -> str:
    """The visible text, single spaces between its words."""
    return " ".join(visible(text).split())


def canonical(text: str) -> str:
    """The form to store: NFC, one order of signs a syllable, split vowels joined.

    Keeps zero-width spaces and the writer's choice between subscript TA and DA, and leaves a
    shifter written right after the base where it is. Canonical text comes back unchanged.
    """
    normal = unicodedata.normalize("NFC", text)
    result = CLUSTER.sub(lambda match: canonical_cluster(match.group()), normal)
    return result if result == normal else canonical(result)


def canonical_cluster(cluster: str) -> str:
    shifter_last, shifter_first = ordered(cluster), ordered(cluster, shifter_first=True)
    if cluster in (shifter_last, shifter_first):
        return cluster
    shifters = [place for place, sign in enumerate(cluster) if sign in SHIFTERS]
    return shifter_first if shifters and shifters[0] < cluster.find(COENG) else shifter_last


def search_key(text: str) -> str:
    """Equal for texts that a reader takes for the same. To search and compare, not to store.

    Folds subscript DA to TA, ឲ to ឱ, the place of the shifter, invisible characters, the
    repetition sign, digits of both scripts, runs of spaces and the case of Latin letters.
    """
    key = canonical(UNSEARCHED.sub("", text))
    key = CLUSTER.sub(lambda match: ordered(match.group()), key)
    key = key.replace(COENG + DA, COENG + TA).replace("ឲ", "ឱ")
    return " ".join(ascii_digits(key).split()).casefold()


def name_key(text: str) -> str:
    """The search key of a name without titles, spaces and punctuation.

    Two people may share it: a hint that a person looks at, never a proof.
    """
    key = search_key(text)
    if title := TITLES.match(key):
        key = key[title.end() :]
    return "".join(sign for sign in key if unicodedata.category(sign)[0] in "LMN")
