"""What docs/rewards.md promises is what the API does."""

import json
import re
from pathlib import Path

from tests.act.rewards.treats import member, reward
from tests.core.api.asking import Asking
from treue.act.loyalty.models import Programme
from treue.act.rewards import api_refusing
from treue.act.rewards.api_writes import router
from treue.act.vouchers.api_answers import reason
from treue.core.shop.models import Shop
from treue.core.staff import keys

DOCUMENTED = (Path(__file__).parents[3] / "docs" / "rewards.md").read_text()


def test_every_refusal_stands_in_the_documentation() -> None:
    table = DOCUMENTED.partition("| reason | |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    reasons = {reason(each.__new__(each)) for each in api_refusing.DETAILS}
    assert set(re.findall(r"`([a-z-]+)`", " ".join(rows))) == reasons


def test_every_address_stands_in_the_documentation() -> None:
    told = set(re.findall(r"(GET|POST) (/loyalty/[\w{}/-]+)", DOCUMENTED))
    there = {
        (method, re.sub(r"{\w+:?\w*}", "{id}", path))
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    assert told == there


def test_the_example_works(shop: Shop, programme: Programme) -> None:
    anna, cup = member(programme, points=500), reward(programme)
    body = json.loads(re.search(r"-d '(.*?)'", DOCUMENTED, re.DOTALL)[1])
    program = Asking(keys.add(shop=shop, name="shop", scopes=["write"], by=None)[1])
    answer = program.send("POST", f"/loyalty/members/{anna.pk}/rewards", body | {"reward": cup.pk})
    assert answer.status == 201
