"""Who joined here before the shop knew them, and is known to it by now.

They confirmed an address, and have a number of ours until the shop has one for them. When it then says of one of its
customers, and of no other, that the address is theirs, the two are one: whoever signs in with that address afterwards
would have become this customer, and it shall not matter which came first.
"""

import logging
import re
from collections.abc import Iterator
from secrets import token_urlsafe

from django.db import connection

from treue.act.portal import known
from treue.act.portal.models import Portal
from treue.core.customers import merging
from treue.core.customers.errors import NotMergeable
from treue.core.customers.models import Merge
from treue.core.shop.locking import ShopIsBeingWritten
from treue.core.shop.models import Shop

OURS = re.compile(r"m-[A-Za-z0-9_-]{16}")
log = logging.getLogger(__name__)

# The index of numbers leads to them; of most nobody else has the address.
KNOWN_BY_NOW = f"""
select distinct i.value
from customers_customer c join customers_identity i on i.customer_id = c.id
where c.shop_id = %(shop)s and c.number >= 'm-' and c.number < 'm.' and c.number ~ '^{OURS.pattern}$'
    and c.merged_into_id is null and i.kind = 'email' and i.is_trusted and i.given_up_at is null
    and (exists (
            select from customers_identity o where o.shop_id = i.shop_id and o.kind = 'email' and o.value = i.value
            and o.customer_id <> c.id and o.is_trusted)
        or exists (
            select from customers_customer o where upper(o.email) = upper(i.value) and o.shop_id = i.shop_id
            and o.id <> c.id))
order by i.value"""  # noqa: S608 - our own pattern


def fresh_number() -> str:
    """For somebody who has none of the shop's."""
    return f"m-{token_urlsafe(12)}"


def unite(shop: Shop, email: str) -> bool:
    """Make who joined here with a folded address and the one customer for whom the shop says it one, who has the shop's
    number. False where there are not these two, where a colleague made them two again, and while an import runs. Not in
    a transaction."""
    found = known.holders(shop, email)
    ours = [each for each in found if OURS.fullmatch(each.number)]
    if len(found) != 2 or len(ours) != 1:
        return False
    [stranger], [customer] = ours, [each for each in found if each not in ours]
    if Merge.objects.filter(absorbed_id=stranger.pk, kept=customer).exclude(undone_at=None).exists():
        return False
    try:
        merging.merge(kept=customer, absorbed=stranger, by=None)
    except (ShopIsBeingWritten, NotMergeable) as error:
        log.info("Customers %s and %s stay two for now: %s", customer.pk, stranger.pk, type(error).__qualname__)
        return False
    return True


def unite_all() -> int:
    """Returns how many."""
    portals = Portal.objects.select_related("shop").order_by("pk")
    return sum(unite(each.shop, email) for each in portals for email in _known_by_now(each.shop))


def _known_by_now(shop: Shop) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_BY_NOW, {"shop": shop.pk})
        found = cursor.fetchall()
    return (email for (email,) in found)
