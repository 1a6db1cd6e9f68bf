"""Who uses the site. What a person may open is membership alone."""

import secrets
import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

# No 0 O 1 I L, and no vowel but A and E: no look-alikes, hardly a word.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


def new_code(length=6):
    """A code to read aloud and to type: `length` characters without look-alikes."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


class UserManager(BaseUserManager):
    def get_by_natural_key(self, code):
        return self.get(code=code)


class User(AbstractBaseUser):
    """A person with an account: a code made by the site, a phone number if he or she likes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=6, unique=True, default=new_code)
    phone = models.CharField(_("phone number"), max_length=16, unique=True, null=True, blank=True)
    family_name_km = models.CharField(_("family name in Khmer"), max_length=60)
    given_name_km = models.CharField(_("given name in Khmer"), max_length=60)
    family_name_latin = models.CharField(_("family name in Latin"), max_length=60, blank=True)
    given_name_latin = models.CharField(_("given name in Latin"), max_length=60, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    # Made by the demo or a simulation, never a real person.
    is_simulated = models.BooleanField(_("simulated"), default=False)
    joined_on = models.DateField(_("account made on"), default=timezone.localdate)
    last_login = None  # a time nobody needs

    objects = UserManager()

    USERNAME_FIELD = "code"
    REQUIRED_FIELDS = ["family_name_km", "given_name_km"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["family_name_km", "given_name_km"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(family_name_km="") & ~Q(given_name_km=""), name="user_has_a_khmer_name"
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True) | ~Q(phone=""),
                name="user_phone_is_a_number_or_null",
            ),
        ]

    def __str__(self):
        return self.name_km

    @property
    def name_km(self):
        return f"{self.family_name_km} {self.given_name_km}"

    @property
    def name_latin(self):
        return f"{self.family_name_latin.upper()} {self.given_name_latin}".strip()

    @cached_property
    def roles(self):
        """The names of the roles this person holds, a frozenset of Role values."""
        return frozenset(membership.role for membership in self.memberships.all())

    @property
    def is_only_officer(self):
        return not self.roles - {Role.OFFICER}

    # The admin asks these; config.admin decides by role.
    is_staff = property(lambda self: bool(self.roles & {Role.EDITOR, Role.ADMINISTRATOR}))
    is_superuser = False

    def has_perm(self, perm, obj=None):
        return False

    def has_module_perms(self, app_label):
        return False


class Role(models.TextChoices):
    OFFICER = "officer", _("officer")
    TRAINER = "trainer", _("trainer")
    EVALUATOR = "evaluator", _("evaluator")
    EDITOR = "editor", _("editor")
    ADMINISTRATOR = "administrator", _("administrator")


class Membership(models.Model):
    """This person holds this role."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=15, choices=Role.choices)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="membership_is_held_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_has_a_role"),
        ]

    def __str__(self):
        return self.get_role_display()


class OneTimeCode(models.Model):
    """Lets one person choose a new password, once, until it expires. Made by a trainer."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="one_time_code")
    digest = models.CharField(max_length=128)  # a password hash of the code
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=5)

    def __str__(self):
        return f"{self.user_id}"
