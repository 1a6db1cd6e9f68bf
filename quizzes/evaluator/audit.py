"""Who did what with a release and its files, when and why."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from quizzes.evaluator.forms import PURPOSES
from quizzes.models import Release
from training.access import opens_to
from training.models import AuditEntry, Role

LINES = 50  # a page
# Word of the audit -> what people read.
DEEDS = {
    "make release": _("asked for the release"),
    "cancel release": _("cancelled its building"),
    "see release": _("read the report"),
    "publish release": _("published it for the trainers"),
    "unpublish release": _("took it back from the trainers"),
    "request export": _("asked for a file"),
    "cancel export": _("cancelled the making of a file"),
    "download export": _("took a file"),
    "write files": _("wrote its files on the server"),
}

GIVEN = {"download export", "write files"}  # their reason is the file's hash


@opens_to(Role.EVALUATOR)
def release_audit(request, pk):
    """Lines about this release and its files alone: the audit of people is not evaluators'."""
    found = get_object_or_404(Release.objects.named_only(), pk=pk)
    lines = AuditEntry.objects.about(found, *found.exports.all()).select_related("actor")
    page = Paginator(lines, LINES).get_page(request.GET.get("page"))
    context = {"release": found, "page": page, "rows": [row_of(line) for line in page]}
    return render(request, "quizzes/evaluator/audit.html", context)


def row_of(line):
    """A line with its words; of a file, its number; of a purpose, what it means."""
    kind, _space, number = line.thing.partition(" ")
    purpose, colon, words = line.reason.partition(": ")
    is_why = line.action == "request export" and colon and purpose in PURPOSES
    return {
        "line": line,
        "deed": DEEDS.get(line.action, line.action),
        "file": number if kind == "export" else "",
        "purpose": PURPOSES[purpose] if is_why else "",
        "reason": words if is_why else line.reason,
        "hash": line.reason.removeprefix("SHA-256 ") if line.action in GIVEN else "",
    }
