import io

import pytest
from django.core.management import CommandError, call_command

from training.models import Role, User

pytestmark = pytest.mark.django_db
NAMES = ["--family-name", "ចាន់", "--given-name", "សុភា"]


def create(monkeypatch, typed, *arguments):
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    said = io.StringIO()
    call_command("create_admin", *arguments, stdout=said)
    return said.getvalue()


def test_an_administrator_is_made_and_signs_in(client, monkeypatch):
    said = create(monkeypatch, "ស្ពាន១២៣៤៥៦\n", *NAMES)

    user = User.objects.get()
    assert user.roles == {Role.ADMINISTRATOR}
    assert user.code in said
    client.post("/en/sign-in/", {"username": user.code, "password": "ស្ពាន123456"})
    assert client.get("/en/admin/").status_code == 200


def test_names_may_be_typed(monkeypatch):
    create(monkeypatch, "ចាន់\nសុភា\nស្ពាន១២៣៤៥៦\n")

    assert User.objects.get().name_km == "ចាន់ សុភា"


@pytest.mark.parametrize(
    ("typed", "arguments", "sentence"),
    [
        ("12345678\n", NAMES, "too common"),
        ("ស្ពាន\n", NAMES, "too short"),
        ("\n", NAMES, "too short"),
        ("", [], "Give --family-name"),
        ("ស្ពាន១២៣៤៥៦\n", ["--family-name", " ", "--given-name", "សុភា"], "needs a family name"),
    ],
)
def test_what_is_wrong_is_one_english_sentence(monkeypatch, typed, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        create(monkeypatch, typed, *arguments)

    assert not User.objects.exists()
