"""One try, over a real connection, with every kind of receiver."""

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from receiving import NEARBY, NOON, Answer, Receiver, after, named, raw, status

from treue.core.webhooks.sending import LARGEST_ANSWER, Outcome, Request, Way, send


def sent(url: str, way: Way = NEARBY, body: bytes = b'{"a":1}') -> Outcome:
    return send(Request(url, {"webhook-id": "msg_1"}, body), NOON, way)


def test_a_request_is_what_a_receiver_expects(receiver: Receiver):
    outcome = sent(receiver.url("/Grüße?key=1 2".replace(" ", "+")), body="ä".encode())
    assert (outcome.status, outcome.problem) == (200, "")
    arrived = receiver.arrived[0]
    assert (arrived.command, arrived.path) == ("POST", "/Gr%C3%BC%C3%9Fe?key=1+2")
    assert arrived.body == "ä".encode()
    assert arrived.headers["Content-Type"] == "application/json; charset=utf-8"
    assert arrived.headers["Host"] == f"127.0.0.1:{receiver.server_port}"
    assert arrived.headers["User-Agent"].startswith("Treue/")
    assert arrived.headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize("number", [200, 201, 202, 204, 299])
def test_any_answer_from_200_to_299_is_a_success(receiver: Receiver, number: int):
    receiver.otherwise = status(number)
    assert sent(receiver.url()).problem == ""


@pytest.mark.parametrize("number", [400, 401, 404, 410, 429, 500, 503])
def test_every_other_is_a_failure_with_its_number(receiver: Receiver, number: int):
    receiver.otherwise = status(number)
    outcome = sent(receiver.url())
    assert (outcome.status, outcome.problem) == (number, "status")


@pytest.mark.parametrize("number", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, number: int):
    inside = Receiver()
    receiver.otherwise = status(number, Location=inside.url())
    outcome = sent(receiver.url())
    assert (outcome.status, outcome.problem) == (number, "status")
    assert inside.arrived == []
    inside.shutdown()
    inside.server_close()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (after(5), "TimeoutError"),
        (raw(*[b"H"] * 100, pause=0.05), "TimeoutError"),
        (raw(b"HTTP/1.1 200 OK\r\n", *[b"X: 1\r\n"] * 200, pause=0.05), "TimeoutError"),
        (raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000), "UnusableAnswer"),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "UnusableAnswer"),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"), "UnusableAnswer"),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000), "UnusableAnswer"),
        (raw(reset=True), "ConnectionResetError"),
        (raw(), "RemoteDisconnected"),
    ],
    ids=[
        "silent",
        "drop by drop",
        "endless headers",
        "continue for ever",
        "no http",
        "many",
        "huge",
        "reset",
        "closed",
    ],
)
def test_what_is_no_answer_is_a_failure_in_bounded_time(receiver: Receiver, answer: Answer, problem: str):
    receiver.otherwise = answer
    begun = time.monotonic()
    outcome = sent(receiver.url(), replace(NEARBY, seconds=1))
    assert (outcome.status, outcome.problem) == (None, problem)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("head", [b"", b"Content-Length: 9999999999\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_however_much_comes_after_a_success_it_is_one(receiver: Receiver, head: bytes):
    taken = []

    def endless(request: object) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        try:
            while True:
                request.wfile.write(b"x" * 10_000)
                taken.append(10_000)
        except OSError:
            request.close_connection = True

    receiver.otherwise = endless
    assert sent(receiver.url()).problem == ""
    time.sleep(0.1)
    assert sum(taken) < 200 * LARGEST_ANSWER  # the rest lies in the system's buffers


def test_a_success_counts_though_its_body_never_ends(receiver: Receiver):
    receiver.otherwise = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *[b"x"] * 100, pause=0.1)
    outcome = sent(receiver.url(), replace(NEARBY, seconds=1))
    assert (outcome.status, outcome.problem) == (200, "")


def test_nobody_there_is_a_failure():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert sent(f"http://127.0.0.1:{port}/").problem == "ConnectionRefusedError"


def test_this_machine_is_closed_unless_opened(receiver: Receiver):
    assert sent(receiver.url(), replace(NEARBY, networks=[])).problem == "PrivateAddress"
    assert sent(receiver.url(), Way()).problem == "PrivateAddress"
    assert receiver.arrived == []


def test_a_name_that_turns_inwards_after_it_was_checked_gains_nothing(receiver: Receiver):
    """DNS rebinding: the first answer leads out into the world, every later one to this machine. The connection goes
    where the first one said, and nobody is asked again."""
    asked = []

    def turning(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.9"] if len(asked) == 1 else ["127.0.0.1"]

    url = f"http://shop.example:{receiver.server_port}/"
    outside = replace(NEARBY, ask=turning, networks=[ip_network("127.0.0.9")])
    outcome = sent(url, outside)
    assert asked == ["shop.example"]
    assert outcome.problem == "ConnectionRefusedError"  # nothing listens at 127.0.0.9
    assert receiver.arrived == []
    assert sent(url, outside).problem == "PrivateAddress"


def test_the_next_address_is_tried_where_the_first_does_not_answer(receiver: Receiver):
    url = f"http://shop.example:{receiver.server_port}/"
    assert sent(url, replace(NEARBY, ask=named("127.0.0.9", "127.0.0.1"))).problem == ""
    assert receiver.arrived[0].headers["Host"] == f"shop.example:{receiver.server_port}"


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("Sat, 28 Nov 2026 12:01:00 GMT", 60),
        ("Sat, 28 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("Sat, 28 Nov 2026 12:01:00 -0000", None),
    ],
)
def test_how_long_a_receiver_asks_us_to_wait(receiver: Receiver, asked: str, seconds: float | None):
    receiver.otherwise = status(503, Retry_After=asked)
    assert sent(receiver.url()).asked_seconds == seconds


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of shop.example, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    now = datetime.now(tz=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    place.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return place


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Receiver(context)
    yield server
    server.shutdown()
    server.server_close()


def test_a_receiver_with_a_trusted_certificate_of_its_name_is_sent_to(encrypted: Receiver, certificate: Path):
    trusting = replace(NEARBY, ask=named("127.0.0.1"), tls=ssl.create_default_context(cafile=certificate))
    assert sent(f"https://shop.example:{encrypted.server_port}/", trusting).problem == ""
    other = sent(f"https://other.example:{encrypted.server_port}/", trusting)
    assert (other.status, other.problem) == (None, "SSLCertVerificationError")
    assert len(encrypted.arrived) == 1


def test_one_whose_certificate_nobody_vouches_for_is_not(encrypted: Receiver):
    way = replace(NEARBY, ask=named("127.0.0.1"))
    assert sent(f"https://shop.example:{encrypted.server_port}/", way).problem == "SSLCertVerificationError"
    assert encrypted.arrived == []


def test_one_that_speaks_without_encryption_where_it_should_is_not(receiver: Receiver):
    way = replace(NEARBY, ask=named("127.0.0.1"))
    assert sent(f"https://shop.example:{receiver.server_port}/", way).problem == "SSLError"


def test_one_that_never_ends_the_handshake_is_left_alone():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        way = replace(NEARBY, seconds=0.5)
        assert sent(f"https://127.0.0.1:{silent.getsockname()[1]}/", way).problem == "TimeoutError"
