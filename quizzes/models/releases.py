"""Frozen results: the only thing that reports and exports read."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quizzes.models.studies import CohortWave, Study
from training.models import Job


class ReleaseQuerySet(models.QuerySet):
    def ready(self):
        return self.filter(built_at__isnull=False)

    def published(self):
        """Those that trainers see now."""
        return self.filter(published_at__isnull=False, unpublished_at=None)

    def named(self, text):
        """The release with this id, or None; whatever the text is."""
        try:
            return self.filter(pk=text).first()
        except ValidationError:
            return None

    def published_to(self, trainer):
        """Published releases that hold a cohort of this trainer."""
        own = CohortWave.objects.filter(study_cohort__cohort__trainers=trainer)
        return self.published().filter(cohort_waves__in=own).distinct()

    def named_only(self):
        """With what names it, without what it holds."""
        return self.defer("content", "report").select_related("study")

    def with_cohorts(self):
        """With what a line about a release names; without the sealed blobs where they are long."""
        return (
            self.defer("content")
            .select_related("study__version__instrument", "job")
            .prefetch_related("cohort_waves__wave", "cohort_waves__study_cohort__cohort")
        )


class Release(models.Model):
    """A union of closed cohort-waves. The same set gives the same release.

    `content` holds the rows and `report` the numbers, both sealed under the study's data key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveSmallIntegerField()
    cohort_waves = models.ManyToManyField(CohortWave, related_name="releases")
    # SHA-256 over the sorted numbers of the cohort-waves: what makes two releases the same.
    digest = models.CharField(max_length=64)
    is_simulated = models.BooleanField(default=False)
    content = models.BinaryField(null=True)
    report = models.BinaryField(null=True)
    # SHA-256 over what `content` holds, packed in one way; empty: built before there was one.
    content_hash = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    built_at = models.DateTimeField(null=True)
    # The last time. It stays when a release is taken back: trainers may have kept its numbers.
    published_at = models.DateTimeField(null=True)
    unpublished_at = models.DateTimeField(null=True)
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="release")

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="release_is_numbered"),
            models.UniqueConstraint(
                fields=["study", "digest"], name="same_set_is_the_same_release"
            ),
            models.CheckConstraint(
                condition=Q(built_at=None, content=None, report=None)
                | Q(built_at__isnull=False, content__isnull=False, report__isnull=False),
                name="release_is_built_whole",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(built_at__isnull=False),
                name="only_a_built_release_is_published",
            ),
            models.CheckConstraint(
                condition=Q(unpublished_at=None)
                | Q(published_at__isnull=False, unpublished_at__gte=F("published_at")),
                name="only_a_published_release_is_taken_back",
            ),
            models.CheckConstraint(
                condition=Q(content_hash="") | Q(built_at__isnull=False),
                name="only_a_built_release_has_a_hash",
            ),
        ]

    def __str__(self):
        return f"{self.study} {self.number}"

    @property
    def is_made(self):
        return self.built_at is not None

    @property
    def is_published(self):
        """Whether trainers see it now."""
        return self.published_at is not None and self.unpublished_at is None

    @property
    def cohorts(self):
        """The names of its cohorts, and of its waves, in order. One query with `with_cohorts`."""
        return list(dict.fromkeys(row.study_cohort.cohort.name for row in self.cohort_waves.all()))

    @property
    def waves(self):
        rows = sorted(self.cohort_waves.all(), key=lambda row: row.wave.position)
        return list(dict.fromkeys(row.wave.get_name_display() for row in rows))


class Export(models.Model):
    """A file made of a release, under codes that are new in each file."""

    class Format(models.TextChoices):
        CSV = "csv", _("CSV, one row a participant")  # as Spean made them before
        BUNDLE = "zip", _("one ZIP for every program, with codebook and report")

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="exports")
    format = models.CharField(max_length=8, choices=Format.choices, default=Format.BUNDLE)
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="export")
    file = models.FileField(upload_to="exports", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    rows = models.PositiveIntegerField(null=True)  # NULL: not built yet

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.release} {self.format} {self.pk}"

    @property
    def is_made(self):
        return bool(self.sha256)

    @property
    def file_name(self):
        """Says of which study, release and file it is, and whether it is of real people."""
        release = self.release
        kind = "-simulated" if release.is_simulated else ""
        return f"{release.study.code}-release{release.number}{kind}-file{self.pk}.{self.format}"
