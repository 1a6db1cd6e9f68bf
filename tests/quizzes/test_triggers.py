"""What the database refuses whoever writes: a frozen version, answers of a closed wave."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import IntegrityError, connection, transaction
from django.db.migrations import Migration
from django.db.models import F

from quizzes.actions.instruments import load_instrument
from quizzes.actions.responses import agree, ask, save_page, send, withdraw
from quizzes.actions.studies import close_wave
from quizzes.models import (
    CohortWave,
    InstrumentVersion,
    Item,
    OptionSet,
    Quarantine,
    Response,
    Scale,
    ScaleItem,
    SetOption,
    Study,
    Wave,
)
from quizzes.models.triggers import (
    ASKED,
    CLOSED,
    CLOSED_FOR_GOOD,
    DECLARED,
    FROZEN,
    triggers,
)
from tests.quizzes.conftest import INSTRUMENT, officers

pytestmark = pytest.mark.django_db

WHOLE = """
  - {code: all, label: {km: ទាំងអស់, en: All}, short: {km: ទាំងអស់, en: All}, min_answered: 0.5, of: [view]}
items:
"""  # noqa: E501
TWO_SCALES = INSTRUMENT.replace("\nitems:\n", WHOLE)
Part = Scale.parts.through


@pytest.fixture
def frozen(db):
    """A version with a scale made of another one, answered on a day."""
    version, _ = load_instrument(TWO_SCALES)
    InstrumentVersion.objects.update(frozen_on=date(2026, 5, 1))
    version.refresh_from_db()
    return version


@pytest.fixture
def fresh(frozen):
    """The next version, which nobody has answered."""
    return load_instrument(TWO_SCALES.replace("version: 1", "version: 2"))[0]


def refused(sentence, write):
    """Whether the database refuses this with this sentence, whatever else it would refuse."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    return str(refusal.value).startswith(sentence)


def delete_only(rows):
    """Delete in SQL, where the models neither follow nor protect what points at the rows."""
    return lambda: rows._raw_delete("default")


def contents():
    """Every row of the tables that hold the wording."""
    models = (InstrumentVersion, Item, OptionSet, SetOption, Scale, ScaleItem, Part)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def copy(row, **fields):
    """Add a row like this one."""
    values = type(row).objects.filter(pk=row.pk).values().get()
    return type(row).objects.create(**{**values, "id": None} | fields)


# a frozen version

