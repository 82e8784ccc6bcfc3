"""Signing in and changes to one's security, written into the audit trail."""

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from treue.core.staff import audit
from treue.core.staff.models import User


@receiver(user_logged_in)
def signed_in(sender: type[User], user: User, **kwargs: object) -> None:
    audit.record("staff.signed_in", who=user, subject=f"user {user.pk}")


@receiver(user_logged_out)
def signed_out(sender: type[User], user: User | None, **kwargs: object) -> None:
    if user is not None:
        audit.record("staff.signed_out", who=user, subject=f"user {user.pk}")


@receiver(user_locked_out)
def locked_out(sender: object, username: str, **kwargs: object) -> None:
    """By the account's number, where there is one; an address that somebody typed is nobody's business."""
    user = User.objects.filter(email=username).first()
    audit.record("staff.locked_out", who=None, subject=f"user {user.pk}" if user else "")


@receiver([account.password_changed, account.password_set, account.password_reset])
def password_changed(sender: type[User], user: User, **kwargs: object) -> None:
    audit.record("staff.password_changed", who=user, subject=f"user {user.pk}")


@receiver(mfa.authenticator_added)
def two_factor_on(sender: type[Authenticator], user: User, authenticator: Authenticator, **kwargs: object) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        audit.record("staff.two_factor_on", who=user, subject=f"user {user.pk}")


@receiver(mfa.authenticator_removed)
def two_factor_off(sender: type[Authenticator], user: User, authenticator: Authenticator, **kwargs: object) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        audit.record("staff.two_factor_off", who=user, subject=f"user {user.pk}")


@receiver(mfa.authenticator_reset)
def recovery_codes_made(sender: type[Authenticator], user: User, **kwargs: object) -> None:
    audit.record("staff.recovery_codes_made", who=user, subject=f"user {user.pk}")
