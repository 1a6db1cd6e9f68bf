"""Study keys, participant codes, sealing and opening.

One file a study in SPEAN_KEY_DIR, shared by all processes, outside database and backup:
{"link": base64 of 32 bytes or null, "data": base64 of 32 bytes}. The Study row holds fingerprints.
"""

import base64
import hashlib
import hmac
import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_BYTES = 32
NONCE_BYTES = 12


class KeysMissingError(Exception):
    """The study's keys are not here, not the right ones, or the link key was destroyed."""


@dataclass(frozen=True)
class StudyKeys:
    """The two keys of a study. `link` is None once it was destroyed: no code can be made again."""

    link: bytes | None
    data: bytes

    def code_of(self, study, user) -> str:
        """The participant code: base32 of HMAC-SHA-256(link key, study and person), 16 characters.

        Raises KeysMissingError if the link key was destroyed.
        """
        return self._code(f"{study.code}|{user.uuid}")

    def imported_code(self, study, participant: str) -> str:
        """The code of a participant whom another source names."""
        return self._code(f"{study.code}|import:{participant}")

    def card_code(self, study, card: str) -> str:
        """The code of a participant whom a card names, in all waves; nobody on the site has it."""
        return self._code(f"{study.code}|paper:{card}")

    def _code(self, message: str) -> str:
        if self.link is None:
            raise KeysMissingError("link key destroyed")
        digest = hmac.digest(self.link, message.encode(), "sha256")
        return base64.b32encode(digest).decode()[:16]

    def mark(self, text: str) -> str:
        """A short keyed mark of something that must be recognised but not kept."""
        return hmac.digest(self.data, text.encode(), "sha256").hex()[:24]

    def seal(self, content: dict, *, place: str) -> bytes:
        """Encrypt `content` (JSON) for one place; it opens nowhere else."""
        packed = zlib.compress(json.dumps(content, separators=(",", ":")).encode())
        return self.seal_bytes(packed, place=place)

    def open(self, sealed: bytes, *, place: str) -> dict:
        """What was sealed for this place. Raises KeysMissingError if the key does not fit."""
        return json.loads(zlib.decompress(self.open_bytes(sealed, place=place)))

    def seal_bytes(self, packed: bytes, *, place: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.data).encrypt(nonce, packed, place.encode())

    def open_bytes(self, sealed: bytes, *, place: str) -> bytes:
        """Raises KeysMissingError if the key does not fit."""
        sealed = bytes(sealed)
        try:
            return AESGCM(self.data).decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode()
            )
        except InvalidTag as error:
            raise KeysMissingError("the data key does not open this") from error


def key_path(study) -> Path:
    return Path(settings.KEY_DIR) / f"{study.code}.json"


def fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"spean study key|" + key).hexdigest()


def make_keys(study) -> StudyKeys:
    """Make the study's keys, once, and note their fingerprints on the row.

    Raises FileExistsError if there is a file or the row already knows keys: a new link key would
    make every participant a stranger.
    """
    if study.link_fingerprint or study.data_fingerprint:
        raise FileExistsError(study.code)
    keys = StudyKeys(os.urandom(KEY_BYTES), os.urandom(KEY_BYTES))
    path = key_path(study)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(as_text(keys), file)
        file.flush()
        os.fsync(file.fileno())
    study.link_fingerprint = fingerprint(keys.link)
    study.data_fingerprint = fingerprint(keys.data)
    study.save(update_fields=["link_fingerprint", "data_fingerprint"])
    return keys


def as_text(keys: StudyKeys) -> dict[str, str | None]:
    return {
        "link": base64.b64encode(keys.link).decode() if keys.link else None,
        "data": base64.b64encode(keys.data).decode(),
    }


def keys_of(study) -> StudyKeys:
    """The study's keys, compared with the fingerprints.

    Raises KeysMissingError if the file is missing, broken, or not this study's.
    """
    try:
        text = json.loads(key_path(study).read_text())
        keys = StudyKeys(
            base64.b64decode(text["link"]) if text["link"] else None,
            base64.b64decode(text["data"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeysMissingError(f"no key file for {study.code}") from error
    if fingerprint(keys.data) != study.data_fingerprint:
        raise KeysMissingError(f"the data key is not that of {study.code}")
    if keys.link and fingerprint(keys.link) != study.link_fingerprint:
        raise KeysMissingError(f"the link key is not that of {study.code}")
    return keys


def link_keys_of(study) -> StudyKeys:
    """Keys with which participant codes can be made. Raises KeysMissingError if they cannot."""
    keys = keys_of(study)
    if keys.link is None:
        raise KeysMissingError(f"the link key of {study.code} was destroyed")
    return keys


def destroy_link_key(study) -> None:
    """End all links between people and answers, for good. The answers stay readable.

    Raises KeysMissingError if there are no keys.
    """
    keys = keys_of(study)
    path = key_path(study)
    draft = path.with_suffix(".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(as_text(StudyKeys(None, keys.data)), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    study.link_fingerprint = ""
    study.save(update_fields=["link_fingerprint"])
