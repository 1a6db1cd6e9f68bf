import pytest
from django.test import Client

from training.actions.people import make_account
from training.models import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("by", "on"), [("N.", ""), ("", "2026-11-25")])
def test_a_survey_is_signed_off_by_somebody_on_a_day(version, by, on):
    client = Client()
    client.force_login(
        make_account(roles=[Role.EDITOR], password="x", family_name_km="ក", given_name_km="ខ")
    )
    url = f"/en/admin/quizzes/instrumentversion/{version.pk}/change/"

    page = client.post(url, {"signed_off_by": by, "signed_off_on": on}).content.decode()
    assert "Please write both: who signed off, and on which day." in page
    client.post(url, {"signed_off_by": "N.", "signed_off_on": "2026-11-25"})

    version.refresh_from_db()
    assert version.signed_off_by == "N."
