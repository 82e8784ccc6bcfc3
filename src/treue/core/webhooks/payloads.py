"""What a receiver is told of an event.

It is made when it is sent, and with the number that the customer has then: nothing of it is stored a second time.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence

from django.core.serializers.json import DjangoJSONEncoder

from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.events.models import Event
from treue.core.webhooks.models import Delivery

LARGEST_BYTES = 20_000
TEST = "Webhook Tested"
Content = dict[str, object]


def type_of(event: str) -> str:
    """ "Order Completed" is order.completed: small letters of the alphabet, digits, and points between words."""
    plain = unicodedata.normalize("NFKD", event.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    return ".".join(re.findall(r"[a-z0-9_]+", plain)) or "event"


def bodies(deliveries: Sequence[Delivery]) -> dict[int, bytes]:
    """JSON by the deliveries' ids. Where an event is not there any more, its delivery is left out."""
    events = _events(deliveries)
    customers = _customers(events.values())
    made = {}
    for delivery in deliveries:
        if delivery.is_test:
            made[delivery.pk] = _json(_test(delivery))
        elif event := events.get(delivery.seq):
            made[delivery.pk] = _within_limit(_content(event, customers))
    return made


def _content(event: Event, customers: Mapping[int, Content]) -> Content:
    data = {
        "event": event.name,
        "message_id": event.message_id,
        "customer": customers.get(event.person),
        "facts": event.facts,
    }
    return {"type": type_of(event.name), "timestamp": event.occurred_at.isoformat(), "data": data}


def _test(delivery: Delivery) -> Content:
    data = {"event": TEST, "message_id": delivery.webhook_id, "customer": None, "facts": {}}
    return {"type": type_of(TEST), "timestamp": delivery.created_at.isoformat(), "data": data}


def _within_limit(content: Content) -> bytes:
    """Facts that receivers would refuse for their size stay here; they know where to ask."""
    whole = _json(content)
    if len(whole) <= LARGEST_BYTES:
        return whole
    return _json(content | {"data": content["data"] | {"facts": None}})


def _events(deliveries: Sequence[Delivery]) -> dict[int, Event]:
    """By number. The moments let the database leave out the months that none of them is of."""
    real = [each for each in deliveries if not each.is_test]
    found = Event.objects.filter(
        seq__in={each.seq for each in real}, recorded_at__in={each.recorded_at for each in real}
    )
    return {event.seq: event for event in found}


def _customers(events: Sequence[Event]) -> dict[int, Content]:
    """Who each person number of the events is today."""
    ids = persons.customers_of({event.person for event in events if event.person is not None})
    found = Customer.objects.filter(pk__in=set(ids.values())).values("id", "number")
    today = {row["id"]: row for row in found}
    return {number: today[pk] for number, pk in ids.items() if pk in today}


def _json(content: Content) -> bytes:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()
