"""A member's points in figures and tables."""

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty import reading, tier_showing, wording
from treue.act.loyalty.days import last_day_before
from treue.act.loyalty.models import Entry, Journal, Lot, Member, Programme, Wallet
from treue.act.loyalty.tiering import Rank
from treue.act.loyalty.wording import number
from treue.core import paging
from treue.core.commerce.models import Order
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.figures import Figure, How
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language

MOST_LOTS = 20
MINUS = "−"


def page(request: HttpRequest, member: Member, rank: Rank, now: datetime) -> dict[str, object]:
    """Template context."""
    shop = member.programme.shop
    pending, opened = list(reading.pending_lots(member)[:MOST_LOTS]), list(reading.open_lots(member, now)[:MOST_LOTS])
    journals, pager = paging.newest_first(request, reading.journals(member))
    orders = _orders([*(each.journal.order_id for each in (*pending, *opened)), *(each.order_id for each in journals)])
    return {
        "figures": figures(member, rank, pending, opened, now),
        "facts": facts(member, shop),
        "pending": _pending(pending, orders, member, shop) if pending else None,
        "lots": _lots(opened, orders, member, shop) if opened else None,
        "history": _history(journals, orders, member, shop) if journals else None,
        "pager": pager,
    }


def figures(member: Member, rank: Rank, pending: list[Lot], opened: list[Lot], now: datetime) -> list[Figure]:
    has, shop = reading.balances(member), member.programme.shop
    expiring = next((each for each in opened if each.expires_at), None)
    return [
        Figure(
            _("Points that can be spent"),
            signed(has.points),
            sentence=_owes(has.points) if has.points < 0 else "",
            how=How(_("What became active, less what was redeemed, held, taken back or has expired")),
        ),
        Figure(
            _("Pending points"),
            number(has.pending),
            sentence=_comes(pending, shop),
            how=How(_("Points of orders that can still be returned")),
        ),
        Figure(
            _("Expire next"),
            number(expiring.together) if expiring else formats.NOTHING,
            unit=ngettext("point", "points", expiring.together) if expiring else "",
            sentence=_("on %(day)s") % {"day": last_day(expiring.expires_at, shop)}
            if expiring
            else _("Nothing expires."),
            how=How(_("Points of the lots whose last day comes first")),
        ),
        tier(rank, has.qualifying, now, shop),
    ]


def tier(rank: Rank, qualifying: int, now: datetime, shop: Shop) -> Figure:
    """The tier and the way to the next; qualifying points while there are no tiers."""
    if rank.version is None:
        sentence = _("What counts for tiers: earned with purchases that were kept, and never spent")
        return Figure(_("Qualifying points"), number(qualifying), how=How(sentence))
    level = rank.standing.level
    name = level.name(active_language()) if level else _("no tier")
    return Figure(
        _("Tier"),
        name,
        sentence=" · ".join(tier_showing.ahead(rank.standing, now, shop)),
        how=How(
            _("By what the rules of the tiers count: spending, orders or qualifying points"),
            _("Qualifying points so far: %(count)s") % {"count": number(qualifying)},
        ),
    )


def correction_limit(programme: Programme) -> str:
    """From when on a second colleague is asked; "" where never."""
    limit = programme.correction_limit
    if limit is None:
        return ""
    return _("Beyond %(points)s a day a second colleague is asked.") % {"points": wording.points(limit)}


def facts(member: Member, shop: Shop) -> list[tuple[str, str]]:
    found = [(_("Card number"), spaced(member.number)), (_("Joined"), day(member.joined_at, shop))]
    return [*found, (_("Left"), day(member.left_at, shop))] if member.left_at else found


def spaced(digits: str) -> str:
    """ "1234 5678 9012 3456"."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def signed(points: int) -> str:
    return f"{MINUS}{number(-points)}" if points < 0 else number(points)


def day(moment: datetime, shop: Shop) -> str:
    return formats.day(moment.astimezone(shop.tz).date(), active_language())


def last_day(moment: datetime, shop: Shop) -> str:
    """The day before a midnight at which something ends."""
    return formats.day(last_day_before(moment, shop.tz), active_language())


def _owes(points: int) -> str:
    owed = wording.points(-points)
    return _("%(points)s of a returned order had been redeemed; the next ones pay them.") % {"points": owed}


def _comes(pending: list[Lot], shop: Shop) -> str:
    if not pending:
        return ""
    facts = {"points": wording.points(pending[0].remaining), "day": day(pending[0].available_from, shop)}
    return _("%(points)s on %(day)s") % facts


def _orders(ids: list[int | None]) -> dict[int, Order]:
    return Order.objects.in_bulk([each for each in ids if each])


def _pending(lots: list[Lot], orders: dict[int, Order], member: Member, shop: Shop) -> Table:
    columns = [Column(_("Points"), numeric=True), Column(_("Can be spent from")), Column(_("For"))]
    rows = [[number(lot.remaining), day(lot.available_from, shop), _what(lot.journal, orders, member)] for lot in lots]
    return Table(_("Pending points"), columns, rows)


def _lots(lots: list[Lot], orders: dict[int, Order], member: Member, shop: Shop) -> Table:
    columns = [
        Column(_("Points"), numeric=True),
        Column(_("Last day")),
        Column(_("For")),
    ]
    rows = [
        [
            Cell(number(lot.remaining), sub=_of(lot)),
            last_day(lot.expires_at, shop) if lot.expires_at else _("never"),
            _what(lot.journal, orders, member),
        ]
        for lot in lots
    ]
    return Table(_("Points that can be spent"), columns, rows)


def _of(lot: Lot) -> str:
    """Of how many they are left, where some are gone."""
    return _("of %(count)s") % {"count": number(lot.granted)} if lot.remaining < lot.granted else ""


def _history(journals: list[Journal], orders: dict[int, Order], member: Member, shop: Shop) -> Table:
    columns = [
        Column(_("What happened")),
        Column(_("For"), full=True),
        Column(_("Points"), numeric=True, corner=True),
        Column(_("Then"), numeric=True),
    ]
    changed = reading.changes(member, journals)
    rows = [
        [
            Cell(
                wording.happened(each.kind), sub=formats.moment(each.happened_at.astimezone(shop.tz), active_language())
            ),
            _what(each, orders, member),
            *_moved(changed[each.pk]),
        ]
        for each in journals
    ]
    return Table(_("History"), columns, rows, caption=_("As it was booked, the latest first."), stack=True)


def _moved(entries: dict[int, Entry]) -> list[Cell]:
    """By how many points, and what could be spent then; of pending ones, that they are pending."""
    points = entries.get(Wallet.POINTS)
    if points is not None:
        return [Cell(changed(points.amount)), Cell(signed(points.balance))]
    return [Cell(changed(entries[Wallet.PENDING].amount), sub=_("pending"), kind="muted"), Cell(formats.NOTHING)]


def changed(points: int) -> str:
    return f"+{number(points)}" if points > 0 else signed(points)


def _what(journal: Journal, orders: dict[int, Order], member: Member) -> Cell:
    """The order, where it is there still; else the reason."""
    order = orders.get(journal.order_id) if journal.order_id else None
    if order is None or order.customer_id != member.customer_id:
        return Cell(wording.reason(journal.reason))
    return Cell(
        _("Order %(number)s") % {"number": order.number}, url=reverse("order", args=[member.customer_id, order.pk])
    )
