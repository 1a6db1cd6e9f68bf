from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from quizzes.actions.responses import withdraw
from training.access import opens_to
from training.actions.progress import complete_step
from training.models import Enrolment, Role, Step
from training.models.way import way_of


@opens_to(Role.OFFICER)
def my_data(request):
    """The same page for who answered and who declined: what could be stored, one button.

    Pressing it also says no to a survey that is open now, so that nobody is asked again.
    """
    if request.method == "POST" and "sure" not in request.POST:
        return render(request, "quizzes/learner/my_data_sure.html")
    if request.method == "POST":
        found_all = withdraw(request.user)
        for enrolment in Enrolment.objects.current().filter(learner=request.user):
            place = way_of(enrolment).next
            if place and place.step.kind == Step.Kind.SURVEY:
                complete_step(enrolment, place.step)
        if found_all:
            messages.success(request, _("Survey answers were deleted, if there were any."))
        else:
            messages.error(
                request,
                _("Answers could not be deleted at the moment. Please try again another day."),
            )
        return redirect("quizzes:my_data")
    return render(request, "quizzes/learner/my_data.html")


my_data.asks_password_again = True
