"""Django's settings, all derived from `place.Place`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mettle import __version__
from mettle.web.place import Place
from mettle.words import LOCALE

HERE = Path(__file__).resolve().parent
PLACE = Place.from_environment()

SECRET_KEY = PLACE.secret_key()
DEBUG = False
ALLOWED_HOSTS = list(PLACE.hosts)
ROOT_URLCONF = "mettle.web.urls"
WSGI_APPLICATION = "mettle.web.wsgi.application"
DATABASES = {"default": PLACE.database()}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",  # what limits sign-in counts for every process
        "LOCATION": "mettle_cache",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "mettle.web.apps.WebConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mettle.web.middleware.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mettle.web.middleware.headers",
    "mettle.web.lock.middleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mettle.web.middleware.page",
            ],
        },
    },
]

# Who signs in, and how: a one-time link from the machine itself, then a passkey; passwords where an instance wants them.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/welcome/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/welcome/"
ACCOUNT_ADAPTER = "mettle.web.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = PLACE.proxies
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/15m/ip,5/15m/key",
    "request_login_code": "20/15m/ip,5/15m/key",  # letters that somebody may cause, so that no mailbox is flooded from here
    "reset_password": "20/15m/ip,5/15m/key",
    "manage_email": "20/h/user",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PLACE.https  # browsers allow passkeys on http only for localhost
MFA_ADAPTER = "allauth.mfa.adapter.DefaultMFAAdapter"

# Letters, where there is a mail server: an address of one's own, a code to sign in with, a new password.
MAILING = bool(PLACE.email_url)
WITH_LETTERS = {
    "ACCOUNT_EMAIL_VERIFICATION": "optional",
    "ACCOUNT_LOGIN_BY_CODE_ENABLED": True,
    "ACCOUNT_LOGIN_BY_CODE_TIMEOUT": 15 * 60,
    "ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED": True,
    "ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT": 15 * 60,
    "ACCOUNT_MAX_EMAIL_ADDRESSES": 3,
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,
    "ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL": "/accounts/email/",
    "ACCOUNT_EMAIL_CONFIRMATION_ANONYMOUS_REDIRECT_URL": "/accounts/login/",
    "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
    "ACCOUNT_FORMS": {
        "request_login_code": "mettle.web.accounts.CodeForm",
        "reset_password": "mettle.web.accounts.NewPasswordForm",
    },
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,  # an address that nobody confirmed keeps nobody else from it
}
if MAILING:
    globals().update(PLACE.email(), **WITH_LETTERS)

USE_TZ = True
TIME_ZONE = "UTC"  # a person's own zone is theirs; the server keeps UTC
USE_I18N = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [LOCALE]
LANGUAGES = [
    ("en", "English"),
    *((f.name.replace("_", "-").lower(), f.name) for f in sorted(LOCALE_PATHS[0].glob("[a-z][a-z]*"))),
]  # a translation is a folder

STATIC_VERSION = hashlib.sha256(
    __version__.encode() + b"".join(p.read_bytes() for p in sorted((HERE / "static").rglob("*")) if p.is_file()),
).hexdigest()[:12]
STATIC_URL = f"/static/{STATIC_VERSION}/"  # in the path, so that scripts which import each other are all of one version
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 31_536_000

SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PLACE.https
if PLACE.https:
    SESSION_COOKIE_NAME = "__Host-mettle"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{h}" for h in PLACE.hosts] + [f"https://{h}:*" for h in PLACE.hosts]
SECURE_REFERRER_POLICY = "same-origin"  # forms need their origin; nobody else gets an address
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
LOOK_FOR_BETTER_PLANS = True
UPLOAD_LIMIT_BYTES = 40 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING"},
        "mettle": {"handlers": ["console"], "level": "INFO"},
    },
}
