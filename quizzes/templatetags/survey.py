"""Words of the survey's pages and of its reports."""

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from quizzes.reports.page import FAR_APART
from training.templatetags.spean import day, digits, number

register = template.Library()

INTROS = {
    "attitude": gettext_lazy(
        "Please choose one answer for each sentence. There are no right or wrong opinions."
    ),
    "knowledge": gettext_lazy("Please choose one answer. It is fine not to know."),
    "behaviour": gettext_lazy("These questions are about the past 3 months."),
    "intention": gettext_lazy("These sentences are about the next 3 months."),
    "then_now": gettext_lazy("These questions compare the time before the course with today."),
    "demographic": gettext_lazy("A few questions about yourself. Each may be skipped."),
    "process": gettext_lazy("A few sentences about the course."),
}

WHY_FEWER = {
    "joined_late": gettext_lazy("joined after it closed"),
    "not_open": gettext_lazy("it never opened"),
    "left": gettext_lazy("left the cohort"),
    "not_reached": gettext_lazy("had not come so far"),
    "asked": gettext_lazy("were asked"),
}
REASONS = {
    "fewer_than_min_group": gettext_lazy("too few people to show"),
    "everybody_the_same": gettext_lazy("everybody answered the same; not shown"),
    "fewer_than_30": gettext_lazy("fewer than 30 complete answers"),
    "fewer_than_k_rows": gettext_lazy("Too few people answered for a file of rows."),
    "fewer_than_two_pairs": gettext_lazy("fewer than two people answered both times"),
    "fewer_than_two_items": gettext_lazy("a scale of one item has no alpha"),
    "fewer_than_two_complete_rows": gettext_lazy("fewer than two complete answers"),
    "no_variation": gettext_lazy("everybody changed by the same amount"),
    "gives_away": gettext_lazy(
        "Beside the other releases, this one would tell how many took part in a small group. "
        "Please choose other cohorts."
    ),
    "wording_changed": gettext_lazy("the words of its items changed between these waves"),
    "one_cohort": gettext_lazy("there is one cohort only"),
    "fewer_than_three_items": gettext_lazy("a scale of fewer than three items has no omega"),
    "fewer_than_two_categories": gettext_lazy("fewer than two answers were used"),
    "fewer_than_two_in_a_group": gettext_lazy("fewer than two people in one of the groups"),
    "fewer_than_two_persons": gettext_lazy("fewer than two people"),
    "items_determine_each_other": gettext_lazy("some items follow from others"),
    "margins_not_testable": gettext_lazy("the answers used do not overlap enough"),
    "no_common_factor": gettext_lazy("the items have no one factor in common"),
    "nobody_changed": gettext_lazy("nobody changed"),
    "one_observation_a_person": gettext_lazy("nobody answered twice"),
    "one_person_a_cohort": gettext_lazy("each cohort has one person"),
    "one_wave": gettext_lazy("there is one wave only"),
    "too_few_observations": gettext_lazy("too few answers for this model"),
    "no_course_cohort": gettext_lazy("no cohort has had the course"),
    "no_waiting_cohort": gettext_lazy("no cohort waited for the course"),
    "one_course_cohort": gettext_lazy("one course cohort only: chance cannot be told"),
    "one_waiting_cohort": gettext_lazy("one waiting cohort only: chance cannot be told"),
    "cohorts_not_separable": gettext_lazy("cohorts cannot be told from people"),
    "no_variance_between_cohorts": gettext_lazy("no variance between cohorts was found"),
    "no_variance_between_persons": gettext_lazy("no variance between people was found"),
    "scale_not_asked": gettext_lazy("not asked at one of these waves"),
    "few_or_alike": gettext_lazy("too few people, or all alike; not shown"),
}
NOTES = {
    "no_comparison_group": gettext_lazy(
        "There was no comparison group: this is change, not the effect of the course."
    ),
    "self_reported": gettext_lazy("Officers tell what they think; what they do was not observed."),
    "social_desirability": gettext_lazy(
        "People may answer what is expected of them, more so after a course."
    ),
    "lost": gettext_lazy("Those who did not answer again may think otherwise."),
    "some_items_not_asked": gettext_lazy(
        "Some items of these scales were not asked, as nobody has confirmed them yet. "
        "Scores are of the items that were asked."
    ),
    "simulated": gettext_lazy("Everything here is simulated."),
    "response_shift": gettext_lazy(
        "A course can change what words mean to people: the same answer may then stand for "
        "something else than before. The questions that look back on the time before help to see "
        "this."
    ),
    "language_changed": gettext_lazy(
        "Some people answered in one language before and in another after: part of their change "
        "may lie in the words."
    ),
    "version_changed": gettext_lazy(
        "The words of the survey changed between the waves. Items and scales that are not the "
        "same any more are not compared."
    ),
    "few_cohorts": gettext_lazy(
        "There are fewer than ten cohorts: p values that allow for cohorts are uncertain, and a "
        "change may go unseen."
    ),
    "far_ends": gettext_lazy(
        "On some scales more than 15 per cent of people had the lowest or the highest possible "
        "score (in bold in the table of scores): they could move in one direction only."
    ),
    "lost_differ": gettext_lazy(
        "Those who did not answer again differed at first from those who did (in bold in the "
        "table of those): the change of those who stayed does not stand for all."
    ),
}


