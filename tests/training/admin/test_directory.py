from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.factories import (
    ExampleFactory,
    PlaceFactory,
    ServiceFactory,
    ServiceTypeFactory,
    UserFactory,
)
from tests.reader import Reader, Tree
from tests.training.admin.page import Page, problems
from training.admin.directory import kept
from training.models import AuditEntry, Role, Service
from training.sheets import LARGEST, read_sheet, write_sheets

pytestmark = pytest.mark.django_db

LIST = "/en/admin/training/service/"
IMPORT = f"{LIST}import/"


@pytest.fixture
def administrator():
    return UserFactory(roles=[Role.ADMINISTRATOR])


@pytest.fixture
def client(administrator):
    client = Client()
    client.force_login(administrator)
    return client


def workbook(*rows, name="services.xlsx"):
    return SimpleUploadedFile(name, write_sheets({"services": [list(row) for row in rows]}))


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def entry(**fields):
    """What the form of a complete entry sends."""
    today = timezone.localdate().isoformat()
    return {
        "code": "sr-1",
        "name_km": "មណ្ឌល\u200bសេវា",
        "name_en": "Centre",
        "types": [ServiceTypeFactory(code="DIC").pk],
        "place": PlaceFactory().pk,
        "status": "published",
        "phone": "012 ៣៤៥ 678",
        "cost": "free",
        **dict.fromkeys(["confidentiality", "anonymous_use", "female_staff"], "unknown"),
        "child_friendly": "unknown",
        "voluntary": "yes",
        "has_consent": "on",
        "consent_on": today,
        "verified_by": "ចាន់ សុភា",
        "last_verified": today,
        **fields,
    }


def errors(response):
    return response.context["adminform"].form.errors


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize("page", ["service/", "service/add/", "service/import/", "place/"])
def test_an_administrator_opens_the_directory_in_both_languages(client, language, page):
    ServiceFactory()

    response = client.get(f"/{language}/admin/training/{page}")

    assert response.status_code == 200
    assert f'lang="{language}"' in response.content.decode()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.TRAINER, Role.EVALUATOR, Role.OFFICER])
def test_nobody_else_opens_it(role):
    service = ServiceFactory()
    other = Client()
    other.force_login(UserFactory(roles=[role]))

    for page in ("service/", "service/add/", "service/import/", "service/export/", "place/"):
        assert other.get(f"/en/admin/training/{page}").status_code == 403
    assert other.post(f"{LIST}{service.pk}/withdraw/").status_code == 403
    assert other.post(IMPORT, {"digest": "x"}).status_code == 403
    service.refresh_from_db()
    assert service.status == "published"
    assert Client().get(IMPORT).status_code == 302


def test_an_entry_is_published_when_nothing_is_missing(client):
    response = client.post(f"{LIST}add/", entry())

    assert response.status_code == 302, errors(response)
    service = Service.objects.shown().get()
    assert (service.name_km, service.phone) == ("មណ្ឌលសេវា", "+85512345678")
    assert actions() == ["publish service"]


def test_publishing_is_refused_in_words_that_say_what_is_missing(client):
    response = client.post(f"{LIST}add/", entry(has_consent="", consent_on="", voluntary="no"))

    assert errors(response) == {
        "status": [
            "This entry cannot be published yet. Still missing: "
            "the written consent of the service; that it is voluntary."
        ]
    }
    assert not Service.objects.exists()


def test_needles_are_not_published_without_a_licence(client):
    needles = [ServiceTypeFactory(code="NSP").pk]

    response = client.post(f"{LIST}add/", entry(types=needles))

    assert "a licence for needles" in errors(response)["status"][0]
    assert client.post(f"{LIST}add/", entry(types=needles, licence="12")).status_code == 302


def test_a_draft_may_lack_everything_but_its_name_and_types(client):
    lacking = ["has_consent", "consent_on", "verified_by", "last_verified", "place", "phone"]

    response = client.post(f"{LIST}add/", entry(status="draft", **dict.fromkeys(lacking, "")))

    assert response.status_code == 302, errors(response)
    assert actions() == ["make service"]


def test_a_number_that_is_none_is_refused(client):
    assert set(errors(client.post(f"{LIST}add/", entry(phone="12")))) == {"phone"}


def test_hiding_and_changing_an_entry_are_in_the_audit(client):
    client.post(f"{LIST}add/", entry())
    service = Service.objects.get()
    url = f"{LIST}{service.pk}/change/"

    client.post(url, entry(cost="paid"))
    client.post(url, entry(cost="paid", status="hidden"))

    service.refresh_from_db()
    assert service.status == "hidden"
    assert actions() == ["publish service", "change service", "hide service"]


