"""The member card in a phone's wallet: signed as Apple and Google check it, and only the member's own."""

import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone
from visitors import Browser

from treue.act.loyalty import ledger, membership
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Member
from treue.act.portal.passes import google as google_pass
from treue.act.portal.passes import signing_keys
from treue.act.portal.passes.content import Content
from treue.act.portal.passes.errors import (
    CertificateExpired,
    FileUnusable,
    KeysDoNotMatch,
    OtherName,
    SettingsMissing,
)
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.web.doctor import wallets

PASS_TYPE, TEAM = "pass.org.example.tea", "A1B2C3D4E5"
EVIL = 'Tea "House"\n<b>&amp; Söhne</b> 🍵' + "x" * 300
KEY_OF_TESTS = rsa.generate_private_key(65537, 2048)
KEY_OF_APPLE = ec.generate_private_key(ec.SECP256R1())


def certificate(
    *, days: int = 365, pass_type: str = PASS_TYPE, key: rsa.RSAPrivateKey = KEY_OF_TESTS
) -> tuple[x509.Certificate, x509.Certificate]:
    """A pass type's, and the one it was issued by."""
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test's WWDR")])
    names = [(NameOID.USER_ID, pass_type), (NameOID.ORGANIZATIONAL_UNIT_NAME, TEAM), (NameOID.COMMON_NAME, "Tea")]
    subject = x509.Name([x509.NameAttribute(*each) for each in names])
    return _issued(subject, issuer, key.public_key(), days), _issued(issuer, issuer, KEY_OF_APPLE.public_key(), 3650)


def _issued(subject: x509.Name, issuer: x509.Name, key: object, days: int) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=900)).not_valid_after(now + timedelta(days=days))
    if subject == issuer:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(KEY_OF_APPLE, hashes.SHA256())


def pem(key: rsa.RSAPrivateKey, password: bytes | None = None) -> bytes:
    sealed = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)


@pytest.fixture
def apple(tmp_path: Path, settings: object) -> Callable[..., dict[str, str]]:
    """Sets keys up. Returns the settings, which a test may break."""

    def set_up(
        pair: tuple[x509.Certificate, x509.Certificate] | None = None, password: bytes | None = None
    ) -> dict[str, str]:
        own, intermediate = pair or certificate()
        files = {
            "TREUE_APPLE_CERTIFICATE": own.public_bytes(serialization.Encoding.PEM),
            "TREUE_APPLE_INTERMEDIATE": intermediate.public_bytes(serialization.Encoding.DER),
            "TREUE_APPLE_KEY": pem(KEY_OF_TESTS, password),
        }
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        paths = {name: str(tmp_path / name) for name in files}
        settings.WALLETS = paths | {"TREUE_APPLE_PASS_TYPE": PASS_TYPE, "TREUE_APPLE_TEAM": TEAM}
        if password:
            settings.WALLETS["TREUE_APPLE_KEY_PASSWORD"] = password.decode()
        return settings.WALLETS

    return set_up


@pytest.fixture
def google(tmp_path: Path, settings: object) -> Path:
    file = tmp_path / "account.json"
    account = {"client_email": "treue@tea.iam.gserviceaccount.com", "private_key": pem(KEY_OF_TESTS).decode()}
    file.write_text(json.dumps(account))
    settings.WALLETS = {"TREUE_GOOGLE_ISSUER": "3388000000000000001", "TREUE_GOOGLE_SERVICE_ACCOUNT": str(file)}
    return file


def fetched(browser: Browser) -> dict[str, bytes]:
    """The parts of the pass."""
    answer = browser.get("/m/card/apple.pkpass")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/vnd.apple.pkpass")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def told(browser: Browser) -> dict[str, object]:
    """What the link for Google says, once its signature was checked."""
    answer = browser.get("/m/card/google/")
    assert answer.status_code == 302
    address = urlsplit(answer["Location"])
    assert (address.scheme, address.netloc) == ("https", "pay.google.com")
    token = address.path.removeprefix("/gp/v/save/")
    return jwt.decode(token, KEY_OF_TESTS.public_key(), algorithms=["RS256"], audience="google")


def test_the_pass_shows_the_card_and_says_of_which_day_the_points_are(
    signed_in: Browser, member: Member, apple: Callable
) -> None:
    apple()
    now = timezone.now()
    ledger.earn(member.programme, [Earning(member.pk, 120, key="k", at=now, reason="review")])
    shown = json.loads(fetched(signed_in)["pass.json"])
    assert (shown["passTypeIdentifier"], shown["teamIdentifier"]) == (PASS_TYPE, TEAM)
    assert (shown["organizationName"], shown["backgroundColor"]) == ("Tea House", "rgb(29, 92, 74)")
    code = shown["barcodes"][0]
    assert (code["message"], code["altText"].replace(" ", "")) == (member.number, member.number)
    card = shown["storeCard"]
    assert card["secondaryFields"][0]["value"] == "Anna Beispiel"
    assert card["auxiliaryFields"][0]["value"] == 120
    assert card["auxiliaryFields"][0]["label"].startswith("Points on ")
    assert str(now.year) in card["auxiliaryFields"][0]["label"]


