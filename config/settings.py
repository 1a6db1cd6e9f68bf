"""One settings file. What differs between machines comes from the environment (.env.example).

Without any variable this is the pilot: SQLite, Celery over a folder, demo accounts allowed.
"""

import os
import secrets
import sqlite3
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

# What the site writes: database, study keys, files, the broker's folder, what is built at start.
DATA_DIR = Path(env.str("SPEAN_DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

MODE = env.str("SPEAN_MODE", default="pilot")
if MODE not in ("pilot", "production"):
    raise ImproperlyConfigured(f"SPEAN_MODE is {MODE!r}; write SPEAN_MODE=pilot or =production.")
PRODUCTION = MODE == "production"

# Whether people reach the site over https. A training room's own network has none.
HTTPS = env.bool("SPEAN_HTTPS", default=PRODUCTION)


def required(name):
    """The environment's value, which production cannot do without."""
    value = env.str(name, default="")
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"{name} is not set; production does not start without it.")
    return value


def made_once(path):
    """The secret kept in a file that the first start makes. Safe when two processes start."""
    draft = path.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(50))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    draft.unlink()
    return path.read_text()


SECRET_KEY = required("SECRET_KEY") or made_once(DATA_DIR / "secret_key")
DEBUG = env.bool("DJANGO_DEBUG", default=False)
ALLOWED_HOSTS = env.list("SPEAN_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# The address that QR codes and certificates show, for example http://192.168.1.10:8000
SITE_ADDRESS = env.str("SPEAN_ADDRESS", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_ADDRESS] if HTTPS else []

# Who answers officers' questions about their answers; shown in the consent.
DATA_KEEPER = required("SPEAN_DATA_KEEPER")
# One file a study, outside database and backup.
KEY_DIR = Path(env.str("SPEAN_KEY_DIR", default=str(DATA_DIR / "keys")))

INSTALLED_APPS = [
    "modeltranslation",
    "config.apps.SiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "training",
    "quizzes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.KhmerFirstMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "training.access.AccessMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "training.access.site",
            ],
            "builtins": ["training.templatetags.spean"],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'spean.sqlite3'}")}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL can corrupt a file before SQLite 3.51.3 when two connections checkpoint at once.
    journal = "WAL" if sqlite3.sqlite_version_info >= (3, 51, 3) else "TRUNCATE"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": f"PRAGMA journal_mode={journal}; PRAGMA synchronous=FULL; "
        "PRAGMA secure_delete=ON;",  # what was withdrawn leaves no trace in the file
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 3
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_USER_MODEL = "training.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "training.access.CodeOrPhoneBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "training.access.OwnWordsValidator",
        "OPTIONS": {
            "user_attributes": ["code", "phone", "name_km", "family_name_km", "given_name_km"]
            + ["name_latin", "family_name_latin", "given_name_latin"],
        },
    },
]
PASSWORD_HASHERS = [
    "training.access.StationArgon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "training:sign_in"
LOGIN_REDIRECT_URL = "training:home"

# A person at an address, never an address alone: thirty officers share one.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_CALLABLE = "training.learner.account.locked_out"
AXES_USERNAME_FORM_FIELD = "username"
AXES_VERBOSE = False
# What a sign-in form carries of a survey must not stand beside a name in the table of wrong tries.
AXES_SENSITIVE_PARAMETERS = ["next", "carried"]
# Behind nginx the address of the person is the one that the proxy names.
AXES_IPWARE_PROXY_COUNT = env.int("SPEAN_PROXIES", default=0)

# Sessions: a shared computer signs out after ten idle minutes (access.py holds the own phone's)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 10 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_FAILURE_VIEW = "training.errors.csrf_failure"

SECURE_SSL_REDIRECT = False  # the proxy's work; /healthz must answer over plain http
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024  # bytes; the largest form is a survey page of 5 items
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# Two languages, Khmer first
LANGUAGE_CODE = "km"
LANGUAGES = [("km", "ខ្មែរ"), ("en", "English")]
LANG_INFO["km"]["name_local"] = "ខ្មែរ"  # Django calls the language by its English name
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
MODELTRANSLATION_LANGUAGES = ("km", "en")
MODELTRANSLATION_DEFAULT_LANGUAGE = "km"
MODELTRANSLATION_FALLBACK_LANGUAGES = ()
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Phnom_Penh"

# Files
BUILT_DIR = DATA_DIR / "built"  # fonts, made by `manage.py build`
BUILT_DIR.mkdir(exist_ok=True)
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("SPEAN_STATIC_ROOT", default=str(DATA_DIR / "static")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BUILT_DIR]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
# Never served by address: a view hands files out to those who may have them.
MEDIA_ROOT = Path(env.str("SPEAN_MEDIA_ROOT", default=str(DATA_DIR / "media")))

# Jobs: the Job row is the truth; the broker only carries its number faster.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=env.str("REDIS_URL", default=""))
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "retry_on_timeout": False,
    "max_retries": 0,
}
if not CELERY_BROKER_URL:
    CELERY_BROKER_URL = "filesystem://localhost"
    broker = DATA_DIR / "broker"
    for folder in ("queue", "done", "control"):
        (broker / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(broker / "queue"),
        "data_folder_out": str(broker / "queue"),
        "processed_folder": str(broker / "done"),
        "control_folder": str(broker / "control"),
        "store_processed": False,
    }
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "quizzes.tasks.sweep", "schedule": 60}}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_TIMEZONE = TIME_ZONE

# Measuring: no table or picture shows a group smaller than this. Below 5 nothing starts.
MIN_GROUP = env.int("SPEAN_MIN_GROUP", default=10)
if MIN_GROUP < 5:
    raise ImproperlyConfigured("SPEAN_MIN_GROUP must be 5 or more.")

# No person in a log line: survey requests carry no user and no address.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}, "axes": {"level": "ERROR"}},
}