def test_one_click_in_the_list_withdraws_an_entry(client):
    service = ServiceFactory()
    ServiceFactory(status="draft")
    page = Tree(client.get(LIST).content.decode()).root
    buttons = [node for node in page.find_all("button") if "formaction" in node.attrs]

    assert [node.text for node in buttons] == ["Withdraw at once"]
    client.post(buttons[0].attrs["formaction"])

    service.refresh_from_db()
    assert service.status == "hidden"
    assert actions() == ["withdraw service"]


def test_the_entry_s_own_page_withdraws_it_too_and_only_by_post(client):
    service = ServiceFactory()
    url = f"{LIST}{service.pk}/withdraw/"

    page = Tree(client.get(f"{LIST}{service.pk}/change/").content.decode()).root
    form = next(node for node in page.find_all("form") if node.attrs.get("id") == "withdraw")
    button = next(node for node in page.find_all("button") if node.attrs.get("form") == "withdraw")
    assert (form.attrs["action"], button.text) == (url, "Withdraw at once")
    assert client.get(url).status_code == 405
    service.refresh_from_db()
    assert service.status == "published"


def test_examples_are_their_file_s(client):
    example = ExampleFactory()
    url = f"{LIST}{example.pk}/"

    assert 'name="code"' not in client.get(f"{url}change/").content.decode()
    assert client.post(f"{url}change/", entry()).status_code == 403
    assert client.post(f"{url}withdraw/").status_code == 404


def test_the_list_finds_what_needs_a_look(client):
    today = timezone.localdate()
    found = {
        "old": ServiceFactory(last_verified=today - timedelta(days=200)),
        "hidden": ServiceFactory(last_verified=today - timedelta(days=400)),
        "consent": ServiceFactory(has_consent=False, status="draft"),
        "licence": ServiceFactory(licence_until=today - timedelta(days=1)),
        "example": ExampleFactory(),
    }

    listed = {
        state: set(client.get(LIST, {"state": state}).context["cl"].queryset) for state in found
    }

    assert listed["old"] == {found["old"], found["hidden"]}
    assert {state: rows for state, rows in listed.items() if state != "old"} == {
        state: {row} for state, row in found.items() if state != "old"
    }
    assert "hidden: not verified for a year" in client.get(LIST).content.decode()


def test_the_list_shows_one_province(client):
    here = ServiceFactory()
    ServiceFactory(place=PlaceFactory(code="1201"))

    assert list(client.get(LIST, {"province": "17"}).context["cl"].queryset) == [here]


@pytest.mark.parametrize("n", [1, 6])
def test_the_list_costs_the_same_however_many_entries(client, django_assert_num_queries, n):
    for _ in range(n):
        ServiceFactory()
    client.get(LIST)

    # session, person, roles; two counts, entries with their places; provinces' codes, provinces,
    # types of the filters
    with django_assert_num_queries(9):
        client.get(LIST)


def test_a_place_is_found_by_its_name_or_code_with_what_it_is(client):
    PlaceFactory()
    question = {"app_label": "training", "model_name": "service", "field_name": "place"}

    for term in ("Place 1710", "ខ្មែរ Place 1710", "1710"):
        answer = client.get("/en/admin/autocomplete/", {**question, "term": term}).json()
        assert answer["results"] == [
            {"id": "1710", "text": "Place 1710 city, Place 17 province · 1710"}
        ]


def test_places_are_read_only(client):
    place = PlaceFactory()

    assert client.get("/en/admin/training/place/add/").status_code == 403
    assert client.post(f"/en/admin/training/place/{place.pk}/change/", {}).status_code == 403
    assert client.post(f"/en/admin/training/place/{place.pk}/delete/").status_code == 403


def test_the_directory_is_written_as_a_spreadsheet(client):
    ServiceFactory(code="sr-1")

    response = client.get(f"{LIST}export/")

    assert response.headers["Content-Disposition"] == 'attachment; filename="spean-services.xlsx"'
    assert read_sheet(response.content, "services")[1][1][0] == "sr-1"
    assert actions() == ["export services"]


