from datetime import date

import pytest
from django.contrib.admin import site
from django.test import Client, RequestFactory

from quizzes.models import InstrumentVersion
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


def test_a_version_that_freezes_while_it_is_signed_off_is_both(version):
    request = RequestFactory().post("/")
    request.user = make_account(
        roles=[Role.EDITOR], password="x", family_name_km="ក", given_name_km="ខ"
    )
    version.signed_off_by, version.signed_off_on = "N.", date(2026, 11, 25)
    InstrumentVersion.objects.update(frozen_on=date(2026, 11, 24))

    site.get_model_admin(InstrumentVersion).save_model(request, version, form=None, change=True)

    version.refresh_from_db()
    assert (version.frozen_on, version.signed_off_by) == (date(2026, 11, 24), "N.")
