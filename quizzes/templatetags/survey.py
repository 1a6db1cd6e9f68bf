"""Words of the survey's pages."""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from training.templatetags.spean import day, digits

register = template.Library()

INTROS = {
    "attitude": lazy(
        "Please choose one answer for each sentence. There are no right or wrong opinions."
    ),
    "knowledge": lazy("Please choose one answer. It is fine not to know."),
    "behaviour": lazy("These questions are about the past 3 months."),
    "intention": lazy("These sentences are about the next 3 months."),
    "then_now": lazy("These questions compare the time before the course with today."),
    "demographic": lazy("A few questions about yourself. Each may be skipped."),
    "process": lazy("A few sentences about the course."),
}


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
    words = [spoken(context["consent"]["waves"][wave.name]) for wave in context["waves"]]
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
