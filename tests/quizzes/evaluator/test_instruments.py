"""An evaluator's instruments: read from files, shown before saving, copied, compared."""

import html
import re
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pyxform.xls2xform import convert

from quizzes.actions.instruments import copy_version, load_instrument
from quizzes.evaluator.forms import LARGEST_TEXT
from quizzes.instruments.parse import CONTENT, parse_instrument
from quizzes.instruments.stored import instrument_of
from quizzes.instruments.xlsform import read_xlsform, write_xlsform
from quizzes.models import Instrument, InstrumentVersion, ItemEquivalence
from tests.factories import UserFactory
from tests.quizzes.conftest import INSTRUMENT
from tests.quizzes.instruments.test_parse import changed, measured
from tests.quizzes.instruments.test_xlsform import foreign, put
from tests.reader import Reader, Tree, browser_of, said, text
from training.models import AuditEntry, Role
from training.sheets import PARTS, write_sheets

pytestmark = pytest.mark.django_db

LIST = "/en/evaluation/instruments/"
WHOLE_SURVEY = (CONTENT / "phrs24.yaml").read_text(encoding="utf-8")


@pytest.fixture
def evaluator():
    return UserFactory(roles=[Role.EVALUATOR])


@pytest.fixture
def browser(evaluator):
    return browser_of(evaluator)


def upload(browser, content, name="instrument.yaml", language="en"):
    content = content.encode() if isinstance(content, str) else content
    url = f"/{language}/evaluation/instruments/preview/"
    return browser.post(url, {"file": SimpleUploadedFile(name, content)})


def confirm(browser, shown):
    """Press the button of the page that shows the file."""
    return Reader(browser).read(shown).submit()


def freeze(version, day=date(2026, 5, 1)):
    InstrumentVersion.objects.filter(pk=version.pk).update(frozen_on=day)
    version.refresh_from_db()
    return version


def words(response):
    return Tree(text(response)).root.text


def numbered(number, source=INSTRUMENT):
    return source.replace("version: 1", f"version: {number}")


