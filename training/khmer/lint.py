"""Faults in Khmer text that a program can see. Form, not meaning: no reader is replaced.

Errors are typing faults, foreign letters and words that the course does not use about people;
warnings and infos are worth a look.

Codes: K101-K108, K110, K111 order and choice of code points, K109 other scripts, K201 Latin
inside Khmer words, K202 digits, K203 invisible characters, K204 punctuation, K205 spelling,
K301-K308 a pair of languages that disagrees, K402 stigmatising words.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from training.khmer.digits import ascii_digits
from training.khmer.text import (
    BASE,
    BOM,
    CLUSTER,
    COENG,
    MARK,
    NBSP,
    SHY,
    SPLIT_VOWELS,
    VOWEL,
    WJ,
    ZWSP,
    canonical,
    has_khmer,
    ordered,
    units,
)

LETTER = "\u1780-\u17d3\u17d7\u17dc\u17dd"  # what words are made of: no digits, no punctuation
ERROR, WARNING, INFO = "error", "warning", "info"

DISCOURAGED = {
    "\u17a3": "use U+17A2",
    "\u17a4": "use U+17A2 U+17B6",
    "\u17a8": "obsolete independent vowel",
    "\u17b4": "invisible inherent vowel",
    "\u17b5": "invisible inherent vowel",
    "\u17d3": "deprecated lunar sign",
    "\u17d8": "write ។ល។",
}
UNASSIGNED = re.compile("[\u17de\u17df\u17ea-\u17ef\u17fa-\u17ff]")
OTHER_SCRIPTS = {
    "Thai": "\u0e00-\u0e7f",
    "Lao": "\u0e80-\u0eff",
    "Myanmar": "\u1000-\u109f",
    "Tibetan": "\u0f00-\u0fff",
    "New Tai Lue": "\u1950-\u19df",
    "Indic": "\u0900-\u0dff",
    "Cyrillic": "\u0400-\u052f",
    "Greek": "\u0370-\u03ff",
    "Arabic or Hebrew": "\u0590-\u08ff",
    "Hangul": "\u1100-\u11ff\uac00-\ud7af",
    "Chinese or Japanese": "\u3040-\u30ff\u3400-\u9fff",
    "fullwidth": "\uff00-\uffef",
    "Vietnamese": "\u1ea0-\u1ef9",
}
OTHER_SCRIPTS = {name: re.compile(f"[{span}]") for name, span in OTHER_SCRIPTS.items()}
INVISIBLE = {WJ: "word joiner", BOM: "byte order mark", SHY: "soft hyphen", NBSP: "no-break space"}

# (severity, code, pattern, message); {0} is what the pattern found.
PATTERNS = [
    (ERROR, "K102", f"{COENG}{{2,}}", "repeated coeng"),
    (ERROR, "K103", f"{COENG}(?![{BASE}{COENG}])", "coeng without a consonant after it"),
    (WARNING, "K203", f"{ZWSP}{{2,}}", "repeated zero-width space"),
    (
        ERROR,
        "K203",
        f"{ZWSP}(?=[{MARK}{COENG}])|(?<={COENG}){ZWSP}",
        "zero-width space inside a syllable",
    ),
    (
        INFO,
        "K203",
        f"^{ZWSP}|{ZWSP}$|{ZWSP} | {ZWSP}",
        "zero-width space at an edge or beside a space",
    ),
    (
        ERROR,
        "K201",
        f"[A-Za-z](?=[{MARK}{COENG}])|(?<={COENG})[A-Za-z]",
        "Latin {0!r} inside a Khmer syllable",
    ),
    (
        ERROR,
        "K201",
        f"(?<=[{BASE}{MARK}])[A-Za-z]{{1,2}}(?=[{BASE}])",
        "Latin {0!r} in the middle of a Khmer word",
    ),
    (
        INFO,
        "K201",
        f"[{LETTER}][A-Za-z]{{3,}}|[A-Za-z]{{3,}}[{LETTER}]",
        "no space between Latin and Khmer words",
    ),
    (ERROR, "K202", "[0-9][០-៩]|[០-៩][0-9]", "Khmer and Arabic digits in one number"),
    (WARNING, "K204", rf"[{LETTER}]\.(?=\s|$)", "full stop after Khmer, use ។"),
    (WARNING, "K204", rf"[{LETTER}]\s+[។៕](?!ល)", "space before ។ or ៕"),
    (WARNING, "K204", rf"[{LETTER}]:(?=\s|$)", "colon after Khmer, use ៖"),
    (WARNING, "K204", f"[។៕](?=[{BASE}])(?!ល។)", "no space after ។"),
    (WARNING, "K204", f"[{LETTER}],(?=[{LETTER}])", "no space after a comma"),
    (WARNING, "K204", "។។|៖៖|៕៕", "doubled punctuation"),
]
PATTERNS = [(*row[:2], re.compile(row[2], re.MULTILINE), row[3]) for row in PATTERNS]

# Everyday misspellings and the form of the Chuon Nath dictionary
SPELLING = {
    "ពត៌មាន": "ព័ត៌មាន",
    "ពត៍មាន": "ព័ត៌មាន",
    "អោយ": "ឱ្យ",
    "ឲ្យ": "ឱ្យ",
    "ឲយ": "ឱ្យ",
    "សំរាប់": "សម្រាប់",
    "ចំលង": "ចម្លង",
    "បំរើ": "បម្រើ",
    "ទំរង់": "ទម្រង់",
    "សំគាល់": "សម្គាល់",
    "ជំរើស": "ជម្រើស",
    "កំរិត": "កម្រិត",
    "រឺ": "ឬ",
    "សំរេច": "សម្រេច",
    "ត្រលប់": "ត្រឡប់",
    "សំនួរ": "សំណួរ",
    "ជម្ងឺ": "ជំងឺ",
    "អេដស៏": "អេដស៍",
    "អេដ្ស": "អេដស៍",
}
WIDESPREAD = {"ឲ្យ"}  # a matter of taste to many: an info, not a warning
ONLY_ALONE = {"រឺ"}  # the same letters end other words
# Words that name a person by drug use, illness or crime
STIGMATISING = {
    "មនុស្សញៀន": "addict (person)",
    "អ្នកញៀន": "addict",
    "ជនញៀន": "addict (criminal register)",
    "ញៀនថ្នាំ": "drug-addicted",
    "អាញៀន": "addict (insult)",
    "មេញៀន": "hard-core addict",
    "ជនប្រើប្រាស់គ្រឿងញៀន": "drug user (criminal register)",
    "អ្នកឆ្លងអេដស៍": "AIDS-infected person",
    "អ្នកកើតអេដស៍": "AIDS sufferer",
    "សេពគ្រឿងញៀន": "abuse of drugs (judging)",
}

PLACEHOLDER = re.compile(
    r"%\([a-z_0-9]+\)[sdif]|%[sd]|\{\{?\s*[a-z_0-9.]*\s*\}?\}|</?[a-z][^>]*>", re.IGNORECASE
)
NUMBER = re.compile("[0-9០-៩]+(?:[.,][0-9០-៩]+)*")
QUESTION_END = re.compile(r"[?？]\W*$|ទេ។?$|ឬទេ|ឬ$")


@dataclass(frozen=True)
class Finding:
    """One fault. `context` is the text around it, or empty where the whole text is meant."""

    severity: str
    code: str
    message: str
    context: str = ""


def lint_text(text: str) -> list[Finding]:
    """Faults of one text, which may hold Latin words beside the Khmer."""
    findings = [*code_points(text)]
    if has_khmer(text):
        for check in (clusters, orphans, patterns, invisible, spelling, stigma):
            findings += check(text)
    return findings


def lint_pair(en: str | None, km: str | None) -> list[Finding]:
    """Faults of a Khmer text, and where it and its English partner disagree."""
    en, km = (en or "").strip(), (km or "").strip()
    if not km:
        return [Finding(ERROR, "K301", "Khmer is missing", en[:60])] if en else []
    findings = [*khmer_share(en, km)]
    if en:
        findings += disagreements(en, km)
    else:
        findings.append(Finding(WARNING, "K306", "English is missing", km[:40]))
    return findings + lint_text(km)


def around(text: str, place: int, reach: int = 14) -> str:
    return text[max(0, place - reach) : place + reach].replace("\n", " ")


def code_points(text: str) -> Iterator[Finding]:
    for place, sign in enumerate(text):
        if fault := code_point(sign):
            yield Finding(*fault, around(text, place))
    if not unicodedata.is_normalized("NFC", text):
        yield Finding(ERROR, "K110", "text is not NFC")


def code_point(sign: str) -> tuple[str, str, str] | None:
    """What is wrong with one character whatever stands around it."""
    category, name = unicodedata.category(sign), f"U+{ord(sign):04X}"
    if sign in "\n\t\r":
        return None
    if category == "Cn" or UNASSIGNED.match(sign):
        return ERROR, "K108", f"unassigned code point {name}"
    if category == "Co":
        return ERROR, "K108", f"private-use code point {name} (legacy font?)"
    if sign == "\ufffd":
        return ERROR, "K108", f"replacement character {name} (broken encoding)"
    if category == "Cc":
        return ERROR, "K108", f"control character {name}"
    if sign in DISCOURAGED:
        return WARNING, "K107", f"discouraged {name}: {DISCOURAGED[sign]}"
    for script, pattern in OTHER_SCRIPTS.items():
        if pattern.match(sign):
            return ERROR, "K109", f"{script} character {sign!r} {name}"
    return None


def clusters(text: str) -> Iterator[Finding]:
    for match in CLUSTER.finditer(text):
        cluster, context = match.group(), around(text, match.start())
        if COENG * 2 in cluster:
            continue  # K102 says it
        if fault := misspelt(cluster):
            yield Finding(ERROR, *fault, context)
        if sum(unit.startswith(COENG) for unit in units(cluster)) > 2:
            yield Finding(WARNING, "K111", f"more than two subscripts: {cluster}", context)


def misspelt(cluster: str) -> tuple[str, str] | None:
    """What is wrong with the signs of one syllable or with their order."""
    marks = [unit for unit in units(cluster) if not unit.startswith(COENG)]
    better = canonical(cluster)
    for one, next_one in zip(marks, marks[1:], strict=False):
        if one == next_one:
            return "K106", f"sign U+{ord(one):04X} doubled in {cluster}, write {better}"
    if any(parts in cluster for parts in SPLIT_VOWELS):
        return "K105", f"vowel in two parts in {both(cluster, better)}"
    if sum(bool(re.match(f"[{VOWEL}]", mark)) for mark in marks) > 1:
        return "K106", f"two dependent vowels on one base: {cluster} ({hexes(cluster)})"
    if cluster not in (ordered(cluster), ordered(cluster, shifter_first=True)):
        return "K101", f"not in the usual order: {both(cluster, better)}"
    return None


def both(cluster: str, better: str) -> str:
    return f"{cluster} ({hexes(cluster)}), write {better} ({hexes(better)})"


def hexes(text: str) -> str:
    """The code points, for texts that look alike."""
    return " ".join(f"{ord(sign):04X}" for sign in text)


def orphans(text: str) -> Iterator[Finding]:
    """Signs that stand on no consonant. One after a lone coeng is that coeng's fault."""
    outside = CLUSTER.sub(lambda match: " " * len(match.group()), text)
    for match in re.finditer(f"(?<!{COENG})[{MARK}]", outside):
        message = f"sign U+{ord(match.group()):04X} without a base consonant"
        yield Finding(ERROR, "K104", message, around(text, match.start()))


