"""One deployment serves one company. Everything it keeps lies under ALOFT_HOME."""

from __future__ import annotations

import os
from pathlib import Path

from aloft.databases import database
from aloft.keys import secret_key


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(int(default))).lower() in {"1", "true", "yes"}


def words(name: str, default: str = "") -> list[str]:
    return [word for word in os.environ.get(name, default).replace(",", " ").split() if word]


HERE = Path(__file__).resolve().parent
ALOFT_HOME = Path(os.environ.get("ALOFT_HOME", ".aloft")).resolve()
ALOFT_DEMO = flag("ALOFT_DEMO")
ALOFT_SMTP = os.environ.get("ALOFT_SMTP", "")
ALOFT_MAIL_FROM = os.environ.get("ALOFT_MAIL_FROM", "Aloft <aloft@localhost>")
ALOFT_WEBHOOK_NETWORKS = words("ALOFT_WEBHOOK_NETWORKS")
"""Networks of our own that webhooks may lead to; else they lead to public addresses alone."""
ALOFT_URL = os.environ.get("ALOFT_URL", "http://127.0.0.1:8000").rstrip("/")
ALOFT_COMPANY = os.environ.get("ALOFT_COMPANY", "Aloft")
"""What customers know us by."""
DEBUG = flag("ALOFT_DEBUG")
SECRET_KEY = os.environ.get("ALOFT_SECRET_KEY") or secret_key(ALOFT_HOME)
ALLOWED_HOSTS = words("ALOFT_HOSTS", "127.0.0.1 localhost [::1] testserver")
ACCOUNT_GROUPS = tuple(words("ALOFT_ACCOUNT_GROUPS", "company account organization"))
"""The group types of PostHog's clients that stand for an account; of several, the first."""
ROOT_URLCONF = "aloft.urls"
WSGI_APPLICATION = "aloft.wsgi.application"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "aloft.records",
    "aloft.collect",
    "aloft.measures",
    "aloft.act",
    "aloft.learn",
    "aloft.engine",
    "aloft.ui",
    "aloft.workspace",
    "aloft.portal",
    "allauth",
    "allauth.account",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "aloft.ui.middleware.strict_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "aloft.portal.gate.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "aloft.ui.context.named",
                "aloft.workspace.context.shell",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "aloft.ui.templatetags.aloft"],
        },
    }
]

DATABASES = {"default": database(os.environ.get("ALOFT_DATABASE", ""), ALOFT_HOME)}
INBOX_SCHEMA = os.environ.get("ALOFT_INBOX_SCHEMA", "inbox")
"""Of a PostgreSQL database; `{home}` in it, and in ALOFT_DATABASE, stands for a digest of the home."""
WEB_PROCESSES = int(os.environ.get("ALOFT_WEB_PROCESSES", "1"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "aloft.records.sign_in.ClosedAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login_failed": "20/15m/ip,5/15m/key"}
ACCOUNT_SESSION_REMEMBER = True
CACHES = {"default": {"BACKEND": "aloft.records.cache.RowCache"}}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SECURE_HTTPS = flag("ALOFT_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

FILE_UPLOAD_HANDLERS = [
    "aloft.workspace.upload_limit.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

DATA_UPLOAD_MAX_NUMBER_FIELDS = 25_000  # the mapping of 20 files of 500 columns has one or two for each

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "static/"
STATIC_ROOT = ALOFT_HOME / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
