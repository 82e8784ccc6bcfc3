"""A correction that waits, in words."""

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.act.loyalty import wording
from treue.act.loyalty.member_showing import changed
from treue.act.loyalty.models import Correction
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

MOST = 100


def card(correction: Correction, user: User, shop: Shop) -> dict[str, object]:
    """Template context of one."""
    customer, asked_by = correction.member.customer, correction.asked_by
    asked_at = formats.moment(correction.asked_at.astimezone(shop.tz), active_language())
    return {
        "pk": correction.pk,
        "name": str(customer),
        "url": reverse("customer_loyalty", args=[customer.pk]),
        "points": changed(correction.points),
        "facts": [
            (_("Reason"), wording.reason(correction.reason)),
            (_("Asked for by"), str(asked_by) if asked_by else _("somebody who is gone")),
            (_("When"), asked_at),
        ],
        "is_own": asked_by == user,
    }
