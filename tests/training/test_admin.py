import pytest
from django.test import Client

from training.actions.people import make_account
from training.models import AuditEntry, Cohort, Lesson, Role, Screen, User

pytestmark = pytest.mark.django_db

NAME = {"family_name_km": "ចាន់", "given_name_km": "សុភា"}


def signed_in(role):
    client = Client()
    client.force_login(make_account(roles=[role], password="x", **NAME))
    return client


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize(
    ("role", "opens", "closed"),
    [
        (Role.ADMINISTRATOR, ["user", "cohort", "job", "auditentry"], ["lesson", "module"]),
        (Role.EDITOR, ["lesson", "module"], ["user", "cohort", "job", "auditentry"]),
    ],
)
def test_each_role_opens_its_own_part(language, role, opens, closed):
    client = signed_in(role)

    assert client.get(f"/{language}/admin/").status_code == 200
    for name in opens:
        assert client.get(f"/{language}/admin/training/{name}/").status_code == 200
    for name in closed:
        assert client.get(f"/{language}/admin/training/{name}/").status_code == 403


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TRAINER, Role.EVALUATOR])
def test_the_admin_is_closed_to_everybody_else(role):
    assert signed_in(role).get("/en/admin/").status_code == 403
    assert Client().get("/en/admin/").status_code == 302


def test_an_administrator_makes_an_account_with_a_role():
    client = signed_in(Role.ADMINISTRATOR)

    response = client.post(
        "/en/admin/training/user/add/",
        {
            **NAME,
            "phone": "",
            "is_active": "on",
            "password": "រឿងល្អ១២៣",
            "memberships-TOTAL_FORMS": 1,
            "memberships-INITIAL_FORMS": 0,
            "memberships-0-role": "trainer",
        },
    )

    assert response.status_code == 302, response.content.decode()
    user = User.objects.latest("pk")
    assert user.roles == {Role.TRAINER}
    assert user.check_password("រឿងល្អ123")
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "make account",
        "give role trainer",
    }


def test_an_account_without_a_khmer_name_or_with_a_common_password_is_refused():
    client = signed_in(Role.ADMINISTRATOR)

    response = client.post(
        "/en/admin/training/user/add/",
        {
            "family_name_km": "Chan",
            "given_name_km": "សុភា",
            "phone": "12",
            "password": "12345678",
            "memberships-TOTAL_FORMS": 0,
            "memberships-INITIAL_FORMS": 0,
        },
    )

    errors = response.context["adminform"].form.errors
    assert set(errors) == {"family_name_km", "phone", "password"}


def test_an_administrator_makes_a_cohort():
    client = signed_in(Role.ADMINISTRATOR)
    trainer = make_account(roles=[Role.TRAINER], password="x", **NAME)

    response = client.post(
        "/en/admin/training/cohort/add/",
        {
            "name": "ជំនាន់ទី៩",
            "starts_on": "2026-01-01",
            "ends_on": "2026-02-01",
            "trainers": [trainer.pk],
            "closed_on": "",
        },
    )

    assert response.status_code == 302
    assert list(Cohort.objects.get().trainers.all()) == [trainer]


def test_an_editor_s_words_are_published_and_kept_as_a_version(course):
    client = signed_in(Role.EDITOR)
    lesson = Lesson.objects.get(code="M1L1")
    screen = Screen.objects.get(lesson=lesson)
    url = f"/en/admin/training/lesson/{lesson.pk}/change/"
    form = client.get(url).context["adminform"].form

    response = client.post(
        url,
        {
            **{name: form.initial.get(name) or "" for name in form.fields},
            "screens-TOTAL_FORMS": 1,
            "screens-INITIAL_FORMS": 1,
            "screens-0-id": screen.pk,
            "screens-0-lesson": lesson.pk,
            "screens-0-title_km": "ថ្មី",
            "screens-0-title_en": "New",
            "screens-0-text_km": "អត្ថបទថ្មី",
            "screens-0-text_en": "New text",
        },
    )

    assert response.status_code == 302
    screen.refresh_from_db()
    assert screen.html_km == "<p>អត្ថបទថ្មី</p>\n"
    assert [version.origin for version in lesson.versions.all()] == ["site", "file"]


def test_no_admin_page_asks_a_foreign_server(course):
    client = signed_in(Role.EDITOR)
    lesson = Lesson.objects.get(code="M1L1")

    html = client.get(f"/en/admin/training/lesson/{lesson.pk}/change/").content.decode()

    assert "//ajax" not in html
    assert 'src="http' not in html
