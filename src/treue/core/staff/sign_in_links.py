"""Links that sign one person in, once: printed by `treue up`, for the first sign-in and for the locked-out."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from treue.core.staff import audit, tokens
from treue.core.staff.models import SignInLink, User
from treue.core.staff.roles import Role

MINUTES_FOR_FIRST_ADMIN = 24 * 60
PLACEHOLDER = "admin@localhost"


class LinkSpent(Exception):
    """The link was used, has expired, was never given out, or its person is no longer active."""


def create(user: User, *, minutes: int) -> str:
    """A token that signs `user` in once within `minutes`. Links given out earlier end with it."""
    token = tokens.fresh()
    with transaction.atomic():
        SignInLink.objects.filter(user=user).delete()
        SignInLink.objects.create(
            user=user,
            token_hash=tokens.hashed(token),
            expires_at=timezone.now() + timedelta(minutes=minutes),
        )
    return token


def is_open(token: str) -> bool:
    return SignInLink.objects.open().filter(token_hash=tokens.hashed(token), user__is_active=True).exists()


def redeem(token: str) -> User:
    """Spend the token and say whose it was. Raises LinkSpent."""
    with transaction.atomic():
        # Of two who come at once the second waits for the row and finds it used. A condition on the person would
        # become a subquery, which PostgreSQL does not check again after the wait.
        mine = SignInLink.objects.open().filter(token_hash=tokens.hashed(token))
        if not mine.update(used_at=timezone.now()):
            raise LinkSpent
        user = User.objects.get(signinlink__token_hash=tokens.hashed(token))
        if not user.is_active:
            raise LinkSpent
        audit.record("staff.signed_in_by_link", who=user, subject=f"user {user.pk}")
    return user


def for_first_admin() -> str:
    """A token for the first administrator, who is made where no active one is left."""
    with transaction.atomic():
        admin = User.objects.active_admins().order_by("pk").first()
        if admin is None:
            admin, _made = User.objects.update_or_create(
                email=PLACEHOLDER, defaults={"role": Role.ADMIN, "is_active": True}
            )
            admin.set_unusable_password()
            admin.save(update_fields=["password"])
            audit.record("staff.first_admin_made", who=None, subject=f"user {admin.pk}")
        return create(admin, minutes=MINUTES_FOR_FIRST_ADMIN)
