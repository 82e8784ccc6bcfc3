"""The audit trail in words: what was done, and to what. Its facts are worded in `audit_facts`.

Rooms name their own deeds: `name_actions({"import.undone": _("Undid an import")})`.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Promise | str] = {
    "staff.signed_in": _("Signed in"),
    "staff.signed_in_by_link": _("Signed in by a one-time link"),
    "staff.signed_out": _("Signed out"),
    "staff.locked_out": _("Was locked out after wrong passwords"),
    "staff.account_begun": _("Set up the own account"),
    "staff.profile_changed": _("Changed the own profile"),
    "staff.password_changed": _("Changed the own password"),
    "staff.sessions_ended": _("Signed out all other devices"),
    "staff.two_factor_on": _("Switched on two-factor sign-in"),
    "staff.two_factor_off": _("Switched off two-factor sign-in"),
    "staff.recovery_codes_made": _("Made new recovery codes"),
    "staff.role_changed": _("Changed a role"),
    "staff.deactivated": _("Switched off an account"),
    "staff.reactivated": _("Switched on an account"),
    "staff.first_admin_made": _("Made the first administrator"),
    "invitation.sent": _("Sent an invitation"),
    "invitation.revoked": _("Revoked an invitation"),
    "invitation.accepted": _("Accepted an invitation"),
    "key.made": _("Made a key for the API"),
    "key.revoked": _("Revoked a key for the API"),
    "key.erased_customer": _("Had a customer erased through the API"),
    "job.cancelled": _("Cancelled a job"),
    "job.tried_again": _("Tried a job again"),
    "mail.tried_again": _("Tried a mail again"),
    "shop.changed": _("Changed the settings"),
    "shop.rates_changed": _("Changed the exchange rates"),
    "shop.non_products_changed": _("Changed the list of non-products"),
    "shop.cost_entered": _("Entered acquisition costs"),
    "shop.cost_changed": _("Changed acquisition costs"),
    "shop.cost_removed": _("Removed acquisition costs"),
    "shop.test_mail_sent": _("Sent a test mail"),
    "demo.removed": _("Removed the demo shop"),
    "customer.erased": _("Erased a customer"),
    "customer.erased_again": _("Erased a customer again whom a backup had brought back"),
    "customer.exported": _("Exported a customer's data"),
    "customer.merged": _("Merged two customers"),
    "customer.merge_undone": _("Undid the merging of two customers"),
    "customers.exported": _("Saved the list of customers"),
    "segments.exported": _("Saved the list of a group of customers"),
    "installation.exported": _("Exported everything"),
}


SUBJECTS: dict[str, Promise | str] = {
    "user": _("Account %(number)s"),
    "invitation": _("Invitation %(number)s"),
    "customer": _("Customer %(number)s"),
    "erasure": _("Erasure %(number)s"),
    "import": _("Import %(number)s"),
    "job": _("Job %(number)s"),
    "key": _("Key %(number)s"),
    "event": _("Event %(number)s"),
    "mail": _("Mail %(number)s"),
    "webhook": _("Webhook %(number)s"),
    "note": _("Note %(number)s"),
    "shop": _("Shop %(number)s"),
    "source": _("Source %(number)s"),
    "cost": _("Acquisition costs %(number)s"),
    "programme": _("Programme %(number)s"),
    "member": _("Member %(number)s"),
    "campaign": _("Campaign %(number)s"),
    "referral": _("Referral %(number)s"),
    "reward": _("Reward %(number)s"),
    "offer": _("Member offer %(number)s"),
    "price": _("Price %(number)s"),
    "partner": _("Partner %(number)s"),
    "statement": _("Statement %(number)s"),
}

NO_ACCOUNT = "no account"  # subject of what was done to an address that nobody here has


def name_actions(names: Mapping[str, Promise | str]) -> None:
    ACTIONS.update(names)


def action_name(action: str) -> str:
    """What was done, in words; the dotted name where no room has worded it."""
    return str(ACTIONS.get(action, action))


def subject_text(subject: str, names: Mapping[str, str]) -> str:
    """What it was done to: by name where `names` knows it ("user 7"), else by number."""
    if subject in names:
        return names[subject]
    if subject == NO_ACCOUNT:
        return gettext("An address without an account")
    kind, _space, number = subject.partition(" ")
    return str(SUBJECTS[kind]) % {"number": number} if kind in SUBJECTS and number else subject
