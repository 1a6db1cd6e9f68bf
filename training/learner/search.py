"""Finding a page by a word of it, in lessons, situations, glossary and directory."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from training.access import ANYONE, opens_to
from training.khmer.find import excerpt, marked
from training.learner.forms import SearchForm
from training.models import SearchEntry

MOST = 20  # results on the page: more are not read on a phone
Kind = SearchEntry.Kind


@dataclass
class Result:
    """One page that was found: where it is, and what of it shows why."""

    entry: SearchEntry
    words: list[str]

    @property
    def url(self):
        entry = self.entry
        match entry.kind:
            case Kind.LESSON:
                screen = [entry.screen] if entry.screen else []
                return reverse("training:lesson", args=[entry.lesson.code, *screen])
            case Kind.SITUATION:
                return reverse("training:situation", args=[entry.situation.code])
            case Kind.TERM:
                return f"{reverse('training:glossary')}#{entry.term.code}"
            case Kind.TYPE:
                return f"{reverse('training:services')}#{entry.type.code}"
            case Kind.SERVICE:
                return reverse("training:entry", args=[entry.service.code])

    @property
    def title(self):
        return marked(self.entry.title, self.words)

    @property
    def other(self):
        """Of a term: the other language, and its name there."""
        if not self.entry.term:
            return None
        language, names = list(self.entry.term.names.items())[1]
        return language, marked(names[0], self.words)

    @property
    def excerpt(self):
        """Around the first hit. Nothing of an explanation that may not be shown."""
        term = self.entry.term
        return excerpt(self.entry.text, self.words) if not term or term.is_explained else []


@opens_to(ANYONE)
def search(request):
    form = SearchForm(request.GET if "q" in request.GET else None)
    context = {"form": form}
    if form.is_valid():
        context |= results(form.words, request.user)
    return render(request, "training/learner/search.html", context)


def results(words, user):
    """What was found in the reader's language, by kind; and how much there is in the other."""
    found = SearchEntry.objects.found(words, user)
    own = get_language()
    counts = dict.fromkeys(Kind.values, 0)
    n_other = 0
    for language, kind, n in found.order_by().values_list("language", "kind").annotate(Count("pk")):
        if language == own:
            counts[kind] = n
        else:
            n_other += n
    rows = found.filter(language=own).select_related(
        "lesson__module", "situation", "term", "type", "service"
    )[:MOST]
    by_kind = sorted((Result(row, words) for row in rows), key=lambda result: result.entry.kind)
    groups = [
        {"title": Kind(kind).label, "count": counts[kind], "results": list(shown)}
        for kind, shown in groupby(by_kind, key=lambda result: result.entry.kind)
    ]
    return {"groups": groups, "total": sum(counts.values()), "most": MOST, "n_other": n_other}