@register.filter
def reason(code):
    """Why a number is not there."""
    return REASONS.get(code, code)


@register.filter
def why_fewer(code):
    return WHY_FEWER[code]


@register.filter
def is_reason(code):
    """Whether it is of the data, so that trying again changes nothing."""
    return code in REASONS


@register.filter
def why(block):
    """Why a block of the report is empty."""
    return reason(block.get("suppressed") or block.get("not_computed") or "")


@register.filter
def is_far_apart(block):
    """Whether those who were lost differ by more than a quarter of a standard deviation."""
    return abs(block["smd"]) > FAR_APART


@register.filter
def note(code):
    return NOTES.get(code, code)


@register.filter
def p_value(p):
    """Three decimals; smaller ones as "< 0.001"."""
    if p is None or p == "":
        return "–"
    return f"< {number(0.001, 3)}" if p < 0.001 else number(p, 3)


@register.filter
def percent(share):
    """A share of 0 to 1 as whole per cent."""
    return f"{number(100 * share)} %"


@register.filter
def count_or_hidden(count):
    return "–" if count is None else digits(count)


@register.filter
def by_fives(count):
    """A count rounded down to five: whoever knows the room shall not count who is missing."""
    return digits(count - count % 5)


@register.simple_tag
def interval(ends, places):
    if not ends:
        return ""
    low, high = (number(end, places) for end in ends)
    return _("95 %% interval %(low)s to %(high)s") % {"low": low, "high": high}


@register.simple_tag
def between(ends, places=2):
    """The ends of an interval in a cell of a table; a dash where there is none."""
    if not ends:
        return "–"
    low, high = (number(end, places) for end in ends)
    return format_html('<span class="tight">{} {} {}</span>', low, _("to"), high)


@register.filter
def is_far(share):
    """Whether so many people stand at an end of a scale that it can hardly show a change."""
    return (share or 0) > 0.15


@register.filter
def page_intro(kind):
    return INTROS[kind]


@register.filter
def spoken(pair):
    """A text given in both languages, in the reader's."""
    return pair[get_language()]


@register.simple_tag(takes_context=True)
def consent_paragraph(context, pair):
    """A paragraph of the consent with what only this study knows."""
    words = [spoken(context["consent"]["waves"][name]) for name in context["waves"]]
    contact = context["keeper"] or _("[contact of the data keeper: to be filled in by the owner]")
    text = spoken(pair).format(
        waves=listed(words),
        min_group=digits(context["min_group"]),
        closes=day(context["closes_on"]),
        contact=contact,
    )
    return text


def listed(words):
    """one, two and three"""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
