"""What docs/gifts.md promises is what the API does."""

import json
import re
from pathlib import Path

from tests.act.gifts.presents import member, plan
from tests.core.api.asking import Asking
from treue.act.gifts import api_writes
from treue.act.gifts.anniversaries import CATCH_UP_DAYS, LEAST_DAYS_APART, MOST_DAYS_LATE
from treue.act.loyalty.models import Programme
from treue.act.vouchers.api_answers import reason
from treue.core.shop.models import Shop
from treue.core.staff import keys

DOCUMENTED = (Path(__file__).parents[3] / "docs" / "gifts.md").read_text()


def test_every_refusal_stands_in_the_documentation() -> None:
    told = DOCUMENTED.partition("409 says why not:")[2].partition(".")[0]
    assert set(re.findall(r"`([a-z-]+)`", told)) == {reason(each.__new__(each)) for each in api_writes.DETAILS}


def test_every_address_stands_in_the_documentation() -> None:
    told = set(re.findall(r"(GET|POST) (/loyalty/[\w{}/-]+)", DOCUMENTED))
    there = {
        (method, re.sub(r"{\w+:?\w*}", "{id}", path))
        for path, view in api_writes.router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    assert told == there


def test_the_days_of_the_rule_are_those_of_the_documentation() -> None:
    assert (LEAST_DAYS_APART, MOST_DAYS_LATE, CATCH_UP_DAYS) == (365, 31, 5)
    for words in ("at least 365 days", "31 days at most", "five days are caught up"):
        assert words in DOCUMENTED


def test_the_example_works(shop: Shop, programme: Programme) -> None:
    anna, of = member(programme), plan(programme, "surprise")
    body = json.loads(re.search(r"-d '(.*?)'", DOCUMENTED, re.DOTALL)[1])
    program = Asking(keys.add(shop=shop, name="shop", scopes=["write"], by=None)[1])
    answer = program.send("POST", f"/loyalty/members/{anna.pk}/gifts", body | {"plan": of.pk})
    assert answer.status == 201
