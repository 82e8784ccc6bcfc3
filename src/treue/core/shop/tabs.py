"""The sections of the settings."""

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.design.figures import Link


def tabs(current: str) -> dict[str, object]:
    """Template context: `tabs` and the address of the one that is open. current: the name of its address."""
    sections = {
        "settings": _("Shop"),
        "settings_rates": _("Currencies"),
        "settings_non_products": _("Non-products"),
        "settings_costs": _("Acquisition costs"),
        "settings_consents": _("Consent texts"),
        "settings_portal": _("Portal"),
        "settings_mail": _("Mail"),
    }
    return {"tabs": [Link(label, reverse(name)) for name, label in sections.items()], "tab": reverse(current)}
