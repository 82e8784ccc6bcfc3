"""The room's tables and facts: texts ready to print."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from treue.act.loyalty.wording import number
from treue.act.offers.figures import Compared, Figures
from treue.act.offers.models import Offer, Price, Redemption
from treue.act.offers.planning import Preview
from treue.act.offers.prices import History
from treue.act.offers.pricing import Book, Quote
from treue.act.offers.prior_price import Prior, in_force
from treue.act.offers.wording import KINDS
from treue.act.vouchers.sentences import money
from treue.core.shop import clock
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language

MOST_SHOWN = 100


def listed(them: Sequence[Offer], figures: Mapping[int, Figures], zone: ZoneInfo, now: datetime) -> Table:
    columns = [
        Column(pgettext("for members", "Offer")),
        Column(_("State"), corner=True),
        Column(pgettext("of a span", "Begin")),
        Column(pgettext("of a span", "End")),
        Column(_("Orders"), numeric=True),
        Column(_("Pieces"), numeric=True),
        Column(_("Revenue"), numeric=True),
        Column(_("Discount given"), numeric=True),
    ]
    rows = [
        [
            Cell(each.name, url=reverse("offer", args=[each.pk]), sub=str(KINDS[each.kind])),
            state(each, now),
            clock.printed(each.begins_at, zone),
            clock.printed(each.ended_at, zone),
            number(figures[each.pk].redemptions),
            number(figures[each.pk].units),
            money(figures[each.pk].revenue, each.currency),
            money(figures[each.pk].discount, each.currency),
        ]
        for each in them
    ]
    return Table(_("Member offers"), columns, rows, caption=_("Newest first."), stack=True)


def state(offer: Offer, now: datetime) -> Cell:
    if offer.is_draft:
        return Cell(pgettext("state of an offer", "Draft"), badge="plain")
    if offer.state == Offer.State.STOPPED:
        return Cell(pgettext("state of an offer", "Stopped"), badge="warn")
    if offer.is_over(now):
        return Cell(pgettext("state of an offer", "Over"), badge="plain")
    if offer.is_coming(now):
        return Cell(pgettext("state of an offer", "Coming"), badge="info")
    return Cell(pgettext("state of an offer", "Running"), badge="good")


def quotes(
    them: Sequence[Quote], names: Mapping[str, str], currency: str, zone: ZoneInfo, count: int | None = None
) -> Table:
    """The first of them; the caption says how many there are: count, where not all are here."""
    count = len(them) if count is None else count
    columns = [
        Column(_("Product")),
        Column(_("Price"), numeric=True),
        Column(_("Price for members"), numeric=True),
        Column(_("Lowest price of the 30 days before"), numeric=True),
        Column(_("Reduction that may be named"), numeric=True),
    ]
    rows = [
        [
            Cell(
                names.get(each.product, each.product),
                url=f"{reverse('prices')}?product={quote(each.product, safe='')}",
                sub=each.product if each.product in names else "",
            ),
            _money(each.regular, currency),
            _money(each.reduced, currency),
            Cell(_money(each.prior.price if each.prior else None, currency), sub=_known(each.prior, zone)),
            _saving(each),
        ]
        for each in them[:MOST_SHOWN]
    ]
    caption = ngettext("%(count)s product.", "%(count)s products.", count) % {"count": number(count)}
    if count > MOST_SHOWN:
        caption += " " + _("The first %(count)s of them.") % {"count": number(MOST_SHOWN)}
    return Table(_("Products"), columns, rows, caption=caption, stack=True)


def _known(prior: Prior | None, zone: ZoneInfo) -> str:
    if prior is None or prior.is_whole:
        return ""
    return _("known since %(day)s") % {"day": formats.day(prior.since.astimezone(zone).date(), active_language())}


def _saving(of: Quote) -> str | Cell:
    if of.prior is None:
        return formats.NOTHING
    if not of.saving_percent:
        return Cell(pgettext("a reduction", "none"), kind="bad")
    return formats.rate(Decimal(of.saving_percent), active_language(), 0)


def _money(amount: Decimal | None, currency: str) -> str:
    return formats.NOTHING if amount is None else money(amount, currency)


def notes(preview: Preview) -> list[tuple[str, str]]:
    """What stands against publishing, or should be known before; each with how serious it is."""
    found = []
    if preview.without_price:
        found.append(("bad", _not_known(preview.without_price, _("No price was announced for %(products)s."))))
    missing = [each for each in preview.without_prior if each not in set(preview.without_price)]
    if missing:
        found.append(("bad", _not_known(missing, _("No price of the 30 days before is known for %(products)s."))))
    if preview.no_reductions:
        words = _("Not below the lowest price of the 30 days, so no reduction may be named: %(products)s.")
        found.append(("warn", _not_known([each.product for each in preview.no_reductions], words)))
    if preview.known_in_part:
        words = _("Prices are known for less than 30 days: %(products)s. That is right where they are new.")
        found.append(("info", _not_known([each.product for each in preview.known_in_part], words)))
    return found


def _not_known(products: Sequence[str], words: str, most: int = 5) -> str:
    more = len(products) - most
    listed = [*products[:most], *([_("%(count)s more") % {"count": number(more)}] if more > 0 else [])]
    return words % {"products": ", ".join(listed)}


def facts(offer: Offer, figures: Figures) -> list[tuple[str, str]]:
    """What came of it."""
    found = [
        (_("Orders"), number(figures.redemptions)),
        (_("Pieces"), number(figures.units)),
        (_("Revenue"), money(figures.revenue, offer.currency)),
        (_("Discount given"), money(figures.discount, offer.currency)),
    ]
    if offer.units is not None:
        words = _("%(left)s of %(stock)s") % {"left": number(offer.units_left), "stock": number(offer.units)}
        found.append((_("Pieces left"), words))
    if offer.budget is not None:
        words = {"left": money(offer.budget_left, offer.currency), "stock": money(offer.budget, offer.currency)}
        found.append((_("Budget left"), _("%(left)s of %(stock)s") % words))
    return found


def comparison(found: Compared, currency: str) -> list[tuple[str, str]]:
    """Of the same products in all orders that Treue knows."""
    language = active_language()
    return [
        (_("While it ran"), money(found.revenue, currency)),
        (_("The same hours a week before"), money(found.revenue_before, currency)),
        (_("Pieces while it ran"), formats.number(found.units, language)),
        (_("Pieces a week before"), formats.number(found.units_before, language)),
    ]


def whom(offer: Offer, count: int, early: int) -> list[tuple[str, str]]:
    found = [(_("Members who may have it"), number(count))]
    return [*found, (_("Of them earlier"), number(early))] if offer.head_start_hours else found


def redemptions(them: Iterable[Redemption], zone: ZoneInfo, *, with_members: bool) -> Table:
    """with_members: for whoever may see whose they are."""
    columns = [
        Column(_("Order")),
        Column(_("State"), corner=True),
        *([Column(_("Member"))] if with_members else []),
        Column(_("Paid"), numeric=True),
        Column(_("Discount given"), numeric=True),
        Column(_("Bought")),
    ]
    rows = [
        [
            Cell(each.order_number if with_members else _("No. %(number)s") % {"number": number(each.pk)}),
            _redemption_state(each),
            *([_whose(each)] if with_members else []),
            money(each.paid, each.currency),
            money(each.discount, each.currency),
            clock.printed(each.bought_at, zone),
        ]
        for each in them
    ]
    return Table(_("Orders with it"), columns, rows, caption=_("Newest first."), stack=True)


def _redemption_state(redemption: Redemption) -> Cell:
    if redemption.state == Redemption.State.ROLLED_BACK:
        return Cell(pgettext("state of a redemption", "Rolled back"), badge="plain")
    return Cell(pgettext("state of a redemption", "Redeemed"), badge="good")


def _whose(redemption: Redemption) -> Cell:
    customer = redemption.member.customer
    return Cell(str(customer), url=reverse("customer", args=[customer.pk]))


def products(them: Sequence[tuple[str, str]], book: Book, now: datetime) -> Table:
    """them: code and name."""
    columns = [
        Column(_("Item code")),
        Column(_("Name")),
        Column(_("Price now"), numeric=True),
        Column(_("Members pay"), numeric=True),
        Column(_("Lowest price of 30 days"), numeric=True),
    ]
    rows = [
        [
            Cell(code, url=f"{reverse('prices')}?product={quote(code, safe='')}"),
            name or formats.NOTHING,
            *_prices(code, book, now),
        ]
        for code, name in them
    ]
    return Table(_("Products with prices"), columns, rows, stack=True)


def _prices(product: str, book: Book, now: datetime) -> list[str]:
    """What everybody pays, what members do, and what would stand beside a reduction."""
    everybody, lowest = book.histories.get(product, History()).everybody, book.lowest(product, now)
    amounts = in_force(everybody, now), book.members_pay(product, now), lowest and lowest.price
    return [formats.NOTHING if each is None else money(each, book.shop.currency) for each in amounts]


def history(them: Iterable[Price], zone: ZoneInfo, withdraw_at: Mapping[int, str]) -> Table:
    """withdraw_at: addresses, of those that whoever looks may withdraw."""
    columns = [
        Column(pgettext("of a price", "From")),
        Column(_("Price"), numeric=True, corner=True),
        Column(pgettext("of a price", "For")),
        Column(pgettext("of a price", "Told by")),
        Column(_("State")),
    ]
    rows = [
        [
            Cell(clock.printed(each.valid_from, zone), url=withdraw_at.get(each.pk, "")),
            _money(each.amount, each.currency) if each.amount is not None else _("not sold"),
            _("members") if each.audience == Price.Audience.MEMBERS else _("everybody"),
            each.source,
            Cell(_("Withdrawn"), badge="warn") if each.withdrawn_at else Cell(_("Counts"), badge="good"),
        ]
        for each in them
    ]
    return Table(_("Prices"), columns, rows, caption=_("Latest first."), stack=True)
