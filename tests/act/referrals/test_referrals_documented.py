"""What docs/referrals.md promises is what the room does."""

import json
import re
from pathlib import Path

from tests.act.referrals.referred import advocate, customer
from tests.core.api.asking import Asking
from treue.act.referrals import api_writes, codes, knocking, scoring
from treue.act.referrals.models import Scheme
from treue.core.shop.models import Shop
from treue.core.staff import keys

DOCUMENTED = (Path(__file__).parents[3] / "docs" / "referrals.md").read_text()


def test_every_address_stands_in_the_documentation() -> None:
    told = set(re.findall(r"`(GET|POST) (/loyalty/[\w{}/-]+)`", DOCUMENTED.partition("## For programs")[2]))
    there = {
        (method, re.sub(r"{\w+:?\w*}", "{id}", path))
        for path, view in api_writes.router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    assert told == there


def test_every_reason_and_weight_stands_in_the_documentation() -> None:
    table = DOCUMENTED.partition("| reason of a 409 | |")[2].partition("\n\n")[0]
    assert {reason for _place, _detail, reason in api_writes.SAID.values()} <= set(re.findall(r"`([a-z-]+)`", table))
    weights = DOCUMENTED.partition("| signal | weight |")[2].partition("\n\n")[0]
    assert sorted(map(int, re.findall(r"\| (\d+) \|", weights))) == sorted(scoring.WEIGHTS.values())


def test_the_example_works(shop: Shop, scheme: Scheme) -> None:
    customer(shop, "C-1018")
    body = json.loads(re.search(r"-d '(.*?)'", DOCUMENTED, re.DOTALL)[1])
    till = Asking(keys.add(shop=shop, name="till", scopes=["write"], by=None)[1])
    assert codes.read(body["code"]) is not None
    assert till.send("POST", "/loyalty/referrals", body | {"code": advocate(shop).code}).status == 201


def test_numbers_in_the_documentation_are_those_of_the_code() -> None:
    assert f"one address {knocking.OPENED.most} are looked up a minute" in DOCUMENTED
