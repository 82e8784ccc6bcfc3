"""The API over real HTTP: what a program in another process sees."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from email.message import Message
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from tests.act.content import submitted
from tests.act.offers import sales
from tests.core.lake import buying
from tests.understand.recommendations.recommended import learned, popular, recommended
from tests.understand.segments.grouped import segmentation, standing
from tests.understand.value.scored import fitted, scored
from treue.act.content import terms
from treue.act.gifts.models import Plan
from treue.act.loyalty import ledger
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Member, Programme, RewardedDeed, TierGrant, TierVersion
from treue.act.referrals.models import Advocate, Scheme
from treue.act.rewards import redeeming
from treue.act.rewards.models import Reward
from treue.core.customers.models import Customer
from treue.core.events import reading
from treue.core.events.reacting import drain
from treue.core.shop.models import Shop
from treue.core.staff import keys

HOOKS = Path(__file__).parent / "every_case_fresh.py"
DOCUMENTED = Path(__file__).parents[2] / "docs" / "api.md"
# What is valid by the description alone can be refused: a cursor is opaque, and only one way to find somebody is asked
# for. What was erased is not there any more.
NOT_MEANT = "positive_data_acceptance,ensure_resource_availability"


@pytest.fixture
def token(served: str) -> Iterator[str]:
    """A key to a shop in which there is what the description's examples speak of."""
    shop = Shop.objects.create(name="Tea House")
    anna = Customer.objects.create(pk=4711, shop=shop, number="C-1017")
    tea = buying.product(shop, "TEA-1")
    buying.order(anna, number="A-2026-0815", product=tea)
    scored(fitted(shop), anna)
    standing(segmentation(shop), anna)
    run = learned(shop)
    recommended(run, anna, tea, kind="again", reason="due")
    popular(run, tea)
    takes_part(anna)
    yield keys.add(shop=shop, name="program", scopes=["read", "write"], by=None)[1]
    with connection.cursor() as cursor:
        cursor.execute("truncate events_event, events_message, events_cursor")


BENEFIT = {"kind": "early_access", "hours": 24}


def takes_part(anna: Customer) -> None:
    """A member with points, of which some are held, under the number that the description gives as an example."""
    now = timezone.now()
    programme = Programme.objects.create(shop=anna.shop, name="Tea Circle")
    member = Member.objects.create(pk=4711, programme=programme, customer=anna, number="3994005990849912")
    ledger.open_accounts(programme, [member])
    with connection.cursor() as cursor:
        cursor.execute("select setval('loyalty_journal_id_seq', 4709)")
    ledger.earn(programme, [Earning(member.pk, 1_000_000, "a", now, "review")])
    gave = {"points": 20, "qualifying": 0, "lines": [], "journal": 4710, "key_hash": "k"}
    RewardedDeed.objects.create(
        pk=4711, programme=programme, member=member, kind="review", happened_at=now, given_at=now, **gave
    )
    gold = {"code": "gold", "names": {"en": "Gold", "de": "Gold"}, "threshold": 500, "benefits": [BENEFIT]}
    kinds = {"window": {"kind": "calendar_year"}, "term": {"kind": "until_next_year_ends"}}
    rules = {"valid_from": "2026-01-01", "levels": [gold], "measure": "points", "grace_days": 0, "downgrade": "never"}
    TierVersion.objects.create(programme=programme, valid_from="2026-01-01", document=rules | kinds)
    TierGrant.objects.create(
        pk=4711, member=member, level="gold", valid_from=now, valid_until=now + timedelta(days=9), reason="r", key="k"
    )
    Scheme.objects.create(
        programme=programme, advocate_points=500, friend_points=300, landing="https://tea.example/welcome"
    )
    Advocate.objects.create(programme=programme, member=member, code="K7WQ3MZA")
    until = now + timedelta(days=9)
    held = ledger.hold(programme, member.pk, 500, until=until, key="b", at=now, reason="cup")
    assert held == 4711
    terms = {"kind": "gift", "points": 5, "cost": 1, "currency": "EUR", "name": "Cup"}
    surprise = {"occasion": "surprise", "points": 5, "winners": 1, "first_draw": now.date()}
    Plan.objects.create(
        pk=3, programme=programme, name="Tea", cost=1, currency="EUR", valid_from=date(2020, 1, 1), **surprise
    )
    cup = Reward.objects.create(pk=3, programme=programme, **terms)
    with connection.cursor() as cursor:
        cursor.execute("select setval('rewards_claim_id_seq', 4710)")
    assert redeeming.redeem(reward=cup, member=member, key="c", now=now).pk == 4711
    sales.price(anna.shop, since=now - timedelta(days=99))
    about = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=1)}
    sales.offer(programme, published_at=now - timedelta(hours=2), **about)
    shows_something(member)


def shows_something(member: Member) -> None:
    """A published photo under the number that the description gives as an example."""
    terms.save(programme=member.programme, is_open=True, pending_days=0, now=timezone.now(), by=None)
    with connection.cursor() as cursor:
        cursor.execute("select setval('content_submission_id_seq', 4710)")
    now = timezone.now()
    made = submitted.submit(member, now=now, name="none", photos=[submitted.photo()])
    assert submitted.publish(made, now=now).pk == 4711