# who may open them


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TRAINER, Role.EDITOR, Role.ADMINISTRATOR])
def test_another_role_neither_reads_nor_writes_them(client, version, role):
    client.force_login(UserFactory(roles=[role]))
    load_instrument(numbered(2))
    pages = ["", "SMALL/1/", "SMALL/1.yaml", "SMALL/1.xlsx", "SMALL/1/2/"]

    assert {client.get(LIST + page).status_code for page in pages} == {403}
    answers = [
        upload(client, numbered(3)),
        client.post(f"{LIST}save/", {"text": numbered(3), "seen": ""}),
        client.post(f"{LIST}SMALL/1/copy/"),
        client.post(f"{LIST}SMALL/1/2/", {"kind": "changed"}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert InstrumentVersion.objects.count() == 2


@pytest.mark.parametrize(
    "page", ["OTHER/1/", "SMALL/9/", "SMALL/9.yaml", "OTHER/1/2/", "SMALL/2/1/", "SMALL/1/1/"]
)
def test_what_is_not_there_is_not_found(browser, version, page):
    load_instrument(numbered(2))

    assert browser.get(LIST + page).status_code == 404


# the list and a version


def test_the_list_says_what_each_version_is(browser, study):
    freeze(study.version)
    load_instrument(numbered(2, measured()).replace("version: 1", "version: 2"))

    page = Tree(text(browser.get(LIST))).root
    lines = next(node for node in page.find_all("ul") if "releases" in node.attrs["class"])
    assert [line.text for line in lines.find_all("li")] == [
        "Small survey · version 2 SMALL · draft · not signed off 5 items · in Khmer and English",
        "Small survey · version 1 SMALL · fixed since 01/05/2026 · not signed off "
        "4 items · in Khmer and English Asked in: Small survey",
    ]


def test_an_empty_site_says_so(browser):
    assert "There is no instrument yet." in text(browser.get(LIST))


def test_the_home_page_leads_there(browser, version):
    assert "Small survey · version 1" in Reader(browser).open("/en/evaluation/").follow(LIST).html


def test_a_version_shows_both_languages_with_codes_answers_and_scales(browser, version):
    page = Tree(text(browser.get(f"{LIST}SMALL/1/"))).root

    items = {node.attrs["id"]: node.text for node in page.find_all("article")}
    agree = "Strongly disagree Disagree Not sure Agree Strongly agree"
    assert list(items) == ["Q1", "Q2", "K1", "D1"]
    assert items["Q2"].startswith("Q2 · attitude · every wave · view (reversed) ប្រយោគពីរ មិនយល់ស្រប")
    assert items["Q2"].endswith(f"Second {agree} Second")
    assert items["K1"].endswith("Third Yes (right) No Third")
    assert "D1 · about yourself · before the course · may identify people" in items["D1"]
    row = next(page.find_all("tbody")).text
    assert row == "view ទស្សនៈ View Q1 Q2 (reversed) mean 50 % any change"


def test_a_number_is_shown_with_its_range(browser):
    load_instrument(measured())

    page = words(browser.get(f"{LIST}SMALL/1/"))

    assert "Number a whole number, 0 – 60" in page
    assert "It asks for numbers: it can be analysed, but not asked on the site." in page


# downloads


@pytest.mark.parametrize("number", [1, 2])
def test_what_is_downloaded_loads_as_what_it_was(browser, number):
    load_instrument(WHOLE_SURVEY)
    if number == 2:
        freeze(InstrumentVersion.objects.get())
        copy_version(InstrumentVersion.objects.get())
    stored = instrument_of(InstrumentVersion.objects.get(number=number))

    as_yaml = browser.get(f"{LIST}PHRS24/{number}.yaml")
    as_sheet = browser.get(f"{LIST}PHRS24/{number}.xlsx")

    assert parse_instrument(as_yaml.content.decode()) == stored
    assert parse_instrument(read_xlsform(as_sheet.content)) == stored
    assert as_yaml["Content-Disposition"] == f'attachment; filename="PHRS24-{number}.yaml"'
    warnings = []
    form = convert(BytesIO(as_sheet.content), file_type=".xlsx", warnings=warnings)
    assert warnings == form.warnings == []


# a file comes in


@pytest.mark.parametrize("kind", ["yaml", "xlsx"])
def test_a_new_instrument_is_shown_first_and_saved_when_confirmed(browser, evaluator, kind):
    as_sheet = write_xlsform(parse_instrument(INSTRUMENT))
    shown = upload(browser, INSTRUMENT if kind == "yaml" else as_sheet)

    page = words(shown)
    assert "A new instrument: the site has none with this code." in page
    assert "Strongly agree" in page
    assert "យល់ស្របទាំងស្រុង" in page
    assert not Instrument.objects.exists()
    assert not AuditEntry.objects.exists()

    saved = confirm(browser, shown)

    version = InstrumentVersion.objects.get()
    assert saved.path == f"{LIST}SMALL/1/"
    assert "The instrument is saved." in saved.html
    assert instrument_of(version) == parse_instrument(INSTRUMENT)
    assert list(AuditEntry.objects.values_list("actor", "action", "thing")) == [
        (evaluator.pk, "load instrument", f"instrumentversion {version.pk}")
    ]


def test_a_name_says_nothing_of_what_a_file_is(browser):
    shown = upload(browser, write_xlsform(parse_instrument(INSTRUMENT)), "instrument.yaml")

    assert "Save as version 1" in words(shown)


def test_a_draft_is_replaced_and_is_signed_off_no_more(browser, version):
    InstrumentVersion.objects.update(signed_off_by="Somebody", signed_off_on=date(2026, 5, 1))
    source = changed(lambda data: data["items"][0]["text"].update(en="Another"))

    shown = upload(browser, source)

    page = words(shown)
    assert "It takes the place of the draft of this version. The draft was signed off" in page
    assert "Items with another text or other answers to read: Q1" in page
    assert "New items" not in page
    assert InstrumentVersion.objects.get().signed_off_by == "Somebody"

    confirm(browser, shown)

    version = InstrumentVersion.objects.get()
    assert version.items.first().text_en == "Another"
    assert (version.signed_off_by, version.signed_off_on) == ("", None)


def test_a_file_that_says_what_is_there_has_nothing_to_save(browser, version):
    freeze(version)

    shown = upload(browser, write_xlsform(instrument_of(version)))

    assert "There is nothing to save." in words(shown)
    assert "Save as version" not in words(shown)


def test_a_frozen_version_keeps_its_number_and_the_file_gets_the_next(browser, version):
    freeze(version)
    before = instrument_of(version)
    source = changed(lambda data: (data["items"].pop(), data["items"][2].pop("right")))

    shown = upload(browser, source)

    page = words(shown)
    assert "Version 1 was first answered on 01/05/2026 and stays as it is." in page
    assert "The file will be version 2." in page
    assert "Items no longer there: D1" in page
    assert "Items that count otherwise: K1" in page

    confirm(browser, shown)

    first, second = InstrumentVersion.objects.order_by("number")
    assert instrument_of(first) == before
    assert [item.code for item in second.items.all()] == ["Q1", "Q2", "K1"]
    assert second.frozen_on is None


def test_behind_a_frozen_version_the_file_takes_the_place_of_the_draft(browser, version):
    freeze(version)
    copy_version(version)

    shown = upload(browser, changed(lambda data: data["items"].pop()))
    confirm(browser, shown)

    assert "It takes the place of the draft of this version." in words(shown)
    first, second = InstrumentVersion.objects.order_by("number")
    assert [item.code for item in first.items.all()] == ["Q1", "Q2", "K1", "D1"]
    assert [item.code for item in second.items.all()] == ["Q1", "Q2", "K1"]


@pytest.mark.parametrize("event", ["answered", "replaced", "made"])
def test_what_changed_between_showing_and_saving_is_shown_again(browser, event):
    if event != "made":
        version, _ = load_instrument(INSTRUMENT)
    shown = upload(browser, INSTRUMENT.replace("First", "Mine"))
    if event == "answered":
        freeze(version)
    else:
        load_instrument(INSTRUMENT.replace("First", "Theirs"))

    again = confirm(browser, shown)

    assert "The instrument changed meanwhile." in again.html
    assert not InstrumentVersion.objects.filter(items__text_en="Mine").exists()

    again.submit()

    number = 2 if event == "answered" else 1
    assert InstrumentVersion.objects.get(items__text_en="Mine").number == number


def faults(response):
    """The lines of the notice above the form."""
    page = Tree(text(response)).root
    notice = next(node for node in page.find_all("div") if node.attrs.get("role") == "alert")
    return [line.text for line in notice.find_all("li")]


def test_faults_of_a_text_file_are_named_with_their_lines(browser):
    source = INSTRUMENT.replace("kind: attitude, options: agree5, scale: view, text", "text")
    source = source.replace("value: 2, label: {km: មិនធ្លាប់", "value: 3, label: {km: មិនធ្លាប់")
    at = source.splitlines().index(next(row for row in source.splitlines() if "code: Q1" in row))

    response = upload(browser, source)

    assert "Nothing was saved." in text(response)
    assert faults(response) == [
        "line 13 option set yesno values must be 1, 2, 3 …",
        f"line {at + 1} item Q1 kind '' is not known",
        f"line {at + 1} item Q1 no option set ''",
    ]


def test_faults_of_a_spreadsheet_are_named_with_their_rows(browser):
    sheets = foreign()
    put("survey", 4, "kind", "opinion")(sheets)
    unread = foreign()
    put("survey", 4, "name", None)(unread)

    assert faults(upload(browser, write_sheets(sheets))) == [
        "survey, row 4 item Q1 kind 'opinion' is not known"
    ]
    assert faults(upload(browser, write_sheets(unread))) == ["survey, row 4 name is empty"]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [*{before},*{before},*{before},*{before},*{before},*{before}]\n"
    for before, name in zip("abcdefghij", "bcdefghijk", strict=True)
)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The submitted file is empty."),
        ("just words", "the file must be a mapping"),
        ("code: [", "not readable as YAML"),
        ("when: 2026-99-99", "not readable as YAML"),
        (b"\xff\xfe\x00", "neither a text file in UTF-8 nor a spreadsheet"),
        (BOMB + "code: *k", "the site reads no references"),
        ("[" * 3000, "no more than 20 parts in parts"),
        ('code: "\\ud800"', "not readable as YAML"),
        ("a" * (LARGEST_TEXT + 1), "at most 256 kilobytes"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 megabytes"),
        (b"PK\x03\x04", "not a spreadsheet in the form XLSX"),
        (write_sheets({f"s{n}": [["a"]] for n in range(PARTS)}), "unpacks to more"),
        (changed(lambda data: data["items"][0].update(findings=[1])), "findings are codes"),
        (changed(lambda data: data.update(version=40_000)), "version must be a whole number"),
        (changed(lambda data: data["scales"][0].update(band=float("inf"))), "band is a number"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(browser, content, sentence):
    response = upload(browser, content)

    assert sentence in html.unescape(words(response))
    assert not InstrumentVersion.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"text": "code: ["}, {"text": BOMB}, {"text": "\0"}])