def patterns(text: str) -> Iterator[Finding]:
    for severity, code, pattern, message in PATTERNS:
        for match in pattern.finditer(text):
            yield Finding(
                severity, code, message.format(match.group()), around(text, match.start())
            )


def invisible(text: str) -> Iterator[Finding]:
    for sign, name in INVISIBLE.items():
        if sign in text:
            yield Finding(WARNING, "K203", f"{name} in Khmer text", around(text, text.index(sign)))


def spelling(text: str) -> Iterator[Finding]:
    seen = text.replace(ZWSP, "")
    for word, better in SPELLING.items():
        before = LETTER if word in ONLY_ALONE else COENG
        for match in re.finditer(f"(?<![{before}]){word}(?![{MARK}{COENG}])", seen):
            severity = INFO if word in WIDESPREAD else WARNING
            message = f"spelling: {word}, write {better}"
            yield Finding(severity, "K205", message, around(seen, match.start()))


def stigma(text: str) -> Iterator[Finding]:
    seen = text.replace(ZWSP, "")
    for word, gloss in STIGMATISING.items():
        for match in re.finditer(word, seen):
            message = f"stigmatising wording {word} [{gloss}]"
            yield Finding(ERROR, "K402", message, around(seen, match.start()))


def khmer_share(en: str, km: str) -> Iterator[Finding]:
    """Whether a Khmer text is Khmer at all."""
    letters = [sign for sign in PLACEHOLDER.sub(" ", km) if unicodedata.category(sign)[0] in "LM"]
    if not letters:
        return
    share = sum(map(has_khmer, letters)) / len(letters)
    if km == en and re.search("[A-Za-z]{4}", km):
        yield Finding(ERROR, "K302", "Khmer is identical to the English", km[:60])
    elif share == 0 and len(letters) > 3:
        yield Finding(ERROR, "K303", "no Khmer letters in a Khmer text", km[:60])
    elif share < 0.6 and len(letters) > 12:
        yield Finding(WARNING, "K303", f"only {share:.0%} Khmer letters", km[:60])


