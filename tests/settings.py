"""The settings of the site, away from a developer's data and without what costs tests time."""

import atexit
import os
import shutil
import tempfile

# Whatever the environment and .env say: tests write nowhere else, and each worker has its own.
os.environ["SPEAN_DATA_DIR"] = tempfile.mkdtemp(prefix="spean-tests-")
os.environ["SPEAN_MODE"] = "pilot"
atexit.register(shutil.rmtree, os.environ["SPEAN_DATA_DIR"], ignore_errors=True)

from config.settings import *  # noqa: E402, F403
from config.settings import BUILT_DIR, DATA_DIR, STORAGES  # noqa: E402

KEY_DIR = DATA_DIR / "keys"
MEDIA_ROOT = DATA_DIR / "media"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BUILT_DIR]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False  # a test of the lockout turns it on
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
