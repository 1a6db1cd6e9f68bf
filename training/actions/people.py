"""Accounts, roles, passwords."""

from datetime import timedelta

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from training.actions.audit import record
from training.khmer import canonical
from training.models import Membership, OneTimeCode, Role, User
from training.models.people import new_code

ONE_TIME_CODE_LASTS = timedelta(hours=24)


@transaction.atomic
def make_account(*, password=None, roles=(), **fields) -> User:
    """Make a person with a code of the site's own.

    fields: of User; names are stored in canonical Khmer. Without a password nobody can sign in.
    """
    for name in ("family_name_km", "given_name_km"):
        fields[name] = canonical(fields[name])
    user = User(**fields)
    user.code = fields.get("code") or free_code()
    user.set_password(password)
    user.save()
    for role in roles:
        grant_role(user, role)
    return user


def free_code() -> str:
    """A code that nobody has yet."""
    while User.objects.filter(code=(code := new_code())).exists():
        pass
    return code


def grant_role(user: User, role: Role, *, by: User | None = None) -> None:
    _, made = Membership.objects.get_or_create(user=user, role=role)
    user.__dict__.pop("roles", None)
    if made and by:
        record(f"grant {role}", user, by=by)


def end_sessions(user: User) -> None:
    """Sign the person out everywhere, for good."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def change_password(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])


def change_details(user: User, **fields) -> None:
    """The person's own phone number and spelling of the name."""
    for name, value in fields.items():
        setattr(user, name, canonical(value) if name.endswith("_km") else value)
    user.save(update_fields=list(fields))


class NotOnlyOfficerError(Exception):
    """The person holds another role too; a trainer must not be able to take it over."""


@transaction.atomic
def make_one_time_code(user: User, *, by: User) -> str:
    """A code with which `user` chooses a new password, once, within a day.

    Raises NotOnlyOfficerError: only administrators make one for trainers, evaluators, editors and
    administrators.
    """
    if not user.is_only_officer and Role.ADMINISTRATOR not in by.roles:
        raise NotOnlyOfficerError
    code = new_code(8)
    OneTimeCode.objects.update_or_create(
        user=user,
        defaults={
            "digest": make_password(code),
            "expires_at": timezone.now() + ONE_TIME_CODE_LASTS,
            "tries_left": 5,
        },
    )
    record("one-time code", user, by=by)
    return code


def check_one_time_code(user: User | None, code: str) -> bool:
    """Whether the code is the person's and still good. Five wrong ones end it."""
    waiting = OneTimeCode.objects.filter(
        user=user, expires_at__gt=timezone.now(), tries_left__gt=0
    ).first()
    if waiting is None:
        return False
    if check_password(code, waiting.digest):
        return True
    OneTimeCode.objects.filter(pk=waiting.pk).update(tries_left=F("tries_left") - 1)
    return False


@transaction.atomic
def choose_new_password(user: User, code: str, password: str) -> bool:
    """Spend the one-time code on a new password. Returns False if somebody else has spent it."""
    if not check_one_time_code(user, code):
        return False
    spent, _ = OneTimeCode.objects.filter(user=user).delete()
    if not spent:
        return False
    change_password(user, password)
    return True
