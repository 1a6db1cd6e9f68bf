"""Uploads: what they are says their content."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from mutagen.id3 import TIT2
from mutagen.mp3 import MP3
from PIL import Image

from training.actions import files
from training.actions.files import FileError, add_file
from training.models import LessonFile

pytestmark = pytest.mark.django_db


def picture(kind="PNG", size=(60, 40), mode="RGB", **options):
    written = BytesIO()
    Image.new(mode, size).save(written, kind, **options)
    return written.getvalue()


def png():
    return picture()


def mp3(seconds=2):
    """Silent MPEG-1 layer III, 64 kbit/s, 44.1 kHz, mono: frames of 208 or so bytes."""
    frame = bytes.fromhex("fffb50c4") + bytes(204)
    return frame * (seconds * 44100 // 1152)


def ogg_page(serial, sequence, granule, packets, kind=0):
    """A page of an Ogg stream with whole packets, and its checksum."""
    lacing = b"".join(b"\xff" * (len(one) // 255) + bytes([len(one) % 255]) for one in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, kind, granule, serial, sequence, 0, len(lacing))
    page = head + lacing + b"".join(packets)
    sum_ = 0
    for byte in page:
        sum_ ^= byte << 24
        for _bit in range(8):
            sum_ = (sum_ << 1 ^ (0x04C11DB7 if sum_ & 0x80000000 else 0)) & 0xFFFFFFFF
    return page[:22] + struct.pack("<I", sum_) + page[26:]


def opus(seconds=2):
    """An Ogg stream with Opus headers, a comment and one empty packet at the end."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    comment = b"TITLE=secret"
    tags = b"OpusTags" + struct.pack("<I", 1) + b"x" + struct.pack("<I", 1)
    tags += struct.pack("<I", len(comment)) + comment
    return (
        ogg_page(1, 0, 0, [head], kind=2)
        + ogg_page(1, 1, 0, [tags])
        + ogg_page(1, 2, seconds * 48000, [b"\xfc\xff\xfe"], kind=4)
    )


@pytest.fixture
def add(whole, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def add(data, **changed):
        place = {"screen": 1, "language": "km", "alt": "ក"} | changed
        return add_file(whole, SimpleUploadedFile("a.txt", data), **place)

    return add


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_webp_under_a_name_of_the_site_s(add, kind):
    row = add(picture(kind))

    assert (row.kind, row.format, row.width, row.height) == ("picture", "image/webp", 60, 40)
    assert row.file.name.startswith("lessons/m1l1/")
    assert row.file.name.endswith(".webp")
    with row.file.open() as file:
        assert Image.open(file).format == "WEBP"
    assert row.size == row.file.size


def test_a_wide_picture_becomes_smaller(add):
    row = add(picture(size=(3000, 1500)))

    assert (row.width, row.height) == (1200, 600)


def test_hidden_data_of_a_picture_is_dropped_and_it_stands_upright(add):
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    exif[0x0112] = 6  # lies on its side
    row = add(picture("JPEG", exif=exif))

    with row.file.open() as file:
        data = file.read()
    assert b"secret" not in data
    assert b"EXIF" not in data
    assert (row.width, row.height) == (40, 60)


def test_a_transparent_picture_stays_transparent(add):
    row = add(picture(mode="RGBA"))

    with row.file.open() as file:
        assert Image.open(file).mode == "RGBA"


def header_only(width, height):
    """A PNG that says it is this large, with hardly any data."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(10_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(picture(size=(5001, 5000), mode="1"), id="too many pixels"),
        pytest.param(header_only(60_000, 60_000), id="a bomb"),
        pytest.param(header_only(100, 100), id="no data"),
        pytest.param(png()[:60], id="cut off"),
        pytest.param(picture("GIF"), id="gif"),
        pytest.param(picture("TIFF"), id="tiff"),
        pytest.param(b"RIFF\x24\x00\x00\x00WAVEfmt ", id="wav"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="svg"),
        pytest.param(b"%PDF-1.7", id="pdf"),
        pytest.param(b"", id="empty"),
        pytest.param(b"ID3" + bytes(2000), id="a tag without sound"),
        pytest.param(b"\xff\xfb" * 500, id="no frames"),
        pytest.param(b"OggS" + bytes(500), id="no stream"),
        pytest.param(ogg_page(1, 0, 0, [b"\x7fFLAC"], kind=2), id="flac"),
        pytest.param(opus(16 * 60), id="too long"),
        pytest.param(bytes(10 * 1024 * 1024 + 1), id="too large"),
    ],
)
def test_what_is_neither_picture_nor_sound_is_refused(add, data, tmp_path):
    with pytest.raises(FileError):
        add(data)

    assert not LessonFile.objects.exists()
    assert not list(tmp_path.rglob("*.*p*"))


def test_pictures_have_a_limit_of_their_own(add, monkeypatch):
    monkeypatch.setattr(files, "PICTURE_BYTES", 50)

    with pytest.raises(FileError, match="MB"):
        add(png())


def test_sound_stays_as_it_is_without_its_tags(add):
    tagged = BytesIO(mp3())
    track = MP3(tagged)
    track.add_tags()
    track.tags.add(TIT2(text="secret"))
    tagged.seek(0)
    track.save(tagged)
    assert b"secret" in tagged.getvalue() or b"s\x00e\x00c" in tagged.getvalue()

    row = add(tagged.getvalue())

    assert (row.kind, row.format, row.seconds) == ("sound", "audio/mpeg", 2)
    assert row.file.name.endswith(".mp3")
    with row.file.open() as file:
        assert file.read() == mp3()


def test_opus_is_taken_and_loses_its_comments(add):
    row = add(opus())

    assert (row.format, row.seconds) == ("audio/ogg", 2)
    with row.file.open() as file:
        data = file.read()
    assert b"secret" not in data
    assert data.startswith(b"OggS")
