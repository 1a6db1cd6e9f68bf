"""The audit grows and nothing else: the database refuses whoever writes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from tests.factories import UserFactory
from training.actions.audit import record
from training.models import AuditEntry, Role, User
from training.models.triggers import APPEND_ONLY

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return UserFactory(roles=[Role.EVALUATOR])


@pytest.fixture
def line(actor):
    record("close wave", actor, by=actor, reason="x")
    return AuditEntry.objects.get()


def refused(write):
    """Whether the database refuses this, and says so."""
    before = list(AuditEntry.objects.order_by("pk").values())
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    assert list(AuditEntry.objects.order_by("pk").values()) == before
    return str(refusal.value).startswith(APPEND_ONLY)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "other"},
        {"thing": "cohort 1"},
        {"reason": ""},
        {"at": F("at") + timedelta(hours=1)},
        {"id": F("id") + 100},
        {"actor": None, "reason": ""},
    ],
    ids=lambda change: "+".join(change),
)
def test_a_line_does_not_change(line, change):
    assert refused(lambda: AuditEntry.objects.update(**change))


def test_a_line_does_not_become_another_person_s(line):
    other = UserFactory()

    assert refused(lambda: AuditEntry.objects.update(actor=other))


def test_a_line_without_a_person_does_not_become_somebody_s(line, actor):
    record("sweep", actor)

    assert refused(lambda: AuditEntry.objects.filter(actor=None).update(actor=actor))


@pytest.mark.parametrize("how", ["one", "many"])
def test_a_line_is_not_deleted(line, how):
    write = line.delete if how == "one" else AuditEntry.objects.all().delete

    assert refused(write)


def test_saving_a_line_as_it_is_changes_nothing(line):
    line.save()

    assert AuditEntry.objects.count() == 1


def test_whoever_is_deleted_leaves_the_lines_without_a_name(line, actor):
    actor.delete()

    assert not User.objects.exists()
    assert list(AuditEntry.objects.values_list("actor", "action", "reason")) == [
        (None, "close wave", "x")
    ]


def test_lines_about_rows_are_found_by_kind_and_number(line, actor):
    other = UserFactory()
    record("a", other)
    record("b", other, by=actor)

    assert [entry.action for entry in AuditEntry.objects.about(other)] == ["b", "a"]
    assert AuditEntry.objects.about(actor, other).count() == 3
    assert not AuditEntry.objects.about()
