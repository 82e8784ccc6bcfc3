"""The keys by which passes are signed: read here alone, from files that the environment names. None of them is logged.

Without them there are no passes; with ones that cannot be used neither, and `treue doctor` says why.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import NameOID
from django.conf import settings

from treue.act.portal.passes.errors import (
    CertificateExpired,
    FileUnusable,
    KeyProblem,
    KeysDoNotMatch,
    OtherName,
    SettingsMissing,
)

APPLE = (
    *("TREUE_APPLE_PASS_TYPE", "TREUE_APPLE_TEAM", "TREUE_APPLE_CERTIFICATE", "TREUE_APPLE_KEY"),
    "TREUE_APPLE_INTERMEDIATE",
)
PASS_TYPE, TEAM, CERTIFICATE, KEY, INTERMEDIATE = APPLE
PASSWORD = "TREUE_APPLE_KEY_PASSWORD"  # noqa: S105 - the name of a setting
GOOGLE = ISSUER, ACCOUNT = ("TREUE_GOOGLE_ISSUER", "TREUE_GOOGLE_SERVICE_ACCOUNT")
SOON = timedelta(days=30)


@dataclass(frozen=True)
class AppleKeys:
    pass_type: str
    team: str
    certificate: x509.Certificate
    key: RSAPrivateKey = field(repr=False)
    intermediate: x509.Certificate


@dataclass(frozen=True)
class GoogleKeys:
    """account: the service account's address."""

    issuer: str
    account: str
    key: RSAPrivateKey = field(repr=False)


def apple(now: datetime) -> AppleKeys | None:
    """None where there are none, or none that can be used."""
    try:
        return apple_or_problem(now)
    except KeyProblem:
        return None


def google() -> GoogleKeys | None:
    """None where there are none, or none that can be used."""
    try:
        return google_or_problem()
    except KeyProblem:
        return None


def apple_or_problem(now: datetime) -> AppleKeys | None:
    """None where nothing is set. Raises KeyProblem."""
    given = _given(APPLE)
    if given is None:
        return None
    password = settings.WALLETS.get(PASSWORD, "").encode() or None
    certificate, intermediate = (_certificate(name, given[name]) for name in (CERTIFICATE, INTERMEDIATE))
    keys = AppleKeys(given[PASS_TYPE], given[TEAM], certificate, _key(KEY, given[KEY], password), intermediate)
    _require_names(keys)
    _require_chain(keys)
    for name, each in ((CERTIFICATE, certificate), (INTERMEDIATE, intermediate)):
        if each.not_valid_after_utc <= now:
            raise CertificateExpired(name, each.not_valid_after_utc.date())
    return keys


def google_or_problem() -> GoogleKeys | None:
    """None where nothing is set. Raises KeyProblem."""
    given = _given(GOOGLE)
    if given is None:
        return None
    try:
        account = json.loads(_read(ACCOUNT, given[ACCOUNT]))
        email, text = account["client_email"], account["private_key"].encode()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileUnusable(ACCOUNT) from error
    return GoogleKeys(given[ISSUER], str(email), _loaded(ACCOUNT, text, None))


def problems(now: datetime) -> Iterator[KeyProblem]:
    """What keeps passes from being signed, or soon will."""
    for look in (lambda: apple_or_problem(now + SOON), google_or_problem):
        try:
            look()
        except KeyProblem as problem:
            yield problem


def _given(names: tuple[str, ...]) -> Mapping[str, str] | None:
    given = {name: settings.WALLETS.get(name, "") for name in names}
    missing = [name for name in names if not given[name]]
    if missing == list(names):
        return None
    if missing:
        raise SettingsMissing(missing)
    return given


def _read(name: str, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise FileUnusable(name) from error


def _certificate(name: str, path: str) -> x509.Certificate:
    """As PEM, or as DER, in which Apple hands them out."""
    content = _read(name, path)
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError as error:
        raise FileUnusable(name) from error


def _key(name: str, path: str, password: bytes | None) -> RSAPrivateKey:
    return _loaded(name, _read(name, path), password)


@lru_cache(maxsize=8)
def _loaded(name: str, content: bytes, password: bytes | None) -> RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(content, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise FileUnusable(name) from None  # what was raised may quote the file
    if not isinstance(key, RSAPrivateKey):
        raise FileUnusable(name)
    return key


def _require_names(keys: AppleKeys) -> None:
    """Apple writes the pass type id as the certificate's user id, and the team as its unit."""
    for name, wanted, oid in (
        (PASS_TYPE, keys.pass_type, NameOID.USER_ID),
        (TEAM, keys.team, NameOID.ORGANIZATIONAL_UNIT_NAME),
    ):
        found = [str(each.value) for each in keys.certificate.subject.get_attributes_for_oid(oid)]
        if wanted not in found:
            raise OtherName(name, ", ".join(found))


def _require_chain(keys: AppleKeys) -> None:
    if keys.certificate.public_key() != keys.key.public_key():
        raise KeysDoNotMatch(KEY)
    try:
        keys.certificate.verify_directly_issued_by(keys.intermediate)
    except (InvalidSignature, ValueError, TypeError) as error:
        raise KeysDoNotMatch(INTERMEDIATE) from error
