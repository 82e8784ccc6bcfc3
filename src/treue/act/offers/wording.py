"""What this room's kinds and deeds are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from treue.act.offers.models import Offer
from treue.core.staff.audit_wording import name_actions

Kind = Offer.Kind
KINDS: dict[str, Promise | str] = {
    Kind.FLASH_SALE: pgettext_lazy("kind of an offer", "Flash sale"),
    Kind.EARLY_ACCESS: pgettext_lazy("kind of an offer", "Early access"),
    Kind.EXCLUSIVE: pgettext_lazy("kind of an offer", "Exclusive offer"),
}
ACTIONS: dict[str, Promise] = {
    "offer.made": _("Drafted a member offer"),
    "offer.changed": _("Changed a draft of a member offer"),
    "offer.discarded": _("Discarded a draft of a member offer"),
    "offer.published": _("Published a member offer"),
    "offer.stopped": _("Stopped a member offer"),
    "prices.announced": _("Uploaded prices"),
    "prices.withdrawn": _("Withdrew a price that was never asked for"),
}
name_actions(ACTIONS)
