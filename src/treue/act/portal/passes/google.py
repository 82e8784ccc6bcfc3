"""A pass for Google Wallet: an address in which the whole card stands, signed by the shop's service account.

Source: Google, Wallet API: Loyalty cards, JSON Web Tokens. Nothing is sent to Google until the member follows the link.
"""

import base64
import json
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.conf import settings
from django.urls import reverse

from treue.act.portal.passes.content import Content
from treue.act.portal.passes.signing_keys import GoogleKeys

SAVE = "https://pay.google.com/gp/v/save/"
LONGEST = 1_800  # what Google calls safe: some browsers cut longer ones
SHORT_NAME = 20


def link(content: Content, keys: GoogleKeys, *, shop_id: int, now: datetime) -> str:
    """Where the member's browser goes to save the card.

    What makes it too long stays behind: the tier, then the member's name, then the end of the others.
    """
    named = {"shop": content.shop[:SHORT_NAME], "programme": content.programme[:SHORT_NAME]}
    less = ({}, {"tier": ""}, {"tier": "", "member": ""}, {"tier": "", "member": "", **named})
    for each in less:
        found = _link(replace(content, **each), keys, shop_id, now)
        if len(found) <= LONGEST:
            break
    return found


def _link(content: Content, keys: GoogleKeys, shop_id: int, now: datetime) -> str:
    claims = {
        "iss": keys.account,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(now.timestamp()),
        "origins": [settings.PUBLIC_URL],
        "payload": {
            "loyaltyClasses": [_class(content, keys, shop_id)],
            "loyaltyObjects": [_object(content, keys, shop_id)],
        },
    }
    return SAVE + _signed(claims, keys)


def _class(content: Content, keys: GoogleKeys, shop_id: int) -> dict[str, object]:
    icon = settings.PUBLIC_URL + reverse("portal_icon_png", args=[512])
    return {
        "id": _class_id(keys, shop_id),
        "issuerName": content.shop,
        "programName": content.programme,
        "programLogo": {"sourceUri": {"uri": icon}},
        "hexBackgroundColor": content.colour,
        "reviewStatus": "UNDER_REVIEW",
    }


def _object(content: Content, keys: GoogleKeys, shop_id: int) -> dict[str, object]:
    found: dict[str, object] = {
        "id": f"{keys.issuer}.treue-card-{content.number}",
        "classId": _class_id(keys, shop_id),
        "state": "ACTIVE",
        "accountId": content.number,
        "accountName": content.member or content.spaced,
        "loyaltyPoints": {"label": content.points_label, "balance": {"int": content.points}},
        "barcode": {"type": "QR_CODE", "value": content.number, "alternateText": content.spaced},
    }
    if content.tier:
        found["textModulesData"] = [{"id": "tier", "header": content.tier_label, "body": content.tier}]
    return found


def _class_id(keys: GoogleKeys, shop_id: int) -> str:
    return f"{keys.issuer}.treue-{shop_id}"


def _signed(claims: dict[str, object], keys: GoogleKeys) -> str:
    """As a JSON Web Token (RFC 7519) by RS256."""
    said = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    signature = keys.key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{said}.{_encoded(signature)}"


def _part(value: object) -> str:
    return _encoded(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
