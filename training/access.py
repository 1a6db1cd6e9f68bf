"""Who may open a page. Every view says so with `opens_to`; a view that does not is closed."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from training.khmer import ascii_digits, phone_key
from training.models import Role, User

ANYONE, SIGNED_IN = "anyone", "signed in"

OWN_PHONE_AGE = 30 * 24 * 3600  # seconds; a shared computer's is SESSION_COOKIE_AGE
# On an own phone, pages with `asks_password_again` ask for it after so many seconds of rest.
TRUSTED_FOR = 30 * 60


def opens_to(*who):
    """Mark a view with those who may open it: ANYONE, SIGNED_IN, or roles."""

    def mark(view):
        @wraps(view)
        def marked(request, *args, **kwargs):
            return view(request, *args, **kwargs)

        marked.opens_to = frozenset(who)
        return marked

    return mark


def may_open(view, user):
    """Whether `user` may open `view`. A view that names nobody opens to nobody.

    Django's admin asks once more, page by page (training.admin).
    """
    if hasattr(view, "admin_site") or hasattr(view, "model_admin"):
        return user.is_authenticated and user.is_staff
    who = getattr(view, "opens_to", frozenset())
    if ANYONE in who:
        return True
    return user.is_authenticated and (SIGNED_IN in who or bool(who & user.roles))


class AccessMiddleware:
    """Deny by default; keep personal pages out of every cache; let idle sessions end."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated:
            if not response.has_header("Cache-Control"):  # a view may know better
                patch_cache_control(response, no_store=True, private=True)
            keep_alive(request.session)
        return response

    def process_view(self, request, view, args, kwargs):
        """A view with `carry` keeps what was posted after a session ended, for after sign-in.

        One with `signs_in_to` leaves no trace of its own address in the sign-in form.
        """
        if may_open(view, request.user):
            if not hasattr(view, "asks_password_again") or is_trusted(request.session):
                return None
            messages.info(request, _("For this page the phone asks for the password again."))
        elif request.user.is_authenticated:
            raise PermissionDenied
        if request.method == "POST" and hasattr(view, "carry"):
            return view.carry(request, *args, **kwargs)
        asked_for = getattr(view, "signs_in_to", "")
        return redirect_to_login(reverse(asked_for) if asked_for else request.get_full_path())


def is_trusted(session):
    """Whether an own phone has been in use without a long break since the password was given.

    A shared computer's session ends by itself before.
    """
    if not session.get("own_phone"):
        return True
    return int(timezone.now().timestamp()) - session.get("trusted", 0) <= TRUSTED_FOR


def keep_alive(session):
    """Push the end of an idle session forward, at most once a minute (each push is a write).

    Trust goes on with any page, not with a survey's alone: the row must not tell who was in one.
    """
    age = OWN_PHONE_AGE if session.get("own_phone") else settings.SESSION_COOKIE_AGE
    now = int(timezone.now().timestamp())
    if now - session.get("alive", 0) >= 60:
        if is_trusted(session):
            session["trusted"] = now
        session["alive"] = now
        session.set_expiry(age)


class CodeOrPhoneBackend(BaseBackend):
    """Sign in with the code that the site made, or the phone number, and a password."""

    def authenticate(self, request, username=None, password=None):
        if not username or not password:
            return None
        who = Q(code=ascii_digits(username).strip().upper())
        if phone := phone_key(username):
            who |= Q(phone=phone)
        user = User.objects.filter(who).first()
        if user is None:
            User().set_password(password)  # as slow as a real check: no telling who exists
            return None
        if user.check_password(ascii_digits(password)) and user.is_active:
            return user
        return None

    def get_user(self, user_id):
        return User.objects.filter(pk=user_id, is_active=True).first()


class OwnWordsValidator(UserAttributeSimilarityValidator):
    """Refuses passwords that resemble the person's name, code or phone number."""

    def get_error_message(self):
        return _("The password is too similar to the name, the code or the phone number.")


class StationArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with OWASP's smaller set: forty officers sign in at once on two cores."""

    memory_cost = 19456  # KiB
    time_cost = 2
    parallelism = 1


def site(request):
    """What every page knows of the site and the reader."""
    roles = (
        request.user.roles
        if getattr(request, "user", None) and request.user.is_authenticated
        else ()
    )
    return {
        "is_pilot": not settings.PRODUCTION,
        "is_officer": Role.OFFICER in roles,
        "is_trainer": Role.TRAINER in roles,
        "is_evaluator": Role.EVALUATOR in roles,
        "is_editor": Role.EDITOR in roles or Role.ADMINISTRATOR in roles,
    }
