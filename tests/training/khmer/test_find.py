import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.khmer import search_key
from training.khmer.find import excerpt, is_long_enough, marked, query_words, units

KHMER = st.text("កខគងសតដរ្ាិីុេំៈ៉៊១ aB1%_.\u200b", max_size=60)


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


def test_an_excerpt_begins_at_a_word_near_the_hit_and_says_that_more_stands_around():
    text = "First words. " * 20 + "The needle is here. " + "Last words. " * 20

    parts = excerpt(text, ["needle"])

    shown = "".join(part for part, _is_hit in parts)
    assert ("needle", True) in parts
    assert shown.startswith(("…words. ", "…First"))
    assert shown.endswith("…")
    assert len(shown) < 200


def test_an_excerpt_without_a_hit_is_the_beginning():
    assert excerpt("Short text.", ["needle"]) == [("Short text.", False)]


@given(KHMER, KHMER)
def test_marking_changes_no_text(text, question):
    assert "".join(part for part, _is_hit in marked(text, query_words(question))) == text


@given(KHMER)
def test_units_are_the_whole_text(text):
    assert "".join(units(text)) == text


@given(KHMER, st.data())
def test_what_the_key_holds_is_marked(text, data):
    """A cluster that was cut by an invisible sign is the exception: it is found, not marked."""
    words = [word for word in search_key(text).split() if "\u200b" not in text]
    if words:
        word = data.draw(st.sampled_from(words))
        assert any(is_hit for _part, is_hit in marked(text, [word]))
