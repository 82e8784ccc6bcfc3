"""Who a message says that somebody is, in the form that Segment's `identify` and `alias` have."""

from collections.abc import Mapping, Sequence

from treue.core.customers.identities import ANONYMOUS, CARD, LONGEST, Statement, learn
from treue.core.events.happened import Happened
from treue.core.events.models import Source
from treue.core.shop.models import Shop
from treue.listen.tracking import known_as

BROWSER = Source.Kind.BROWSER
LONGEST_TRAIT = 254


def join(events: Sequence[Happened]) -> None:
    """Write down what is said of customers, and have the history of visitors who are recognised follow them.

    What is said of somebody without a user id stays in the log: nobody is made a customer by an address alone.
    """
    shops = Shop.objects.in_bulk({each.shop_id for each in events})
    kinds = known_as.kinds(shops)
    said = [
        _statement(each, shops[each.shop_id], is_trusted=kinds.get((each.shop_id, each.source)) != BROWSER)
        for each in events
        if each.shop_id in shops and each.facts.get("user_id") and each.person is not None
    ]
    learn(said)


def _statement(event: Happened, shop: Shop, *, is_trusted: bool) -> Statement:
    traits = event.facts.get("traits")
    traits = traits if isinstance(traits, Mapping) else {}
    return Statement(
        shop=shop,
        customer=event.person,
        said_at=event.occurred_at,
        message_id=event.message_id[:LONGEST],
        is_trusted=is_trusted,
        identities=_identities(event, traits),
        traits=_traits(traits),
    )


def _identities(event: Happened, traits: Mapping[str, object]) -> list[tuple[str, str]]:
    facts = event.facts
    found = [(ANONYMOUS, facts[name]) for name in ("anonymous_id", "previous_id") if facts.get(name)]
    if traits.get("card"):
        found.append((CARD, traits["card"]))
    found += [(each["type"], each["id"]) for each in facts.get("external_ids", ())]
    return [(kind, str(value)) for kind, value in found]


def _traits(told: Mapping[str, object]) -> dict[str, str]:
    address, company = told.get("address"), told.get("company")
    address = address if isinstance(address, Mapping) else {}
    whole = " ".join(str(told[part]) for part in ("first_name", "last_name") if told.get(part))
    of_company = company.get("name") if isinstance(company, Mapping) else None
    found = {
        "name": told.get("name") or whole or of_company,
        "email": told.get("email"),
        "phone": told.get("phone"),
        "city": address.get("city"),
        "country": address.get("country"),
        "birthday": told.get("birthday"),
    }
    return {name: str(value)[:LONGEST_TRAIT] for name, value in found.items() if value}
