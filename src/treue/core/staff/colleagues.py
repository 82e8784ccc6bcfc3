"""Roles and access of colleagues. One active administrator always remains."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from treue.core.staff import audit, letters
from treue.core.staff.errors import LastAdmin
from treue.core.staff.models import SignInLink, User
from treue.core.staff.roles import Role


def everybody() -> QuerySet[User]:
    """All accounts, the active ones first, each with `has_two_factor`."""
    apps = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.annotate(has_two_factor=Exists(apps)).order_by("-is_active", "name", "email")


@transaction.atomic
def change_role(*, user: User, role: str, by: User) -> None:
    """Raises LastAdmin where nobody could manage staff after it."""
    admins, locked = _lock(user)
    before = locked.role
    if before == role:
        return
    if role != Role.ADMIN:
        _leave_one(admins, locked)
    User.objects.filter(pk=user.pk).update(role=role)
    audit.record("staff.role_changed", who=by, subject=f"user {user.pk}", role={"old": before, "new": role})


@transaction.atomic
def deactivate(*, user: User, by: User) -> None:
    """Shut somebody out at once, on all devices. Raises LastAdmin."""
    admins, locked = _lock(user)
    if not locked.is_active:
        return
    _leave_one(admins, locked)
    User.objects.filter(pk=user.pk).update(is_active=False, session_generation=F("session_generation") + 1)
    SignInLink.objects.filter(user=user).delete()
    audit.record("staff.deactivated", who=by, subject=f"user {user.pk}")


@transaction.atomic
def reactivate(*, user: User, by: User) -> None:
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        audit.record("staff.reactivated", who=by, subject=f"user {user.pk}")


@transaction.atomic
def switch_off_two_factor(*, user: User, by: User) -> None:
    """For a colleague who lost phone and recovery codes; the colleague is told."""
    deleted, _by_table = Authenticator.objects.filter(user=user).delete()
    if not deleted:
        return
    audit.record("staff.two_factor_off", who=by, subject=f"user {user.pk}")
    with letters.in_language(user.language):
        letters.post(
            to=user.email,
            subject=_("A change to your Treue account"),
            paragraphs=[
                _("%(name)s switched off the two-factor sign-in of your account.") % {"name": by},
                _("You can switch it on again in your profile."),
            ],
        )


def _lock(user: User) -> tuple[list[User], User]:
    """All active administrators and the one concerned, held until the transaction ends.

    Whoever takes an administrator away waits here for everybody else who does, and then sees who is left.
    """
    admins = list(User.objects.active_admins().select_for_update().order_by("pk"))
    return admins, User.objects.select_for_update().get(pk=user.pk)


def _leave_one(admins: list[User], leaving: User) -> None:
    if admins == [leaving]:
        raise LastAdmin
