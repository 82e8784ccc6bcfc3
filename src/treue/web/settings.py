"""Django's settings. What an installation decides comes from its environment or its folder."""

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from treue.core import home, postgres
from treue.web.operations import logs

PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = home.secret_key()
DEBUG = False
PUBLIC_URL = os.environ.get("TREUE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", urlsplit(PUBLIC_URL).hostname]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "treue.web.urls"
ASGI_APPLICATION = "treue.web.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "treue.web.apps.WebConfig",
    "treue.core.staff",
    "treue.core.shop",
    "treue.core.customers",
    "treue.core.commerce",
    "treue.core.jobs",
    "treue.core.lake",
    "treue.core.events",
    "treue.core.webhooks",
    "treue.core.api",
    "treue.core.throttling",
    "treue.listen.imports",
    "treue.listen.tracking",
    "treue.understand.metrics",
    "treue.understand.profile",
    "treue.understand.value",
    "treue.understand.segments",
    "treue.understand.recommendations",
    "treue.act.loyalty",
    "treue.act.vouchers",
    "treue.act.referrals",
    "treue.act.rewards",
    "treue.act.content",
    "treue.act.gifts",
    "treue.act.offers",
    "treue.act.partners",
    "treue.act.portal",
    "treue.design",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "treue.web.operations.measuring.measured",
    "treue.web.operations.probes.answered_first",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "treue.web.language.LanguageMiddleware",
    "treue.web.accounts.sign_in_required.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "treue.web.errors.pages_for_refused_methods",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "treue.web.shell.shell",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "treue.design.templatetags.treue_formats"],
        },
    }
]
FORM_RENDERER = "treue.design.forms.Renderer"

DATABASES = {"default": postgres.connection_settings() | {"CONN_MAX_AGE": 0}}
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10}

# Counts of attempts belong to the installation, not to one of its web processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "staff_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[0]["OPTIONS"] = {"user_attributes": ("name", "email")}
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "treue.web.accounts.adapter.StaffAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # or anybody could have us write to anybody
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key", "reset_password": "10/m/ip,5/h/key"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "treue.web.accounts.forms.SignIn",
    "reset_password": "treue.web.accounts.forms.AskForReset",
    "reset_password_from_key": "treue.web.accounts.forms.ResetByLink",
    "change_password": "treue.web.accounts.forms.ChangePassword",
    "reauthenticate": "treue.web.accounts.forms.ConfirmPassword",
}
MFA_ADAPTER = "treue.web.accounts.adapter.TwoFactorAdapter"
MFA_FORMS = {
    "authenticate": "treue.web.accounts.forms.SignInCode",
    "reauthenticate": "treue.web.accounts.forms.ConfirmCode",
    "activate_totp": "treue.web.accounts.forms.ActivateApp",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Treue"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "treue.web.accounts.lockout.username"
AXES_LOCKOUT_CALLABLE = "treue.web.accounts.lockout.respond"
AXES_DISABLE_ACCESS_LOG = True  # the audit trail says who signed in, without addresses of machines
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_VERBOSE = False

# Browsers tell ports apart for pages, but not for cookies: two installations on one machine need names of their own.
_own = hashlib.sha256(SECRET_KEY.encode()).hexdigest()[:8]
SESSION_COOKIE_NAME = f"treue_session_{_own}"
CSRF_COOKIE_NAME = f"treue_csrf_{_own}"
_secure = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if _secure else 0
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "treue.web.errors.csrf_failed"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2100  # an imported file may have 2,000 columns, each with a choice of its own
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20  # 0 would keep whole uploads in memory; beyond it they go to a file
UPLOAD_LIMIT = int(os.environ.get("TREUE_UPLOAD_LIMIT_MB", "2048")) << 20
EVENTS_MONTHS = max(1, int(os.environ.get("TREUE_EVENTS_MONTHS", "24")))  # of the log that stay in the database
ENGINE = os.environ.get("TREUE_ENGINE", "")  # sc://host:15002, a Spark; without it DuckDB reads the lake
API_REQUESTS_PER_MINUTE = int(os.environ.get("TREUE_API_PER_MINUTE", "1200"))

DEFAULT_FROM_EMAIL = os.environ.get("TREUE_MAIL_FROM", "treue@localhost")
EMAIL_BACKEND = "treue.core.jobs.mail.OutboxBackend"
# The keys by which member cards are signed for wallets; `act/portal/passes/signing_keys.py` reads what they name.
WALLETS = {name: value for name, value in os.environ.items() if name.startswith(("TREUE_APPLE_", "TREUE_GOOGLE_"))}
SMTP_URL = os.environ.get("TREUE_SMTP_URL", "")
WEBHOOK_NETWORKS = os.environ.get("TREUE_WEBHOOK_NETWORKS", "")

LOGGING = logs.configuration()
