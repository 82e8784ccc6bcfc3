"""What happens is to be told to whoever asked for it."""

from collections.abc import Iterator, Sequence

from django.utils import timezone

from treue.core.events.models import Event
from treue.core.events.registry import reaction
from treue.core.webhooks.models import Delivery, Endpoint


@reaction("webhooks.queue")
def queue(events: Sequence[Event]) -> None:
    """A delivery for each event and each endpoint that wants it; what is sent, the courier sends."""
    shops = {event.shop_id for event in events}
    endpoints = list(Endpoint.objects.filter(shop__in=shops, is_on=True))
    if endpoints:
        Delivery.objects.bulk_create(_deliveries(events, endpoints))


def _deliveries(events: Sequence[Event], endpoints: Sequence[Endpoint]) -> Iterator[Delivery]:
    now = timezone.now()
    for event in events:
        for endpoint in endpoints:
            if endpoint.shop_id == event.shop_id and endpoint.wants(event.name):
                yield Delivery(
                    endpoint=endpoint,
                    event=event.name,
                    seq=event.seq,
                    recorded_at=event.recorded_at,
                    person=event.person,
                    next_try_at=now,
                    created_at=now,
                )
