"""What a program can see of a lesson's quality: how long its sentences are, and plain faults.

Over the dataclasses of parse.py, in the reader's language. What it cannot see needs a reader.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from training.curriculum.parse import Lesson, Pair, Scenario, lost
from training.curriculum.words import in_words
from training.khmer.lint import ERROR, INFO, Finding, lint_pair

# What a tired reader on a small phone still takes in
WORDS_A_SCREEN = 66
MEAN_WORDS, LONGEST_SENTENCE = 14, 25
SCREENS = range(4, 7)
CHECKS = 2
NUMBERS_DIFFER = "K307"

MARKUP = re.compile(r"\*\*|__|^\s*(?:[-*]|\d+\.)\s+|\[([^\]]*)\]\([^)]*\)", re.MULTILINE)
SENTENCE_END = re.compile(r"(?<=[.!?])[\"')»”]*\s+|\n+")
WORD = re.compile(r"[A-Za-z0-9][\w'’%.,/-]*")


@dataclass(frozen=True)
class Reading:
    """How a lesson's English reads: sentences, words a sentence (mean and longest)."""

    sentences: int
    mean: float
    longest: int
    longest_text: str


@dataclass(frozen=True)
class Fault:
    """`where` is the part of the lesson; an error keeps it from being published."""

    where: str
    text: str
    is_error: bool = True

    def __str__(self):
        return f"{self.where}: {self.text}"


def words(text: str) -> int:
    return len(WORD.findall(text))


def sentences(text: str) -> list[str]:
    """The sentences of a Markdown text; a line of a list is one."""
    plain = MARKUP.sub(lambda match: match.group(1) or "", text)
    return [one.strip() for one in SENTENCE_END.split(plain) if words(one)]


def pairs(lesson: Lesson) -> Iterator[tuple[str, Pair]]:
    """Every text of the lesson in both languages, with where it stands."""
    yield _("title"), lesson.title
    yield _("sentence to remember"), lesson.takeaway
    yield from ((_("learning outcomes"), outcome) for outcome in lesson.outcomes)
    if lesson.warning:
        yield _("a word before hard content"), lesson.warning
    yield from pairs_of_screens(lesson)
    for myth in lesson.myths:
        yield myth.code, myth.myth
        yield myth.code, myth.fact
    if handout := lesson.handout:
        parts = [handout.title, handout.note, *handout.columns]
        yield from ((handout.code, pair) for pair in parts)
        yield from ((handout.code, cell) for row in handout.rows for cell in row)
    yield lesson.scenario.code, lesson.scenario.title
    for node in lesson.scenario.nodes:
        where = f"{lesson.scenario.code} {node.code}"
        yield where, node.situation
        for choice in node.choices:
            yield f"{where}{choice.code}", choice.text
            yield f"{where}{choice.code}", choice.feedback
    for check in lesson.checks:
        parts = [check.question, *check.options, *check.reasons, check.rationale]
        yield from ((check.code, pair) for pair in parts)


def pairs_of_screens(lesson: Lesson) -> Iterator[tuple[str, Pair]]:
    for number, screen in enumerate(lesson.screens, 1):
        where = screen_name(number)
        yield where, screen.title
        yield where, screen.text
        if figure := screen.figure:
            yield where, figure.value
            yield where, figure.label
            for bar in figure.bars:
                yield where, bar.label
                if bar.shown:
                    yield where, bar.shown


def prose(lesson: Lesson) -> Iterator[str]:
    """The English that is read in sentences: no titles, labels or options."""
    yield lesson.takeaway.en
    yield from (screen.text.en for screen in lesson.screens)
    for myth in lesson.myths:
        yield from (myth.myth.en, myth.fact.en)
    for node in lesson.scenario.nodes:
        yield node.situation.en
        for choice in node.choices:
            yield from (choice.text.en, choice.feedback.en)
    for check in lesson.checks:
        yield from (check.question.en, check.rationale.en)
        yield from (reason.en for reason in check.reasons)


def reading(lesson: Lesson) -> Reading:
    found = [sentence for text in prose(lesson) for sentence in sentences(text)]
    lengths = [words(sentence) for sentence in found]
    longest = max(lengths)
    return Reading(len(found), sum(lengths) / len(lengths), longest, found[lengths.index(longest)])


def faults(lesson: Lesson) -> Iterator[Fault]:
    """What is wrong with the lesson by itself."""
    if (count := len(lesson.screens)) not in SCREENS:
        said = _("%(count)s; a lesson has four to six") % {"count": count}
        yield Fault(_("screens"), said)
    if (count := len(lesson.checks)) != CHECKS:
        yield Fault(
            _("questions of the check"), _("%(count)s; a lesson has two") % {"count": count}
        )
    yield from long_texts(lesson)
    yield from lost_nodes(lesson.scenario)
    yield from khmer_faults(pairs(lesson))


def long_texts(lesson: Lesson) -> Iterator[Fault]:
    for number, screen in enumerate(lesson.screens, 1):
        if (count := words(screen.text.en)) > WORDS_A_SCREEN:
            said = _("%(count)s English words; at most %(most)s")
            yield Fault(screen_name(number), said % {"count": count, "most": WORDS_A_SCREEN})
    level = reading(lesson)
    if level.mean > MEAN_WORDS:
        said = _("%(mean).1f words a sentence; at most %(most)s")
        yield Fault(_("the English"), said % {"mean": level.mean, "most": MEAN_WORDS})
    if level.longest > LONGEST_SENTENCE:
        said = _("a sentence of %(count)s words; at most %(most)s: %(text)s")
        told = {"count": level.longest, "most": LONGEST_SENTENCE, "text": level.longest_text}
        yield Fault(_("the English"), said % told)


def lost_nodes(scenario: Scenario) -> Iterator[Fault]:
    unreached, endless = lost(scenario.nodes)
    for node in scenario.nodes:
        where = f"{scenario.code} {node.code}"
        if node.code in unreached:
            yield Fault(where, _("no way from the first situation leads here"))
        if node.code in endless:
            yield Fault(where, _("no way from here leads to the end"))


def khmer_faults(found) -> Iterator[Fault]:
    """A text that lacks a language, and what khmer.lint finds in both."""
    for where, pair in found:
        if not pair.km or not pair.en:
            lacking = (
                _("the English text is missing") if pair.km else _("the Khmer text is missing")
            )
            yield Fault(where, lacking)
            continue
        for finding in findings_of(pair):
            if finding.severity != INFO:
                yield Fault(where, in_words(finding), is_error(finding))


@lru_cache(maxsize=8192)  # the board reads every text of the course each time
def findings_of(pair: Pair) -> list[Finding]:
    return lint_pair(pair.en, pair.km)


def is_error(finding: Finding) -> bool:
    """Numbers that differ are an error in a course of figures."""
    return finding.severity == ERROR or finding.code == NUMBERS_DIFFER


def screen_name(number: int) -> str:
    return _("screen %(number)s") % {"number": number}
