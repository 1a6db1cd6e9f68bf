"""What officers found hard: counters of all people together, of nobody in particular."""

from django.conf import settings
from django.shortcuts import render

from training.access import opens_to
from training.models import Question, Role


@opens_to(Role.TRAINER)
def questions(request):
    """How many were right at the first try, from MIN_GROUP people on."""
    context = {
        "questions": Question.objects.asked_often(settings.MIN_GROUP),
        "min_group": settings.MIN_GROUP,
    }
    return render(request, "training/trainer/questions.html", context)
