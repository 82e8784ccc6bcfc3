"""What the groups and the states of a rhythm are called, and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from treue.core.staff.audit_facts import word_values
from treue.science import rhythm
from treue.science.rfm import GROUPS as NAMED
from treue.science.rfm import NOT_YET


@dataclass(frozen=True)
class Words:
    """meaning: who is in the group. advice: what one could do."""

    name: Promise
    meaning: Promise
    advice: Promise


# In the order of science: from the closest to the one of whom least is left.
GROUPS: Mapping[str, Words] = {
    "champions": Words(
        pgettext_lazy("group of customers", "Champions"),
        _("Bought lately, often and for much."),
        _("Thank them and ask them to recommend you. They need no discount."),
    ),
    "loyal": Words(
        pgettext_lazy("group of customers", "Loyal"),
        _("Buy often or for much, and not long ago."),
        _("Reward that they stay, and show them what goes with what they buy."),
    ),
    "promising": Words(
        pgettext_lazy("group of customers", "Promising"),
        _("Bought lately and more than once, but not often yet."),
        _("Give them a reason for the next purchase soon, while the last one is fresh."),
    ),
    "new": Words(
        pgettext_lazy("group of customers", "New"),
        _("Bought lately, most of them for the first time."),
        _("Welcome them and help with what they bought. The second purchase is the next step."),
    ),
    "need attention": Words(
        pgettext_lazy("group of customers", "Need attention"),
        _("Bought neither lately nor long ago, and seldom for much."),
        _("Remind them of what they bought, before they get used to another shop."),
    ),
    "at risk": Words(
        pgettext_lazy("group of customers", "At risk"),
        _("Used to buy often or for much, and have stayed away long."),
        _("Ask them what is missing, those first who used to spend most."),
    ),
    "hibernating": Words(
        pgettext_lazy("group of customers", "Hibernating"),
        _("Bought long ago, and not often."),
        _("Write rarely, with something new, and expect little."),
    ),
    "lost": Words(
        pgettext_lazy("group of customers", "Lost"),
        _("Bought longest ago, seldom and for little."),
        _("Spend nothing on winning them back one by one."),
    ),
}

STATES: Mapping[str, Promise] = {
    rhythm.ON_TIME: pgettext_lazy("next purchase", "on time"),
    rhythm.DUE: pgettext_lazy("next purchase", "due"),
    rhythm.OVERDUE: pgettext_lazy("next purchase", "overdue"),
    rhythm.LONG_OVERDUE: pgettext_lazy("next purchase", "long overdue"),
    rhythm.UNKNOWN: pgettext_lazy("next purchase", "unknown"),
}
BADGES = {rhythm.ON_TIME: "good", rhythm.DUE: "info", rhythm.OVERDUE: "warn", rhythm.LONG_OVERDUE: "bad"}


def name_of(group: str) -> str:
    """Its name, ready to print; also of those who had not bought yet."""
    if group == NOT_YET:
        return pgettext("group of customers", "Not bought yet")
    return str(GROUPS[group].name) if group in GROUPS else group


def address_of(group: str) -> str:
    """As it stands in an address."""
    return group.replace(" ", "-")


def group_at(address: str) -> str | None:
    return next((group for group in NAMED.values() if address_of(group) == address), None)


word_values("group", name_of)
