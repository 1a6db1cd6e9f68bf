"""Pictures and sound of a lesson, in each language its own."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.models.curriculum import Lesson


def place_of(instance, filename):
    """Where a file lies: never under the name that somebody gave it."""
    return f"lessons/{instance.lesson.code.lower()}/{uuid.uuid4().hex}{instance.suffix}"


class LessonFile(models.Model):
    """A picture or a sound. Pictures are written anew by the site; sound is verified."""

    class Kind(models.TextChoices):
        PICTURE = "picture", _("picture")
        SOUND = "sound", _("sound")

    class Format(models.TextChoices):
        WEBP = "image/webp", "WebP"
        MP3 = "audio/mpeg", "MP3"
        OGG = "audio/ogg", "OGG"

    SUFFIXES = {Format.WEBP: ".webp", Format.MP3: ".mp3", Format.OGG: ".ogg"}

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    format = models.CharField(max_length=10, choices=Format.choices)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    # The screen beside which it stands; lessons are written anew with their screens' numbers.
    screen = models.PositiveSmallIntegerField(_("screen"))
    file = models.FileField(upload_to=place_of)
    alt = models.CharField(
        _("in words"), max_length=300, help_text=_("What it shows or says, for who cannot.")
    )
    width = models.PositiveSmallIntegerField(null=True, editable=False)  # pixels; pictures
    height = models.PositiveSmallIntegerField(null=True, editable=False)
    seconds = models.PositiveSmallIntegerField(null=True, editable=False)  # sound
    size = models.PositiveIntegerField(editable=False)  # bytes

    class Meta:
        verbose_name = _("picture or sound")
        verbose_name_plural = _("pictures and sound")
        ordering = ["lesson", "screen", "kind", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "screen", "kind", "language"],
                name="screen_has_one_picture_and_one_sound_a_language",
                violation_error_message=_(
                    "This screen has such a file in this language already. Delete it first."
                ),
            ),
            models.CheckConstraint(condition=~Q(alt=""), name="lesson_file_is_said_in_words"),
            models.CheckConstraint(
                condition=Q(kind="picture", format="image/webp", width__isnull=False)
                | Q(kind="sound", format__in=["audio/mpeg", "audio/ogg"]),
                name="lesson_file_has_the_format_of_its_kind",
            ),
        ]

    def __str__(self):
        return f"{self.lesson_id}.{self.screen} {self.kind} {self.language}"

    @property
    def suffix(self):
        return self.SUFFIXES[self.format]
