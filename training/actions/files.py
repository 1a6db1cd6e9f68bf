"""Pictures and sound of a lesson: taken for what their content is, never for their name."""

from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from mutagen import MutagenError, apev2
from mutagen.mp3 import MP3
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from PIL import Image, ImageOps, UnidentifiedImageError

from training.actions.audit import record
from training.models import Lesson, LessonFile

MEGABYTE = 1024 * 1024
PICTURE_BYTES, SOUND_BYTES = 8 * MEGABYTE, 10 * MEGABYTE
PIXELS = 25_000_000  # what a picture may unpack to
WIDTH, HEIGHT = 1200, 3600  # pixels at most, as stored
SECONDS = 15 * 60
QUALITY = 80  # of WebP
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")


class FileError(Exception):
    """The file is not taken; the text says why, in the reader's language."""


@transaction.atomic
def add_file(lesson: Lesson, upload, *, screen, language, alt, by=None) -> LessonFile:
    """Keep a picture or a sound beside a screen of the lesson, in one language.

    upload: a file as a form brings it. screen: its number, from 1. alt: what it shows or says.

    Raises FileError with a sentence for the editor.
    """
    if upload.size > max(PICTURE_BYTES, SOUND_BYTES):
        raise FileError(too_large(SOUND_BYTES))
    data = upload.read()
    found = picture(data) if data.startswith(PICTURES) else sound(data)
    place = {"screen": screen, "kind": found["kind"], "language": language}
    if lesson.files.filter(**place).exists():
        raise FileError(_("This screen has such a file in this language already. Delete it first."))
    content = ContentFile(found.pop("content"))
    row = LessonFile(lesson=lesson, alt=alt, size=content.size, **(found | place))
    row.file.save("-", content, save=False)  # the row names it
    row.save()
    look_again(lesson)
    record("add file", row, by=by)
    return row


def look_again(lesson: Lesson) -> None:
    """What officers see or hear has changed: an earlier review and sign-off do not count for it."""
    Lesson.objects.filter(pk=lesson.pk).update(
        khmer_reviewed_by="", khmer_reviewed_on=None, signed_off_by="", signed_off_on=None
    )


def too_large(most: int) -> str:
    return _("The file is larger than %(most)s MB.") % {"most": most // MEGABYTE}


def picture(data: bytes) -> dict:
    """The picture written anew as WebP, without whatever else the file held."""
    if len(data) > PICTURE_BYTES:
        raise FileError(too_large(PICTURE_BYTES))
    try:
        image = Image.open(BytesIO(data), formats=["PNG", "JPEG", "WEBP"])
        if image.width * image.height > PIXELS:
            raise FileError(_("The picture has too many pixels: at most 25 million."))
        image = ImageOps.exif_transpose(image)
        has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
        image = image.convert("RGBA" if has_alpha else "RGB")
        image.thumbnail((WIDTH, HEIGHT))
        written = BytesIO()
        image.save(written, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise FileError(_("This is not a picture as PNG, JPEG or WebP.")) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise FileError(_("This picture is damaged.")) from error
    return {
        "kind": LessonFile.Kind.PICTURE,
        "format": LessonFile.Format.WEBP,
        "width": image.width,
        "height": image.height,
        "content": written.getvalue(),
    }


def sound(data: bytes) -> dict:
    """The sound as it is, without its tags."""
    if len(data) > SOUND_BYTES:
        raise FileError(too_large(SOUND_BYTES))
    try:
        track, written = untagged(data)
    except (MutagenError, ValueError, LookupError, EOFError) as error:
        raise FileError(
            _("This is neither a picture (PNG, JPEG, WebP) nor a sound (MP3, OGG).")
        ) from error
    if not 0 < track.info.length <= SECONDS:
        raise FileError(_("The sound is longer than 15 minutes, or has no length."))
    is_mp3 = isinstance(track, MP3)
    return {
        "kind": LessonFile.Kind.SOUND,
        "format": LessonFile.Format.MP3 if is_mp3 else LessonFile.Format.OGG,
        "seconds": max(1, round(track.info.length)),
        "content": written,
    }


def untagged(data: bytes):
    """The sound as mutagen reads it, and its bytes without tags. Raises MutagenError."""
    file = BytesIO(data)
    if not data.startswith(b"OggS"):
        track = MP3(file)
        if track.info.sketchy or track.info.layer != 3:
            raise MutagenError("not MPEG audio, layer 3")
        track.delete(file)
        file.seek(0)
        apev2.delete(file)
        return track, file.getvalue()
    for kind in (OggVorbis, OggOpus):
        try:
            file.seek(0)
            track = kind(file)
        except MutagenError:
            continue
        file.seek(0)
        track.delete(file)
        return track, file.getvalue()
    raise MutagenError("neither Vorbis nor Opus")


@transaction.atomic
def delete_file(row: LessonFile, *, by=None) -> None:
    record("delete file", row, by=by)
    look_again(row.lesson)
    forget(row)


def forget(row: LessonFile) -> None:
    """Delete the row now, and its file once that is certain."""
    storage, name = row.file.storage, row.file.name
    row.delete()
    transaction.on_commit(lambda: storage.delete(name))


@transaction.atomic
def move_files(lesson: Lesson, moved: dict[int, int], gone: list[int]) -> None:
    """Let files follow their screens.

    moved: old number of a screen -> new number. gone: the numbers of screens that were deleted.
    """
    files = list(lesson.files.all())
    for row in files:
        if row.screen in gone:
            forget(row)
    follow = [row for row in files if row.pk and moved.get(row.screen, row.screen) != row.screen]
    for shift in (1000, 0):  # two files never stand in one place
        for row in follow:
            LessonFile.objects.filter(pk=row.pk).update(screen=moved[row.screen] + shift)