def test_a_confirmation_that_nobody_was_shown_saves_nothing(browser, sent):
    response = browser.post(f"{LIST}save/", sent, follow=True)

    assert response.status_code == 200
    assert not InstrumentVersion.objects.exists()


def test_texts_that_need_another_look_are_named(browser):
    def change(data):
        data["items"][0]["short"]["km"] = "ក" * 80
        data["items"][1]["text"]["km"] = "Second"

    page = words(upload(browser, changed(change)))

    assert "Q1, short please look km takes 240 of 255 bytes" in page
    assert re.search(r"Q2 to mend K30\d", page)


@pytest.mark.parametrize("language", ["km", "en"])
def test_the_pages_speak_the_reader_s_language(browser, version, language):
    freeze(version)
    shown = text(upload(browser, INSTRUMENT.replace("First", "Other"), language=language))
    page = text(browser.get(f"/{language}/evaluation/instruments/SMALL/1/"))

    assert said("Save nothing", language) in shown
    assert said("Download as XLSForm", language) in page


# copying


def test_the_copy_is_the_next_draft_and_says_the_same(browser, evaluator):
    version, _ = load_instrument(WHOLE_SURVEY)
    freeze(version)
    InstrumentVersion.objects.update(signed_off_by="Somebody", signed_off_on=date(2026, 5, 1))

    page = Reader(browser).open(f"{LIST}PHRS24/1/").submit()

    copy = InstrumentVersion.objects.get(number=2)
    assert page.path == f"{LIST}PHRS24/2/"
    assert "New version by copy" not in page.html
    before, after = instrument_of(version), instrument_of(copy)
    assert after.items == before.items
    assert (after.option_sets, after.scales) == (before.option_sets, before.scales)
    assert (copy.frozen_on, copy.signed_off_by, copy.signed_off_on) == (None, "", None)
    assert parse_instrument(copy.yaml) == after
    assert AuditEntry.objects.get().action == "copy version"


