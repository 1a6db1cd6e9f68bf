"""Words of the glossary in a text: where they stand, and as links. Plain Python."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from training.khmer.text import CLUSTER, COENG, MARK, ZWJ, ZWNJ, has_khmer

# Our own clean HTML: a ">" inside quotes does not end a tag.
TAG = re.compile(r'(<(?:[^>"]|"[^"]*")*>)')
REMARK = re.compile(r"\s*\([^)]*\)$")  # "transmission (of infection)"
NOUN_OF = "ការ"  # makes a noun of a verb: texts use the words with and without it
KHMER_EDGES = f"(?<!{COENG})", f"(?![{MARK}{COENG}{ZWNJ}{ZWJ}])"
LATIN_EDGES = "(?<![A-Za-z0-9])", "(?![A-Za-z0-9])"


@dataclass(frozen=True)
class Word:
    """A term as texts of one language write it. One that is not linked keeps its place, so that
    a shorter term is not explained inside it."""

    code: str
    forms: tuple[str, ...]
    is_linked: bool


def link_words(html: str, words: list[Word]) -> tuple[str, list[str]]:
    """The first occurrence of each word as a link to #word-<code>; and which, in their order.

    html: cleaned HTML. Nothing inside a link or a tag is touched.
    """
    parts, used, is_link = TAG.split(html), [], False
    for n, part in enumerate(parts):
        if n % 2:
            is_link = bool(re.match(r"<a[\s>]", part)) or (is_link and part != "</a>")
        elif not is_link:
            parts[n] = link_text(part, words, used)
    return "".join(parts), used


def link_text(text: str, words: list[Word], used: list[str]) -> str:
    """The same for a text without tags. Adds to `used` what it links."""
    done, at = [], 0
    for start, end, word in chosen(text, words):
        if word.is_linked and word.code not in used:
            used.append(word.code)
            link = f'<a class="term" id="at-{word.code}" href="#word-{word.code}">'
            done += [text[at:start], link, text[start:end], "</a>"]
            at = end
    return "".join([*done, text[at:]])


def chosen(text: str, words: list[Word]) -> list[tuple[int, int, Word]]:
    """Start, end and word of what stands in the text, in its order. The longest wins a place."""
    found = sorted(
        occurrences(text, words), key=lambda one: (one[0] - one[1], not one[2].is_linked)
    )
    taken = []
    for start, end, word in found:
        if all(end <= other[0] or other[1] <= start for other in taken):
            taken.append((start, end, word))
    return sorted(taken, key=lambda one: one[0])


def occurrences(text: str, words: list[Word]) -> Iterator[tuple[int, int, Word]]:
    folded = text.casefold()
    for word in words:
        for form in word.forms:
            root, pattern = pattern_of(form)
            if root in folded:  # most words are not there, and this is quicker to see
                yield from ((*match.span(), word) for match in pattern.finditer(text))


@lru_cache(maxsize=4096)
def pattern_of(form: str) -> tuple[str, re.Pattern]:
    """How a form is found: how its first word begins, in small letters, and the whole pattern.

    A form without small letters is an abbreviation and found only so; others in any case. English
    words also in the simple plural, a Khmer noun of a verb also as the verb.
    """
    plain = escape(REMARK.sub("", form), quote=False)
    verb = plain.removeprefix(NOUN_OF)
    is_noun = verb != plain and len(CLUSTER.findall(verb)) >= 3 and CLUSTER.match(verb)
    root = verb if is_noun else plain
    parts = [re.escape(part) for part in root.split()]
    if is_noun:
        parts[0] = f"(?:{NOUN_OF})?{parts[0]}"
    if not has_khmer(plain[-1]):
        parts[-1] = plural(parts[-1])
    before, after = edges(plain[0])[0], edges(plain[-1])[1]
    flags = re.IGNORECASE if re.search("[a-z]", plain) else 0
    pattern = re.compile(before + r"\s+".join(parts) + after, flags)
    return root.split()[0].casefold().removesuffix("y"), pattern


def edges(sign: str) -> tuple[str, str]:
    """What may not stand before and after a word that begins or ends with this sign."""
    return KHMER_EDGES if has_khmer(sign) else LATIN_EDGES


def plural(word: str) -> str:
    if re.search("[^aeiou]y$", word):
        return f"{word[:-1]}(?:y|ies)"
    return f"{word}(?:e?s)?"
