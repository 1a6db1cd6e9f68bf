"""Which instrument is asked when, of whom, and under which keys."""

from datetime import timedelta

from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quizzes.models.instruments import InstrumentVersion, Item, Scale
from training.models import Cohort, Step
from training.models.way import SECOND_SURVEY

# Part of addresses and of the key file's name.
CODE_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]{0,15}$"


def subgroup_items(version: InstrumentVersion) -> models.QuerySet[Item]:
    """The items by whose answers a study may declare subgroups."""
    about_oneself = Q(kind=Item.Kind.DEMOGRAPHIC) | Q(is_identifying=True)
    return version.items.filter(about_oneself, type=Item.Type.SELECT_ONE)


def family_items(version: InstrumentVersion) -> models.QuerySet[Item]:
    """The items whose changes are tested one by one, and may be declared as one family."""
    others = [Item.Kind.DEMOGRAPHIC, Item.Kind.PROCESS]
    items = version.items.filter(type=Item.Type.SELECT_ONE, is_identifying=False)
    return items.exclude(kind__in=others)


class StudyQuerySet(models.QuerySet):
    def with_sizes(self):
        """With `n_cohorts`, and the instrument that a page names."""
        return self.select_related("version__instrument").annotate(n_cohorts=Count("cohorts"))


class Study(models.Model):
    """One measurement: an instrument version, its waves, its keys.

    The keys are in a file; the row holds their fingerprints, so that a wrong or missing key is
    seen and never makes a new code. Empty: no keys made yet, or the link key was destroyed.
    """

    code = models.CharField(max_length=16, unique=True)
    title = models.CharField(_("title"), max_length=200)
    version = models.ForeignKey(InstrumentVersion, on_delete=models.PROTECT, related_name="studies")
    min_group = models.PositiveSmallIntegerField(_("smallest group shown"))
    link_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    data_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    # Declared before the first answer; from then on the database keeps them (triggers.py).
    # subgroups: codes of items about oneself. bands: scale code -> points that count as a change,
    # None: any change; the instrument's for a scale that is not named. family: codes of the items
    # whose p values are adjusted by Holm; empty: all items of scales.
    subgroups = models.JSONField(default=list, blank=True)
    bands = models.JSONField(default=dict, blank=True)
    family = models.JSONField(default=list, blank=True)
    declared_on = models.DateField(null=True, editable=False)  # NULL: nothing was declared
    cohorts = models.ManyToManyField(Cohort, through="StudyCohort", related_name="studies")

    objects = StudyQuerySet.as_manager()

    class Meta:
        verbose_name = _("study")
        verbose_name_plural = _("studies")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(min_group__gte=5), name="study_shows_groups_of_five"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=CODE_PATTERN), name="study_code_fits_an_address_and_a_file"
            ),
            models.UniqueConstraint(Lower("code"), name="study_code_is_used_once_in_any_case"),
        ]

    def __str__(self):
        return self.code

    @property
    def is_answered(self):
        """Whether somebody has begun or sent answers, which may still be withdrawn."""
        begun = self.waves.filter(drafts__isnull=False)
        return begun.exists() or self.waves.filter(responses__isnull=False).exists()

    def band_of(self, scale: Scale) -> float | None:
        """Points that count as a change of this scale; None: any change."""
        return self.bands.get(scale.code, scale.band)


class Wave(models.Model):
    """One time of asking. Its step stands in the way of every cohort of the study."""

    class Name(models.TextChoices):
        PRE = "pre", _("before the course")
        POST = "post", _("after the course")
        FU3 = "fu3", _("3 months later")
        FU6 = "fu6", _("6 months later")

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="waves")
    name = models.CharField(max_length=4, choices=Name.choices)
    position = models.PositiveSmallIntegerField()
    # The study's version, unless a later one was taken up before anybody answered this wave.
    version = models.ForeignKey(InstrumentVersion, on_delete=models.PROTECT, related_name="waves")
    # Days after the end of a cohort. NULL: opens as soon as somebody stands there.
    opens_after = models.PositiveSmallIntegerField(null=True)
    closes_after = models.PositiveSmallIntegerField(default=14)
    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="wave")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="study_has_a_wave_once"),
            models.CheckConstraint(
                condition=Q(name__in=["pre", "post", "fu3", "fu6"]), name="wave_has_a_known_name"
            ),
            models.CheckConstraint(
                condition=Q(opens_after=None) | Q(closes_after__gte=F("opens_after")),
                name="wave_is_planned_to_close_after_it_opens",
            ),
        ]

    def __str__(self):
        return f"{self.study} {self.name}"

    @property
    def is_answered(self):
        """Whether somebody has begun or sent answers, which may still be withdrawn."""
        return self.drafts.exists() or self.responses.exists()

    def later_versions(self) -> models.QuerySet[InstrumentVersion]:
        """The versions of the same instrument that this wave could take up."""
        return InstrumentVersion.objects.askable().filter(
            instrument=self.version.instrument_id, number__gt=self.version.number
        )


class StudyCohortQuerySet(models.QuerySet):
    def with_waves(self):
        """With the cohort and its waves in order: two queries."""
        return self.select_related("cohort").prefetch_related("waves__wave").order_by("cohort__pk")


class StudyCohort(models.Model):
    """This cohort takes part in this study."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="study_cohorts")
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="study_cohorts")
    is_comparison = models.BooleanField(_("comparison cohort"), default=False)

    objects = StudyCohortQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "cohort"], name="cohort_is_in_a_study_once")
        ]

    def __str__(self):
        return f"{self.study}: {self.cohort}"

    @property
    def is_waiting(self):
        """Whether both surveys lie before its course."""
        return self.is_comparison and self.cohort.course_opens_on is not None


class CohortWave(models.Model):
    """A wave of one cohort. Closing it freezes its answers and deletes what was not sent."""

    study_cohort = models.ForeignKey(StudyCohort, on_delete=models.PROTECT, related_name="waves")
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="cohort_waves")
    opens_on = models.DateField(null=True)  # NULL: as soon as somebody stands there
    closes_on = models.DateField()  # as planned and as the consent says
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["wave__position", "study_cohort"]
        constraints = [
            models.UniqueConstraint(fields=["study_cohort", "wave"], name="cohort_has_a_wave_once"),
            models.CheckConstraint(
                condition=Q(opens_on=None) | Q(closes_on__gte=F("opens_on")),
                name="wave_closes_after_it_opens",
            ),
        ]

    def __str__(self):
        return f"{self.study_cohort} {self.wave.name}"

    @property
    def is_second(self):
        """Whether it is the survey that a waiting group takes again before its course."""
        return self.wave.name == Wave.Name.POST and self.study_cohort.is_waiting

    @property
    def title(self):
        """What the officers of this cohort call the survey."""
        return SECOND_SURVEY if self.is_second else self.wave.step.title

    @property
    def latest_close(self):
        """The last day until which it may stay open, as the next thing must wait; None: any day.

        A waiting group's surveys lie before its course: one ends before the other, both before it.
        """
        cohort = self.study_cohort.cohort
        step = cohort.steps.filter(step=self.wave.step_id).first()
        if not (cohort.course_opens_on and step and step.place == step.Place.BEFORE):
            return None
        behind = cohort.steps.filter(place=step.Place.BEFORE, position__gt=step.position)
        days = [row.opens_on for row in behind if row.opens_on]
        return min([*days, cohort.course_opens_on]) - timedelta(days=1)

    @property
    def is_open(self):
        return self.closed_at is None and not self.is_ahead

    @property
    def is_ahead(self):
        """Whether it opens on a later day."""
        return self.opens_on is not None and self.opens_on > timezone.localdate()
