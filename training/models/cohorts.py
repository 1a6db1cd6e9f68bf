"""Groups that take the course together, and the way that each has pinned."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from training.models.curriculum import Step
from training.models.people import new_code
from training.models.referrals import Place


class CohortQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Cohorts this user may open: those he or she trains. No role opens all."""
        return self.filter(trainers=user)

    def with_sizes(self):
        """With `n_members`, and `n_certified` of them who hold a certificate."""
        member = Q(enrolments__left_on=None)
        certified = member & Q(
            enrolments__certificates__isnull=False, enrolments__certificates__revoked_on=None
        )
        return self.annotate(
            n_members=Count("enrolments", filter=member, distinct=True),
            n_certified=Count("enrolments", filter=certified, distinct=True),
        )


class Cohort(models.Model):
    """A group that takes the course together."""

    class Origin(models.TextChoices):
        REAL = "real", _("real")
        SIMULATED = "simulated", _("simulated")
        IMPORTED = "imported", _("imported")

    name = models.CharField(_("name"), max_length=120)
    join_code = models.CharField(_("join code"), max_length=6, unique=True, default=new_code)
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"))
    trainers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="cohorts_taught", verbose_name=_("trainers")
    )
    # Whose services the pages of its officers show first. NULL: of several provinces.
    province = models.ForeignKey(
        Place,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"level": Place.Level.PROVINCE},
        verbose_name=_("province"),
    )
    origin = models.CharField(max_length=9, choices=Origin.choices, default=Origin.REAL)
    closed_on = models.DateField(_("joining closed on"), null=True, blank=True)
    # A waiting group answers its surveys first and begins the course on this day. NULL: the course
    # is open from the start.
    course_opens_on = models.DateField(_("course opens on"), null=True, editable=False)
    # When the way was pinned: later changes of the course do not touch this cohort. NULL: nobody
    # has joined yet.
    started_at = models.DateTimeField(null=True, editable=False)

    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="cohort_ends_after_it_starts",
                violation_error_message=_("A cohort ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["real", "simulated", "imported"]),
                name="cohort_has_an_origin",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_open(self):
        """Whether somebody may still join: until the day on which joining closes."""
        return self.closed_on is None or self.closed_on > timezone.localdate()

    @property
    def is_simulated(self):
        return self.origin == self.Origin.SIMULATED


class CohortStep(models.Model):
    """A step of this cohort's way, pinned: before the course, in it, or after it."""

    class Place(models.IntegerChoices):
        BEFORE = 0
        COURSE = 1
        AFTER = 2

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="steps")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="cohort_steps")
    place = models.PositiveSmallIntegerField(choices=Place.choices, default=Place.COURSE)
    position = models.PositiveSmallIntegerField()
    # A survey after three months is no step before this day. NULL: from the start.
    opens_on = models.DateField(null=True)
    # The last day of a survey, as it was planned. NULL: none was.
    closes_on = models.DateField(null=True)
    # A survey whose wave has closed, or whose study keys are missing, is skipped.
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["place", "position"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "step"], name="cohort_has_a_step_once"),
            models.UniqueConstraint(
                fields=["cohort", "place", "position"], name="cohort_step_has_its_own_place"
            ),
            models.CheckConstraint(
                condition=Q(place__in=[0, 1, 2]), name="cohort_step_has_a_place"
            ),
        ]

    def __str__(self):
        return f"{self.cohort_id}: {self.step_id}"

    @property
    def first_day(self):
        """The day from which it can be taken; None: from the start."""
        waits = self.place == self.Place.COURSE and self.cohort.course_opens_on
        return self.opens_on or waits or None


class EnrolmentQuerySet(models.QuerySet):
    def current(self):
        """Enrolments that go on, the newest first, with what a page of the way shows."""
        return self.filter(left_on=None).select_related("cohort", "learner").order_by("-pk")

    def province_of(self, user) -> Place | None:
        """The person's own province: that of the newest current cohort that has one."""
        if not user.is_authenticated:
            return None
        theirs = self.current().filter(learner=user, cohort__province__isnull=False)
        newest = theirs.select_related("cohort__province").first()
        return newest.cohort.province if newest else None


class Enrolment(models.Model):
    """A person's place in a cohort."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments"
    )
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="enrolments")
    joined_on = models.DateField(default=timezone.localdate)
    # The join form carries it, so that a form sent twice makes one person.
    join_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The last day with a finished lesson or check, or a page of the way opened. Never a survey.
    seen_on = models.DateField(null=True)
    left_on = models.DateField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "cohort"], name="learner_joins_a_cohort_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")),
                name="enrolment_ends_after_it_begins",
            ),
        ]

    def __str__(self):
        return f"{self.learner} · {self.cohort}"
