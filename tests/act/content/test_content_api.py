"""Members' content as a shop's program asks for it."""

import base64
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.act.content.submitted import NOW, SAID, member, photo, publish, published, submit, withdraw
from tests.core.api.asking import Asking
from tests.core.lake import buying
from treue.act.content import api_refusing
from treue.act.content.api_writes import router
from treue.act.content.models import Photo, Report, Submission
from treue.act.loyalty.models import Programme
from treue.act.vouchers.api_answers import reason
from treue.core.customers import consent
from treue.core.events.models import Event
from treue.core.shop.models import Shop
from treue.core.staff import keys

AGREED = {"version": "1", "language": "en"}
DOCUMENTED = (Path(__file__).parents[3] / "docs" / "content.md").read_text()


@pytest.fixture
def program(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="shop", scopes=["read", "write"], by=None)[1])


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def test_a_program_asks_what_to_show_submits_and_withdraws(program: Asking, programme: Programme) -> None:
    anna = member(programme)
    buying.product(programme.shop, "TEA-1")
    asked = program.get("/content/terms").body
    assert (asked["open"], asked["most_photos"], len(asked["consent"])) == (True, 4, 2)
    body = {"member": anna.pk, "text": SAID, "product": "TEA-1", "name": "initials", "consent": AGREED}
    body |= {"photos": [encoded(photo())]}
    made = program.send("POST", "/content", body, key="k1")
    assert (made.status, made.body["state"], made.body["product"]) == (201, "pending", "TEA-1")
    assert program.send("POST", "/content", body, key="k1").body == made.body
    record = consent.standing(anna.customer)[0].record
    assert (record.source, record.text.version) == ("shop", "1")
    assert program.get("/content").body["data"] == []
    publish(Submission.objects.get())
    place = f"/content/{made.body['id']}"
    assert program.get(place).body["state"] == "published"
    (shown,) = program.get("/content", product="TEA-1").body["data"]
    assert (shown["text"], shown["name"], shown["verified_purchase"]) == (SAID, "A. B.", False)
    assert shown["photos"][0]["small"].startswith(f"{settings.PUBLIC_URL}/content/photos/{Photo.objects.get().token}/")
    assert not {"member", "customer", "email"} & {*shown}
    assert program.get("/content", product="TEA-2").body["data"] == []
    gone = program.send("POST", f"{place}/withdraw", {})
    assert (gone.status, gone.body["state"]) == (200, "withdrawn")
    assert program.send("POST", f"{place}/withdraw", {}).status == 200
    assert (program.get("/content").body["data"], Photo.objects.count()) == ([], 0)


def test_a_dry_run_leaves_nothing(program: Asking, programme: Programme) -> None:
    anna = member(programme)
    body = {"member": anna.pk, "text": SAID, "consent": AGREED, "dry_run": True}
    told = program.send("POST", "/content", body)
    assert (told.status, told.body["id"], Submission.objects.count()) == (200, None, 0)
    assert not Event.objects.filter(name="Content Submitted").exists()
    made = publish(submit(anna))
    assert program.send("POST", f"/content/{made.pk}/withdraw", {"dry_run": True}).body["state"] == "withdrawn"
    program.send("POST", f"/content/{made.pk}/report", {"reason": "No.", "dry_run": True})
    assert (published(programme), Report.objects.count()) == ([made.pk], 0)


def test_a_refusal_says_why_with_its_facts(program: Asking, programme: Programme) -> None:
    anna = member(programme, name="")
    whole = {"member": anna.pk, "text": SAID, "consent": AGREED}
    cases = {
        "empty": {"text": " "},
        "unknown-product": {"product": "NONE"},
        "no-name": {"name": "first name"},
        "other-text": {"consent": {"version": "9", "language": "en"}},
        "no-photo": {"photos": [encoded(photo()), encoded(b"<svg/>")]},
        "too-small": {"photos": [encoded(photo(9, 9))]},
    }
    for expected, change in cases.items():
        answer = program.send("POST", "/content", whole | change)
        assert (answer.status, answer.body["errors"][0]["reason"]) == (409, expected)
    answer = program.send("POST", "/content", whole | cases["no-photo"])
    assert answer.body["errors"][0]["facts"] == {"place": 2}
    for change in ({"photos": ["not Base64"]}, {"member": 999_999}, {"photos": ["AA=="] * 5}, {"stars": 5}):
        assert program.send("POST", "/content", whole | change).status == 422
    assert Submission.objects.count() == 0


def test_readers_report_what_is_published(program: Asking, programme: Programme) -> None:
    made = submit(member(programme))
    place = f"/content/{made.pk}/report"
    assert program.send("POST", place, {"reason": "No."}).body["errors"][0]["reason"] == "not-published"
    publish(made)
    assert program.send("POST", place, {"reason": "Another tea."}, key="k1").status == 200
    program.send("POST", place, {"reason": "Another tea."}, key="k1")
    assert Report.objects.get().reason == "Another tea."


def test_pages_go_by_what_was_published_last(program: Asking, programme: Programme) -> None:
    from datetime import timedelta

    anna = member(programme)
    made = [submit(anna, key=f"k{number}") for number in range(4)]
    for place, each in enumerate([made[2], made[0], made[3], made[1]]):
        publish(each, now=NOW + timedelta(minutes=place))
    first = program.get("/content", limit=2).body
    withdraw(made[0])
    second = program.get("/content", limit=2, after=first["next"]).body
    assert [each["id"] for each in first["data"]] == [made[1].pk, made[3].pk]
    assert ([each["id"] for each in second["data"]], second["next"]) == ([made[2].pk], None)
    assert program.get("/content", after="nonsense").status == 422


def test_of_another_shop_there_is_nothing(program: Asking, programme: Programme) -> None:
    assert program.get("/content/999999").status == 404
    assert program.send("POST", "/content/999999/withdraw", {}).status == 404


def test_every_refusal_and_address_stands_in_the_documentation() -> None:
    table = DOCUMENTED.partition("| reason | |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    reasons = {reason(each.__new__(each)) for each in api_refusing.DETAILS}
    assert set(re.findall(r"`([a-z-]+)`", " ".join(rows))) == reasons
    told = set(re.findall(r"(GET|POST) (/content[\w{}/-]*)", DOCUMENTED))
    there = {
        (method, re.sub(r"{\w+:?\w*}", "{id}", path))
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    assert told == there


def test_the_example_of_the_documentation_works(program: Asking, programme: Programme) -> None:
    anna = member(programme)
    buying.product(programme.shop, "TEA-1")
    body = json.loads(re.search(r"-d '(.*?)'", DOCUMENTED, re.DOTALL)[1])
    assert program.send("POST", "/content", body | {"member": anna.pk}).status == 201
