"""What docs/vouchers.md promises is what the API does."""

import json
import re
from pathlib import Path

from tests.act.vouchers.giving import campaign, code
from tests.core.api.asking import Asking
from tests.core.lake import buying
from treue.act.vouchers import api_answers, api_refusing, codes, errors, misses
from treue.act.vouchers.api import router
from treue.core.shop.models import Shop
from treue.core.staff import keys

DOCUMENTED = (Path(__file__).parents[3] / "docs" / "vouchers.md").read_text()


def refusals() -> set[type[errors.Refusal]]:
    return set(errors.Refusal.__subclasses__())


def test_every_refusal_has_its_words_and_stands_in_the_documentation() -> None:
    assert {each.__name__ for each in refusals()} == set(api_answers.DETAILS)
    reasons = {api_answers.reason(each.__new__(each)) for each in {*refusals(), *api_refusing.SAID}}
    table = DOCUMENTED.partition("| reason | |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`([a-z-]+)`", " ".join(rows))) == reasons


def test_every_address_stands_in_the_documentation() -> None:
    told = set(re.findall(r"(GET|POST) (/vouchers/[\w{}/-]+)", DOCUMENTED))
    there = {
        (method, re.sub(r"{\w+:?\w*}", "{id}", path))
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    assert told == there


def test_the_example_works(shop: Shop) -> None:
    buying.customer(shop, "C-1017")
    given = code(campaign(shop))
    body = json.loads(re.search(r"-d '(.*?)'", DOCUMENTED, re.DOTALL)[1])
    till = Asking(keys.add(shop=shop, name="till", scopes=["write"], by=None)[1])
    answer = till.send("POST", "/vouchers/redemptions", body | {"codes": [given.text]}, key="A-2026-0815")
    assert answer.status == 201


def test_numbers_in_the_documentation_are_those_of_the_code() -> None:
    assert f"after {misses.OF_A_KEY.most} unknown" in DOCUMENTED
    assert f"or {misses.FROM_AN_ADDRESS.most} from one address" in DOCUMENTED
    example = re.search(r"`((?:\w{4}-){3}\w{4})`", DOCUMENTED)[1]
    assert set(codes.plain(example)) <= set(codes.ALPHABET)
