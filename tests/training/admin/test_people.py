import re

import pytest
from django.test import Client

from training.actions.people import check_one_time_code, make_account
from training.models import AuditEntry, Cohort, Role, User

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


def test_no_admin_page_asks_a_foreign_server(whole):
    client = signed_in(Role.EDITOR)

    html = client.get(f"/en/admin/training/lesson/{whole.pk}/change/").content.decode()

    assert "//ajax" not in html
    assert 'src="http' not in html


def person_form(user, roles=(), **changed):
    """What the page of an existing person sends. roles: (membership, DELETE or not)."""
    rows = {}
    for n, (row, is_deleted) in enumerate(roles):
        rows |= {f"memberships-{n}-id": row.pk, f"memberships-{n}-user": user.pk}
        rows |= {f"memberships-{n}-role": row.role}
        rows |= {f"memberships-{n}-DELETE": "on"} if is_deleted else {}
    return {
        **{name: getattr(user, name) or "" for name in NAME},
        "phone": user.phone or "",
        "is_active": "on",
        "memberships-TOTAL_FORMS": len(roles),
        "memberships-INITIAL_FORMS": len(roles),
        **rows,
        **changed,
    }


def change(client, user, *roles, **changed):
    form = person_form(user, roles, **changed)
    return client.post(f"/en/admin/training/user/{user.pk}/change/", form)


def test_a_code_stands_on_a_page_only_once_it_is_the_person_s():
    client = signed_in(Role.ADMINISTRATOR)

    assert "Code:" not in client.get("/en/admin/training/user/add/").content.decode()
    assert "Join code:" not in client.get("/en/admin/training/cohort/add/").content.decode()
    user = make_account(password="x", **NAME)
    assert user.code in client.get(f"/en/admin/training/user/{user.pk}/change/").content.decode()


def test_switching_an_account_off_ends_its_sessions_for_good():
    admin, user, phone = signed_in(Role.ADMINISTRATOR), make_account(password="x", **NAME), Client()
    phone.force_login(user)

    for is_active in ("", "on"):
        change(admin, user, is_active=is_active)

    assert User.objects.get(pk=user.pk).is_active
    assert phone.get("/en/account/").status_code == 302
    assert list(AuditEntry.objects.values_list("action", flat=True))[::-1] == [
        "switch account off",
        "switch account on",
    ]


def test_nobody_sets_the_password_of_an_existing_person():
    admin = signed_in(Role.ADMINISTRATOR)
    user = make_account(password="until now", **NAME)

    change(admin, user, password="ផ្សេងទៀត១២៣")

    assert User.objects.get(pk=user.pk).check_password("until now")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TRAINER, Role.ADMINISTRATOR])
def test_an_administrator_makes_a_one_time_code_for_anybody(role):
    admin = signed_in(Role.ADMINISTRATOR)
    user = make_account(password="x", roles=[role], **NAME)
    action = {"action": "make_code", "_selected_action": [user.pk]}

    page = admin.post("/en/admin/training/user/", action, follow=True).content.decode()

    code = re.search(r"One-time code for [^:]+: (\w{8})\.", page)[1]
    assert check_one_time_code(user, code)


def test_the_last_administrator_stays():
    client = signed_in(Role.ADMINISTRATOR)
    me = User.objects.get()
    role = me.memberships.get()

    for response in (
        change(client, me, (role, True)),
        change(client, me, (role, False), is_active=""),
    ):
        assert "This is the last administrator" in response.content.decode()
    make_account(password="x", roles=[Role.ADMINISTRATOR], **NAME)
    assert change(client, me, (role, True)).status_code == 302

    assert not me.memberships.exists()


def test_an_evaluator_who_also_trains_is_warned_of():
    client = signed_in(Role.ADMINISTRATOR)
    user = make_account(password="x", roles=[Role.TRAINER], **NAME)
    form = person_form(user) | {
        "memberships-TOTAL_FORMS": 1,
        "memberships-0-user": user.pk,
        "memberships-0-role": "evaluator",
    }

    page = client.post(f"/en/admin/training/user/{user.pk}/change/", form, follow=True)

    assert "please give these roles to different people" in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("family_name_latin", "ចាន់"), ("given_name_latin", "x1"), ("given_name_km", "Sophea")],
)
def test_names_are_checked_as_where_officers_write_them(field, value):
    client = signed_in(Role.ADMINISTRATOR)
    user = make_account(password="x", **NAME)

    response = change(client, user, **{field: value})

    assert list(response.context["adminform"].form.errors) == [field]


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_rule_of_the_database_is_said_in_words(language):
    client = signed_in(Role.ADMINISTRATOR)
    trainer = make_account(roles=[Role.TRAINER], password="x", **NAME)
    form = {"name": "C", "starts_on": "2026-02-01", "ends_on": "2026-01-01"}

    page = client.post(
        f"/{language}/admin/training/cohort/add/", form | {"trainers": [trainer.pk]}
    ).content.decode()

    assert "cohort_ends_after_it_starts" not in page
    assert ("A cohort ends after it starts." in page) == (language == "en")
