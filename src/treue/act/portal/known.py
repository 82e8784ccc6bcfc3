"""Whom an address belongs to, as far as that opens somebody's account or keeps it from others.

What only a browser said is not enough: anybody can have the shop's tracking say that another customer's address is
theirs, and would be let in with their own mailbox. Nor does it keep an address from whoever can read its mail.
"""

from treue.act.portal.errors import NobodysAddress
from treue.core.customers import given_up, identities
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop


def folded(email: str, shop: Shop) -> str | None:
    """An address as it is compared; None where it can be none."""
    return identities.folded(identities.EMAIL, email, shop)


def by_address(shop: Shop, email: str) -> Customer | None:
    """The one customer who has a folded address by the word of a server, a till, a colleague or a file, as they stand
    today. None: nobody. Raises NobodysAddress where several have it.
    """
    found = holders(shop, email)
    if len(found) > 1:
        raise NobodysAddress
    return found[0] if found else None


def is_free(shop: Shop, email: str, customer: Customer) -> bool:
    """Whether nobody but this customer has a folded address."""
    return all(each == customer for each in holders(shop, email))


def holders(shop: Shop, email: str) -> list[Customer]:
    """Everybody who has a folded address, as they stand today, without those who have another one in its place."""
    gone = given_up.by_whom(shop, email)
    found = identities.as_they_are(identities.holders(shop, identities.EMAIL, email))
    return [each for each in found if each.pk not in gone]
