"""What this room's occasions, deeds and problems are called."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from treue.act.gifts.giving import REASONS as GIVEN_FOR
from treue.act.gifts.models import Plan
from treue.act.loyalty.wording import REASONS, number
from treue.core.staff.audit_wording import name_actions

Occasion = Plan.Occasion
OCCASIONS: dict[str, Promise | str] = {
    Occasion.BIRTHDAY: _("Birthday"),
    Occasion.JOINING: _("Anniversary of joining"),
    Occasion.SURPRISE: pgettext_lazy("kind of a gift", "Surprise"),
}
GIFTS: dict[str, Promise | str] = {
    Occasion.BIRTHDAY: _("Birthday gift"),
    Occasion.JOINING: _("Anniversary gift"),
    Occasion.SURPRISE: _("Surprise gift"),
}
PROBLEMS: dict[str, Promise | str] = {
    "UsedUp": _("The limit of the plan is reached"),
    "VoucherOver": _("The campaign of its vouchers has ended or is used up"),
    "RewardOver": _("The reward has ended or not begun, or its vouchers are used up"),
    "OutOfStock": _("The last one of the reward is gone"),
}
ACTIONS: dict[str, Promise] = {
    "gifts.plan_made": _("Made a plan for gifts"),
    "gifts.plan_changed": _("Changed a plan for gifts"),
    "gifts.plan_stopped": _("Stopped a plan for gifts"),
    "gifts.plan_resumed": _("Let a plan for gifts go on"),
    "gift.given": _("Gave a member a surprise gift"),
}
name_actions(ACTIONS)
REASONS.update({reason: GIFTS[occasion] for occasion, reason in GIVEN_FOR.items()})


def problem(name: str) -> str:
    """Why a gift waits: the class of the error where we have no words for it."""
    return str(PROBLEMS.get(name, name))


def given(result: Mapping[str, object]) -> str:
    """What came of a night."""
    count = int(str(result.get("given", 0)))
    return ngettext("%(count)s gift given", "%(count)s gifts given", count) % {"count": number(count)}
