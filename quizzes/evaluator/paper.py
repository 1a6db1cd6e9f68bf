"""Surveys on paper: cards and papers to print, typing papers in twice, settling differences."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.actions import paper as actions
from quizzes.evaluator.paper_forms import CardForm, CountForm, PaperForm, SettleForm
from quizzes.evaluator.studies import cohort_wave
from quizzes.keys import KeysMissingError
from quizzes.learner.forms import ON_A_LINE
from quizzes.learner.survey import consent_text, wave_names
from quizzes.models import StudyCohort
from quizzes.models.pages import asked_items, pages_of
from training.access import opens_to
from training.models import Role

NO_KEYS = gettext_lazy("The keys of this study are not here: nothing can be done on paper.")
CARDS_A_SHEET = 10
BECAME = {
    actions.TYPED_ONCE: gettext_lazy("The typing is kept. The paper waits for the other one."),
    actions.DIFFERS: gettext_lazy("The typing is kept. It differs from the other one."),
    actions.STORED: gettext_lazy("Both typings agree: the paper is stored."),
}


def study_cohort_of(pk):
    rows = StudyCohort.objects.select_related("study", "cohort")
    return get_object_or_404(rows, pk=pk)


@opens_to(Role.EVALUATOR)
def cards(request, pk):
    """Issue cards, and print those that are issued."""
    row = study_cohort_of(pk)
    form = CountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            batch = actions.issue_cards(row, form.cleaned_data["number"], by=request.user)
            return redirect("quizzes:print_cards", row.pk, batch)
        except (actions.PaperError, KeysMissingError) as error:
            form.add_error(None, sentence(error))
    batches = row.cards.values("batch").annotate(size=Count("pk")).order_by("batch")
    return render(
        request, "quizzes/evaluator/cards.html", {"row": row, "form": form, "batches": batches}
    )


def sentence(error):
    """What the page says of it."""
    return NO_KEYS if isinstance(error, KeysMissingError) else str(error)


@opens_to(Role.EVALUATOR)
def print_cards(request, pk, batch):
    row = study_cohort_of(pk)
    found = list(row.cards.filter(batch=batch))
    if not found:
        raise Http404
    sheets = [found[n : n + CARDS_A_SHEET] for n in range(0, len(found), CARDS_A_SHEET)]
    context = {"row": row, "batch": batch, "sheets": sheets}
    return render(request, "quizzes/evaluator/print_cards.html", context)


@opens_to(Role.EVALUATOR)
def withdraw_card(request, pk):
    """Whoever has the card may have everything deleted, as on the site under "My data"."""
    row = study_cohort_of(pk)
    form = CardForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.withdraw_card(row, form.cleaned_data["card"], by=request.user)
        except (actions.PaperError, KeysMissingError) as error:
            form.add_error(getattr(error, "field", None), sentence(error))
        else:
            messages.success(request, _("Survey answers were deleted, if there were any."))
            return redirect("quizzes:paper_cards", row.pk)
    return render(request, "quizzes/evaluator/withdraw_card.html", {"row": row, "form": form})


@opens_to(Role.EVALUATOR)
def paper(request, pk):
    """What can be done with the papers of a wave, and how far they are."""
    row = cohort_wave(pk)
    context = {
        "row": row,
        "status": actions.status(row),
        "can_be_printed": actions.can_be_printed(row),
    }
    return render(request, "quizzes/evaluator/paper.html", context)


@opens_to(Role.EVALUATOR)
def print_questionnaire(request, pk):
    """The paper itself: the consent and every item of the wave, Khmer first and English below."""
    row = cohort_wave(pk)
    if not actions.can_be_printed(row):
        raise Http404
    wave = row.wave
    pages = pages_of(asked_items(wave.version, wave.name))
    context = {
        "row": row,
        "pages": numbered(pages),
        "mark": mark_of(wave.version),
        "consent": consent_text(),
        "closes_on": row.closes_on,
        "waves": wave_names(row),
        "min_group": wave.study.min_group,
        "keeper": settings.DATA_KEEPER,
    }
    return render(request, "quizzes/evaluator/print_questionnaire.html", context)


def mark_of(version):
    """Its number and the first signs of its digest: whether a paper has this very wording."""
    return f"{version} / {version.digest[:6]}"


def numbered(pages):
    """Pages of items as [(kind, or None where it goes on, [(number, item, is on a line)])]."""
    found, number, before = [], 0, None
    for items in pages:
        kind = items[0].kind
        rows = [(number + n, item, kind in ON_A_LINE) for n, item in enumerate(items, 1)]
        found.append((kind if kind != before else None, rows))
        number, before = number + len(items), kind
    return found


@opens_to(Role.EVALUATOR)
def type_paper(request, pk):
    """One typing of one paper; whoever types sees nothing of the other one."""
    row = cohort_wave(pk)
    items = asked_items(row.wave.version, row.wave.name)
    number = actions.SECOND if request.GET.get("typing") == "2" else actions.FIRST
    form = PaperForm(
        items, request.POST if request.method == "POST" else None, initial={"typing": number}
    )
    empty = []
    if form.is_valid():
        empty = [] if "empty" in request.POST else form.empty()
        if not empty and keep(request, row, form):
            again = reverse("quizzes:type_paper", args=[row.pk])
            return redirect(f"{again}?typing={form.cleaned_data['typing']}")
    context = {
        "row": row,
        "form": form,
        "empty": empty,
        "mark": mark_of(row.wave.version),
        "can_be_printed": actions.can_be_printed(row),
    }
    return render(request, "quizzes/evaluator/type_paper.html", context)


def keep(request, row, form):
    """Keep this typing; otherwise the form says why not."""
    try:
        became = actions.enter(
            row,
            form.cleaned_data["card"],
            form.cleaned_data["typing"],
            form.answers(),
            language=form.cleaned_data["language"],
            consent_version=consent_text()["version"],
            by=request.user,
        )
    except (actions.PaperError, KeysMissingError) as error:
        form.add_error(getattr(error, "field", None), sentence(error))
        return False
    messages.success(request, BECAME[became])
    return True


@opens_to(Role.EVALUATOR)
def paper_differences(request, pk):
    """The papers whose typings differ, each with a form of its own."""
    row = cohort_wave(pk)
    try:
        found = [] if row.closed_at else actions.differing(row)
    except KeysMissingError:
        messages.error(request, NO_KEYS)
        return redirect("quizzes:paper", row.pk)
    sent = request.POST if request.method == "POST" else {}
    items = asked_items(row.wave.version, row.wave.name)
    numbers = {item.code: number for number, item in enumerate(items, 1)}
    forms = [
        SettleForm(one, numbers, sent if sent.get("key") == one.key else None) for one in found
    ]
    if sent:
        form = next((form for form in forms if form.is_bound), None)
        if form is None or finish(request, row, form):
            return redirect("quizzes:paper_differences", row.pk)
    return render(request, "quizzes/evaluator/paper_differences.html", {"row": row, "forms": forms})


def finish(request, row, form):
    """Store the paper as it was settled, or let it go; otherwise the form says why not."""
    try:
        if "discard" in request.POST:
            actions.discard(row, form.differing.key, by=request.user)
            messages.success(request, _("Both typings are deleted; the paper is typed in anew."))
        elif form.is_valid():
            actions.settle(row, form.differing.key, form.chosen(), by=request.user)
            messages.success(request, _("The paper is stored."))
        else:
            return False
    except actions.PaperError as error:
        messages.error(request, str(error))
    return True
