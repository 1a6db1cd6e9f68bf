"""Finding words in texts of both languages, and showing where they stand. Plain Python.

Khmer is written without spaces between words, so a word is looked for inside a run of signs.
"""

import unicodedata

from training.khmer.lint import SPELLING
from training.khmer.text import CLUSTER, search_key

# Less is in nearly every text: two clusters of Khmer or signs of another script, or one cluster
# that is a word of its own, as ស្ត្រី.
CLUSTERS, SIGNS = 2, 4
BEFORE, AFTER = 40, 120  # what an excerpt shows around a hit, in units
# How people often write what the course writes otherwise
EVERYDAY = {
    search_key(found): search_key(written)
    for found, written in {
        **{wrong: right for wrong, right in SPELLING.items() if len(wrong) > 3},
        "ស៊ីរ៉ាំង": "សឺរ៉ាំង",
        "សឺរុាំង": "សឺរ៉ាំង",
        "ថ្នាំញៀន": "គ្រឿងញៀន",
        "ប៉ូលិស": "នគរបាល",
        "ប៉ូលីស": "នគរបាល",
        "អេដស៏": "អេដស៍",
    }.items()
    if search_key(found) != search_key(written)
}
ENDS = ".,:;?!…។៖"  # of a sentence; a line without one is an item of a list


def query_words(text: str) -> list[str]:
    """The search keys of the words in a question, without the punctuation around them.

    A common misspelling or everyday word is looked for as the course writes it.
    """
    key = search_key(text)
    for found, written in EVERYDAY.items():
        key = key.replace(found, written)
    words = [stripped(word) for word in key.split()]
    return list(dict.fromkeys(filter(None, words)))


def stripped(word: str) -> str:
    kept = [n for n, sign in enumerate(word) if unicodedata.category(sign)[0] not in "PS"]
    return word[kept[0] : kept[-1] + 1] if kept else ""


def is_long_enough(words: list[str]) -> bool:
    """Whether one of the words says enough to look for."""
    return any(len(units(word)) >= CLUSTERS or len(word) >= SIGNS for word in words)


def units(text: str) -> list[str]:
    """The text in pieces that may be taken apart: a Khmer cluster, any other sign."""
    pieces, at = [], 0
    for cluster in CLUSTER.finditer(text):
        pieces += [*text[at : cluster.start()], cluster.group()]
        at = cluster.end()
    return [*pieces, *text[at:]]


def hits(pieces: list[str], words: list[str]) -> list[tuple[int, int]]:
    """Where the words stand, as (first, end) among the pieces of a text; no two overlap."""
    key, owners = "", []  # the text's search key, and the piece that each of its signs is from
    for n, piece in enumerate(pieces):
        folded = " " * (not key.endswith(" ")) if piece.isspace() else search_key(piece)
        key += folded
        owners += [n] * len(folded)
    found = []
    for word in words:
        at = key.find(word)
        while at >= 0:
            found.append((owners[at], owners[at + len(word) - 1] + 1))
            at = key.find(word, at + len(word))
    apart = []
    for first, end in sorted(found, key=lambda hit: (hit[0], -hit[1])):
        if not apart or first >= apart[-1][1]:
            apart.append((first, end))
    return apart


def marked(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """The text in parts, each with whether it is a hit."""
    return parts_of(units(text), words)


def excerpt(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """The parts around the first hit; the beginning where there is none. Never half a cluster."""
    pieces = units(flowing(text))
    found = hits(pieces, words)
    first, end = found[0] if found else (0, 0)
    # Where no space is near, as is often so in Khmer, the excerpt begins or ends in the run.
    spaces = [n for n, piece in enumerate(pieces) if piece.isspace()]
    start = next((n + 1 for n in spaces if first - BEFORE <= n < first), max(0, first - BEFORE))
    start = start if first > BEFORE else 0
    last = end + AFTER
    ends = [n for n in spaces if end + AFTER // 2 <= n <= last and pieces[n - 1] != "·"]
    stop = ends[-1] if ends else last
    stop = stop if len(pieces) > last else len(pieces)
    shown = [*["…"] * bool(start), *pieces[start:stop], *["…"] * (stop < len(pieces))]
    return parts_of(shown, words)


def flowing(text: str) -> str:
    """The lines of a text one after the other, the items of its lists with a dot between them."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    joined = [line if line[-1] in ENDS else f"{line} ·" for line in lines[:-1]]
    return " ".join([*joined, *lines[-1:]])


def parts_of(pieces: list[str], words: list[str]) -> list[tuple[str, bool]]:
    parts, at = [], 0
    for first, end in hits(pieces, words):
        parts += [("".join(pieces[at:first]), False), ("".join(pieces[first:end]), True)]
        at = end
    return [part for part in [*parts, ("".join(pieces[at:]), False)] if part[0]]
