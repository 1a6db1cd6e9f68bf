"""The words of the field: all on one page, and each where a lesson uses it."""

from itertools import groupby

from django.shortcuts import render
from django.utils.translation import get_language

from training.access import ANYONE, opens_to
from training.curriculum.terms import Word, link_words
from training.learner.forms import SearchForm
from training.models import Term

FOLDED = [Term.Group.RANKS, Term.Group.SITE]  # long, and seldom what somebody looks for: last


@opens_to(ANYONE)
def glossary(request):
    order = {group: (group in FOLDED, n) for n, group in enumerate(Term.Group.values)}
    terms = sorted(Term.objects.all(), key=lambda term: order[term.group])
    groups = [
        {"code": code, "title": Term.Group(code).label, "terms": list(rows), "is_folded": folded}
        for (code, folded), rows in groupby(terms, lambda term: (term.group, term.group in FOLDED))
    ]
    context = {"groups": groups, "search": SearchForm()}
    return render(request, "training/learner/glossary.html", context)


def explain_terms(html):
    """A lesson's text with its terms as links, and the terms that the end of its page explains.

    Done when it is shown, so that a correction of the glossary is in every lesson at once. One
    query; 223 terms and a screen of 60 words cost about 1 ms beside it.
    """
    language = get_language()
    terms = {term.code: term for term in Term.objects.defer("note")}
    words = [
        Word(term.code, tuple(term.names_in(language)), term.in_lessons and term.is_explained)
        for term in terms.values()
    ]
    linked, used = link_words(html, words)
    return linked, [terms[code] for code in used]
