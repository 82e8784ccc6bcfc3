"""Sign-in and one's own account. Of allauth only what is used here: no sign-up, no address management."""

from allauth.account import views as account
from allauth.mfa.base import views as two_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from treue.web.accounts import views

urlpatterns = [
    path("welcome/<str:token>/", views.welcome, name="welcome"),
    path("language/", views.set_language, name="set_language"),
    path("account/", views.profile, name="profile"),
    path("account/begin/", views.begin, name="account_set_password"),
    path("account/sessions/end/", views.sign_out_elsewhere, name="account_end_sessions"),
    path("account/sign-in/", account.login, name="account_login"),
    path("account/sign-out/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/reset/", account.password_reset, name="account_reset_password"),
    path("account/password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/two-factor/", two_factor.index, name="mfa_index"),
    path("account/two-factor/code/", two_factor.authenticate, name="mfa_authenticate"),
    path("account/two-factor/confirm/", two_factor.reauthenticate, name="mfa_reauthenticate"),
    path("account/two-factor/on/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/two-factor/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/two-factor/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/two-factor/recovery-codes/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/two-factor/recovery-codes/file/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
