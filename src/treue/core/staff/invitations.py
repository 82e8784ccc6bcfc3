"""Invite colleagues by mail: a link with which they set a name and a password, once, within a week."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from treue.core.staff import audit, letters, tokens
from treue.core.staff.errors import AlreadyColleague, InvitationSpent, TooManyInvitations
from treue.core.staff.models import AuditEntry, Invitation, User

DAYS = 7
MOST_PER_HOUR = 20


@transaction.atomic
def invite(*, email: str, role: str, language: str, by: User) -> Invitation:
    """Send an invitation; one that waits for the same address is renewed.

    Raises AlreadyColleague, TooManyInvitations.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise AlreadyColleague
    waiting = Invitation.objects.waiting().select_for_update().filter(email__iexact=email).first()
    invitation = waiting or Invitation(email=email.lower())
    invitation.role, invitation.language, invitation.invited_by = role, language, by
    _send(invitation, by)
    return invitation


@transaction.atomic
def send_again(*, invitation: Invitation, by: User) -> None:
    """The same invitation with a new link and a new week; the old link is void. Raises TooManyInvitations."""
    locked = Invitation.objects.waiting().select_for_update().filter(pk=invitation.pk).first()
    if locked is None:
        raise InvitationSpent
    _send(locked, by)


@transaction.atomic
def revoke(*, invitation: Invitation, by: User) -> None:
    deleted, _by_table = Invitation.objects.waiting().filter(pk=invitation.pk).delete()
    if deleted:
        audit.record("invitation.revoked", who=by, subject=f"invitation {invitation.pk}")


def find(token: str) -> Invitation:
    """The invitation that a link belongs to. Raises InvitationSpent."""
    invitation = Invitation.objects.open().filter(token_hash=tokens.hashed(token)).first()
    if invitation is None:
        raise InvitationSpent
    return invitation


@transaction.atomic
def accept(*, token: str, user: User) -> User:
    """Make the account of an invited colleague: `user` has name, language and password, not yet saved.

    Of two who come at once the second waits for the row and finds it accepted. Raises InvitationSpent.
    """
    invitation = Invitation.objects.open().select_for_update().filter(token_hash=tokens.hashed(token)).first()
    if invitation is None or User.objects.filter(email__iexact=invitation.email).exists():
        raise InvitationSpent
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    user.email, user.role = invitation.email, invitation.role
    user.save()
    audit.record("invitation.accepted", who=user, subject=f"invitation {invitation.pk}", role=user.role)
    return user


def _send(invitation: Invitation, by: User) -> None:
    _guard_rate()
    token = tokens.fresh()
    invitation.token_hash = tokens.hashed(token)
    invitation.expires_at = timezone.now() + timedelta(days=DAYS)
    invitation.save()
    audit.record("invitation.sent", who=by, subject=f"invitation {invitation.pk}", role=invitation.role)
    with letters.in_language(invitation.language):
        letters.post(
            to=invitation.email,
            subject=_("%(name)s invites you to Treue") % {"name": by},
            paragraphs=[
                _("%(name)s would like to work with you in Treue, as %(role)s.")
                % {"name": by, "role": invitation.get_role_display()},
                _("Choose a name and a password, and you are in. The link works for seven days and only once."),
            ],
            button=letters.Button(_("Accept the invitation"), letters.absolute(reverse("invitation", args=[token]))),
        )


def _guard_rate() -> None:
    since = timezone.now() - timedelta(hours=1)
    if AuditEntry.objects.filter(action="invitation.sent", at__gt=since).count() >= MOST_PER_HOUR:
        raise TooManyInvitations
