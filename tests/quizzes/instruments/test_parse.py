"""Files that must not be loaded get sentences, whatever they look like."""

import pytest
import yaml

from quizzes.instruments.parse import CONTENT, InstrumentError, parse_instrument
from tests.quizzes.conftest import INSTRUMENT


def changed(change):
    data = yaml.safe_load(INSTRUMENT)
    change(data)
    return yaml.safe_dump(data, allow_unicode=True)


def test_the_survey_of_the_course_is_whole():
    parsed = parse_instrument((CONTENT / "phrs24.yaml").read_text(encoding="utf-8"))
    kinds = [item.kind for item in parsed.items]

    assert {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)} == {
        "attitude": 24,
        "knowledge": 10,
        "behaviour": 4,
        "intention": 4,
        "then_now": 6,
        "process": 4,
        "demographic": 5,
    }
    assert [scale.code for scale in parsed.scales] == [
        *("pwud", "nsp", "hiv", "role", "refer", "coop"),
        *("overall", "know"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d.update(version="one"), id="version is a word"),
        pytest.param(lambda d: d.update(version=0), id="version 0"),
        pytest.param(lambda d: d.update(items=[]), id="no items"),
        pytest.param(lambda d: d.update(items=["Q1"]), id="an item is a word"),
        pytest.param(lambda d: d.update(scales=3), id="scales is a number"),
        pytest.param(lambda d: d["scales"][0].update(band=0), id="band 0"),
        pytest.param(lambda d: d["scales"][0].update(band="x"), id="band is a word"),
        pytest.param(lambda d: d["scales"][0].update(min_answered="lots"), id="share is a word"),
        pytest.param(lambda d: d["scales"][0].update(min_answered=2), id="share above 1"),
        pytest.param(lambda d: d["scales"][0].update(of="view"), id="of is a word"),
        pytest.param(
            lambda d: d["scales"].append(
                dict(d["scales"][0], code="whole", of=["whole"]),
            ),
            id="a scale of itself",
        ),
        pytest.param(lambda d: d["items"][0].update(kind=["attitude"]), id="kind is a list"),
        pytest.param(lambda d: d["items"][0].update(waves=["later"]), id="unknown wave"),
        pytest.param(lambda d: d["items"][0].update(waves=[["pre"]]), id="a list in a list"),
        pytest.param(lambda d: d["items"][0].update(scale=["view", "view"]), id="a scale twice"),
        pytest.param(lambda d: d["items"][0].update(scale=["view", "other"]), id="no such scale"),
        pytest.param(lambda d: d["items"][0].update(reverse=["other"]), id="reversed elsewhere"),
        pytest.param(lambda d: d["items"][0].update(reverse="view"), id="reverse is a word"),
        pytest.param(lambda d: d["items"][0].update(type="text"), id="unknown type"),
        pytest.param(lambda d: d["items"][0].update(low=1, high=5), id="a choice with a range"),
        pytest.param(lambda d: d["items"][0].update(code="1Q"), id="a code begins with a digit"),
        pytest.param(lambda d: d["scales"].append(d["scales"][0]), id="a scale code twice"),
        pytest.param(lambda d: d["scales"][0].update(code="a b"), id="a scale code with a space"),
        pytest.param(lambda d: d["items"][0]["text"].update(km="ក\0"), id="a sign of no text"),
        pytest.param(lambda d: d["items"][0].update(code="Q2"), id="the same code twice"),
        pytest.param(lambda d: d["items"][0].update(options="agree7"), id="unknown options"),
        pytest.param(lambda d: d["items"][2].update(right=9), id="right is no option"),
        pytest.param(lambda d: d["items"][2].update(reverse=True), id="right and reversed"),
        pytest.param(lambda d: d["items"][3].update(apart=[1, 2]), id="all values apart"),
        pytest.param(lambda d: d["items"][0]["text"].update(km=""), id="no Khmer"),
        pytest.param(
            lambda d: d["items"][0]["short"].update(en="x" * 81), id="short text for Stata"
        ),
        pytest.param(
            lambda d: d["option_sets"]["yesno"][0].update(value=-9), id="a missing code as value"
        ),
        pytest.param(
            lambda d: d["option_sets"]["yesno"][0]["label"].update(km="ក" * 41),
            id="a label that SPSS would cut",
        ),
    ],
)
def test_a_faulty_file_is_refused_with_a_sentence(change):
    with pytest.raises(InstrumentError) as refused:
        parse_instrument(changed(change))

    assert "Traceback" not in str(refused.value)
    assert len(str(refused.value)) > 10


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b", "{", "code: [", "\x00"])
def test_what_is_no_instrument_at_all_is_refused(text):
    with pytest.raises(InstrumentError):
        parse_instrument(text)


def test_a_long_answer_may_have_a_short_label_for_files():
    def give(data):
        data["option_sets"]["yesno"][0].update(
            label={"km": "ក" * 60, "en": "long"}, short={"km": "ខ្លី", "en": "short"}
        )

    parsed = parse_instrument(changed(give))

    option = parsed.option_sets["yesno"][0]
    assert (option.label.km, option.short.km) == ("ក" * 60, "ខ្លី")


def test_an_item_counts_in_several_scales_and_is_turned_round_where_it_says():
    def give(reverse):
        def change(data):
            data["scales"].append(dict(data["scales"][0], code="other"))
            data["items"][0].update(scale=["view", "other"], reverse=reverse)

        return parse_instrument(changed(change)).items[0]

    assert give(False).scales == ("view", "other")
    assert give(False).reversed_in == ()
    assert give(True).reversed_in == ("view", "other")
    assert give(["other"]).reversed_in == ("other",)


def measured(**fields):
    """The small instrument with a number behind its four items."""
    texts = {"km": "ចំនួន", "en": "Number"}
    item = {"code": "N1", "kind": "demographic", "type": "integer", "text": texts, "short": texts}
    return changed(lambda data: data["items"].append(item | {"low": 0, "high": 60} | fields))


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("integer", 0, 60),
        ("integer", -5, -5),
        ("integer", -30, -10),
        ("decimal", -5.9, 0.5),
        ("decimal", -20, -9.01),
    ],
)
def test_a_number_has_the_lowest_and_the_highest_that_may_be_given(kind, low, high):
    item = parse_instrument(measured(type=kind, low=low, high=high)).items[-1]

    assert (item.type, item.low, item.high, item.options) == (kind, low, high, "")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"low": -6}, "item N1: the range includes -9 to -6"),
        ({"low": -30, "high": -9}, "item N1: the range includes -9 to -6"),
        ({"type": "decimal", "low": -8.5, "high": -8.4}, "item N1: the range includes -9 to -6"),
        ({"low": 0.5}, "item N1: low and high must be whole numbers"),
        ({"low": None}, "item N1: low and high must be whole numbers"),
        ({"type": "decimal", "high": float("inf")}, "item N1: low and high must be numbers"),
        ({"type": "decimal", "high": float("nan")}, "item N1: low and high must be numbers"),
        ({"low": 61}, "item N1: low is above high"),
        ({"scale": "view"}, "item N1: a number counts in no scale"),
        ({"options": "yesno"}, "item N1: a number has no options"),
        ({"right": 3}, "item N1: a number has no right"),
    ],
)
def test_a_number_that_cannot_be_is_refused_by_name(fields, why):
    with pytest.raises(InstrumentError, match=why):
        parse_instrument(measured(**fields))


