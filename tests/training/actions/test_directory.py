"""The directory out into a spreadsheet and back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from tests.factories import (
    ExampleFactory,
    PlaceFactory,
    ServiceFactory,
    ServiceTypeFactory,
    UserFactory,
)
from training.actions.directory import columns, export_directory, withdraw
from training.actions.directory_import import Import, save_import
from training.models import AuditEntry, Role, Service
from training.sheets import read_sheet, write_sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return UserFactory(roles=[Role.ADMINISTRATOR])


def khmer(words):
    with translation.override("km"):
        return translation.gettext(words)


def imported(*rows, columns=("code", "name_km", "name_en")):
    return Import(write_sheets({"services": [list(columns), *map(list, rows)]}))


def said(found):
    """The faults as (row, column, sentence), sentences in English."""
    return [(fault.row, fault.column, fault.sentence) for fault in found.faults]


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def full(**fields):
    return ServiceFactory(
        code="pp-1",
        place=PlaceFactory(code="120101"),
        types=[ServiceTypeFactory(code="NSP"), ServiceTypeFactory(code="DIC")],
        organisation_km="អង្គការ",
        organisation_en="=1+1",
        address_en="-5",
        phone="+85512345678",
        licence="@NACD",
        licence_until=timezone.localdate() + timedelta(days=90),
        min_age=15,
        cost="partly paid",
        source_url="https://example.org/a",
        **fields,
    )


def test_the_workbook_holds_every_column_its_explanation_and_the_places():
    full()
    ExampleFactory()

    content = export_directory()

    (_one, header), (_two, row) = read_sheet(content, "services")
    entry = dict(zip(header, row, strict=False))
    assert header == list(columns())
    names = {field.name for field in Service._meta.concrete_fields}
    bases = {name.removesuffix("_km") for name in names if name.endswith("_km")}
    assert set(header) == names - bases - {"id"} | {"types"}
    assert entry["types"] == "DIC NSP"
    assert entry["place"] == "120101"
    assert entry["organisation_en"] == "=1+1"
    assert entry["last_verified"] == timezone.localdate()
    assert (entry["has_consent"], entry["is_example"], entry["min_age"]) == ("yes", "no", "15")

    explained = {cells[0]: cells[1:] for _n, cells in read_sheet(content, "columns")}
    assert list(explained) == ["column", *columns()]
    assert explained["cost"] == [khmer("cost"), "cost", "free, partly paid, paid, unknown"]
    assert explained["name_km"][1] == "official name (ខ្មែរ)"
    assert explained["types"][2].startswith("NSP DIC")

    assert [cells for _n, cells in read_sheet(content, "places")] == [
        ["code", "ខ្មែរ", "English"],
        ["12", "រាជធានីខ្មែរ Place 12", "Place 12 capital"],
        ["1201", "ខណ្ឌខ្មែរ Place 1201", "khan Place 1201"],
        ["120101", "សង្កាត់ខ្មែរ Place 120101", "sangkat Place 120101"],
    ]


def test_what_was_exported_changes_nothing_when_it_is_read_back():
    full()
    ServiceFactory()
    ExampleFactory()

    found = Import(export_directory())

    assert (said(found), found.changes, found.unchanged) == ([], [], 2)


@pytest.mark.parametrize("n", [1, 8])
def test_reading_costs_the_same_however_many_rows(django_assert_num_queries, n):
    for _ in range(n):
        ServiceFactory()
    content = export_directory()

    with django_assert_num_queries(4):  # entries, their types; all types; codes of places
        found = Import(content)

    assert found.unchanged == n


def test_rows_are_added_and_changed_and_each_has_its_line_in_the_audit(administrator):
    known = full()
    PlaceFactory(code="1710")
    found = imported(
        ["pp-1", "ឈ្មោះថ្មី", "New name", "free", "DIC", "1201", "១៨", "", ""],
        ["sr-1", "សេវា", "Service", "", "dic, nsp", "1710", "", "២០២៦-០១-០៥", "012 345 678"],
        columns=(
            *("code", "name_km", "name_en", "cost", "types", "place", "min_age"),
            *("next_check", "phone"),
        ),
    )

    assert said(found) == []
    assert {entry.service.code: entry.changed for entry in found.changes} == {
        "pp-1": ["name_km", "name_en", "cost", "place", "min_age", "phone", "types"],
        "sr-1": ["name_km", "name_en", "place", "next_check", "phone", "types"],
    }
    assert Service.objects.get().name_en == known.name_en  # nothing is saved yet

    save_import(found, by=administrator)

    known.refresh_from_db()
    added = Service.objects.get(code="sr-1")
    assert (known.name_km, known.cost, known.min_age, known.phone) == ("ឈ្មោះថ្មី", "free", 18, "")
    assert (known.place_id, known.status) == ("1201", "published")
    assert [kind.code for kind in known.types.all()] == ["DIC"]
    assert (added.status, added.cost, added.phone) == ("draft", "unknown", "+85512345678")
    assert added.next_check == date(2026, 1, 5)
    assert {kind.code for kind in added.types.all()} == {"DIC", "NSP"}
    assert set(AuditEntry.objects.values_list("action", "thing", "actor")) == {
        ("import service", f"service {known.pk}", administrator.pk),
        ("import new service", f"service {added.pk}", administrator.pk),
    }


def test_columns_that_are_left_out_and_words_that_are_empty_stay():
    service = full()

    found = imported(["pp-1", "", ""], columns=("code", "status", "voluntary"))

    assert (said(found), found.unchanged) == ([], 1)
    assert Service.objects.get() == service


def test_khmer_comes_in_its_stored_form():
    found = imported(["sr-1", "  ស\u17d2រ\u17d2ត\u17b8\u200b  ក ", "Woman\u200b"])

    assert found.changes[0].service.name_km == "ស\u17d2ត\u17d2រ\u17b8 ក"
    assert found.changes[0].service.name_en == "Woman"


@pytest.mark.parametrize("written", ["0102", "102", 102, "០១០២"])
def test_a_code_of_a_place_may_have_lost_its_first_nought(written):
    PlaceFactory(code="0102")

    found = imported(["sr-1", "ក", "A", written], columns=("code", "name_km", "name_en", "place"))

    assert (said(found), found.changes[0].service.place_id) == ([], "0102")


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("cost", "cheap", "Please write one of these: free, partly paid, paid, unknown."),
        ("has_consent", "perhaps", "Please write one of these: yes, no."),
        ("consent_on", "5/1/2026", "Please write a date as 2026-12-31."),
        ("min_age", "ten", "Enter a whole number."),
        ("types", "DIC XYZ", "There is no type of service DIC, XYZ."),
        ("place", "9999", "There is no place with the code 9999."),
        ("phone", "12345678", "This is not a Cambodian phone number."),
        ("source_url", "not an address", "Please write a whole address with https://."),
        ("is_example", "yes", "Examples belong to the site and are not imported."),
        ("status", "published", "This entry cannot be published yet. Still missing: "),
        ("has_consent", "yes", "Please write the day on which the service agreed."),
        ("last_verified", date(2999, 1, 1), "This day has not come yet."),
        ("verified_by", "x" * 121, "Ensure this value has at most 120 characters (it has 121)."),
    ],
)
def test_each_fault_names_its_row_its_column_and_what_is_wrong(column, value, sentence):
    found = imported(
        ["sr-0", "ក", "A", ""],
        ["sr-1", "ក", "A", value],
        columns=("code", "name_km", "name_en", column),
    )

    (row, named, told), *more = said(found)
    assert row == 3
    assert named == {"is_example": "code", "has_consent": named}.get(column, column)
    assert told.startswith(sentence)
    assert more == []


def test_faults_are_in_the_reader_s_language():
    with translation.override("km"):
        found = imported(["sr-1", "ក", "A", "x"], columns=("code", "name_km", "name_en", "cost"))

    assert said(found)[0][2].startswith("សូមសរសេរពាក្យណាមួយក្នុងនេះ")


@pytest.mark.parametrize(
    ("header", "faults"),
    [
        (["name_km"], [(1, "code", "This column is missing.")]),
        (["code", "tel"], [(1, "tel", "There is no column of this name.")]),
        (["code", "cost", "cost"], [(1, "cost", "This column stands twice.")]),
    ],
)
def test_unknown_missing_and_double_columns_are_named(header, faults):
    assert said(imported(["sr-1"], columns=header)) == faults


def test_rows_that_cannot_be_are_named():
    ServiceFactory(code="sr-2")
    ExampleFactory(code="ex-1")

    found = imported(
        ["sr-1", "ក", "A"],
        ["sr-1", "ខ", "B"],
        ["ex-1", "ក", "A"],
        ["", "ក", "A"],
        ["sr 9", "ក", "A"],
        ["sr-3", "", "A"],
        ["sr-4", "ក", "A", "more"],
        ["entries", "ក", "A"],
    )

    assert said(found) == [
        (3, "code", "This code stands in the file twice."),
        (4, "code", "Examples belong to the site and are not imported."),
        (5, "code", "This field is required."),
        (6, "code", "Please write letters A to Z, digits and hyphens alone."),
        (7, "name_km", "This field is required."),
        (8, "", "This cell stands under no name of a column."),
        (9, "code", "This code is an address of the site. Please choose another."),
    ]


def test_a_column_of_names_that_is_missing_is_a_fault_of_each_new_row():
    assert said(imported(["sr-1"], columns=["code"])) == [
        (2, "name_km", "This field is required."),
        (2, "name_en", "This field is required."),
    ]


def test_an_import_with_one_fault_saves_nothing(administrator):
    found = imported(["sr-1", "ក", "A"], ["sr-2", "", "B"])

    with pytest.raises(ValueError, match="1 faults"):
        save_import(found, by=administrator)

    assert not Service.objects.exists()


def test_an_entry_that_became_invalid_does_not_stop_the_others():
    full()
    Service.objects.update(licence_until=timezone.localdate() - timedelta(days=1))

    assert said(Import(export_directory())) == []
    assert said(imported(["pp-1", "ថ្មី", "New"])) == [
        (
            2,
            "status",
            "This entry cannot be published yet. "
            "Still missing: a licence for needles that is still valid.",
        )
    ]


def test_an_empty_workbook_lacks_its_code():
    assert said(Import(write_sheets({"services": []}))) == [(1, "code", "This column is missing.")]


def test_an_entry_is_withdrawn_whatever_it_lacks(administrator):
    service = ServiceFactory()

    withdraw(service, by=administrator)

    assert not Service.objects.shown().exists()
    assert list(AuditEntry.objects.values_list("action", "thing")) == [
        ("withdraw service", f"service {service.pk}")
    ]


def test_a_withdrawn_entry_is_not_published_again_by_an_older_sheet():
    service = ServiceFactory(code="s-1", status="hidden")

    found = imported([service.code, "published"], columns=("code", "status"))

    assert "This entry was withdrawn." in str(said(found))
