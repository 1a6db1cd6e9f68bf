import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.khmer import search_key
from training.khmer.find import excerpt, is_long_enough, marked, query_words, units

KHMER = st.text("កខគងសតដរ្ាិីុេំៈ៉៊១ aB1%_.\u200b", max_size=60)
CLUSTERS = ["ក", "ស្ត្រី", "ផ្ដ", "ស៊ី", "រ៉ាំ", "ឲ", "ៗ", "a", "B", "1", "១", "%", " ", "\u200b "]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("HIV  test", ["hiv", "test"]),
        ("«ម្ជុល» ។", ["ម្ជុល"]),
        ('"drop-in" (centre)?', ["drop-in", "centre"]),
        ("២៩,៧%", ["29,7"]),
        ("% _ ' --", []),
        ("\u200b \u200b", []),
        ("HIV hiv", ["hiv"]),
        ("100_000", ["100_000"]),
    ],
)
def test_a_question_is_its_words_without_the_punctuation_around_them(question, words):
    assert query_words(question) == words


@pytest.mark.parametrize(
    ("words", "enough"),
    [
        ([], False),
        (["a"], False),
        (["ok"], True),
        (["ម្ជ"], False),  # one cluster
        (["មេ"], False),
        (["កក"], True),  # two
        (["ស្ត្រី"], True),  # one that is a word
        (["ក", "ម្ជុល"], True),
    ],
)
def test_a_short_cluster_of_khmer_is_too_little(words, enough):
    assert is_long_enough(words) == enough


@pytest.mark.parametrize(
    ("text", "question", "parts"),
    [
        ("Clean needles", "NEEDLE", [("Clean ", False), ("needle", True), ("s", False)]),
        ("ផ្តល់ម្ជុល", "ផ្ដល់", [("ផ្តល់", True), ("ម្ជុល", False)]),  # TA and DA look the same
        ("ស៊ីរ៉ាំង", "រាំង", [("ស៊ីរ៉ាំង", False)]),  # another word: it has a shifter
        ("ឆ្នាំ២០១៧", "2017", [("ឆ្នាំ", False), ("២០១៧", True)]),
        ("កាំ ការ", "កា", [("កាំ", True), (" ", False), ("កា", True), ("រ", False)]),
        ("nothing", "here", [("nothing", False)]),
        ("ម្\u200bជុល", "xx", [("ម្\u200bជុល", False)]),
        ("a\n\n b", "a b", [("a", True), ("\n\n ", False), ("b", True)]),
    ],
)
def test_hits_are_marked_in_whole_clusters(text, question, parts):
    assert marked(text, query_words(question)) == parts


def shown(text, word):
    return "".join(f"[{part}]" if is_hit else part for part, is_hit in excerpt(text, [word]))


def test_an_excerpt_begins_and_ends_at_a_space_and_says_that_more_stands_around():
    text = "Begin. " * 20 + "A needle." + " Later." * 40

    assert shown(text, "needle") == f"…{'Begin. ' * 5}A [needle].{' Later.' * 17}…"


def test_an_excerpt_of_khmer_cuts_a_run_only_between_clusters():
    text = "ស្រុក" * 50 + "ម្ជុល" + "ខេត្ត" * 100

    assert shown(text, "ម្ជុល") == f"…{'ស្រុក' * 20}[ម្ជុល]{'ខេត្ត' * 60}…"


def test_an_excerpt_near_the_ends_is_the_whole_text_and_lists_have_dots():
    text = "Parts:\n\n  one\ntwo \nA needle.\nThe end"

    assert shown(text, "needle") == "Parts: one · two · A [needle]. The end"
    assert shown("", "needle") == ""
    assert shown("needle\n" + "item\n" * 100, "needle").endswith("item…")


def test_an_excerpt_without_a_hit_is_the_beginning():
    assert excerpt("Short text.", ["needle"]) == [("Short text.", False)]


@given(KHMER, KHMER)
def test_marking_changes_no_text(text, question):
    assert "".join(part for part, _is_hit in marked(text, query_words(question))) == text


@given(KHMER)
def test_units_are_the_whole_text(text):
    assert "".join(units(text)) == text


@given(st.lists(st.sampled_from(CLUSTERS), max_size=30).map("".join), st.data())
def test_every_word_of_a_text_s_key_is_marked(text, data):
    if words := search_key(text).split():
        word = data.draw(st.sampled_from(words))
        assert any(is_hit for _part, is_hit in marked(text, [word]))
