"""A pass for Apple Wallet: a zip of what it shows, its pictures, their digests, and a signature over those.

Source: Apple, Wallet Passes: Building a pass. The digests are SHA-1 because Wallet reads no others; what is believed is
the signature over them, which is SHA-256.
"""

import hashlib
import io
import json
import zipfile

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from django.utils.translation import gettext as _

from treue.act.portal import icons
from treue.act.portal.passes.content import Content
from treue.act.portal.passes.signing_keys import AppleKeys

CONTENT_TYPE = "application/vnd.apple.pkpass"
ICON, LOGO = 29, 50
EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip's, so that equal passes are equal files


def written(content: Content, keys: AppleKeys) -> bytes:
    """The file as Wallet takes it."""
    parts = {"pass.json": _json(_pass(content, keys))} | _pictures(content)
    digests = {name: hashlib.sha1(part, usedforsecurity=False).hexdigest() for name, part in parts.items()}
    parts["manifest.json"] = _json(digests)
    parts["signature"] = _signature(parts["manifest.json"], keys)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), part, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _pass(content: Content, keys: AppleKeys) -> dict[str, object]:
    white = _rgb("#ffffff")
    return {
        "formatVersion": 1,
        "passTypeIdentifier": keys.pass_type,
        "teamIdentifier": keys.team,
        "serialNumber": content.number,
        "organizationName": content.shop,
        "description": _("Member card of %(shop)s") % {"shop": content.shop},
        "logoText": content.shop,
        "foregroundColor": white,
        "labelColor": white,
        "backgroundColor": _rgb(content.colour),
        "sharingProhibited": True,
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": content.number,
                "messageEncoding": "iso-8859-1",
                "altText": content.spaced,
            }
        ],
        "storeCard": _fields(content),
    }


def _fields(content: Content) -> dict[str, object]:
    """What is empty is left out: Wallet would show its label alone."""
    member = {"key": "member", "label": content.programme, "value": content.member or content.spaced}
    points = {"key": "points", "label": content.points_label, "value": content.points}
    tier = {"key": "tier", "label": content.tier_label, "value": content.tier}
    back = {"key": "number", "label": _("Card number"), "value": content.spaced}
    return {
        "primaryFields": [],
        "headerFields": [tier] if content.tier else [],
        "secondaryFields": [member],
        "auxiliaryFields": [points],
        "backFields": [back],
    }


def _pictures(content: Content) -> dict[str, bytes]:
    found = {}
    for name, size in (("icon", ICON), ("logo", LOGO)):
        for times in (1, 2, 3):
            file = f"{name}.png" if times == 1 else f"{name}@{times}x.png"
            found[file] = icons.png(content.sign, content.colour, size * times)
    return found


def _signature(manifest: bytes, keys: AppleKeys) -> bytes:
    builder = PKCS7SignatureBuilder().set_data(manifest)
    builder = builder.add_signer(keys.certificate, keys.key, hashes.SHA256()).add_certificate(keys.intermediate)
    return builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"
