"""Django's settings, all of them derived from `config.env`."""

from pathlib import Path

from .env import database, read

ENV = read()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = ["*"]  # the desk answers under whatever name its proxy gives it; origins are checked where they matter
DATABASES = {"default": database(ENV) | {"TEST": {"NAME": str(ENV.data / "test.sqlite3") if ENV.sqlite else None}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FILES_DIR = ENV.data / "files"
HTTP_ALLOW = ENV.http_allow

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "yavar.base",
    "yavar.desk",
    "yavar.people",
    "yavar.conversations",
    "yavar.conversations.notes",
    "yavar.conversations.canned",
    "yavar.channels",
    "yavar.flow",
    "yavar.notifications",
    "yavar.webhooks",
    "yavar.integrations.channels.email",
]
MIDDLEWARE = [
    "yavar.web.ui.middleware.Headers",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "yavar.web.ui.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "yavar.web.ui.middleware.Problems",
]
ROOT_URLCONF = "yavar.config.urls"
APPEND_SLASH = False
AUTH_USER_MODEL = "people.Agent"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / room / "templates" for room in ("ui", "agent", "portal", "widget", "demo")],
        "OPTIONS": {"environment": "yavar.web.ui.templating.environment"},
    }
]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("fa", "فارسی"), ("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]

SESSION_COOKIE_NAME = "yavar_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.secure
CSRF_COOKIE_NAME = "yavar_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "yavar.web.ui.errors.csrf_failed"
CSRF_TRUSTED_ORIGINS = [ENV.url] if ENV.url else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.secure else None
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024 if ENV.esp else 256 * 1024  # a provider posts whole mails; web.ui.middleware keeps everybody else to LONGEST
ANYMAIL = {"WEBHOOK_SECRET": ENV.esp_secret, "MAILGUN_WEBHOOK_SIGNING_KEY": ENV.mailgun_key}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"yavar": {"level": "INFO"}},
}
