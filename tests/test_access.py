"""Every address says who may open it; one that does not is closed."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver

from training.access import ANYONE, SIGNED_IN, may_open, opens_to
from training.actions.people import make_account
from training.models import Role

KNOWN = {ANYONE, SIGNED_IN, *Role.values}


def views(patterns=None, prefix=""):
    """(address, view) of every address of the site but the admin's."""
    for pattern in patterns or get_resolver().url_patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield here, pattern.callback
        elif "admin" not in here:
            yield from views(pattern.url_patterns, here)


@pytest.mark.parametrize(("address", "view"), [pytest.param(*row, id=row[0]) for row in views()])
def test_every_view_names_who_may_open_it(address, view):
    assert getattr(view, "opens_to", None), f"{address} opens to nobody; mark it with opens_to"
    assert view.opens_to <= KNOWN


def test_a_view_that_names_nobody_opens_to_nobody(db):
    def forgotten(request):
        return HttpResponse("open")

    administrator = make_account(
        roles=list(Role), password="x", family_name_km="ក", given_name_km="ខ"
    )

    assert not may_open(forgotten, administrator)
    assert may_open(opens_to(Role.TRAINER)(forgotten), administrator)


def test_the_superuser_flag_opens_nothing(db):
    user = make_account(password="x", family_name_km="ក", given_name_km="ខ")
    user.is_superuser = True
    client = Client()
    client.force_login(user)

    assert client.get("/en/trainer/").status_code == 403
    assert client.get("/en/admin/").status_code == 403
    assert not user.has_perm("training.change_user")


def test_personal_pages_are_kept_out_of_caches(db):
    client = Client()
    client.force_login(
        make_account(roles=[Role.OFFICER], password="x", family_name_km="ក", given_name_km="ខ")
    )

    assert "no-store" in client.get("/en/way/").headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/en/", "/km/course/", "/en/no-such-page/"])
def test_every_page_carries_the_policy_without_inline(db, path):
    policy = Client().get(path).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_language_of_the_last_page_is_remembered(db):
    client = Client()
    client.get("/en/course/")
    assert client.get("/").headers["Location"] == "/en/"
    client.get("/km/course/")
    assert client.get("/").headers["Location"] == "/km/"


@pytest.mark.parametrize(
    ("cookie", "accepts", "language"),
    [(None, "en-US,en", "km"), ("en", "km", "en"), ("fr", "en", "km")],
)
def test_the_bare_address_is_khmer_unless_the_reader_chose(db, cookie, accepts, language):
    client = Client(headers={"accept-language": accepts})
    if cookie:
        client.cookies["django_language"] = cookie

    assert client.get("/").headers["Location"] == f"/{language}/"
