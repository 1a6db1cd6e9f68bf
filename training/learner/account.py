"""Signing in and out, a forgotten password, one's own details."""

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from training.access import ANYONE, SIGNED_IN, is_trusted, opens_to
from training.actions import people
from training.errors import page
from training.learner.forms import (
    ChangePasswordForm,
    DetailsForm,
    NewPasswordForm,
    OneTimeCodeForm,
    SignInForm,
)
from training.models import User

BACKEND = "training.access.CodeOrPhoneBackend"
DETAILS = ["family_name_km", "given_name_km", "family_name_latin", "given_name_latin", "phone"]


def enter(request, user, *, own_phone=False):
    """Sign a person in, on the own phone or on a shared computer."""
    login(request, user, backend=BACKEND)
    request.session["own_phone"] = own_phone
    request.session["trusted"] = int(timezone.now().timestamp())
    request.session.pop("alive", None)  # the age of the session is set anew


def safe(request, url):
    """The address if it is one of this site's, else the start."""
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(url, hosts, require_https=request.is_secure()):
        return url
    return reverse("training:home")


@opens_to(ANYONE)
def sign_in(request):
    asked_for = request.GET.get("next", "")
    if request.method != "POST" and request.user.is_authenticated and is_trusted(request.session):
        return redirect(safe(request, asked_for))
    form = SignInForm(request.POST or None, initial={"next": asked_for})
    if form.is_valid():
        given = form.cleaned_data
        user = authenticate(request, username=given["username"], password=given["password"])
        if user:
            enter(request, user, own_phone=given["own_phone"])
            if given["carried"]:  # the browser sends this very form on, sealed page and all
                return redirect("quizzes:resume", preserve_request=True)
            return redirect(safe(request, given["next"]))
        form.add_error(None, _("Code or phone number and password do not fit together."))
    return render(request, "training/learner/sign_in.html", {"form": form})


def locked_out(request, credentials=None, *args, **kwargs):
    """Too many wrong passwords. What the form carries stays in it.

    A page that asks somebody signed in for the password alone is not the sign-in form.
    """
    if "username" not in request.POST:
        return page(
            request, 429, _("Too many wrong tries"), _("Please wait 15 minutes and try again.")
        )
    form = SignInForm(request.POST)
    form.full_clean()
    form.add_error(
        None,
        _(
            "Too many wrong tries. Please wait 15 minutes and try again, "
            "or ask the trainer for a one-time code."
        ),
    )
    return render(request, "training/learner/sign_in.html", {"form": form}, status=429)


@opens_to(ANYONE)
def sign_out(request):
    if request.method == "POST":
        logout(request)
    return redirect(safe(request, request.POST.get("next", "")))


@opens_to(ANYONE)
def sign_in_with_code(request):
    """A one-time code from the trainer opens one page: choosing a new password."""
    form = OneTimeCodeForm(request.POST or None)
    if form.is_valid():
        user, code = form.person(), form.cleaned_data["code"]
        if people.check_one_time_code(user, code):
            request.session["reset"] = [user.pk, code]
            return redirect("new_password")
        form.add_error(
            None,
            _(
                "This one-time code does not fit, or it has ended: it works once, within a day. "
                "Please compare it, or ask the trainer for a new one."
            ),
        )
    return render(request, "training/learner/sign_in_with_code.html", {"form": form})


@opens_to(ANYONE)
def new_password(request, forget):
    """Spend the one-time code. `forget` deletes what the person had half answered."""
    pk, code = request.session.get("reset", (None, ""))
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None:
        return redirect("training:sign_in_with_code")
    form = NewPasswordForm(user, request.POST or None)
    if not form.is_valid():
        return render(request, "training/learner/new_password.html", {"form": form})
    del request.session["reset"]
    with transaction.atomic():
        is_chosen = people.choose_new_password(user, code, form.cleaned_data["password"])
        if is_chosen:
            forget(user)
    if is_chosen:
        enter(request, user)
        messages.success(request, _("The new password is set."))
        return redirect("training:home")
    messages.warning(
        request, _("This one-time code has ended. Please ask the trainer for a new one.")
    )
    return redirect("training:sign_in_with_code")


@opens_to(SIGNED_IN)
def account(request):
    user = request.user
    initial = {name: getattr(user, name) for name in DETAILS}
    if user.phone:
        initial["phone"] = user.phone.replace("+855", "0", 1)
    form = DetailsForm(request.POST or None, initial=initial, person=user)
    if form.is_valid():
        people.change_details(user, **form.cleaned_data)
        messages.success(request, _("The changes are saved."))
        return redirect("training:account")
    return render(request, "training/learner/account.html", {"form": form})


@opens_to(SIGNED_IN)
def password(request):
    form = ChangePasswordForm(request.user, request.POST or None)
    if form.is_valid():
        people.change_password(request.user, form.cleaned_data["password"])
        update_session_auth_hash(request, request.user)
        messages.success(request, _("The new password is set. Other devices are signed out."))
        return redirect("training:account")
    return render(request, "training/learner/password.html", {"form": form})
