"""The receivers that docs/webhooks.md shows do what it says."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from receiving import Receiver, happen
from standardwebhooks import WebhookVerificationError

from treue.core.events.reacting import drain
from treue.core.shop.models import Shop
from treue.core.webhooks import signing
from treue.core.webhooks.models import Endpoint

DOCS = Path(__file__).parents[3] / "docs" / "webhooks.md"
CALL = """
const [secret, headers, body] = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(check(secret, headers, body)));"""
Arrived = tuple[str, dict[str, str], str]


def shown(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", DOCS.read_text(), re.S)[1]


@pytest.fixture
def arrived(shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Callable[..., int]) -> Arrived:
    """Secret, headers and body of an event; signed with two secrets."""
    Endpoint.objects.update(former_seed="former", former_until=timezone.now() + timedelta(hours=1))
    happen(shop, "Order Completed", buyer="Jörg")
    drain()
    deliver()
    got = receiver.arrived[0]
    return signing.secret(endpoint.seed), dict(got.headers.items()), got.body.decode()


def test_the_one_in_python(arrived: Arrived):
    known: dict[str, Callable[..., dict[str, object]]] = {}
    exec(shown("python"), known)
    assert known["check"](*arrived)["type"] == "order.completed"
    with pytest.raises(WebhookVerificationError):
        known["check"](arrived[0], arrived[1], arrived[2] + " ")


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_one_in_node(arrived: Arrived):
    def run(*given: object) -> subprocess.CompletedProcess[str]:
        command = ["node", "-e", shown("javascript") + CALL]
        return subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)

    secret, headers, body = arrived
    good = run(secret, headers, body)
    assert json.loads(good.stdout)["data"]["facts"] == {"buyer": "Jörg"}
    assert run(signing.secret("former"), headers, body).returncode == 0
    assert "not ours" in run(secret, headers, body + " ").stderr
    assert "not ours" in run(signing.secret("other"), headers, body).stderr
    assert "too old" in run(secret, headers | {"webhook-timestamp": "1700000000"}, body).stderr
