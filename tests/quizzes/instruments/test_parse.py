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
