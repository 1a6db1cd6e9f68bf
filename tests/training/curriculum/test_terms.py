import re

import pytest

from training.curriculum.terms import Word, link_words

HARM = "ការកាត់បន្ថយគ្រោះថ្នាក់"


def linked(html, *forms, longer=()):
    """The html with [code:…] for each link. `longer`: words that only keep their place."""
    words = [Word(f"w{n}", (form,), True) for n, form in enumerate(forms)]
    words += [Word(f"x{n}", (form,), False) for n, form in enumerate(longer)]
    result, used = link_words(html, words)
    plain = re.sub(
        r'<a class="term" id="at-(\w+)" href="#word-\1">(.*?)</a>', r"[\1:\2]", result, flags=re.S
    )
    assert re.findall(r"\[(\w+):", plain) == used
    return plain


def test_the_first_occurrence_on_a_page_becomes_a_link():
    result, used = link_words(
        "<p>HIV and HIV.</p><p>Naloxone, HIV.</p>",
        [Word("naloxone", ("naloxone",), True), Word("hiv", ("HIV",), True)],
    )

    assert result == (
        '<p><a class="term" id="at-hiv" href="#word-hiv">HIV</a> and HIV.</p>'
        '<p><a class="term" id="at-naloxone" href="#word-naloxone">Naloxone</a>, HIV.</p>'
    )
    assert used == ["hiv", "naloxone"]


@pytest.mark.parametrize(
    ("html", "form", "found"),
    [
        ("Outreach workers come.", "outreach worker", "[w0:Outreach workers] come."),
        ("Two pharmacies.", "pharmacy", "Two [w0:pharmacies]."),
        ("Two surveys.", "survey", "Two [w0:surveys]."),
        ("Three NGOs.", "NGO", "Three [w0:NGOs]."),
        ("It aids them.", "AIDS", "It aids them."),
        ("Of art and ART.", "ART", "Of art and [w0:ART]."),
        ("Unconsented.", "consent", "Unconsented."),
        ("HIV2, xHIV", "HIV", "HIV2, xHIV"),
        ("drop-in\ncentre", "drop-in centre", "[w0:drop-in\ncentre]"),
        ("a transmission", "transmission (of infection)", "a [w0:transmission]"),
        ("HIV &amp; AIDS care", "HIV & AIDS", "[w0:HIV &amp; AIDS] care"),
    ],
)
def test_english_words_are_found_whole_and_abbreviations_as_written(html, form, found):
    assert linked(html, form) == found


@pytest.mark.parametrize(
    ("html", "form", "found"),
    [
        ("ជា" + HARM + "នៅឃុំ", HARM, f"ជា[w0:{HARM}]នៅឃុំ"),  # inside a run without spaces
        ("ជួយ" + HARM[3:], HARM, f"ជួយ[w0:{HARM[3:]}]"),  # the verb of the noun
        ("ការពារ ពារ", "ការពារ", "[w0:ការពារ] ពារ"),  # but not the rest of another word
        ("ការិយាល័យ ិយាល័យ", "ការិយាល័យ", "[w0:ការិយាល័យ] ិយាល័យ"),
        ("កខ្ម កខំ កខ", "កខ", "កខ្ម កខំ [w0:កខ]"),  # ends with its cluster
        ("ស្កខ កខ", "កខ", "ស្កខ [w0:កខ]"),  # and begins with it
        ("កខៗ", "កខ", "[w0:កខ]ៗ"),
        ("មេរោគ B ខាង", "មេរោគ B", "[w0:មេរោគ B] ខាង"),
    ],
)
def test_khmer_words_are_found_inside_runs_and_never_cut_a_cluster(html, form, found):
    assert linked(html, form) == found


def test_the_longest_word_wins_also_one_without_an_explanation():
    assert linked("outreach workers, outreach", "outreach", "outreach worker") == (
        "[w1:outreach workers], [w0:outreach]"
    )
    assert (
        linked("an HIV test finds HIV", "HIV", longer=["HIV test"]) == "an HIV test finds [w0:HIV]"
    )
    assert linked(
        "harm reduction policy now", "harm reduction", longer=["reduction policy now"]
    ) == ("harm reduction policy now")


def test_nothing_changes_inside_links_and_tags():
    html = '<p><a href="/HIV" rel="x>HIV">HIV</a> <br title="HIV"> <strong>HIV</strong></p>'

    assert linked(html, "HIV") == html.replace("<strong>HIV", "<strong>[w0:HIV]")


def test_a_text_without_terms_comes_back_as_it_was():
    assert link_words("<p>Nothing &lt;here&gt;</p>", [Word("hiv", ("HIV",), True)]) == (
        "<p>Nothing &lt;here&gt;</p>",
        [],
    )