def disagreements(en: str, km: str) -> Iterator[Finding]:
    """Length, placeholders, numbers and question marks that differ between the languages."""
    ratio = len(km.replace(ZWSP, "")) / len(en)
    if len(en) > 40 and not 0.35 <= ratio <= 2.6:
        yield Finding(WARNING, "K304", f"length ratio km/en {ratio:.2f}", km[:40])
    ours, theirs = sorted(PLACEHOLDER.findall(en)), sorted(PLACEHOLDER.findall(km))
    if ours != theirs:
        yield Finding(ERROR, "K305", f"placeholders or tags differ: {ours} / {theirs}")
    ours, theirs = numbers_in(en), numbers_in(km)
    lacking = only_in(ours, theirs), only_in(theirs, ours)
    if any(lacking):
        written = [", ".join(numbers) or "–" for numbers in lacking]
        yield Finding(WARNING, "K307", f"numbers differ: {' / '.join(written)}")
    if en.endswith("?") and not QUESTION_END.search(km):
        message = "English is a question, Khmer does not look like one"
        yield Finding(INFO, "K308", message, km[-30:])


def numbers_in(text: str) -> list[tuple[str, str]]:
    """The numbers of a text, each as both languages count it and as it is written.

    Khmer digits have a dot for thousands and a comma for decimals, Latin ones the other way.
    """
    found = []
    for written in NUMBER.findall(PLACEHOLDER.sub(" ", text)):
        plain = ascii_digits(written)
        thousands, decimal = ",." if plain == written else ".,"
        value = plain.replace(thousands, "").replace(decimal, ".")
        found.append((value.lstrip("0"), written))
    return found


def only_in(some: list[tuple[str, str]], others: list[tuple[str, str]]) -> list[str]:
    """Numbers that stand more often among the ones than among the others, as written."""
    left = [value for value, _written in others]
    alone = []
    for value, written in some:
        if value in left:
            left.remove(value)
        else:
            alone.append(written)
    return alone
