"""What happened to a member's points, in words for the member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from treue.act.loyalty import reading, wording
from treue.act.loyalty.member_showing import changed
from treue.act.loyalty.models import Entry, Journal, Kind, Member, Wallet
from treue.act.rewards.models import Claim
from treue.core.commerce.models import Order
from treue.core.shop.models import Shop
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

GOODWILL = "goodwill"


@dataclass(frozen=True)
class Happened:
    """day, points: ready to print. is_pending: the points cannot be spent yet."""

    what: str
    day: str
    points: str
    is_pending: bool


def of(member: Member, journals: Sequence[Journal]) -> list[Happened]:
    shop, moved = member.programme.shop, reading.changes(member, journals)
    orders = Order.objects.in_bulk([each.order_id for each in journals if each.order_id])
    rewards = _rewards(journals)
    whats = [_what(each, _order(each, orders, member), rewards, shop) for each in journals]
    return [_happened(each, moved[each.pk], what, shop) for each, what in zip(journals, whats, strict=True)]


def _rewards(journals: Sequence[Journal]) -> dict[int, str]:
    """The names of rewards by the journal that redeemed points for one."""
    redeemed = {each.original_id or each.pk for each in journals if each.kind in (Kind.BURN, Kind.GIVE_BACK)}
    if not redeemed:
        return {}
    return dict(Claim.objects.filter(journal__in=redeemed).values_list("journal", "reward__name"))


def _order(journal: Journal, orders: dict[int, Order], member: Member) -> Order | None:
    order = orders.get(journal.order_id) if journal.order_id else None
    return order if order is not None and order.customer_id == member.customer_id else None


def _happened(journal: Journal, entries: dict[int, Entry], what: str, shop: Shop) -> Happened:
    points = entries.get(Wallet.POINTS)
    is_pending = points is None
    entry = points or entries[Wallet.PENDING]
    # Who adds the list up should not count points twice that were told as pending before: without a sign.
    shown = wording.number(entry.amount) if journal.kind == Kind.ACTIVATE else changed(entry.amount)
    return Happened(what, _day(journal.happened_at, shop), shown, is_pending)


def _what(journal: Journal, order: Order | None, rewards: Mapping[int, str], shop: Shop) -> str:
    if order is not None:
        return _of_order(journal.kind, _day(order.ordered_at, shop))
    reward = rewards.get(journal.original_id or journal.pk)
    if reward is None:
        return _plain(journal)
    words = _("Redeemed: “%(reward)s”") if journal.kind == Kind.BURN else _("Cancelled: “%(reward)s”")
    return words % {"reward": reward}


def _of_order(kind: int, day: str) -> str:
    sentences = {
        Kind.EARN: _("Purchase of %(day)s"),
        Kind.ACTIVATE: _("Pending points of the purchase of %(day)s are free now"),
        Kind.TAKE_BACK: _("Purchase of %(day)s returned or changed"),
    }
    found = sentences.get(kind)
    return found % {"day": day} if found else wording.happened(kind)


def _plain(journal: Journal) -> str:
    sentences = {
        Kind.ACTIVATE: _("Pending points are free now"),
        Kind.BURN: _("Points redeemed"),
        Kind.HOLD: _("Points held for a redemption"),
        Kind.RELEASE: _("Held points are free again"),
        Kind.TAKE_BACK: _("Points taken back"),
        Kind.GIVE_BACK: _("Points came back"),
        Kind.EXPIRE: _("Points expired"),
        Kind.ADJUST: _("Corrected by the shop"),
        Kind.TRANSFER: _("Points transferred"),
    }
    if journal.kind == Kind.ADJUST and journal.reason == GOODWILL:  # a present is no correction
        return wording.reason(journal.reason)
    return sentences.get(journal.kind) or wording.reason(journal.reason)


def _day(moment: datetime, shop: Shop) -> str:
    return formats.day(moment.astimezone(shop.tz).date(), active_language())
