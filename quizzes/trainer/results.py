"""What evaluators have published of a trainer's own cohorts: groups, never a person."""

from django.shortcuts import get_object_or_404, render

from quizzes.models import Release
from quizzes.reports.page import page_of
from training.access import opens_to
from training.models import Role


@opens_to(Role.TRAINER)
def results(request):
    found = Release.objects.published_to(request.user).with_cohorts()
    return render(request, "quizzes/trainer/results.html", {"releases": found})


@opens_to(Role.TRAINER)
def result(request, pk):
    found = get_object_or_404(Release.objects.published_to(request.user).with_cohorts(), pk=pk)
    context = {"release": found, "page": page_of(found)}
    return render(request, "quizzes/trainer/result.html", context)
