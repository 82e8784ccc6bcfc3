"""What this room's kinds and deeds are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from treue.act.loyalty.wording import REASONS
from treue.act.rewards.models import Reward
from treue.act.rewards.redeeming import CANCELLED, REASON
from treue.core.staff.audit_wording import name_actions

Kind = Reward.Kind
KINDS: dict[str, Promise | str] = {
    Kind.VOUCHER: pgettext_lazy("kind of a reward", "Voucher"),
    Kind.PRODUCT: pgettext_lazy("kind of a reward", "Product"),
    Kind.GIFT: pgettext_lazy("kind of a reward", "Gift"),
    Kind.DONATION: pgettext_lazy("kind of a reward", "Donation"),
    Kind.EARLY_ACCESS: pgettext_lazy("kind of a reward", "Early access"),
    Kind.EVENT_SEAT: pgettext_lazy("kind of a reward", "Event seat"),
    Kind.SERVICE: pgettext_lazy("kind of a reward", "Extra service"),
}
ACTIONS: dict[str, Promise] = {
    "reward.made": _("Made a reward"),
    "reward.changed": _("Changed a reward"),
    "reward.redeemed": _("Redeemed a reward for a member"),
    "reward.handed_over": _("Handed a reward over"),
    "reward.cancelled": _("Cancelled a reward of a member"),
}
name_actions(ACTIONS)
REASONS.update({REASON: _("Reward"), CANCELLED: _("Reward cancelled")})