def asked(address: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, Message, bytes]:
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=120)) as connection:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def described() -> dict[str, object]:
    answer = Client(headers={"host": "localhost"}).get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def schemathesis(address: str, token: str, folder: Path, *, examples: int) -> subprocess.CompletedProcess[str]:
    (folder / "schemathesis.toml").write_text(f'[auth.openapi.Bearer]\nbearer = "{token}"\n')
    return subprocess.run(
        [
            *(Path(sys.executable).parent / "st", "run", f"{address}/api/v1/openapi.json"),
            *("--max-examples", str(examples), "--continue-on-failure"),
            *("--checks", "all", "--exclude-checks", NOT_MEANT, "--request-timeout", "60"),
        ],
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": str(HOOKS)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("examples", [10, pytest.param(100, marks=pytest.mark.long)])
@pytest.mark.timeout(1800)
def test_schemathesis_finds_nothing(served: str, token: str, tmp_path: Path, examples: int) -> None:
    """No 5xx, no answer that is not described, nothing taken that the description forbids, no way past the key."""
    asked(served, "GET", "/api/v1/openapi.json")  # made once, which takes a busy machine longer than it waits
    with override_settings(API_REQUESTS_PER_MINUTE=10**9):
        ended = schemathesis(served, token, tmp_path, examples=examples)
    assert ended.returncode == 0, ended.stdout[-20_000:]
    assert "85 selected / 85 total" in ended.stdout


def examples() -> list[list[str]]:
    """The words of each `curl` in the documentation."""
    blocks = re.findall(r"^    curl (?:.*\\\n)*.*(?:\n {13}.*)*", DOCUMENTED.read_text(), re.MULTILINE)
    return [shlex.split(block) for block in blocks]


def test_the_examples_of_the_documentation_work(served: str, token: str) -> None:
    statuses = []
    for words in examples():
        (url,) = [word for word in words if word.startswith("http://127.0.0.1:8000/")]
        given = {option: word for option, word in pairwise(words) if option in ("-X", "-d")}
        headers = dict(word.split(": ", 1) for option, word in pairwise(words) if option == "-H")
        headers |= {"Authorization": f"Bearer {token}"} if "Authorization" in headers else {}
        path, body = url.removeprefix("http://127.0.0.1:8000"), given.get("-d", "").encode()
        statuses.append(asked(served, given.get("-X", "GET"), path, body, **headers)[0])
    assert statuses == [200, 200, 200, 200, 202, 200]  # the customer of the first write is known already


def test_a_program_writes_and_reads(served: str, token: str) -> None:
    key = {"Authorization": f"Bearer {token}"}
    body = json.dumps({"number": "C-7", "name": "Ben Weiß"}).encode()
    status, headers, answer = asked(
        served, "POST", "/api/v1/customers", body, Content_Type="application/json", Idempotency_Key="k1", **key
    )
    assert (status, headers["Location"]) == (201, f"/api/v1/customers/{json.loads(answer)['id']}")
    status, headers, answer = asked(served, "GET", "/api/v1/customers?identity=C-7", **key)
    assert (status, json.loads(answer)["data"][0]["name"]) == (200, "Ben Weiß")
    assert headers["RateLimit-Policy"] == '"key";q=1200;w=60'


@pytest.mark.parametrize(
    "path",
    ["/api/v1/customers/%FF", "/api/v1/orders/%00", "/api/v1/orders/%ED%A0%80", "/api/%2e%2e/x", "/api/v1/orders/"],
)
def test_a_wrong_address_gets_a_problem(served: str, token: str, path: str) -> None:
    status, headers, _body = asked(served, "GET", path, Authorization=f"Bearer {token}")
    assert status in (404, 422)
    assert headers["Content-Type"] == "application/problem+json"


def test_a_body_beyond_every_limit_gets_a_problem(served: str, token: str) -> None:
    key = {"Authorization": f"Bearer {token}", "Idempotency_Key": "k1", "Content_Type": "application/json"}
    for size in (6 << 20, 11 << 20):
        status, headers, body = asked(served, "POST", "/api/v1/customers", b" " * size, **key)
        assert (status, json.loads(body)["type"]) == (413, "/api/v1/problems/too-large")
        assert headers["Content-Type"] == "application/problem+json"


def test_another_host_gets_a_problem(served: str) -> None:
    status, headers, _body = asked(served, "GET", "/api/v1/customers", Host="example.org")
    assert (status, headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.django_db
def test_everything_is_described_with_an_example() -> None:
    description = described()
    for path, methods in description["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["description"], path
            contents = [each for answer in operation["responses"].values() for each in answer["content"].values()]
            contents += operation.get("requestBody", {}).get("content", {}).values()
            assert all("example" in content or "examples" in content for content in contents), path
            assert all("example" in parameter for parameter in operation["parameters"]), path
            assert operation["security"], path
    assert all(schema["examples"] for schema in description["components"]["schemas"].values())


@pytest.mark.django_db
def test_the_description_fits_the_examples() -> None:
    """Each example of a schema is valid by it."""
    from jsonschema_rs import validator_for

    description = described()
    for name, schema in description["components"]["schemas"].items():
        check = validator_for({**schema, "components": description["components"]})
        for example in schema["examples"]:
            assert check.is_valid(example), (name, [error.message for error in check.iter_errors(example)])


def test_an_order_that_was_recorded_is_an_order(served: str, token: str) -> None:
    """Once the log's readers have come by."""
    key = {"Authorization": f"Bearer {token}", "Idempotency_Key": "k1", "Content_Type": "application/json"}
    line = {"product_id": "TEA-2", "name": "Black tea", "price": 8.3, "quantity": 3}
    order = {"number": "A/2", "customer": "C-9", "ordered_at": "2026-11-28T12:00:00+01:00", "currency": "EUR"}
    asked(served, "POST", "/api/v1/orders", json.dumps({**order, "lines": [line]}).encode(), **key)
    reading.begin()
    drain()
    _status, _headers, answer = asked(served, "GET", "/api/v1/orders/A/2", Authorization=f"Bearer {token}")
    told = json.loads(answer)
    assert (told["total"]["amount"], told["lines"][0]["product"]["name"]) == ("24.90", "Black tea")
