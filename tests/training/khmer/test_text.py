import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.khmer import canonical, has_khmer, name_key, search_key

# Letters, subscript sign, vowels, signs and what people type between them by mistake
TYPED = st.text(st.sampled_from("កខរដតនស្្្ាិីឹុូេើោៅៈះំ៉៊័៌៍៝ៗឲ១2a \u200b\u200c\u200d\u25cc"), max_size=12)


@pytest.mark.parametrize(
    "text",
    [
        "ការកាត់បន្ថយគ្រោះថ្នាក់ គឺជាវិធានការសុខភាពសាធារណៈ។",
        "លោកវរសេនីយ៍ទោ នាយប៉ុស្តិ៍នគរបាលរដ្ឋបាល",
        "ស្ត្រី មន្ត្រី ប៉ុស្តិ៍ ព័ត៌មាន សម្រាប់ ស័ក្តិ ធម៌ ឱ្យ ម៉្សៅ ម្ស៉ៅ",
        "ស៊ីរ៉ាំង ខ្ញុំ ញ៉ាំ នំ ពុំ ចំណុះ ប្រុសៗ ។ល។",
        "ឫស្សីកែវ ឪពុក ឧត្តម ឯកឧត្តម",
        "មន្ត្រី\u200bនគរបាល",
        "ស្ដ្រី",
        "HIV and Hepatitis C",
        "",
    ],
)
def test_well_typed_text_is_canonical_already(text):
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ស្រី្ត", "ស្ត្រី"),
        ("ស្រ្តី", "ស្ត្រី"),
        ("បុ៉ស្តិ៍", "ប៉ុស្តិ៍"),
        ("កេី", "កើ"),
        ("កេា", "កោ"),
        ("កេិា", "កៅ"),
        ("កិិ", "កិ"),
        ("ក្្ត", "ក្ត"),
    ],
)
def test_canonical_gives_a_syllable_one_order(typed, stored):
    assert canonical(typed) == stored


@given(TYPED)
def test_canonical_text_stays_as_it_is(text):
    assert canonical(canonical(text)) == canonical(text)


@given(TYPED)
def test_a_search_key_is_its_own_key(text):
    assert search_key(search_key(text)) == search_key(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ស្ដ្រី", "ស្រ្តី"),
        ("ប៉ុស្ដិ៍", "បុ៉ស្តិ៍"),
        ("ម៉្សៅ", "ម្ស៉ៅ"),
        ("មន្ត្រី\u200bនគរ", "មន្ត្រីនគរ"),
        ("ឲ្យ", "ឱ្យ"),
        ("ថ្នាក់ ១២", "ថ្នាក់  12"),
        ("Sokha", "SOKHA"),
    ],
)
def test_texts_that_look_the_same_have_one_search_key(one, other):
    assert search_key(one) == search_key(other)


def test_different_words_have_different_search_keys():
    assert search_key("សុខា") != search_key("សុខ")


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("លោកស្រី ចាន់  សុភា", "ចាន់សុភា"),
        ("ឯកឧត្ដម ចាន់ សុភា", "ចាន់សុភា"),
        ("Mr. Chan Sophea", "chan sophea"),
        ("Chan-Sophea", "Chan Sophea"),
    ],
)
def test_a_name_key_leaves_out_titles_spaces_and_punctuation(written, same):
    assert name_key(written) == name_key(same)


@pytest.mark.parametrize(("name", "key"), [("Mseang", "mseang"), ("លោកេស", "លោកេស")])
def test_a_name_that_begins_like_a_title_is_kept(name, key):
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("text", "answer"), [("ក", True), ("a ១", True), ("abc 12", False), ("", False), (None, False)]
)
def test_has_khmer(text, answer):
    assert has_khmer(text) is answer
