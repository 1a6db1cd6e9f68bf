"""The evidence map: what the study found, where the course teaches it, what of the survey asks it.

Items stand here by code and by what they measure, not by their words. The page is open to anyone,
also to an officer who answers the first survey tomorrow, and beside each finding stands what an
officer may learn from it: with the words it would be a sheet of wanted answers. Evaluators read
the words in the survey's codebook.
"""

from django.db.models import Exists, OuterRef
from django.shortcuts import render

from quizzes.models import InstrumentVersion, Item, Scale
from training.access import ANYONE, opens_to
from training.models import Finding, Lesson, Source

STUDY = "P"  # the study whose findings these are, in the register of sources
OVERALL = "ALL"  # measured by the score over all scales


@opens_to(ANYONE)
def evidence(request):
    """Five queries, however many findings."""
    lessons, items = lessons_by_finding(), items_by_finding()
    overall = overall_scores()
    rows = [
        {
            "finding": finding,
            "lessons": lessons.get(finding.code, []),
            "measures": overall
            if OVERALL in finding.measured.split()
            else items.get(finding.code, {}),
        }
        for finding in Finding.objects.select_related("module").order_by("position")
    ]
    rows.sort(key=lambda row: row["finding"].module.position)
    context = {"rows": rows, "sources": Source.objects.filter(code=STUDY)}
    return render(request, "quizzes/learner/evidence.html", context)


def lessons_by_finding():
    found = {}
    for lesson in Lesson.objects.shown().select_related("module"):
        for code in lesson.findings.split():
            found.setdefault(code, []).append(lesson)
    return found


def newest_versions():
    """The newest version of each survey."""
    later = InstrumentVersion.objects.filter(
        instrument=OuterRef("instrument"), number__gt=OuterRef("number")
    )
    return InstrumentVersion.objects.filter(~Exists(later))


def items_by_finding():
    """finding -> what is measured -> codes of the items."""
    found = {}
    items = Item.objects.filter(version__in=newest_versions()).exclude(findings="")
    for item in items.prefetch_related("scale_items__scale"):
        scales = [part.scale.short for part in item.scale_items.all()]
        for code in item.findings.split():
            measures = found.setdefault(code, {})
            for measure in scales or [item.get_kind_display()]:
                measures.setdefault(measure, []).append(item.code)
    return found


def overall_scores():
    """The scales made of other scales. No codes: all their items count."""
    whole = Scale.objects.filter(version__in=newest_versions(), parts__isnull=False).distinct()
    return {scale.short: [] for scale in whole}
