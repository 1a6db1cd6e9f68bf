"""Pages for anyone: the start, what this is, help, and whether a certificate is real."""

from django.conf import settings
from django.shortcuts import redirect, render

from training.access import ANYONE, opens_to
from training.learner.forms import CertificateNumberForm, JoinCodeForm
from training.models import Certificate, Role
from training.models.way import course_outline

# Where each role begins, the first that fits.
STARTS = [
    (Role.OFFICER, "training:my_way"),
    (Role.TRAINER, "training:cohorts"),
    (Role.EVALUATOR, "quizzes:evaluation"),
    (Role.EDITOR, "admin:index"),
    (Role.ADMINISTRATOR, "admin:index"),
]


@opens_to(ANYONE)
def home(request):
    if request.user.is_authenticated:
        for role, start in STARTS:
            if role in request.user.roles:
                return redirect(start)
    outline = [
        {"module": module, "lessons": lessons, "minutes": sum(lesson.minutes for lesson in lessons)}
        for module, lessons in course_outline()
    ]
    context = {"form": JoinCodeForm(), "outline": outline}
    return render(request, "training/learner/home.html", context)


@opens_to(ANYONE)
def about(request):
    return render(request, "training/learner/about.html")


@opens_to(ANYONE)
def privacy(request):
    context = {"min_group": settings.MIN_GROUP, "keeper": settings.DATA_KEEPER}
    return render(request, "training/learner/privacy.html", context)


@opens_to(ANYONE)
def help_page(request):
    return render(request, "training/learner/help.html")


@opens_to(ANYONE)
def certificate_lookup(request):
    """Where somebody types the number of a paper that he or she holds."""
    form = CertificateNumberForm(request.GET if "number" in request.GET else None)
    if form.is_valid():
        return redirect("training:certificate_check", form.cleaned_data["number"])
    return render(request, "training/learner/certificate_lookup.html", {"form": form})


@opens_to(ANYONE)
def certificate_check(request, code):
    """Whether a certificate with this code was given, and to whom: what its paper shows."""
    code = code.upper()
    certificate = (
        Certificate.objects.select_related("enrolment__cohort", "enrolment__learner")
        .filter(code=code)
        .first()
    )
    context = {"certificate": certificate, "code": code}
    status = 200 if certificate else 404
    return render(request, "training/learner/certificate_check.html", context, status=status)
