"""Which items are compared between two versions: by their texts, by decisions, over a chain."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from quizzes.actions.crosswalk import CrosswalkError, decide
from quizzes.actions.instruments import load_instrument
from quizzes.actions.releases import request_release
from quizzes.models import ItemEquivalence, Wave
from quizzes.reports.crosswalk import not_comparable
from tests.factories import UserFactory
from tests.quizzes.actions.test_releases import finished, waves_of
from tests.quizzes.instruments.test_parse import changed, measured
from training.models import AuditEntry

pytestmark = pytest.mark.django_db

SAME, REWORDED, CHANGED = ItemEquivalence.Kind


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def make(number, **items):
    """A version of the small instrument; items: code -> what is changed of it."""

    def change(data):
        data["version"] = number
        for item in data["items"]:
            item.update(items.get(item["code"], {}))

    return load_instrument(changed(change))[0]


def worded(text):
    return {"text": {"km": f"ក {text}", "en": text}}


def said(first, second, code, kind=REWORDED):
    older, newer = (version.items.get(code=code) for version in (first, second))
    return decide(older, newer, kind, by=UserFactory(), reason="Asks the same")


def both_ways(first, second):
    """The answer, which is one and the same for either order."""
    found = not_comparable(first, second)
    assert not_comparable(second, first) == found
    return found


# by texts alone


def test_a_version_is_compared_with_itself_whole(version):
    assert not_comparable(version, version) == set()


def test_what_did_not_change_is_compared(version):
    assert both_ways(version, make(2)) == set()


@pytest.mark.parametrize("language", ["km", "en"])
def test_another_text_in_one_language_is_changed_until_somebody_decides(version, language):
    text = {"km": "ប្រយោគមួយ", "en": "First"} | {language: "ផ្សេង"}

    assert both_ways(version, make(2, Q1={"text": text})) == {"Q1"}


def test_a_short_text_is_of_files_alone(version):
    assert both_ways(version, make(2, Q1={"short": {"km": "ខ", "en": "B"}})) == set()


def test_codes_of_one_version_alone_are_not_compared(version):
    assert both_ways(version, make(2, Q1={"code": "N1"})) == {"Q1", "N1"}


def test_instruments_of_other_codes_share_nothing(version):
    other, _ = load_instrument(measured().replace("SMALL", "OTHER"))

    assert both_ways(version, other) == {"Q1", "Q2", "K1", "D1", "N1"}


def test_another_answer_to_read_is_another_wording(version):
    def change(data):
        data["version"] = 2
        data["option_sets"]["yesno"][0]["label"]["en"] = "Yeah"

    second, _ = load_instrument(changed(change))

    assert both_ways(version, second) == {"K1", "D1"}
    said(version, second, "D1")
    assert both_ways(version, second) == {"K1"}


COUNTED = {
    "other options": {"K1": {"options": "agree5"}},
    "another right answer": {"K1": {"right": 2}},
    "no right answer": {"K1": {"right": None}},
    "a value counted apart": {"Q1": {"apart": [3]}},
    "turned round": {"Q1": {"reverse": True}},
    "another kind": {"D1": {"kind": "behaviour"}},
}


@pytest.mark.parametrize("items", COUNTED.values(), ids=COUNTED)
def test_what_counts_otherwise_is_changed_and_stays_so(version, items):
    (code,) = items
    second = make(2, **items)

    assert both_ways(version, second) == {code}
    with pytest.raises(CrosswalkError, match="cannot be compared"):
        said(version, second, code)
    assert said(version, second, code, CHANGED).kind == CHANGED
    assert both_ways(version, second) == {code}


def test_other_ends_of_a_number_count_otherwise(db):
    first, _ = load_instrument(measured())
    second, _ = load_instrument(measured(high=70).replace("version: 1", "version: 2"))

    assert both_ways(first, second) == {"N1"}


# by decisions


def test_a_reworded_item_is_compared_until_it_is_called_changed(version):
    second = make(2, Q1=worded("b"), Q2=worded("c"))

    row = said(version, second, "Q1")
    assert both_ways(version, second) == {"Q2"}

    assert said(version, second, "Q1", CHANGED) == row
    assert both_ways(version, second) == {"Q1", "Q2"}
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "reason")) == [
        ("decide item was reworded", "Asks the same"),
        ("decide item was changed", "Asks the same"),
    ]


def test_reworded_needs_a_reason(version):
    second = make(2, Q1=worded("b"))
    older, newer = (one.items.get(code="Q1") for one in (version, second))

    with pytest.raises(CrosswalkError, match="why"):
        decide(older, newer, REWORDED, reason=" ")
    assert both_ways(version, second) == {"Q1"}


def test_what_cannot_be_decided_is_refused(version):
    second = make(2, Q1=worded("b"))
    other, _ = load_instrument(measured().replace("SMALL", "OTHER"))
    q1, q2, new = (
        version.items.get(code="Q1"),
        version.items.get(code="Q2"),
        second.items.get(code="Q1"),
    )

    for older, newer, kind in [
        (new, q1, REWORDED),  # backwards
        (q1, q1, REWORDED),
        (q2, new, REWORDED),  # another code
        (q1, other.items.get(code="Q1"), REWORDED),
        (q1, new, SAME),
        (q1, new, "alike"),
        (q2, second.items.get(code="Q2"), CHANGED),  # nothing differs
        (q2, second.items.get(code="Q2"), REWORDED),
    ]:
        with pytest.raises(CrosswalkError):
            decide(older, newer, kind, reason="Asks the same")
    assert not ItemEquivalence.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"kind": "same"}, {"kind": "alike"}, {"newer": None}, {"again": True}]
)
def test_the_database_refuses_what_no_decision_is(version, fields):
    second = make(2, Q1=worded("b"))
    older, newer = (one.items.get(code="Q1") for one in (version, second))
    row = {"older": older, "newer": newer, "kind": "reworded"}
    if fields.pop("again", False):
        ItemEquivalence.objects.create(**row)
    if "newer" in fields:
        fields = {"newer": older}

    with pytest.raises(IntegrityError), transaction.atomic():
        ItemEquivalence.objects.create(**row | fields)


# over a chain


@pytest.fixture
def three(version):
    return version, make(2, Q1=worded("b")), make(3, Q1=worded("c"))


def test_a_chain_holds_if_every_link_does(three):
    first, second, third = three

    said(first, second, "Q1")
    assert both_ways(first, third) == {"Q1"}
    said(second, third, "Q1")
    assert both_ways(first, third) == set()

    said(second, third, "Q1", CHANGED)
    assert both_ways(first, third) == {"Q1"}


def test_what_was_decided_of_the_two_themselves_wins(three):
    first, second, third = three
    said(first, second, "Q1")
    said(second, third, "Q1")

    said(first, third, "Q1", CHANGED)
    assert both_ways(first, third) == {"Q1"}

    said(first, second, "Q1", CHANGED)
    said(first, third, "Q1", REWORDED)
    assert both_ways(first, third) == set()


def test_a_wording_that_came_back_is_the_same(version):
    make(2, Q1=worded("b"), Q2={"code": "N2"})

    assert both_ways(version, make(3)) == set()


def test_a_version_without_the_item_breaks_the_chain(version):
    make(2, Q1={"code": "N1"})
    third = make(3, Q1=worded("c"))

    assert both_ways(version, third) == {"Q1"}


def test_links_that_count_otherwise_break_the_chain(version):
    second = make(2, K1=worded("b") | {"right": 2})
    third = make(3, K1=worded("c") | {"right": 2})
    said(second, third, "K1")

    assert both_ways(second, third) == set()
    assert both_ways(version, third) == {"K1"}


def test_a_longer_chain_does_not_pass_by_what_was_called_changed(three):
    first, second, third = three
    fourth = make(4, Q1=worded("d"))
    for one, other in ((first, second), (second, third), (third, fourth)):
        said(one, other, "Q1")
    assert both_ways(first, fourth) == set()

    said(first, third, "Q1", CHANGED)

    assert both_ways(first, fourth) == {"Q1"}


@pytest.mark.parametrize("count", [2, 4])
def test_versions_between_cost_no_more_queries(version, django_assert_num_queries, count):
    last = [make(number, Q1=worded(str(number))) for number in range(2, 2 + count)][-1]

    # versions, their sets, options, scales, parts, items, sets of these, links, scales; decisions
    with django_assert_num_queries(10):
        not_comparable(version, last)


# after a release


def released(study, before, after):
    """A release of waves in these versions."""
    for name, version in (("pre", before), ("post", after)):
        Wave.objects.filter(study=study, name=name).update(version=version)
    return request_release(study, waves_of(finished(study)))


def test_a_decision_that_a_release_was_made_with_stays(study):
    second = make(2, Q1=worded("b"), Q2=worded("b"))
    third = make(3, Q1=worded("c"), Q2=worded("b"))
    said(study.version, second, "Q1")
    released(study, study.version, second)

    with pytest.raises(CrosswalkError, match="cannot be changed any more"):
        said(study.version, second, "Q1", CHANGED)
    with pytest.raises(CrosswalkError, match="cannot be changed any more"):
        said(study.version, second, "Q2")
    assert both_ways(study.version, second) == {"Q2"}
    said(second, third, "Q1")


def test_links_of_a_chain_that_a_release_was_made_with_stay(study):
    second = make(2, Q1=worded("b"))
    third = make(3, Q1=worded("c"))
    said(study.version, second, "Q1")
    said(second, third, "Q1")
    released(study, study.version, third)

    for one, other in ((study.version, second), (second, third), (study.version, third)):
        with pytest.raises(CrosswalkError, match="cannot be changed any more"):
            said(one, other, "Q1", CHANGED)


def test_a_release_of_one_version_decides_nothing(study):
    second = make(2, Q1=worded("b"))
    released(study, study.version, study.version)

    said(study.version, second, "Q1")

    assert both_ways(study.version, second) == set()
