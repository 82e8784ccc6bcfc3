"""The room's tables and facts: texts ready to print."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from treue.act.loyalty.models import Member, Programme
from treue.act.loyalty.wording import number
from treue.act.referrals import codes, reading, sentences
from treue.act.referrals.models import Advocate, Referral
from treue.act.referrals.reading import Ambassador, Span, Standing
from treue.core.commerce.models import Order
from treue.core.customers.models import Customer
from treue.core.shop import clock
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.figures import Change, Figure, How, change
from treue.design.tables import Cell, Column, Table

DAYS = 30
BADGES = {
    Referral.State.INVITED: "plain",
    Referral.State.ORDERED: "info",
    Referral.State.REVIEW: "warn",
    Referral.State.REWARDED: "good",
    Referral.State.REFUSED: "bad",
    Referral.State.LAPSED: "plain",
    Referral.State.REVERSED: "bad",
}


def of_member(member: Member) -> Standing | None:
    """What the member's own page shows: link, code, friends and points; None for who has no link yet."""
    return reading.of_member(member, base=settings.PUBLIC_URL)


def figures(programme: Programme, now: datetime) -> list[Figure]:
    """The last 30 days beside the 30 before."""
    today = now.astimezone(programme.shop.tz).date()
    last = reading.span(programme, first=today - timedelta(days=DAYS - 1), days=DAYS)
    before = reading.span(programme, first=today - timedelta(days=2 * DAYS - 1), days=DAYS)
    currency = programme.shop.currency
    return [
        _counted(
            _("Links opened"),
            (last, before),
            "visits",
            How(_("Links opened in the last 30 days"), _("Each time counts; programs that look ahead do not.")),
        ),
        _counted(
            _("Friends who came"),
            (last, before),
            "friends",
            How(_("New customers who came by a member in the last 30 days"), _("By link, code or at the till.")),
        ),
        Figure(
            _("Revenue of friends"),
            sentences.money(last.revenue, currency),
            span=_("The last 30 days"),
            change=_compared(
                last.revenue, before.revenue, sentences.money(abs(last.revenue - before.revenue), currency)
            ),
            how=How(
                _("Orders of referred friends in the last 30 days, less what came back"),
                _("All that they bought since they came, not the first order alone."),
            ),
        ),
    ]


def _counted(label: str, spans: tuple[Span, Span], name: str, how: How) -> Figure:
    last, before = (getattr(each, name) for each in spans)
    return Figure(
        label,
        number(last),
        span=_("The last 30 days"),
        change=_compared(last, before, number(abs(last - before))),
        how=how,
    )


def _compared(last: Decimal | int, before: Decimal | int, text: str) -> Change:
    return change(Decimal(last - before), text=text, against=_("against the 30 days before"), better="up")


def ambassadors(them: Sequence[Ambassador], shop: Shop, *, sort: str, query: QueryDict) -> Table:
    columns = [
        Column(_("Member")),
        Column(pgettext("of a link", "Opened"), numeric=True, sort="reach"),
        Column(_("Friends"), numeric=True, sort="friends"),
        Column(_("Of these bought"), numeric=True, sort="buyers"),
        Column(_("Orders"), numeric=True, sort="orders"),
        Column(_("Revenue"), numeric=True, sort="revenue"),
        Column(_("Points given"), numeric=True, sort="points"),
        Column(_("Taken off by vouchers"), numeric=True),
    ]
    rows = [
        [
            Cell(
                str(each.advocate.member.customer),
                url=reverse("referral_ambassador", args=[each.advocate.pk]),
                sub=codes.grouped(each.advocate.code),
            ),
            *map(number, (each.reach, each.friends, each.buyers, each.orders)),
            sentences.money(each.revenue, shop.currency),
            number(each.points),
            sentences.money(each.discount, shop.currency),
        ]
        for each in them
    ]
    caption = _("Since they have a link. Revenue without what came back; points of both, without what was taken back.")
    return Table(_("Ambassadors"), columns, rows, caption=caption, stack=True, sort=sort, query=query)


def referrals(them: Iterable[Referral], shop: Shop) -> Table:
    """Those of one advocate."""
    columns = [
        Column(_("Friend")),
        Column(_("State"), corner=True),
        Column(_("Came by")),
        Column(_("Came")),
        Column(_("Can be returned until")),
    ]
    rows = [
        [
            _person(each.friend),
            state(each),
            each.get_came_by_display(),
            clock.printed(each.bound_at, shop.tz),
            clock.printed(each.due_at, shop.tz) if each.due_at else formats.NOTHING,
        ]
        for each in them
    ]
    return Table(_("Friends"), columns, rows, caption=_("Newest first."), stack=True)


def queue(them: Iterable[Referral], advocates: dict[int, Advocate], shop: Shop) -> Table:
    columns = [
        Column(_("Friend")),
        Column(_("Score"), numeric=True),
        Column(_("Advocate")),
        Column(_("What speaks against it"), full=True),
        Column(_("Came")),
    ]
    rows = [
        [
            Cell(str(each.friend), url=reverse("referral_decide", args=[each.pk])),
            _("%(score)s of 100") % {"score": number(each.score)},
            _advocate(advocates.get(each.advocate_id)),
            " ".join(map(sentences.reason, each.reasons)),
            clock.printed(each.bound_at, shop.tz),
        ]
        for each in them
    ]
    return Table(_("To be reviewed"), columns, rows, stack=True)


def _advocate(found: Advocate | None) -> Cell:
    if found is None:
        return Cell(formats.NOTHING)
    return Cell(str(found.member.customer), url=reverse("referral_ambassador", args=[found.pk]))


def state(referral: Referral) -> Cell:
    return Cell(referral.get_state_display(), badge=BADGES[Referral.State(referral.state)])


def facts(referral: Referral, shop: Shop) -> list[tuple[str, str]]:
    order = Order.objects.filter(pk=referral.order_id, shop=shop).first() if referral.order_id else None
    found = [
        (_("Came"), clock.printed(referral.bound_at, shop.tz)),
        (_("Came by"), referral.get_came_by_display()),
        (_("Points for who refers"), number(referral.advocate_points)),
        (_("Points for the friend"), number(referral.friend_points)),
    ]
    if order is not None:
        kept = sentences.money(order.amount - order.refunded_amount, shop.currency)
        found += [
            (_("Order"), order.number),
            (_("Ordered"), clock.printed(order.ordered_at, shop.tz)),
            (_("Kept"), kept),
        ]
    return found


def _person(customer: Customer) -> Cell:
    return Cell(str(customer), url=reverse("customer", args=[customer.pk]))
