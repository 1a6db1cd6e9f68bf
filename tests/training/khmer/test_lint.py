import pytest

from training.khmer.lint import Finding, lint_pair, lint_text

LONG = "This is a sentence about officers that is very long indeed for Khmer."


def codes(findings):
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    "text",
    [
        "ការកាត់បន្ថយគ្រោះថ្នាក់ គឺជាវិធានការសុខភាពសាធារណៈ។",
        "លោកវរសេនីយ៍ទោ នាយប៉ុស្តិ៍នគរបាលរដ្ឋបាល",
        "ស្ត្រី មន្ត្រី ប៉ុស្តិ៍ ព័ត៌មាន សម្រាប់ ស័ក្តិ ធម៌ ឱ្យ ម៉្សៅ ម្ស៉ៅ",
        "ថ្ងៃទី២៣ ខែវិច្ឆិកា ឆ្នាំ២០២៦",
        "HIV និងជំងឺរលាកថ្លើមប្រភេទ C",
        "អ្នកប្រើប្រាស់គ្រឿងញៀន",
        "ស៊ីរ៉ាំង ខ្ញុំ ញ៉ាំ នំ ពុំ ចំណុះ ប្រុសៗ ។ល។",
        "ឫស្សីកែវ ឪពុក ឧត្តម ឯកឧត្តម",
        "មន្ត្រី\u200bនគរបាល",
        "Only English, which is nobody's fault here.",
        "",
    ],
)
def test_good_text_has_no_findings(text):
    assert lint_text(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ស្រី្ត", "K101"),
        ("បុ៉ស្តិ៍", "K101"),
        ("ស្រ្តី", "K101"),
        ("ក្្ត", "K102"),
        ("ក្ ខ", "K103"),
        ("ាក", "K104"),
        ("កេី", "K105"),
        ("កេា", "K105"),
        ("កិិ", "K106"),
        ("កីុ", "K106"),
        ("ឤ", "K107"),
        ("ក\u17df", "K108"),
        ("ក\ue001", "K108"),
        ("ក\ufffd", "K108"),
        ("ការង\u0e32\u0e19", "K109"),
        ("\u0e81\u0eb2ក", "K109"),
        ("ក\u0430រ", "K109"),
        ("ក្ន្ត្យ", "K111"),
        ("ការaងារ", "K201"),
        ("១2", "K202"),
        ("មន្ត\u200b្រី", "K203"),
        ("ក\u200b\u200bខ", "K203"),
        ("ក\u00a0ខ", "K203"),
        ("ការងារ.", "K204"),
        ("ការងារ ។", "K204"),
        ("ពត៌មាន", "K205"),
        ("អ្នកញៀនថ្នាំ", "K402"),
    ],
)
def test_each_fault_is_found_by_its_code(text, code):
    assert code in codes(lint_text(text))


@pytest.mark.parametrize(
    ("en", "km", "code"),
    [
        ("Harm reduction", "", "K301"),
        ("Harm reduction", None, "K301"),
        ("Harm reduction", "Harm reduction", "K302"),
        ("Sign in now please", "Sign in ikka", "K303"),
        (LONG, "មន្ត្រី", "K304"),
        ("Hello {name}", "សួស្តី", "K305"),
        ("", "សួស្តី", "K306"),
        ("Lesson 3", "មេរៀនទី២", "K307"),
        ("About 1.5%", "ប្រហែល១,០៥%", "K307"),
        ("13,000 people", "មនុស្ស១៤.០០០នាក់", "K307"),
        ("3 and 3", "៣", "K307"),
        ("Did you know?", "លោកអ្នកដឹង", "K308"),
    ],
)
def test_a_pair_that_disagrees_is_found_by_its_code(en, km, code):
    assert codes(lint_pair(en, km)) == [code]


@pytest.mark.parametrize(
    ("en", "km"),
    [
        ("Lesson 3 of 25", "មេរៀនទី៣ ក្នុងចំណោម ២៥"),
        ("Hello %(name)s", "សួស្តី %(name)s"),
        ("Did you know?", "តើលោកអ្នកដឹងទេ?"),
        ("HIV", "HIV"),
        ("", ""),
    ],
)
def test_a_pair_that_agrees_has_no_findings(en, km):
    assert lint_pair(en, km) == []


def test_a_pair_has_the_findings_of_its_khmer_text_too():
    assert codes(lint_pair("Information.", "ពត៌មាន.")) == ["K204", "K205"]


def test_a_finding_says_what_where_and_how_bad():
    assert lint_text("សូមអាន ពត៌មាន") == [
        Finding("warning", "K205", "spelling: ពត៌មាន, write ព័ត៌មាន", "សូមអាន ពត៌មាន")
    ]


@pytest.mark.parametrize(
    ("english", "khmer"),
    [
        ("1,234.5 and 7", "៧ និង១.២៣៤,៥"),
        ("4.0% in 2012.", "ក្នុងឆ្នាំ២០១២ មាន៤,០%។"),
        ("3-4 times, volume 9:30", "៣-៤ដង 9:30"),
    ],
)
def test_numbers_are_the_same_however_each_language_writes_them(english, khmer):
    assert "K307" not in codes(lint_pair(english, khmer))