def test_beside_a_draft_there_is_no_second_one(browser, version):
    freeze(version)
    load_instrument(numbered(4))

    assert "New version by copy" not in text(browser.get(f"{LIST}SMALL/1/"))
    response = browser.post(f"{LIST}SMALL/1/copy/", follow=True)

    assert "Version 4 is a draft already." in text(response)
    assert InstrumentVersion.objects.count() == 2


# the crosswalk


@pytest.fixture
def two(version):
    """Version 2 asks Q1 in other words, gives D1 other answers, drops K1 and adds N1."""

    def change(data):
        data["version"] = 2
        data["items"][0]["text"]["en"] = "The first"
        data["option_sets"]["three"] = [
            {"value": n, "label": {"km": "ក" * n, "en": "a" * n}} for n in (1, 2, 3)
        ]
        data["items"][3]["options"] = "three"
        data["items"][2]["code"] = "N1"

    return version, load_instrument(changed(change))[0]


def test_only_what_differs_is_listed_and_counts_as_changed(browser, two):
    page = Tree(text(browser.get(f"{LIST}SMALL/1/2/"))).root

    items = {node.attrs["id"]: node for node in page.find_all("article")}
    assert list(items) == ["Q1", "D1"]
    assert "First" in items["Q1"].text
    assert "The first" in items["Q1"].text
    assert items["Q1"].text.startswith("Q1 · not decided, so it counts as changed")
    assert "cannot be compared, however it is worded" in items["D1"].text
    assert not list(items["D1"].find_all("form"))
    assert "New items: N1" in page.text
    assert "Items no longer there: K1" in page.text


def test_an_evaluator_says_that_an_item_asks_the_same(browser, evaluator, two):
    page = Reader(browser).open(f"{LIST}SMALL/1/2/")

    again = page.submit(kind="reworded", reason="")

    assert "Please write why the item still asks the same." in again.html
    assert not ItemEquivalence.objects.exists()

    done = again.submit(kind="reworded", reason="An article only")

    row = ItemEquivalence.objects.get()
    assert (row.older.code, row.newer.code, row.kind) == ("Q1", "Q1", "reworded")
    assert row.decided_by == evaluator
    assert "reworded: it asks the same" in next(done.tree.find_all("article")).text
    assert list(AuditEntry.objects.values_list("actor", "action", "thing", "reason")) == [
        (
            evaluator.pk,
            "decide item was reworded",
            f"itemequivalence {row.pk}",
            "An article only",
        )
    ]


def test_a_draft_that_was_replaced_meanwhile_is_not_decided(browser, two):
    page = Reader(browser).open(f"{LIST}SMALL/1/2/")
    load_instrument(two[1].yaml.replace("The first", "Something else"))

    again = page.submit(kind="reworded", reason="An article only")

    assert not ItemEquivalence.objects.exists()
    assert "This draft was replaced meanwhile. Please read it again." in again.html
    assert "Something else" in again.html


def test_replacing_a_draft_says_that_its_comparison_is_lost(browser, two):
    older, newer = (version.items.get(code="Q1") for version in two)
    ItemEquivalence.objects.create(older=older, newer=newer, kind="reworded")
    source = two[1].yaml.replace("The first", "One")

    shown = upload(browser, source)

    assert "has to be decided again" in words(shown)
    confirm(browser, shown)
    assert not ItemEquivalence.objects.exists()