def test_a_file_is_checked_shown_and_only_then_saved(client, administrator):
    known = ServiceFactory(code="sr-2", name_en="Old")
    reader = Reader(client).open(IMPORT)
    file = workbook(["code", "name_km", "name_en"], ["sr-1", "ក", "A"], ["sr-2", "ខ", "New"])

    reader.read(client.post(IMPORT, {"file": file}))

    assert "sr-1 A new, draft" in table_of(reader.html).text
    assert "name_km, name_en" in reader.html
    assert "Entries that would be added or changed: 2. Unchanged: 0." in reader.html
    known.refresh_from_db()
    assert (known.name_en, Service.objects.count(), actions()) == ("Old", 1, [])

    form = next(node for node in reader.tree.find_all("form") if "digest" in node_names(node))
    reader.submit(form)

    known.refresh_from_db()
    assert (known.name_en, Service.objects.get(code="sr-1").status) == ("New", "draft")
    assert "Entries saved: 2." in reader.html
    assert actions() == ["import new service", "import service"]
    assert kept(administrator) == b""


def table_of(html):
    """The last table of the page; before it stands that of the admin's side bar."""
    return list(Tree(html).root.find_all("table"))[-1]


def node_names(node):
    return [one.attrs.get("name") for one in node.find_all("input")]


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "There is no place with the code 9999."), ("km", "9999 ទេ។")]
)
def test_a_file_with_a_fault_shows_it_and_cannot_be_saved(client, language, sentence):
    file = workbook(["code", "name_km", "name_en", "place"], ["sr-1", "ក", "A", "9999"])

    page = client.post(f"/{language}/admin/training/service/import/", {"file": file})

    cells = [cell.text for cell in table_of(page.content.decode()).find_all("td")]
    assert cells[:2] == [{"en": "2", "km": "២"}[language], "place"]
    assert sentence in cells[2]
    assert 'name="digest"' not in page.content.decode()


@pytest.mark.parametrize("content", [b"no spreadsheet", b"PK" + bytes(LARGEST)])
def test_what_is_no_spreadsheet_is_a_sentence_on_the_page(client, content):
    response = client.post(IMPORT, {"file": SimpleUploadedFile("services.xlsx", content)})

    assert response.status_code == 200
    assert len(response.context["form"].errors["file"]) == 1


def test_no_file_is_a_sentence_on_the_page(client):
    assert "file" in client.post(IMPORT, {}).context["form"].errors


def test_a_file_that_changes_nothing_offers_nothing_to_save(client):
    ServiceFactory()
    exported = client.get(f"{LIST}export/").content

    page = client.post(IMPORT, {"file": SimpleUploadedFile("a.xlsx", exported)}).content.decode()

    assert "added or changed: 0. Unchanged: 1." in page
    assert 'name="digest"' not in page


def test_only_the_file_that_was_shown_is_saved(client):
    header = ["code", "name_km", "name_en"]
    shown = client.post(IMPORT, {"file": workbook(header, ["sr-1", "ក", "A"])})
    client.post(IMPORT, {"file": workbook(header, ["sr-2", "ខ", "B"])})

    response = client.post(IMPORT, {"digest": shown.context["confirm"].initial["digest"]})

    assert response.url == IMPORT
    assert "Another file was read meanwhile." in client.get(IMPORT).content.decode()
    assert not Service.objects.exists()


def test_what_another_changed_meanwhile_is_checked_again(client):
    file = workbook(["code", "name_km", "name_en"], ["sr-1", "ក", "A"])
    digest = client.post(IMPORT, {"file": file}).context["confirm"].initial["digest"]
    ExampleFactory(code="sr-1")

    client.post(IMPORT, {"digest": digest})

    assert "The directory changed meanwhile." in client.get(IMPORT).content.decode()
    assert Service.objects.get().is_example


@pytest.mark.parametrize("digest", ["", "x", "0" * 65])
def test_a_digest_without_a_file_saves_nothing(client, digest):
    assert client.post(IMPORT, {"digest": digest}).url == IMPORT
    assert not Service.objects.exists()


def test_a_withdrawn_entry_stays_withdrawn_where_an_older_page_is_saved(client):
    service = ServiceFactory()
    page = Page(client, "service", service)
    Service.objects.filter(pk=service.pk).update(status="hidden")

    assert "Somebody saved this since the page was opened." in str(
        problems(page.press(languages="Khmer"))
    )
    service.refresh_from_db()
    assert service.status == "hidden"


def test_khmer_with_a_typing_fault_is_refused(client):
    page = Page(client, "service", ServiceFactory())

    assert "coeng" in str(problems(page.press(name_km="មណ្ឌល្ ")))
