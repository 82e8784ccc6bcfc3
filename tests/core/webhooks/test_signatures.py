"""Signatures, as the library of Standard Webhooks verifies them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from receiving import Receiver, happen
from standardwebhooks import Webhook, WebhookVerificationError

from treue.core.events.reacting import drain
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.core.webhooks import endpoints, payloads, signing
from treue.core.webhooks.models import Endpoint


def test_the_library_of_the_scheme_verifies_what_arrives(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Callable[..., int]
):
    happen(shop, "Order Completed", name="Jörg Müller")
    drain()
    deliver()
    arrived = receiver.arrived[0]
    told = Webhook(signing.secret(endpoint.seed)).verify(arrived.body, dict(arrived.headers.items()))
    assert told["data"]["facts"] == {"name": "Jörg Müller"}
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.secret(endpoint.seed)).verify(arrived.body + b" ", dict(arrived.headers.items()))
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.secret(signing.new_seed())).verify(arrived.body, dict(arrived.headers.items()))


def test_during_a_change_the_library_accepts_both_secrets_and_afterwards_the_new_one(endpoint: Endpoint):
    now, former = timezone.now(), signing.secret(endpoint.seed)
    by = User.objects.create_user("ada@example.org", role="admin")
    endpoints.change_secret(endpoint=endpoint, by=by, now=now)
    endpoint.refresh_from_db()
    assert signing.former_secret(endpoint, now) == former
    both = signing.headers(endpoint, "msg_1", b"{}", now)
    for secret in (former, signing.secret(endpoint.seed)):
        assert Webhook(secret).verify(b"{}", both) == {}
    endpoint.former_until = now - timedelta(seconds=1)
    one = signing.headers(endpoint, "msg_1", b"{}", now)
    assert Webhook(signing.secret(endpoint.seed)).verify(b"{}", one) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook(former).verify(b"{}", one)
    assert signing.former_secret(endpoint, now) == ""


def test_the_database_alone_holds_no_secret(endpoint: Endpoint, settings: object):
    before = signing.secret(endpoint.seed)
    assert before.removeprefix("whsec_") not in str(vars(endpoint))
    settings.SECRET_KEY = "another installation"
    assert signing.secret(endpoint.seed) != before


@pytest.mark.parametrize(
    ("event", "type_"),
    [
        ("Order Completed", "order.completed"),
        ("Product List Viewed", "product.list.viewed"),
        ("Gutschein eingelöst", "gutschein.eingelost"),
        ("order_completed", "order_completed"),
        ("Größe – geändert!", "grosse.geandert"),
        ("注文", "event"),
    ],
)
def test_types_are_words_with_points(event: str, type_: str):
    assert payloads.type_of(event) == type_
