"""What the log is told of offers."""

from datetime import datetime

from treue.act.offers.models import Offer, Redemption
from treue.core.api.values import plain, rfc3339
from treue.core.events import naming
from treue.core.events.log import Happening, record

PUBLISHED, STOPPED = "Offer Published", "Offer Stopped"
REDEEMED, ROLLED_BACK = "Offer Redeemed", "Offer Rolled Back"
SOURCE = "treue"
naming.know([PUBLISHED, STOPPED, REDEEMED, ROLLED_BACK])


def tell(name: str, offer: Offer, at: datetime) -> None:
    """That it was published or stopped, in the transaction of the deed; each happens to an offer once."""
    facts = {
        "offer": {"id": offer.pk, "name": offer.name, "kind": offer.kind},
        "begins_at": rfc3339(offer.begins_at),
        "starts_at": rfc3339(offer.starts_at),
        "ends_at": rfc3339(offer.ends_at),
    }
    message = f"{name.lower()} {offer.pk}"
    record(offer.programme.shop, [Happening(message, name, None, SOURCE, at, facts)])


def tell_of(name: str, redemption: Redemption, at: datetime) -> None:
    """That a member had prices of offers, or has them no more."""
    facts = {
        "redemption": redemption.pk,
        "order": redemption.order_number,
        "offers": [{"id": pk, "name": called} for pk, called in sorted(_offers(redemption))],
        "discount": plain(redemption.discount, decimals=2),
        "paid": plain(redemption.paid, decimals=2),
        "currency": redemption.currency,
    }
    message, person = f"{name.lower()} {redemption.pk}", redemption.member.customer_id
    record(redemption.programme.shop, [Happening(message, name, person, SOURCE, at, facts)])


def _offers(redemption: Redemption) -> set[tuple[int, str]]:
    return set(redemption.lines.values_list("offer", "offer__name"))
