"""The rows of the search, made anew from what they stand for whenever that changes."""

import html
from collections.abc import Iterable

import nh3
from django.conf import settings
from django.db import transaction

from training.khmer import search_key
from training.models import Lesson, SearchEntry, Service, ServiceType, Situation, Term

Kind = SearchEntry.Kind
LANGUAGES = [code for code, _name in settings.LANGUAGES]
LONGEST_TITLE_KEY = SearchEntry._meta.get_field("title_key").max_length


def said(row, language: str, *names: str) -> list[str]:
    """The row's texts in this language; an empty one is left out."""
    return list(filter(None, (getattr(row, f"{name}_{language}") for name in names)))


def entry(kind, language, titles: list[str], texts: Iterable[str], **of) -> SearchEntry:
    """titles: the title, then other names under which it is found as such."""
    text = "\n".join(texts)
    return SearchEntry(
        kind=kind,
        language=language,
        title=titles[0],
        text=text,
        title_key=search_key("\n".join(titles))[:LONGEST_TITLE_KEY],
        key=search_key("\n".join([*titles, text])),
        **of,
    )


def plain(clean_html: str) -> str:
    """The words of our own HTML. Its blocks already stand on lines of their own."""
    return html.unescape(nh3.clean(clean_html, tags=set()))


def lesson_entries(lesson: Lesson, language: str) -> list[SearchEntry]:
    """One entry for the whole lesson, and one a screen."""
    texts = said(lesson, language, "outcomes", "takeaway")
    for myth in lesson.myths.all():
        texts += said(myth, language, "myth", "fact")
    whole = entry(Kind.LESSON, language, said(lesson, language, "title"), texts, lesson=lesson)
    return [whole] + [
        entry(
            Kind.LESSON,
            language,
            said(screen, language, "title"),
            [
                plain(getattr(screen, f"html_{language}")),
                " ".join(said(screen, language, "figure_value", "figure_label")),
            ],
            lesson=lesson,
            screen=screen.position,
        )
        for screen in lesson.screens.all()
    ]


def situation_entries(situation: Situation, language: str) -> list[SearchEntry]:
    steps = [text for step in situation.steps.all() for text in said(step, language, "text")]
    texts = [*said(situation, language, "signs"), *steps, *said(situation, language, "never")]
    titles = said(situation, language, "title")
    return [entry(Kind.SITUATION, language, titles, texts, situation=situation)]


def term_entries(term: Term, language: str) -> list[SearchEntry]:
    """Under its names in both languages: a term is looked up in the language that one knows."""
    others = [name for code in LANGUAGES if code != language for name in term.names_in(code)]
    titles = [*term.names_in(language), *others]
    texts = said(term, language, "explanation")
    return [entry(Kind.TERM, language, titles, texts, term=term)]


def type_entries(kind: ServiceType, language: str) -> list[SearchEntry]:
    titles = [*said(kind, language, "name"), kind.code]
    texts = said(kind, language, "need", "say", "run_by")
    return [entry(Kind.TYPE, language, titles, texts, type=kind)]


def service_entries(service: Service, language: str) -> list[SearchEntry]:
    """By name, organisation, type and place; not by phone or address: a way to help, not to find.

    An entry that is not published is here too: who may see it is asked when somebody searches.
    """
    titles = said(service, language, "name")
    if not titles:  # a draft that has one language only
        return []
    texts = said(service, language, "organisation", "how_to_refer", "what_to_bring")
    texts += [text for kind in service.types.all() for text in said(kind, language, "name", "need")]
    place = service.place
    while place:
        texts += said(place, language, "name")
        place = place.within
    return [entry(Kind.SERVICE, language, titles, texts, service=service)]


# field of SearchEntry -> the rows behind it with what their entries read, and how to make these
SOURCES = {
    "lesson": (Lesson.objects.prefetch_related("myths", "screens"), lesson_entries),
    "situation": (Situation.objects.prefetch_related("steps"), situation_entries),
    "term": (Term.objects.all(), term_entries),
    "type": (ServiceType.objects.all(), type_entries),
    "service": (
        Service.objects.select_related("place__within__within").prefetch_related("types"),
        service_entries,
    ),
}


@transaction.atomic
def index(field: str, **which) -> int:
    """Make the entries of these rows anew. Returns how many."""
    rows, make = SOURCES[field]
    rows = rows.filter(**which)
    SearchEntry.objects.filter(**{f"{field}__in": rows}).delete()
    made = [one for row in rows for language in LANGUAGES for one in make(row, language)]
    SearchEntry.objects.bulk_create(made, batch_size=500)
    return len(made)


def index_lesson(lesson: Lesson) -> None:
    """To be called when its words have changed, like the four below."""
    index("lesson", pk=lesson.pk)


def index_situation(situation: Situation) -> None:
    index("situation", pk=situation.pk)


def index_term(term: Term) -> None:
    index("term", pk=term.pk)


def index_type(kind: ServiceType) -> None:
    """The entries of its services name the type, too."""
    index("type", pk=kind.pk)
    index("service", types=kind)


def index_service(service: Service) -> None:
    index("service", pk=service.pk)


@transaction.atomic
def index_all() -> int:
    """Everything anew. Returns the number of entries."""
    return sum(index(field) for field in SOURCES)