def in_one_language(language, text=INSTRUMENT):
    def keep(part):
        if isinstance(part, dict):
            if set(part) == {"km", "en"}:
                return {language: part[language]}
            return {key: keep(value) for key, value in part.items()}
        return [keep(value) for value in part] if isinstance(part, list) else part

    return yaml.safe_dump(keep(yaml.safe_load(text)), allow_unicode=True)


def test_a_whole_file_may_be_in_one_language_which_the_other_repeats():
    assert parse_instrument(INSTRUMENT).language == ""
    for language in ("km", "en"):
        parsed = parse_instrument(in_one_language(language))
        title = getattr(parse_instrument(INSTRUMENT).title, language)
        assert parsed.language == language
        assert (parsed.title.km, parsed.title.en) == (title, title)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (changed(lambda d: d["items"][0].update(text={"km": "ក"})), "item Q1: needs a text in en"),
        (changed(lambda d: d["title"].pop("km")), "title: needs a text in km"),
        (
            in_one_language("en", changed(lambda d: d["items"][1]["short"].update(en=""))),
            "item Q2, short: needs a text in en",
        ),
    ],
)
def test_a_text_that_is_missing_in_the_language_of_the_others_is_named(text, why):
    with pytest.raises(InstrumentError) as refused:
        parse_instrument(text)

    assert str(refused.value) == why
