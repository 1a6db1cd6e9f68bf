"""Loading and copying versions: what is the same is no new wording, and nothing frozen changes."""

from datetime import date

import pytest
from django.utils import translation

from quizzes.actions.instruments import DraftError, FrozenError, copy_version, load_instrument
from quizzes.instruments.parse import CONTENT, parse_instrument
from quizzes.instruments.stored import instrument_of, write_yaml
from quizzes.instruments.xlsform import read_xlsform, write_xlsform
from quizzes.models import InstrumentVersion, Item
from tests.quizzes.conftest import INSTRUMENT
from tests.quizzes.instruments.test_parse import changed, in_one_language, measured
from tests.quizzes.instruments.test_xlsform import only_a_number, several_scales
from training.models import AuditEntry

pytestmark = pytest.mark.django_db

WHOLE_SURVEY = (CONTENT / "phrs24.yaml").read_text(encoding="utf-8")


def scale_of_scales(data):
    data["scales"] += [
        data["scales"][0] | {"code": "other"},
        data["scales"][0] | {"code": "all", "of": ["other", "view"]},
    ]
    data["items"][0]["scale"] = ["other", "view"]


INSTRUMENTS = {
    "survey of the course": WHOLE_SURVEY,
    "several scales": changed(several_scales),
    "scale of scales": changed(scale_of_scales),
    "numbers": measured(),
    "only a number": changed(only_a_number),
    "Khmer": in_one_language("km", WHOLE_SURVEY),
    "English": in_one_language("en"),
}


def frozen(text):
    version, _ = load_instrument(text)
    InstrumentVersion.objects.filter(pk=version.pk).update(frozen_on=date(2026, 5, 1))
    version.refresh_from_db()
    return version


@pytest.mark.parametrize("text", INSTRUMENTS.values(), ids=INSTRUMENTS)
def test_a_frozen_version_may_be_loaded_again_from_its_own_files(text):
    version = frozen(text)
    stored = instrument_of(version)

    for source in (text, write_yaml(stored), read_xlsform(write_xlsform(stored))):
        assert load_instrument(source) == (version, False)
    assert InstrumentVersion.objects.get().yaml == text


@pytest.mark.parametrize("text", INSTRUMENTS.values(), ids=INSTRUMENTS)
def test_what_is_stored_is_what_the_file_says(text):
    version, _ = load_instrument(text)
    parsed = parse_instrument(text)

    stored = instrument_of(version)

    assert stored.items == parsed.items
    assert stored.option_sets == parsed.option_sets
    assert parse_instrument(write_yaml(stored)) == stored


def change(where, **fields):
    def turn(data):
        place = data
        for key in where:
            place = place[key]
        place.update(fields)

    return changed(turn)


@pytest.mark.parametrize(
    "text",
    [
        change(["items", 0, "text"], en="Other"),
        change(["items", 0, "short"], km="ក"),
        change(["items", 1], reverse=False),
        change(["items", 2], right=2),
        change(["items", 2], confirm=True),
        change(["items", 3], waves=["post"]),
        change(["option_sets", "yesno", 0, "label"], en="Yeah"),
        change(["scales", 0], min_answered=0.9),
        changed(lambda data: data["items"].reverse()),
        in_one_language("km"),
    ],
)
def test_a_frozen_version_takes_no_other_content(text):
    version = frozen(INSTRUMENT)
    before = instrument_of(version)

    with translation.override("en"), pytest.raises(FrozenError, match="version 2"):
        load_instrument(text)

    assert instrument_of(version) == before


def test_a_title_may_change_while_a_version_is_frozen():
    version = frozen(INSTRUMENT)

    load_instrument(change(["title"], en="Another title"))

    version.instrument.refresh_from_db()
    assert version.instrument.title_en == "Another title"


def test_who_loads_is_in_the_audit_where_somebody_does():
    load_instrument(INSTRUMENT)

    assert not AuditEntry.objects.exists()


def test_a_copy_has_the_next_free_number():
    first = frozen(INSTRUMENT)
    frozen(INSTRUMENT.replace("version: 1", "version: 4").replace("First", "Other"))

    copy = copy_version(first)

    assert copy.number == 5
    assert [item.text_en for item in copy.items.all()] == ["First", "Second", "Third", "Fourth"]
    with pytest.raises(DraftError):
        copy_version(first)


def test_a_number_has_no_options():
    load_instrument(measured())

    assert list(Item.objects.get(code="N1").options) == []
    assert [option.value for option in Item.objects.get(code="K1").options] == [1, 2]
