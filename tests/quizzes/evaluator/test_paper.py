"""An evaluator's pages for surveys on paper: cards, the paper, typing in, settling, withdrawing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from quizzes.actions.instruments import load_instrument
from quizzes.actions.paper import DIFFERS, STORED, TYPED_ONCE, enter, issue_cards, status
from quizzes.actions.studies import add_cohort, close_wave, make_study
from quizzes.keys import key_path, keys_of, make_keys
from quizzes.models import Card, CohortWave, InstrumentVersion, PaperEntry, Response, StudyCohort
from quizzes.models.instruments import NOT_ANSWERED, PREFER_NOT
from quizzes.models.paper import ALPHABET, check_character
from tests.factories import UserFactory
from tests.quizzes.actions.test_paper import NUMBERS, content
from tests.reader import Reader, Tree, browser_of, said, text
from training.models import AuditEntry, Cohort, Role

pytestmark = pytest.mark.django_db

ANSWERS = {"a-Q1": "4", "a-Q2": "p", "a-K1": "1", "a-D1": "2"}


@pytest.fixture
def evaluator():
    return UserFactory(roles=[Role.EVALUATOR])


@pytest.fixture
def reader(evaluator):
    return Reader(browser_of(evaluator))


@pytest.fixture
def row(cohort):
    return cohort.study_cohorts.get()


@pytest.fixture
def pre(row):
    return row.waves.get(wave__name="pre")


@pytest.fixture
def card(row, evaluator):
    issue_cards(row, 1, by=evaluator)
    return Card.objects.get().code


def paper(row, page=""):
    return f"/en/evaluation/waves/{row.pk}/paper/{page}"


def type_in(reader, row, card, typing=1, button=None, **changed):
    """Fill the form in as it stands on the page of this typing."""
    reader.open(f"{paper(row, 'type/')}?typing={typing}")
    values = {"card": card, "consent": "1", "language": "K", **ANSWERS, **changed}
    return reader.submit(form_of(reader), button, **values)


def form_of(reader):
    return next(form for form in reader.forms() if form.attrs.get("method") == "post")


def problems(reader):
    """name of a field -> what is said beside it."""
    found = {}
    for node in reader.main().find_all("p"):
        if node.attrs.get("class") == "problem":
            found[node.attrs.get("id", "")[3:-6]] = node.text
    return found


def entries():
    return list(PaperEntry.objects.order_by("number").values_list("number", "entered_by"))


# who may open them


def addresses(row, wave):
    cards = f"/en/evaluation/cohorts/{row.pk}/"
    pages = [f"{cards}cards/", f"{cards}cards/1/", f"{cards}withdraw/"]
    return pages + [paper(wave, page) for page in ("", "print/", "type/", "differences/")]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TRAINER, Role.EDITOR, Role.ADMINISTRATOR])
def test_another_role_opens_and_sends_nothing(row, pre, card, role):
    browser = browser_of(UserFactory(roles=[role]))

    for address in addresses(row, pre):
        assert browser.get(address).status_code == 403
        assert browser.post(address, {"number": "5", "card": card}).status_code == 403
    assert Card.objects.count() == 1


def test_somebody_not_signed_in_is_asked_to(client, row, pre, card):
    for address in addresses(row, pre):
        assert client.get(address).url == f"/en/sign-in/?next={address}"


def test_what_is_not_there_is_not_found(reader, row, pre):
    for address in addresses(StudyCohort(pk=9999), CohortWave(pk=9999)):
        assert reader.client.get(address).status_code == 404
    assert reader.client.get(f"/en/evaluation/cohorts/{row.pk}/cards/1/").status_code == 404


@pytest.mark.parametrize("language", ["km", "en"])
def test_every_page_is_in_the_readers_language(reader, row, pre, card, language):
    titles = ("Cards", "Delete the answers of a card", "Surveys on paper", "Type a paper in")
    pages = (0, 2, 3, 5)
    found = addresses(row, pre)

    for title, n in zip(titles, pages, strict=True):
        reader.open(found[n].replace("/en/", f"/{language}/"))
        assert reader.title == said(title, language)


# from the study to the cards


def test_the_study_leads_to_cards_and_open_waves(reader, row, pre):
    close_wave(row.waves.get(wave__name="post"))

    reader.open("/en/evaluation/studies/SMALL/")

    links = {href: words for href, words in reader.links().items() if "paper" in href}
    assert links == {paper(pre): "Cohort, before the course"}
    reader.follow("/cards/")
    assert reader.title == "Cards"


def test_a_study_in_one_language_is_not_offered_on_paper(reader, row):
    InstrumentVersion.objects.update(language="km")

    reader.open("/en/evaluation/studies/SMALL/")

    assert "Surveys on paper" not in reader.html
    wave = row.waves.first()
    assert "in one language only" in reader.open(paper(wave)).html
    assert reader.client.get(paper(wave, "print/")).status_code == 404


@pytest.mark.parametrize("number", ["12", "១២", " 12 "])
def test_cards_are_issued_and_shown_to_print(reader, row, number):
    reader.open(f"/en/evaluation/cohorts/{row.pk}/cards/")

    reader.submit(form_of(reader), number=number)

    shown = [
        next(p.text for p in node.find_all("p") if p.attrs.get("class") == "drawn")
        for node in reader.main().find_all("article")
    ]
    codes = sorted(Card.objects.values_list("code", flat=True))
    assert shown == [f"{code[:4]}-{code[4:8]}-{code[8]}" for code in codes]
    assert len(shown) == 12
    sheets = [n for n in reader.main().find_all("div") if n.attrs.get("class") == "seats"]
    assert [len(list(sheet.find_all("article"))) for sheet in sheets] == [10, 2]
    assert row.study.title_km in reader.html
    assert row.study.title_en in reader.html
    assert (
        said(
            "Please keep this card and write its code on every paper of this survey. "
            "Nobody notes who has which card.",
            "km",
        )
        in reader.html
    )


@pytest.mark.parametrize("number", ["", "0", "201", "-1", "ten", "1.5", "²"])
def test_a_number_of_cards_that_cannot_be_is_refused(reader, row, number):
    reader.open(f"/en/evaluation/cohorts/{row.pk}/cards/")

    reader.submit(form_of(reader), number=number)

    assert "number" in problems(reader)
    assert not Card.objects.exists()


def test_another_set_prints_none_of_the_first(reader, row, evaluator):
    issue_cards(row, 2, by=evaluator)
    issue_cards(row, 1, by=evaluator)

    reader.open(f"/en/evaluation/cohorts/{row.pk}/cards/")
    assert "Set 1 2 cards" in reader.main().text
    assert "Set 2 1 card" in reader.main().text
    reader.follow("/cards/2/")

    (printed,) = reader.main().find_all("article")
    assert str(Card.objects.get(batch=2)) in printed.text


def test_without_keys_no_card_is_issued(reader, row):
    key_path(row.study).unlink()
    reader.open(f"/en/evaluation/cohorts/{row.pk}/cards/")

    reader.submit(form_of(reader), number="3")

    assert "The keys of this study are not here" in reader.html
    assert not Card.objects.exists()


# the paper


@pytest.mark.parametrize("language", ["km", "en"])
def test_the_paper_holds_consent_items_and_numbers_in_both_languages(reader, pre, language):
    page = reader.open(paper(pre, "print/").replace("/en/", f"/{language}/"))

    words = page.main().text
    for part in ("ប្រយោគមួយ", "First", "យល់ស្រប", "Agree", "អំពីខ្លួន", "Fourth"):
        assert part in words
    assert said("Prefer not to answer", "km") in words
    assert "Please read before you start" in words
    assert "សូមអាន មុននឹងចាប់ផ្ដើម" in words
    assert "before the course" in words
    assert said("before the course", "km") in words
    questions = [n for n in page.main().find_all("div") if n.attrs.get("class") == "question"]
    boxes = [[b.text for b in question.find_all("b")] for question in questions]
    assert boxes == [
        ["1.", "1", "2", "3", "4", "5", "P"],
        ["2.", "1", "2", "3", "4", "5", "P"],
        ["3.", "1", "2", "P"],
        ["4.", "1", "2", "P"],
    ]


def test_the_paper_of_a_wave_holds_its_items_only(reader, row):
    words = reader.open(paper(row.waves.get(wave__name="post"), "print/")).main().text

    assert "Third" in words
    assert "Fourth" not in words


def test_paper_and_form_carry_the_same_mark_of_the_wording(reader, pre):
    digest = InstrumentVersion.objects.get().digest[:6]

    assert f"SMALL 1 / {digest}" in reader.open(paper(pre, "print/")).main().text
    assert f"SMALL 1 / {digest}" in reader.open(paper(pre, "type/")).main().text


def test_in_production_items_to_confirm_are_left_out_of_paper_and_form(reader, pre, settings):
    pre.wave.version.items.filter(code="K1").update(to_confirm=True)
    InstrumentVersion.objects.update(digest="x")  # what is kept of the items is kept by it
    settings.PRODUCTION = True

    assert "Third" not in reader.open(paper(pre, "print/")).main().text
    assert "Third" not in reader.open(paper(pre, "type/")).main().text


# typing in


def test_two_typings_that_agree_are_stored(reader, pre, card, evaluator):
    type_in(reader, pre, card)
    assert "The paper waits for the other one." in reader.html
    assert entries() == [(1, evaluator.pk)]
    other = UserFactory(roles=[Role.EVALUATOR])

    type_in(Reader(browser_of(other)), pre, card, typing=2)

    response = Response.objects.get()
    assert content(response)["answers"] == [4, PREFER_NOT, 1, 2]
    assert content(response)["consent"] == {"version": 1, "language": "km"}
    assert (response.mode, response.language) == ("paper", "km")
    assert entries() == []


def test_the_form_goes_on_empty_with_the_same_typing(reader, pre, card):
    type_in(reader, pre, card, typing=2)

    standing = reader.standing(form_of(reader))

    assert {name: value for name, value in standing.items() if value and "csrf" not in name} == {
        "typing": "2"
    }


def test_whoever_types_the_second_time_sees_nothing_of_the_first(reader, pre, card):
    before = reader.open(f"{paper(pre, 'type/')}?typing=2").main().text
    type_in(reader, pre, card)

    reader.open(f"{paper(pre, 'type/')}?typing=2")
    assert reader.main().text == before
    type_in(reader, pre, card, typing=2, **{"a-Q1": "3"})

    assert "It differs from the other one." in reader.html
    assert "Strongly" not in reader.main().text


def test_sent_twice_it_is_typed_in_once(reader, pre, card):
    type_in(reader, pre, card)

    type_in(reader, pre, card)

    assert problems(reader) == {"card": "The first typing of this paper is there already."}
    assert len(entries()) == 1


@pytest.mark.parametrize("change", ["lower", "spaced", "alike", "khmer"])
def test_a_code_is_read_however_it_is_typed(reader, row, pre, change):
    code = "01011A2B"
    code += check_character(code)
    Card.objects.create(study_cohort=row, batch=1, code=code)
    typed = {
        "lower": code.lower(),
        "spaced": f" {code[:4]} - {code[4:]}",
        "alike": code.replace("0", "o").replace("1", "I", 1).replace("1", "l"),
        "khmer": code.replace("0", "០").replace("1", "១"),
    }[change]

    type_in(reader, pre, typed)

    assert problems(reader) == {}
    assert PaperEntry.objects.get().code == keys_of(row.study).card_code(row.study, code)


def wrong_check(code):
    return code[:8] + ALPHABET[(ALPHABET.index(code[8]) + 1) % 32]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (wrong_check, "One character of this code is wrong. Please compare it with the paper."),
        (lambda code: code[:8], "A card's code has 9 letters and digits."),
        (lambda code: code[:8] + "U", "A card's code has 9 letters and digits."),
        (
            lambda code: "1" * 8 + check_character("1" * 8),
            "This cohort has no card with this code.",
        ),
    ],
)
def test_a_wrong_code_is_said_beside_it(reader, pre, card, spoil, says):
    type_in(reader, pre, spoil(card))

    assert problems(reader) == {"card": says}
    assert reader.standing(form_of(reader))["a-Q1"] == "4"
    assert not PaperEntry.objects.exists()


@pytest.mark.parametrize("value", ["6", "0", "8", "-7", "x", "1-2", "1 2", "1.5", "4,0", "٤"])
def test_a_value_that_no_box_has_is_said_beside_its_item(reader, pre, card, value):
    type_in(reader, pre, card, **{"a-Q1": value})

    assert problems(reader) == {"a-Q1": "1–5, P, or empty."}
    assert not PaperEntry.objects.exists()


@pytest.mark.parametrize(
    ("value", "stored"),
    [("៤", 4), (" 5 ", 5), ("P", PREFER_NOT), ("p", PREFER_NOT), ("-8", PREFER_NOT), ("-9", -9)],
)
def test_values_are_read_in_either_script(reader, pre, card, value, stored):
    for typing in (1, 2):
        type_in(reader, pre, card, typing, **{"a-Q1": value})

    assert content(Response.objects.get())["answers"][0] == stored


def test_empty_items_are_asked_about_once_more(reader, pre, card):
    type_in(reader, pre, card, **{"a-Q2": "", "a-D1": " "})

    assert "For these questions nothing was typed: 2, 4" in reader.main().text
    assert not PaperEntry.objects.exists()
    for typing in (1, 2):
        type_in(reader, pre, card, typing, ("empty", "1"), **{"a-Q2": "", "a-D1": " "})
    assert content(Response.objects.get())["answers"] == [4, NOT_ANSWERED, 1, NOT_ANSWERED]


@pytest.mark.parametrize(
    ("consent", "says"), [("2", "This person did not agree"), ("", "1 if “I agree” is ticked.")]
)
def test_without_consent_nothing_is_typed_in(reader, pre, card, consent, says):
    type_in(reader, pre, card, consent=consent)

    assert problems(reader)["consent"].startswith(says)
    assert not PaperEntry.objects.exists()


@pytest.mark.parametrize(("typed", "language"), [("K", "km"), ("e", "en")])
def test_the_language_that_was_read_is_kept(reader, pre, card, typed, language):
    for typing in (1, 2):
        type_in(reader, pre, card, typing, language=typed)

    assert Response.objects.get().language == language


@pytest.mark.parametrize("typed", ["", "F", "1"])
def test_another_language_is_not_there(reader, pre, card, typed):
    type_in(reader, pre, card, language=typed)

    assert problems(reader) == {"language": "K for Khmer or E for English."}


def test_without_keys_nothing_is_typed_in_and_nothing_is_lost(reader, pre, card):
    reader.open(paper(pre, "type/"))
    key_path(pre.wave.study).unlink()

    values = {"card": card, "consent": "1", "language": "K", **ANSWERS}
    reader.submit(form_of(reader), **values)

    assert "The keys of this study are not here" in reader.html
    assert reader.standing(form_of(reader))["a-Q1"] == "4"
    assert not PaperEntry.objects.exists()


def test_a_wave_that_closes_or_lies_ahead_has_no_form(reader, pre, card):
    CohortWave.objects.filter(pk=pre.pk).update(opens_on=timezone.localdate() + timedelta(days=1))
    reader.open(paper(pre, "type/"))
    assert "This wave has not opened yet." in reader.main().text
    assert not list(reader.main().find_all("form"))
    assert reader.client.get(paper(pre, "print/")).status_code == 200
    close_wave(pre)

    reader.open(paper(pre, "type/"))
    assert "This wave is closed." in reader.main().text
    answer = {"card": card, "consent": "1", "language": "K", "typing": "1", **ANSWERS}
    assert reader.client.post(paper(pre, "type/"), answer).status_code == 200
    assert not PaperEntry.objects.exists()


def test_numbers_are_typed_in_as_they_stand(evaluator, settings, tmp_path):
    settings.KEY_DIR = tmp_path
    study = make_study("OTHER", load_instrument(NUMBERS)[0], ["pre"])
    make_keys(study)
    cohort = Cohort.objects.create(name="Other", ends_on=timezone.localdate() + timedelta(days=9))
    row = add_cohort(study, cohort)
    issue_cards(row, 1, by=evaluator)
    card, wave, reader = Card.objects.get().code, row.waves.get(), Reader(browser_of(evaluator))

    assert "(0–30)" in reader.open(paper(wave, "print/")).main().text
    type_in(reader, wave, card, **{"a-N1": "31"})
    assert problems(reader) == {"a-N1": "0–30, P, or empty."}
    for typing in (1, 2):
        type_in(reader, wave, card, typing, **{"a-N1": "១២"})

    assert content(Response.objects.get())["answers"][-1] == 12


# how far the papers are


def test_the_page_of_a_wave_counts_its_papers(reader, row, pre, evaluator):
    issue_cards(row, 3, by=evaluator)
    cards = [card.code for card in Card.objects.all()]
    type_in(reader, pre, cards[0])
    for number, card in enumerate(cards[1:]):
        type_in(reader, pre, card)
        type_in(reader, pre, card, typing=2, **({"a-K1": "2"} if number else {}))

    reader.open(paper(pre))

    counts = dict(
        zip(
            [node.text for node in reader.main().find_all("dt")],
            [node.text for node in reader.main().find_all("dd")],
            strict=True,
        )
    )
    assert counts == {"Typed in once": "1", "To settle": "1", "Stored": "1"}
    assert status(pre) == {TYPED_ONCE: 1, DIFFERS: 1, STORED: 1}
    closing = reader.open(f"/en/evaluation/waves/{pre.pk}/close/").main().text
    assert "2 papers of this wave were typed in and are not settled" in closing


def test_closing_says_nothing_of_papers_where_there_are_none(reader, pre):
    assert "paper" not in reader.open(f"/en/evaluation/waves/{pre.pk}/close/").main().text


# settling


@pytest.fixture
def differing(reader, pre, card):
    type_in(reader, pre, card)
    type_in(reader, pre, card, typing=2, language="E", **{"a-Q1": "3", "a-D1": "-9"})
    return reader.open(paper(pre, "differences/"))


def choose(reader, **choices):
    """Choose on the only form, fields named by the end of their names."""
    form = form_of(reader)
    key = reader.standing(form)["key"]
    return reader.submit(form, **{f"{key}-{name}": value for name, value in choices.items()})


def test_differences_show_both_typings_of_what_differs(differing, card):
    words = differing.main().text

    assert f"{card[:4]}-{card[4:8]}-{card[8]}" in words
    legends = [node.text for node in differing.main().find_all("legend")]
    assert legends == ["1. First Q1", "4. Fourth D1", "Language that was read"]
    assert "First typing: 4 · Agree Second typing: 3 · Not sure" in words
    assert "First typing: 2 · No Second typing: empty" in words
    assert "First typing: Khmer Second typing: English" in words
    assert len(differing.radios()) == 3


def test_a_paper_is_stored_as_it_was_chosen(differing, card):
    choose(differing, **{"Q1": "2", "D1": "else", "D1-else": "p", "_language": "1"})

    response = Response.objects.get()
    assert content(response)["answers"] == [3, PREFER_NOT, 1, PREFER_NOT]
    assert response.language == "km"
    assert "The paper is stored." in differing.html
    assert "No two typings of a paper differ." in differing.html


@pytest.mark.parametrize(
    ("left", "says"),
    [
        ({}, "Please look at the paper and choose."),
        ({"Q1": "else", "Q1-else": "6"}, "1–5, P, or empty."),
        ({"Q1": "9"}, "Select a valid choice. 9 is not one of the available choices."),
    ],
)
def test_every_difference_is_settled_before_a_paper_is_stored(differing, left, says):
    choose(differing, **{"D1": "1", "_language": "1", **left})

    found = [n.text for n in differing.main().find_all("p") if n.attrs.get("class") == "problem"]
    assert found == [says]
    assert not Response.objects.exists()
    assert PaperEntry.objects.count() == 2


def test_a_language_that_is_none_is_not_settled(differing):
    choose(differing, **{"Q1": "1", "D1": "1", "_language": "else", "_language-else": "F"})

    assert "K for Khmer or E for English." in differing.main().text
    assert not Response.objects.exists()


def test_two_typings_of_two_papers_are_let_go(differing, pre):
    differing.submit(form_of(differing), ("discard", "1"))

    assert not PaperEntry.objects.exists()
    assert not Response.objects.exists()


def test_a_paper_that_somebody_settled_meanwhile_changes_nothing(differing, pre, card):
    key = differing.standing(form_of(differing))["key"]
    choose(differing, Q1="1", D1="1", _language="1")
    before = bytes(Response.objects.get().sealed)

    for extra in ({}, {"discard": "1"}):
        differing.client.post(paper(pre, "differences/"), {"key": key, f"{key}-Q1": "2", **extra})

    assert bytes(Response.objects.get().sealed) == before


def test_without_keys_the_differences_cannot_be_read(differing, pre):
    key_path(pre.wave.study).unlink()

    differing.open(paper(pre, "differences/"))

    assert differing.path == paper(pre)
    assert "The keys of this study are not here" in differing.html


# withdrawing


def test_a_card_withdraws_its_answers(reader, row, pre, card, evaluator):
    for typing in (1, 2):
        type_in(reader, pre, card, typing)
    reader.open(f"/en/evaluation/cohorts/{row.pk}/withdraw/")

    reader.submit(form_of(reader), card=wrong_check(card))
    assert "card" in problems(reader)
    assert Response.objects.exists()
    reader.submit(form_of(reader), card=card.lower())

    assert not Response.objects.exists()
    assert "Survey answers were deleted, if there were any." in reader.html
    last = AuditEntry.objects.order_by("-pk")[0]
    assert (last.action, last.actor) == ("withdraw paper", evaluator)


# what the pages cost


@pytest.mark.parametrize("count", [2, 6])
def test_differences_take_the_same_queries_however_many_papers(
    reader, row, pre, evaluator, django_assert_num_queries, count
):
    issue_cards(row, count, by=evaluator)
    for card in Card.objects.all():
        for number in (1, 2):
            answers = {"Q1": number, "Q2": 1, "K1": 1, "D1": 1}
            enter(pre, card.code, number, answers, language="km", consent_version=1, by=evaluator)
    reader.open(paper(pre, "differences/"))

    with django_assert_num_queries(5):  # session, user, roles; the wave; the typings
        page = reader.client.get(paper(pre, "differences/"))

    forms = [n for n in Tree(text(page)).root.find_all("form") if "paper-" in n.attrs.get("id", "")]
    assert len(forms) == count
