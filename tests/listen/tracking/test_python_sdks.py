"""Segment's and RudderStack's own Python libraries, unchanged."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sending import Sender, logged

from treue.core.customers.models import Customer

Make = Callable[..., Sender]


def play(client: object) -> None:
    """What a shop's server tells in a day."""
    client.identify("K7", {"email": "anna@example.org", "firstName": "Anna", "shoe_size": 38})
    client.track("K7", "Product Viewed", {"product_id": "TEE", "price": 4.5})
    client.page("K7", "Shop", "Home", {"url": "https://shop.example/?q=anna"})
    client.screen("K7", "App", "Basket")
    client.group("K7", "G1", {"name": "Tea Ltd"})
    client.alias("anon-1", "K7")
    client.track("K7", "order_completed", {"order_id": "1001", "total": 9.0, "products": [{"sku": "TEE"}]})
    client.flush()
    client.join()


def require_told() -> None:
    events = logged()
    assert [event.name for event in events] == [
        *("Identify", "Product Viewed", "Page Viewed", "Screen Viewed", "Group", "Alias", "Order Completed")
    ]
    customer = Customer.objects.get()
    assert (customer.number, {event.person for event in events}) == ("K7", {customer.pk})
    assert events[0].facts["traits"] == {"email": "anna@example.org", "first_name": "Anna"}
    assert events[2].facts["name"] == "Home"
    assert events[2].facts["path"] == "/"
    assert events[5].facts["previous_id"] == "anon-1"
    assert events[6].facts["products"] == [{"sku": "TEE"}]
    assert all(abs((event.occurred_at - datetime.now(UTC)).total_seconds()) < 60 for event in events)


@pytest.mark.parametrize("packed", [False, True])
def test_segments_library(source: Make, packed: bool):
    from segment.analytics import Client

    sender, failed = source(), []
    client = Client(sender.key, host=sender.web.url, gzip=packed, on_error=lambda *about: failed.append(about))
    play(client)
    assert failed == []
    require_told()


@pytest.mark.parametrize("packed", [False, True])
def test_rudderstacks_library(source: Make, packed: bool):
    from rudderstack.analytics.client import Client

    sender, failed = source(), []
    client = Client(sender.key, host=sender.web.url, gzip=packed, on_error=lambda *about: failed.append(about))
    play(client)
    assert failed == []
    require_told()


def test_segments_library_waits_when_it_is_told_to(source: Make):
    """More than the allowance: 429 with Retry-After, and in the end everything is there."""
    from segment.analytics import Client

    sender = source(limit=20)
    client = Client(sender.key, host=sender.web.url, upload_size=50, upload_interval=0.1)
    for number in range(150):
        client.track("K7", "Product Viewed", {"position": number})
    client.flush()
    client.join()
    assert [event.facts["position"] for event in logged()] == list(range(150))


def test_rudderstacks_library_understands_a_refusal(source: Make):
    from rudderstack.analytics.client import Client

    failed = []
    client = Client("treue_wk_wrong", host=source().web.url, on_error=lambda error, _events: failed.append(error))
    client.track("K7", "Product Viewed")
    client.flush()
    client.join()
    [error] = failed
    assert (error.status, error.code) == (401, "unknown_write_key")
