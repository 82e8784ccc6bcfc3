"""What a person does to the own account, with the trail it leaves."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from treue.core.staff import audit
from treue.core.staff.models import User
from treue.web.accounts import mails
from treue.web.accounts.forms import Begin, Profile


@transaction.atomic
def begin(form: Begin) -> User:
    """Name, address and first password of somebody who came by a link."""
    user = form.save(commit=False)
    user.set_password(form.cleaned_data["password1"])
    user.save()
    _forget_addresses(user)
    audit.record("staff.account_begun", who=user, subject=f"user {user.pk}")
    return user


@transaction.atomic
def change(form: Profile) -> User:
    user = form.save()
    if "email" in form.changed_data:
        _forget_addresses(user)
        mails.address_changed(user, before=form.before)
    audit.record("staff.profile_changed", who=user, subject=f"user {user.pk}", fields=sorted(form.changed_data))
    return user


@transaction.atomic
def end_other_sessions(user: User) -> None:
    """End every session of this person; the caller renews the one at hand."""
    user.session_generation += 1
    user.save(update_fields=["session_generation"])
    audit.record("staff.sessions_ended", who=user, subject=f"user {user.pk}")


def facts(user: User) -> dict[str, bool]:
    """What the profile page says about the account's security."""
    return {
        "has_password": user.has_usable_password(),
        "has_two_factor": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
    }


def _forget_addresses(user: User) -> None:
    """allauth keeps addresses of its own and would go on accepting an old one."""
    EmailAddress.objects.filter(user=user).delete()
