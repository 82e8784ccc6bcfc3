"""Signing in and changes to one's security, written into the audit trail."""

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from axes.helpers import get_cool_off
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from treue.core.staff import audit
from treue.core.staff.audit_wording import NO_ACCOUNT
from treue.core.staff.models import AuditEntry, User


@receiver(user_logged_in)
def signed_in(sender: type[User], user: User, **kwargs: object) -> None:
    audit.record("staff.signed_in", who=user, subject=f"user {user.pk}")


@receiver(user_logged_out)
def signed_out(sender: type[User], user: User | None, **kwargs: object) -> None:
    if user is not None:
        audit.record("staff.signed_out", who=user, subject=f"user {user.pk}")


@receiver(user_locked_out)
def locked_out(sender: object, request: HttpRequest, username: str, **kwargs: object) -> None:
    """Once per lock-out, which every further attempt tells of, too.

    By the account's number, where there is one; an address that somebody typed is nobody's business.
    """
    user = User.objects.filter(email__iexact=username).first()
    subject = f"user {user.pk}" if user else NO_ACCOUNT
    entries = AuditEntry.objects.filter(action="staff.locked_out", subject=subject)
    if not entries.filter(at__gt=timezone.now() - get_cool_off(request)).exists():
        audit.record("staff.locked_out", who=None, subject=subject)


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
