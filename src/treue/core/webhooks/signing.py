"""The secret of an endpoint, and what is signed with it, by Standard Webhooks.

A secret is derived from the endpoint's seed and the installation's own key, so that the database alone, or a dump of
it, signs nothing in our name.
"""

import hashlib
import hmac
import secrets
from base64 import b64encode
from datetime import datetime

from django.utils.crypto import salted_hmac

from treue.core.webhooks.models import Endpoint

PREFIX = "whsec_"


def new_seed() -> str:
    return secrets.token_urlsafe(32)


def secret(seed: str) -> str:
    """As the receiver is given it: "whsec_…"."""
    return PREFIX + b64encode(_key(seed)).decode()


def former_secret(endpoint: Endpoint, now: datetime) -> str:
    """The one before it, as long as it still signs; "" afterwards."""
    return secret(endpoint.former_seed) if _signs_still(endpoint, now) else ""


def headers(endpoint: Endpoint, webhook_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """What a receiver checks the body by; for a day after a change signed with both secrets."""
    stamp = str(int(now.timestamp()))
    signed = b".".join((webhook_id.encode(), stamp.encode(), body))
    seeds = [endpoint.seed, *([endpoint.former_seed] if _signs_still(endpoint, now) else [])]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signature(seed, signed) for seed in seeds),
    }


def _signs_still(endpoint: Endpoint, now: datetime) -> bool:
    return endpoint.former_until is not None and now < endpoint.former_until


def _signature(seed: str, signed: bytes) -> str:
    return "v1," + b64encode(hmac.new(_key(seed), signed, hashlib.sha256).digest()).decode()


def _key(seed: str) -> bytes:
    return salted_hmac("treue.webhooks", seed, algorithm="sha256").digest()
