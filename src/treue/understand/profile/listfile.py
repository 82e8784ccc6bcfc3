"""The list of customers as rows for a spreadsheet: unrounded, with English field names."""

from collections.abc import Iterator, Sequence

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.design.spreadsheet import Value
from treue.understand.profile.listing import Listing

CUSTOMERS_AT_ONCE = 2_000
HEAD = (
    *("number", "name", "email", "phone", "city", "country", "signed_up"),
    *("orders", "revenue", "first_order", "last_order", "first_channel", "first_country", "first_category"),
)


def rows(shop: Shop, listing: Listing) -> Iterator[Sequence[Value]]:
    """Everybody on the list, in its order; read some thousand at a time, however many there are."""
    for ids in listing.chunks(CUSTOMERS_AT_ONCE):
        found = Customer.objects.select_related("buying").defer("words", "buying__words").in_bulk(ids)
        yield from (_row(found[each], shop) for each in ids if each in found)


def _row(customer: Customer, shop: Shop) -> Sequence[Value]:
    signed_up = customer.signed_up_at.astimezone(shop.tz) if customer.signed_up_at else None
    person = (
        customer.number,
        customer.name,
        customer.email,
        customer.phone,
        customer.city,
        customer.country,
        signed_up,
    )
    buying = getattr(customer, "buying", None)
    if buying is None:
        return (*person, 0, None, None, None, None, None, None)
    return (
        *person,
        buying.orders,
        buying.revenue,
        buying.first_order_at.astimezone(shop.tz),
        buying.last_order_at.astimezone(shop.tz),
        buying.channel,
        buying.country,
        buying.category,
    )
