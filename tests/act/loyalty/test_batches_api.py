"""Points for many members in one request."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from members import has

from tests.core.api.asking import Asking
from tests.core.lake import buying
from treue.act.loyalty import membership, verifying
from treue.act.loyalty.models import Journal, Kind, Member, Programme
from treue.core.customers import erasure
from treue.core.shop.models import Shop
from treue.core.staff import keys

pytestmark = pytest.mark.django_db
PATH = "/loyalty/points"


@pytest.fixture
def writer(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="till", scopes=["read", "write"], by=None)[1])


@pytest.fixture
def members(shop: Shop, programme: Programme) -> list[Member]:
    return [
        membership.join(programme=programme, customer=buying.customer(shop, f"C-{n}"), at=timezone.now())[0]
        for n in range(3)
    ]


def given(*facts: tuple[Member, int], **more: object) -> dict[str, object]:
    return {"points": [{"member": each.pk, "points": points, "reason": "visit", **more} for each, points in facts]}


def test_each_gets_theirs_in_the_order_of_the_request(writer: Asking, members: list[Member]) -> None:
    anna, ben, cleo = members
    answer = writer.send("POST", PATH, given((ben, 5), (anna, 7), (ben, 1), (cleo, 2), qualifying=3))
    said = [(each["member"], each["points"], each["qualifying"], each["balance"]) for each in answer.body["data"]]
    assert answer.status == 201
    assert said == [(ben.pk, 5, 3, 5), (anna.pk, 7, 3, 7), (ben.pk, 1, 3, 6), (cleo.pk, 2, 3, 2)]
    assert [has(each.pk)["points"] for each in members] == [7, 6, 2]
    assert not [rule for rule, found in verifying.verify() if found]


def test_sent_again_it_is_done_once(writer: Asking, members: list[Member], monkeypatch: pytest.MonkeyPatch) -> None:
    anna, ben, _cleo = members
    until = (timezone.now() + timedelta(days=1)).isoformat()
    body = given((anna, 5), (ben, 5), expires_at=until)
    first = writer.send("POST", PATH, body, key="once")
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr("treue.act.loyalty.api_batches.timezone", SimpleNamespace(now=lambda: later))
    again = writer.send("POST", PATH, body, key="once")
    other = writer.send("POST", PATH, given((anna, 5)), key="once")
    assert (again.status, again.body, other.status) == (201, first.body, 422)
    assert (has(anna.pk)["points"], Journal.objects.count()) == (5, 2)


def test_sent_again_after_one_was_erased_it_is_answered_as_at_first(writer: Asking, members: list[Member]) -> None:
    anna, ben, _cleo = members
    first = writer.send("POST", PATH, given((anna, 5), (ben, 6)), key="once")
    erasure.erase(customer=ben.customer, by=None)
    assert not Member.everyone.filter(pk=ben.pk).exists()
    again = writer.send("POST", PATH, given((anna, 5), (ben, 6)), key="once")
    assert (again.status, again.body) == (201, first.body)
    assert (has(anna.pk)["points"], Journal.objects.filter(kind=Kind.EARN).count()) == (5, 2)
    assert writer.send("POST", PATH, given((anna, 5), (ben, 6)), key="anew").status == 422


def test_a_dry_run_leaves_nothing(writer: Asking, members: list[Member]) -> None:
    answer = writer.send("POST", PATH, given((members[0], 5), (members[1], 6)) | {"dry_run": True})
    assert (answer.status, [each["points"] for each in answer.body["data"]]) == (200, [5, 6])
    assert not Journal.objects.exists()


def test_where_one_cannot_be_given_none_is(writer: Asking, members: list[Member], programme: Programme) -> None:
    body = given((members[0], 5), (members[1], 6))
    body["points"][1]["member"] = 2**60
    unknown = writer.send("POST", PATH, body)
    assert (unknown.status, unknown.body["errors"][0]["in"]) == (422, "body/points/1/member")
    body = given((members[0], 5), (members[1], 6))
    body["points"][1]["expires_at"] = "2020-01-01T00:00:00Z"
    over = writer.send("POST", PATH, body)
    assert (over.status, over.body["errors"][0]["in"]) == (422, "body/points/1/expires_at")
    assert not Journal.objects.exists()


def test_a_member_of_another_shop_is_not_known(writer: Asking, members: list[Member]) -> None:
    theirs = Programme.objects.create(shop=Shop.objects.create(name="Elsewhere"), name="Other")
    stranger = membership.join(programme=theirs, customer=buying.customer(theirs.shop, "X"), at=timezone.now())[0]
    assert writer.send("POST", PATH, given((members[0], 5), (stranger, 5))).status == 422
    assert not Journal.objects.exists()


@pytest.mark.parametrize("points", [[], [{"points": 5, "reason": "visit"}], 5])
def test_what_is_no_list_of_points_is_refused(writer: Asking, members: list[Member], points: object) -> None:
    assert writer.send("POST", PATH, {"points": points}).status == 422


def test_five_hundred_and_no_more(writer: Asking, members: list[Member]) -> None:
    assert len(writer.send("POST", PATH, given(*[(members[0], 1)] * 500)).body["data"]) == 500
    assert has(members[0].pk)["points"] == 500
    assert writer.send("POST", PATH, given(*[(members[0], 1)] * 501)).status == 422


def test_who_was_merged_gives_way_to_who_stands(writer: Asking, members: list[Member]) -> None:
    anna, ben, _cleo = members
    Member.everyone.filter(pk=ben.pk).update(merged_into=anna)
    answer = writer.send("POST", PATH, given((ben, 5)))
    assert (answer.body["data"][0]["member"], has(anna.pk)["points"]) == (anna.pk, 5)


def test_a_key_that_only_reads_gives_nothing(shop: Shop, members: list[Member]) -> None:
    reader = Asking(keys.add(shop=shop, name="eye", scopes=["read"], by=None)[1])
    assert reader.send("POST", PATH, given((members[0], 5))).status == 403
