"""The lists of customers by value, as tables and as rows for a spreadsheet."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.design import cells, formats
from treue.design.spreadsheet import Value
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value import reading
from treue.understand.value.lists import Ranking
from treue.understand.value.models import Fit, Score

CUSTOMERS_AT_ONCE = 2_000
HEAD = (
    *("number", "name", "email", "phone", "last_purchase", "probability_alive", "expected_purchases_90_days"),
    *("lifetime_value", "value_at_stake", "next_purchase_on", "currency", "as_of"),
)


def at_risk(fit: Fit, scores: Sequence[Score]) -> Table:
    heads = [_("Last purchase"), _("Risk of leaving"), _("Value of the next 12 months"), _("Value at stake")]
    return _table(_("Customers at risk"), heads, fit, scores, lambda score: _money(Decimal(score.at_stake), fit))


def due(fit: Fit, scores: Sequence[Score], caption: str = "") -> Table:
    heads = [_("Last purchase"), _("Risk of leaving"), _("Value of the next 12 months"), _("Purchase due by")]
    return _table(
        _("Next purchases due"),
        heads,
        fit,
        scores,
        lambda score: formats.day(score.next_purchase_on, active_language()),
        caption,
    )


def _table(
    label: str, heads: Sequence[str], fit: Fit, scores: Sequence[Score], last: Callable[[Score], str], caption: str = ""
) -> Table:
    last_purchase, risk, value, own = heads
    columns = [
        Column(_("Customer"), full=True),
        Column(last_purchase, numeric=True),
        Column(risk),
        Column(value, numeric=True),
        Column(own, numeric=True),
    ]
    known = _customers(scores)
    rows = [
        [
            *_person(known[each.customer_id], fit),
            _risk(fit, each),
            _money(each.lifetime_value, fit),
            last(each),
        ]
        for each in scores
        if each.customer_id in known
    ]
    return Table(label, columns, rows, caption=caption, stack=True)


def _person(customer: Customer, fit: Fit) -> list[str | Cell]:
    url = reverse("customer", args=[customer.pk])
    buying = getattr(customer, "buying", None)
    last = buying.last_order_at.astimezone(fit.shop.tz).date() if buying else None
    return [
        Cell(str(customer), url=url, sub=customer.email or customer.number, avatar=str(customer)),
        formats.day(last, active_language()),
    ]


def _risk(fit: Fit, score: Score) -> str | Cell:
    if not fit.tells_whether_left(score):
        return Cell(formats.NOTHING, sub=_("cannot be told"))
    return Cell(cells.risk(1 - score.probability_alive))


def _money(amount: Decimal, fit: Fit) -> str:
    return formats.money(amount, active_language(), fit.currency)


# As a file


def rows(shop: Shop, list_of: Callable[[Fit], Ranking]) -> Iterator[Sequence[Value]]:
    """Everybody on a list, in its order; read some thousand at a time, however many there are. Unrounded. Where another
    fit comes into force meanwhile, it goes on by that one, behind the same figure."""
    place, is_over = None, False
    while not is_over and (fit := reading.current(shop)):
        some, place = list_of(fit).some(place, CUSTOMERS_AT_ONCE)
        is_over, known = place is None, _customers(some)
        yield from (_row(known[each.customer_id], each, fit) for each in some if each.customer_id in known)


def _row(customer: Customer, score: Score, fit: Fit) -> Sequence[Value]:
    buying = getattr(customer, "buying", None)
    told = fit.tells_whether_left(score)
    return (
        customer.number,
        customer.name,
        customer.email,
        customer.phone,
        buying.last_order_at.astimezone(fit.shop.tz) if buying else None,
        score.probability_alive if told else None,
        score.purchases_90_days,
        score.lifetime_value,
        score.at_stake if told else None,
        score.next_purchase_on,
        fit.currency,
        fit.until,
    )


def _customers(scores: Iterable[Score]) -> dict[int, Customer]:
    found = Customer.objects.select_related("buying").defer("words", "name_key", "buying__words")
    return found.in_bulk([each.customer_id for each in scores])
