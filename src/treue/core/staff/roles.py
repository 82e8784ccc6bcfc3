"""Who may do what. A role is a fixed set of permissions; a person has one role."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Permission(StrEnum):
    SEE_FIGURES = "see_figures"
    SEE_CUSTOMERS = "see_customers"
    EDIT_CUSTOMERS = "edit_customers"
    EXPORT_CUSTOMERS = "export_customers"
    EDIT_NOTES = "edit_notes"
    EXPORT_PERSON = "export_person"
    ERASE_PERSON = "erase_person"
    IMPORT = "import"
    MANAGE_SOURCES = "manage_sources"
    SEE_JOBS = "see_jobs"
    SEE_LOG = "see_log"
    EDIT_SHOP = "edit_shop"
    MANAGE_STAFF = "manage_staff"
    SEE_AUDIT = "see_audit"
    SEE_MAIL = "see_mail"
    MANAGE_WEBHOOKS = "manage_webhooks"
    MANAGE_KEYS = "manage_keys"
    MANAGE_PROGRAMME = "manage_programme"
    ADJUST_POINTS = "adjust_points"
    SEE_VOUCHERS = "see_vouchers"
    EDIT_VOUCHERS = "edit_vouchers"
    EXPORT_CODES = "export_codes"
    SEE_REFERRALS = "see_referrals"
    REVIEW_REFERRALS = "review_referrals"
    SEE_REWARDS = "see_rewards"
    EDIT_REWARDS = "edit_rewards"
    GIVE_REWARDS = "give_rewards"
    MODERATE_CONTENT = "moderate_content"
    SEE_GIFTS = "see_gifts"
    EDIT_GIFTS = "edit_gifts"
    GIVE_GIFTS = "give_gifts"
    SEE_OFFERS = "see_offers"
    EDIT_OFFERS = "edit_offers"
    SEE_PARTNERS = "see_partners"
    EDIT_PARTNERS = "edit_partners"
    CLOSE_SETTLEMENTS = "close_settlements"


class Role(models.TextChoices):
    ADMIN = "admin", _("Administrator")
    MANAGER = "manager", _("Manager")
    ANALYST = "analyst", _("Analyst")
    SERVICE = "service", _("Service")


class Scope(models.TextChoices):
    """What a key of the API may do."""

    READ = "read", pgettext_lazy("what a key may do", "Read")
    WRITE = "write", pgettext_lazy("what a key may do", "Write")


# An analyst sees figures without persons; service sees persons without the shop's figures.
GRANTED: dict[str, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.MANAGER: frozenset(Permission)
    - {
        Permission.MANAGE_STAFF,
        Permission.MANAGE_SOURCES,
        Permission.MANAGE_WEBHOOKS,
        Permission.MANAGE_KEYS,
        Permission.SEE_AUDIT,
        Permission.SEE_MAIL,
    },
    Role.ANALYST: frozenset(
        {
            Permission.SEE_FIGURES,
            Permission.EDIT_NOTES,
            Permission.SEE_JOBS,
            Permission.SEE_VOUCHERS,
            Permission.SEE_REWARDS,
            Permission.SEE_GIFTS,
            Permission.SEE_OFFERS,
            Permission.SEE_PARTNERS,
        }
    ),
    Role.SERVICE: frozenset(
        {
            Permission.SEE_CUSTOMERS,
            Permission.EDIT_CUSTOMERS,
            Permission.EXPORT_PERSON,
            Permission.SEE_VOUCHERS,
            Permission.SEE_REWARDS,
            Permission.SEE_OFFERS,
            Permission.GIVE_REWARDS,
            Permission.MODERATE_CONTENT,
            Permission.SEE_GIFTS,
            Permission.GIVE_GIFTS,
        }
    ),
}
