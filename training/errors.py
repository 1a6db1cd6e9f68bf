"""Pages for what went wrong: what happened, that nothing is lost, where to go on."""

from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def page(request, status, title, text):
    return render(request, "error.html", {"title": title, "text": text}, status=status)


def bad_request(request, exception=None):
    return page(
        request,
        400,
        _("This form could not be read"),
        _("It was too large or broken on the way. Please go back and try again."),
    )


def forbidden(request, exception=None):
    return page(
        request,
        403,
        _("This page is for another role"),
        _("Please go on with your own pages, or sign in with another account."),
    )


def csrf_failure(request, reason=""):
    return page(
        request,
        403,
        _("This page was open for too long"),
        _("Nothing was changed. Please go back, reload the page and press the button again."),
    )


def not_found(request, exception=None):
    return page(
        request,
        404,
        _("This page was not found"),
        _(
            "The address may be mistyped, or the page is gone. "
            "Finished lessons and saved answers are not lost."
        ),
    )


def server_error(request):
    """Without the request's context: the database may be what is missing."""
    words = {
        "title": _("Something went wrong on our side"),
        "text": _("Saved lessons and answers are not lost. Please try again in a minute."),
    }
    return HttpResponseServerError(render_to_string("error.html", words))
