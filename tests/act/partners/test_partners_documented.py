"""What docs/partners.md promises is what the API does."""

import re
from pathlib import Path

from treue.act.partners import api_refusing, happenings
from treue.act.partners.api_writes import router
from treue.act.vouchers.api_answers import reason

DOCUMENTED = (Path(__file__).parents[3] / "docs" / "partners.md").read_text()
OF_THE_LEDGER = {"not-enough-points", "hold-has-ended"}


def test_every_refusal_stands_in_the_documentation() -> None:
    table = DOCUMENTED.partition("| reason | |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    reasons = {reason(each.__new__(each)) for each in api_refusing.DETAILS} | OF_THE_LEDGER
    assert set(re.findall(r"`([a-z-]+)`", " ".join(rows))) == reasons


def test_every_address_stands_in_the_documentation() -> None:
    told = set(re.findall(r"`(GET|POST) (/loyalty/[\w{}/-]+)`", DOCUMENTED))
    there = {
        (method, re.sub(r"{\w+:?\w*}", "{id}", path))
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    assert told == there


def test_every_event_stands_in_the_documentation() -> None:
    told = set(re.findall(r"\*([A-Z][\w\s]+?)\*", DOCUMENTED.partition("## In the log")[2]))
    known = {value for name, value in vars(happenings).items() if name.isupper() and isinstance(value, str)}
    assert {" ".join(each.split()) for each in told} == known - {happenings.SOURCE}
