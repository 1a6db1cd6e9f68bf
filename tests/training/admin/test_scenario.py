import pytest

from tests.training.admin.page import Page, problems
from training.models import Node

pytestmark = pytest.mark.django_db

WAY = {"text_km": "ក", "text_en": "a", "feedback_km": "ក", "feedback_en": "a"}


@pytest.fixture
def page(editor, whole):
    """N1 leads by A to the end and by B to N2, which ends both ways."""
    return Page(editor, "scenario", whole.scenario)


def way(prefix, leads_to, quality="partial"):
    fields = {**WAY, "leads_to": leads_to, "quality": quality}
    return {f"{prefix}-{name}": value for name, value in fields.items()}


def new_node(leads_to="END"):
    """The page's empty third situation, filled."""
    return {
        "nodes-2-situation_km": "ថ្មី",
        "nodes-2-situation_en": "New",
        **way("nodes-2-ways-0", leads_to, quality="best"),
        **way("nodes-2-ways-1", leads_to),
    }


def ways(scenario):
    """ "N1A" -> where it leads, in the order of the page."""
    return {
        f"{node}{choice}": choice.next.code if choice.next else "END"
        for node in scenario.nodes.all()
        for choice in node.choices.all()
    }


def test_a_situation_is_added_together_with_the_way_that_leads_to_it(page, whole):
    response = page.press(**new_node("N2"), **{"nodes-0-ways-0-leads_to": "N3"})

    assert response.status_code == 302, problems(response)
    assert ways(whole.scenario) == {
        "N1A": "N3",
        "N1B": "N2",
        "N2A": "END",
        "N2B": "END",
        "N3A": "N2",
        "N3B": "N2",
    }


def test_a_way_is_added_and_one_deleted(page, whole):
    response = page.press(**way("nodes-1-ways-2", "END", "best"), **{"nodes-1-ways-0-DELETE": "on"})

    assert response.status_code == 302, problems(response)
    node = Node.objects.get(scenario=whole.scenario, code="N2")
    assert list(node.choices.values_list("code", "position", "quality")) == [
        ("A", 0, "harmful"),
        ("B", 1, "best"),
    ]


def test_a_situation_is_deleted_once_nothing_leads_there(page, whole):
    refused = page.press(**{"nodes-1-DELETE": "on"})
    gone = page.press(**{"nodes-1-DELETE": "on", "nodes-0-ways-1-leads_to": "END"})

    assert "This situation is not there (any more)." in problems(refused)
    assert gone.status_code == 302, problems(gone)
    assert ways(whole.scenario) == {"N1A": "END", "N1B": "END"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (new_node(), "SC-M1L1 N3: no way from the first situation leads here"),
        (
            {
                "nodes-1-ways-0-leads_to": "N1",
                "nodes-1-ways-1-leads_to": "N1",
                "nodes-0-ways-0-leads_to": "N2",
            },
            "SC-M1L1 N2: no way from here leads to the end",
        ),
        ({"nodes-1-ways-0-DELETE": "on"}, "A situation needs two ways or more."),
        ({"nodes-0-ways-0-leads_to": "N3"}, "This situation is not there (any more)."),
        (
            {"nodes-0-ways-0-leads_to": "N9"},
            "Select a valid choice. N9 is not one of the available",
        ),
        ({"nodes-0-situation_km": ""}, "This field is required."),
        ({"nodes-0-ways-0-feedback_en": ""}, "This field is required."),
        ({"nodes-2-situation_km": "ថ្មី"}, "This field is required."),
        (way("nodes-2-ways-0", "END"), "This field is required."),
    ],
)
def test_what_does_not_hold_together_is_refused(page, whole, changed, said):
    before = ways(whole.scenario)

    response = page.press(**changed)

    assert response.status_code == 200
    assert any(said in problem for problem in problems(response)), problems(response)
    assert ways(whole.scenario) == before
    assert Node.objects.filter(scenario=whole.scenario).count() == 2


def test_a_situation_needs_a_best_way(page, whole):
    response = page.press(**{"nodes-0-ways-0-quality": "partial"})

    assert "N1: has no best way" in str(problems(response))
    assert whole.scenario.nodes.first().choices.filter(quality="best").exists()