def test_the_manifest_has_the_digest_of_every_part(signed_in: Browser, apple: Callable) -> None:
    apple()
    parts = fetched(signed_in)
    digests = json.loads(parts.pop("manifest.json"))
    del parts["signature"]
    assert digests == {name: hashlib.sha1(part).hexdigest() for name, part in parts.items()}
    assert set(parts) == {"pass.json", *(f"{n}{x}.png" for n in ("icon", "logo") for x in ("", "@2x", "@3x"))}


def test_openssl_finds_the_signature_right_and_a_changed_manifest_wrong(
    signed_in: Browser, apple: Callable, tmp_path: Path
) -> None:
    apple()
    parts = fetched(signed_in)
    root = certificate()[1].public_bytes(serialization.Encoding.PEM)
    for name, content in (("root.pem", root), ("signature", parts["signature"])):
        (tmp_path / name).write_bytes(content)

    def is_right(manifest: bytes) -> bool:
        (tmp_path / "manifest").write_bytes(manifest)
        command = ["openssl", "smime", "-verify", "-inform", "DER", "-purpose", "any", "-binary"]
        command += ["-in", "signature", "-content", "manifest", "-CAfile", "root.pem"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0

    assert is_right(parts["manifest.json"])
    assert not is_right(parts["manifest.json"].replace(b"pass.json", b"pass.jsom"))


def test_names_are_text_on_a_pass_whatever_they_are(
    signed_in: Browser, member: Member, apple: Callable, google: Path, settings: object
) -> None:
    settings.WALLETS = settings.WALLETS | apple()
    both = dict(settings.WALLETS)
    Shop.objects.update(name=EVIL[:80])
    Customer.objects.update(name=EVIL[:200])
    settings.WALLETS = both
    shown = json.loads(fetched(signed_in)["pass.json"])
    assert shown["organizationName"].startswith('Tea "House" <b>&amp; Söhne</b> 🍵')
    assert "\\n" not in json.dumps(shown, ensure_ascii=False)
    assert len(shown["storeCard"]["secondaryFields"][0]["value"]) <= 60


def test_the_link_for_google_is_signed_and_holds_the_card(signed_in: Browser, member: Member, google: Path) -> None:
    said = told(signed_in)
    assert (said["iss"], said["typ"]) == ("treue@tea.iam.gserviceaccount.com", "savetowallet")
    card, kind = said["payload"]["loyaltyObjects"][0], said["payload"]["loyaltyClasses"][0]
    assert card["classId"] == kind["id"]
    assert card["id"].startswith("3388000000000000001.")
    assert (card["barcode"]["value"], card["accountName"]) == (member.number, "Anna Beispiel")
    assert card["loyaltyPoints"]["label"].startswith("Points on ")
    assert kind["programLogo"]["sourceUri"]["uri"].endswith("/m/icon-512.png")


def test_the_link_for_google_holds_hostile_names_and_stays_short(signed_in: Browser, google: Path) -> None:
    """Browsers and Google cut longer ones."""
    Shop.objects.update(name=EVIL[:80])
    Customer.objects.update(name=EVIL[:200])
    assert told(signed_in)["payload"]["loyaltyObjects"][0]["accountName"].startswith('Tea "House" <b>')
    assert len(signed_in.get("/m/card/google/")["Location"]) <= google_pass.LONGEST


@pytest.mark.parametrize(
    ("name", "length", "kept"),
    [
        ("a", 10, {"shop", "programme", "member", "tier"}),
        ("🍵", 20, {"shop", "programme", "member"}),
        ("🍵", 30, {"shop", "programme"}),
        ("🍵", 60, set()),
    ],
)
def test_what_makes_the_link_for_google_too_long_stays_behind(
    google: Path, name: str, length: int, kept: set[str]
) -> None:
    named = dict.fromkeys(("shop", "programme", "member", "tier"), name * length)
    whole = Content(
        **named, number="1234567890123", spaced="1234 5678 9012 3", points=1, points_label="Points on 30 November 2026",
        tier_label="Tier", colour="#1d5c4a", sign="T",
    )  # fmt: skip
    address = google_pass.link(whole, signing_keys.google(), shop_id=1, now=timezone.now())
    assert len(address) <= google_pass.LONGEST
    said = jwt.decode(address.rpartition("/")[2], KEY_OF_TESTS.public_key(), algorithms=["RS256"], audience="google")
    card, kind = said["payload"]["loyaltyObjects"][0], said["payload"]["loyaltyClasses"][0]
    assert card["barcode"]["value"] == "1234567890123"
    shown = {"shop": kind["issuerName"], "programme": kind["programName"], "member": card["accountName"]}
    shown["tier"] = card.get("textModulesData", [{"body": ""}])[0]["body"]
    assert {each for each, text in shown.items() if text == name * length} == kept


def test_the_card_offers_the_wallets_whose_keys_are_there(
    signed_in: Browser, member: Member, apple: Callable, google: Path, settings: object
) -> None:
    with_google = dict(settings.WALLETS)
    settings.WALLETS = {}
    page = signed_in.get("/m/card/").content.decode()
    assert "Wallet" not in page
    settings.WALLETS = with_google
    page = signed_in.get("/m/card/").content.decode()
    assert "Add to Google Wallet" in page
    assert "Apple Wallet" not in page
    apple()
    assert "Add to Apple Wallet" in signed_in.get("/m/card/").content.decode()
    membership.leave(member=member, at=timezone.now())
    assert "Wallet" not in signed_in.get("/m/card/").content.decode()


def test_without_keys_there_is_no_pass(signed_in: Browser, settings: object) -> None:
    settings.WALLETS = {}
    for path in ("/m/card/apple.pkpass", "/m/card/google/"):
        assert signed_in.get(path).status_code == 404


def test_only_who_is_signed_in_gets_a_pass_and_only_their_own(
    browse: Browser, member: Member, apple: Callable, google: Path, settings: object
) -> None:
    settings.WALLETS = settings.WALLETS | apple()
    for path in ("/m/card/apple.pkpass", "/m/card/google/"):
        assert browse.get(path).headers["Location"] == "/m/sign-in/"
    other = Customer.objects.create(shop=member.programme.shop, number="8", name="Ben", email="ben@example.org")
    theirs, _new = membership.join(programme=member.programme, customer=other, at=timezone.now())
    browse.sign_in("ben@example.org")
    shown = json.loads(fetched(browse)["pass.json"])
    assert shown["serialNumber"] == theirs.number


def test_a_key_with_a_password_is_read(signed_in: Browser, apple: Callable) -> None:
    apple(password=b"tea time")
    assert "signature" in fetched(signed_in)


def test_keys_say_nothing_of_themselves(apple: Callable, google: Path, settings: object) -> None:
    settings.WALLETS = settings.WALLETS | apple()
    assert "PRIVATE" not in repr(signing_keys.apple(timezone.now()))
    assert "key=" not in repr(signing_keys.google()) + repr(signing_keys.apple(timezone.now()))


OTHER_KEY = rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize(
    ("pair", "problem", "sentence"),
    [
        (lambda: certificate(days=-1), CertificateExpired, "from then on no card goes to a wallet"),
        (lambda: certificate(pass_type="pass.other"), OtherName, "it says pass.other"),
        (lambda: certificate(key=OTHER_KEY), KeysDoNotMatch, "TREUE_APPLE_KEY"),
        (lambda: (certificate()[0], certificate()[0]), KeysDoNotMatch, "TREUE_APPLE_INTERMEDIATE"),
    ],
)
def test_a_certificate_that_does_not_do_is_said_to_be_so_and_signs_nothing(
    signed_in: Browser, apple: Callable, pair: Callable, problem: type[Exception], sentence: str
) -> None:
    apple(pair())
    with pytest.raises(problem):
        signing_keys.apple_or_problem(timezone.now())
    [found] = wallets.keys(timezone.now)
    assert sentence in found.fault
    assert "Wallet" not in signed_in.get("/m/card/").content.decode()
    assert signed_in.get("/m/card/apple.pkpass").status_code == 404


def test_the_doctor_speaks_of_a_certificate_a_month_before_its_end(signed_in: Browser, apple: Callable) -> None:
    apple(certificate(days=20))
    assert len(list(wallets.keys(timezone.now))) == 1
    assert "signature" in fetched(signed_in)
    apple(certificate(days=40))
    assert not list(wallets.keys(timezone.now))


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("TREUE_APPLE_TEAM", "", SettingsMissing),
        ("TREUE_APPLE_TEAM", "OTHER", OtherName),
        ("TREUE_APPLE_KEY", "/nowhere", FileUnusable),
        ("TREUE_APPLE_CERTIFICATE", __file__, FileUnusable),
        ("TREUE_APPLE_KEY", __file__, FileUnusable),
    ],
)
def test_a_setting_that_does_not_do_is_named(
    apple: Callable, installation: Path, setting: str, value: str, problem: type[Exception]
) -> None:
    apple()[setting] = value
    with pytest.raises(problem):
        signing_keys.apple_or_problem(timezone.now())
    [found] = wallets.keys(timezone.now)
    assert setting in found.fault


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"client_email": "a@b", "private_key": "secret"}', "no json"])
def test_a_service_account_that_is_none_is_said_to_be_so(google: Path, content: str) -> None:
    google.write_text(content)
    with pytest.raises(FileUnusable) as refused:
        signing_keys.google_or_problem()
    assert "secret" not in str(refused.value)
    assert signing_keys.google() is None
    assert "TREUE_GOOGLE_SERVICE_ACCOUNT" in next(wallets.keys(timezone.now)).fault


def test_an_installation_without_wallets_has_nothing_to_mend(settings: object) -> None:
    settings.WALLETS = {}
    assert not list(wallets.keys(timezone.now))