CHANGES = {
    "its file": {"yaml": "x"},
    "its digest": {"digest": "x"},
    "its number": {"number": 9},
    "its language": {"language": "km"},
    "the day it froze": {"frozen_on": date(2026, 5, 2)},
    "being frozen": {"frozen_on": None},
    "its key": {"id": 999},
    "its file while signing off": {"yaml": "x", "signed_off_by": "N.", "signed_off_on": "2026-5-3"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_frozen_version_keeps(frozen, change):
    before = contents()

    assert refused(FROZEN, lambda: InstrumentVersion.objects.update(**change))
    assert contents() == before


def test_a_frozen_version_keeps_its_instrument(frozen):
    other, _ = load_instrument(INSTRUMENT.replace("SMALL", "OTHER"))

    rows = InstrumentVersion.objects.filter(pk=frozen.pk)

    assert refused(FROZEN, lambda: rows.update(instrument=other.instrument))


def test_a_frozen_version_is_not_deleted(frozen):
    bare = copy(frozen, number=7)
    before = contents()

    for write in (bare.delete, delete_only(InstrumentVersion.objects.filter(pk=frozen.pk))):
        assert refused(FROZEN, write)

    assert contents() == before


PARTS = {
    "item": lambda version: version.items.first(),
    "option set": lambda version: version.option_sets.first(),
    "option": lambda version: version.option_sets.first().options.first(),
    "scale": lambda version: version.scales.first(),
    "scale's item": lambda version: version.scales.first().scale_items.first(),
    "scale's part": lambda version: Part.objects.get(from_scale__version=version),
}
# What sets each of them apart from the row that it is copied from.
NEW = {
    "item": {"code": "Q9", "position": 99},
    "option set": {"code": "other"},
    "option": {"value": 9},
    "scale": {"code": "other"},
    "scale's item": lambda version: {"item_id": version.items.get(code="D1").pk},
    "scale's part": lambda version: {"to_scale_id": version.scales.get(code="all").pk},
}
TOUCH = {
    "item": {"text_km": "ផ្សេង"},
    "option set": {"code": "other"},
    "option": {"label_en": "Other"},
    "scale": {"band": 3},
    "scale's item": {"is_reversed": True},
    "scale's part": {"to_scale": F("from_scale")},
}


def new(part, version):
    fields = NEW[part]
    return copy(PARTS[part](version), **(fields(version) if callable(fields) else fields))


def rows_of(part, version):
    row = PARTS[part](version)
    return type(row).objects.filter(pk=row.pk)


@pytest.mark.parametrize("part", PARTS)
def test_a_frozen_version_takes_loses_and_changes_no(frozen, part):
    before = contents()
    rows = rows_of(part, frozen)

    for write in (
        lambda: new(part, frozen),
        lambda: rows.update(**TOUCH[part]),
        delete_only(rows),
    ):
        assert refused(FROZEN, write)

    assert contents() == before


@pytest.mark.parametrize("part", PARTS)
def test_a_version_that_nobody_answered_may_change_its(fresh, part):
    rows = rows_of(part, fresh)

    made = new(part, fresh)
    assert type(made).objects.filter(pk=made.pk).delete()[0] == 1
    assert rows.update(**TOUCH[part]) == 1
    if part == "option set":
        fresh.items.all().delete()  # which protect it
    rows.delete()

    assert not rows.exists()


OWNERS = {
    "item": ("version_id", lambda version: version.pk),
    "option set": ("version_id", lambda version: version.pk),
    "option": ("option_set_id", lambda version: version.option_sets.last().pk),
    "scale": ("version_id", lambda version: version.pk),
    "scale's item": ("scale_id", lambda version: version.scales.last().pk),
    "scale's part": ("from_scale_id", lambda version: version.scales.first().pk),
}


@pytest.mark.parametrize("part", PARTS)
def test_nothing_moves_out_of_a_frozen_version_or_into_it(frozen, fresh, part):
    column, owner = OWNERS[part]
    before = contents()

    for source, target in ((frozen, fresh), (fresh, frozen)):
        change = {column: owner(target)} | ({"position": 99} if part == "item" else {})
        rows = rows_of(part, source)
        assert refused(FROZEN, lambda rows=rows, change=change: rows.update(**change))

    assert contents() == before


def test_a_frozen_version_is_signed_off_and_signed_off_anew(frozen):
    for by, on in (("N.", date(2026, 5, 3)), ("M.", date(2026, 5, 4))):
        frozen.signed_off_by, frozen.signed_off_on = by, on
        frozen.save()

    frozen.refresh_from_db()
    assert (frozen.signed_off_by, frozen.signed_off_on) == ("M.", date(2026, 5, 4))


def test_a_version_that_nobody_answered_is_loaded_anew_and_deleted(fresh):
    changed = TWO_SCALES.replace("version: 1", "version: 2").replace("First", "Other")
    version, is_new = load_instrument(changed)
    assert (version, is_new) == (fresh, True)

    fresh.items.all().delete()
    fresh.delete()

    assert [row.number for row in InstrumentVersion.objects.all()] == [1]


# answers of a closed wave


@pytest.fixture
def two(cohort):
    """Two officers whose answers are stored; the wave of the first one's is closed."""
    users = officers(cohort, 2)
    for user, name in zip(users, ("pre", "post"), strict=True):
        asked = ask(f"small-{name}", user)
        agree(asked, consent_version=1, language="km")
        send(asked)
    close_wave(CohortWave.objects.get(wave__name="pre"))
    return users


def answer_of(wave):
    return Response.objects.get(wave__name=wave)


def stored():
    return list(Response.objects.order_by("pk").values())


def test_a_closed_wave_takes_no_answers(two):
    before = stored()
    row = answer_of("pre")

    assert refused(CLOSED, lambda: copy(row, id=uuid.uuid4(), code="A" * 16))
    assert stored() == before


@pytest.mark.parametrize("change", [{"sealed": b"x"}, {"language": "en"}, {"code": "A" * 16}])
def test_answers_of_a_closed_wave_do_not_change(two, change):
    rows, before = Response.objects.filter(wave__name="pre"), stored()

    assert refused(CLOSED, lambda: rows.update(**change))
    assert stored() == before


def test_answers_of_a_closed_wave_are_not_deleted(two):
    before = stored()

    for write in (answer_of("pre").delete, Response.objects.all().delete):
        assert refused(CLOSED, write)

    assert stored() == before


@pytest.mark.parametrize(("source", "target"), [("pre", "post"), ("post", "pre")])
def test_no_answers_move_out_of_a_closed_wave_or_into_it(two, source, target):
    rows, before = Response.objects.filter(wave__name=source), stored()
    row = CohortWave.objects.get(wave__name=target)

    assert refused(CLOSED, lambda: rows.update(cohort_wave=row))
    assert stored() == before


@pytest.mark.parametrize("closed_at", [None, F("closed_at") + timedelta(days=1)])
def test_a_closed_wave_is_not_opened_again(two, closed_at):
    rows = CohortWave.objects.filter(wave__name="pre")
    before = rows.values().get()

    assert refused(CLOSED_FOR_GOOD, lambda: rows.update(closed_at=closed_at))
    assert rows.values().get() == before


def test_a_closed_wave_may_be_saved_as_it_is(two):
    CohortWave.objects.get(wave__name="pre").save()


def test_answers_of_an_open_wave_change_and_are_withdrawn(two):
    row = answer_of("post")
    made = copy(row, id=uuid.uuid4(), code="A" * 16)
    assert Response.objects.filter(pk=made.pk).update(language="en") == 1
    made.delete()

    assert withdraw(two[1])

    assert [row.wave.name for row in Response.objects.all()] == ["pre"]


def test_a_page_that_comes_after_closing_is_kept_apart(two):
    asked = ask("small-pre", two[1])
    page = {"uid": "u", "session": "s", "language": "km", "is_done": True}

    assert save_page(asked, 1, {"Q1": 4}, **page) is False

    assert Quarantine.objects.filter(cohort_wave__closed_at__isnull=False).count() == 1


# what a study declared

DECLARATIONS = {
    "subgroups": {"subgroups": ["D1"]},
    "bands": {"bands": {"view": 1}},
    "family": {"family": ["Q1"]},
    "the day": {"declared_on": None},
    "the smallest group": {"min_group": 5},
}


@pytest.mark.parametrize("is_sent", [False, True])
@pytest.mark.parametrize("change", DECLARATIONS.values(), ids=DECLARATIONS)
def test_an_answered_study_keeps(study, officer, change, is_sent):
    asked = ask("small-pre", officer)
    agree(asked, consent_version=1, language="km")
    if is_sent:
        send(asked)
    before = Study.objects.values().get()

    assert refused(DECLARED, lambda: Study.objects.update(**change))
    assert Study.objects.values().get() == before


@pytest.mark.parametrize("change", DECLARATIONS.values(), ids=DECLARATIONS)
def test_a_study_that_nobody_answered_may_change(study, officer, change):
    assert Study.objects.update(**change) == 1


def test_an_answered_study_is_saved_as_it_is_and_renamed(study, two):
    study = Study.objects.get()
    study.title_en, study.link_fingerprint = "Other", "x"
    study.save()

    assert Study.objects.get().title_en == "Other"


@pytest.fixture
def second(study):
    return load_instrument(INSTRUMENT.replace("version: 1", "version: 2"))[0]


def test_an_answered_wave_keeps_its_version(two, second):
    before = list(Wave.objects.values())

    assert refused(ASKED, lambda: Wave.objects.filter(name="pre").update(version=second))
    assert list(Wave.objects.values()) == before


def test_a_wave_that_nobody_answered_takes_another_version(study, officer, second):
    agree(ask("small-pre", officer), consent_version=1, language="km")

    assert Wave.objects.filter(name="post").update(version=second) == 1


# made again after every migrate


def names():
    """The triggers that are in the database."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(query[connection.vendor])
        return sorted(name for (name,) in cursor.fetchall() if name.startswith("quizzes_"))


@pytest.fixture
def all_names():
    return sorted(trigger.name for trigger in triggers(connection.vendor))


def drop():
    """What happens before a migration runs."""
    emit_pre_migrate_signal(0, False, "default", plan=[(Migration("0099", "quizzes"), False)])


def test_they_are_there_from_the_first_migration_on(all_names):
    assert names() == all_names


def test_migrations_run_without_them_and_leave_them_behind(frozen, all_names):
    """SQLite rebuilds a table under another name, and looks at every trigger meanwhile."""
    drop()
    assert names() == []
    InstrumentVersion.objects.update(language="km")

    emit_post_migrate_signal(0, False, "default", plan=[])

    assert names() == all_names
    assert refused(FROZEN, lambda: InstrumentVersion.objects.update(language=""))


def test_a_migrate_with_nothing_to_do_makes_those_that_are_missing(all_names):
    drop()

    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0)

    assert names() == all_names


def test_before_the_tables_are_there_nothing_is_made(monkeypatch, all_names):
    drop()
    monkeypatch.setattr(connection.introspection, "table_names", lambda *a, **k: ["django_site"])

    emit_post_migrate_signal(0, False, "default", plan=[])

    assert names() == []
