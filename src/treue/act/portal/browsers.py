"""Browsers in which somebody signed in before: they are asked for no patience because of what strangers do.

The cookie opens nothing. It says that this browser once entered a code of this address, and holds no more of the
address than a keyed hash.
"""

import secrets
from datetime import timedelta

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from treue.core.shop.models import Shop

KNOWN = timedelta(days=180)
SALT = "treue.portal.browser"


def mark(shop: Shop, email: str) -> str:
    """What a browser keeps in which a code of a folded address was entered."""
    return signing.dumps([secrets.token_hex(8), _hash(shop, email)], salt=SALT)


def known(token: str, shop: Shop, email: str) -> str:
    """The browser's own number, where it was here with this address; "" for any other."""
    try:
        number, address = signing.loads(token, salt=SALT, max_age=KNOWN)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return number if constant_time_compare(address, _hash(shop, email)) else ""


def _hash(shop: Shop, email: str) -> str:
    return salted_hmac(SALT, f"{shop.pk} {email}", algorithm="sha256").hexdigest()
