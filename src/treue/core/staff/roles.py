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
    Role.ANALYST: frozenset({Permission.SEE_FIGURES, Permission.EDIT_NOTES, Permission.SEE_JOBS}),
    Role.SERVICE: frozenset({Permission.SEE_CUSTOMERS, Permission.EDIT_CUSTOMERS, Permission.EXPORT_PERSON}),
}
