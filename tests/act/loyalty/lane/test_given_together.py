"""Requests that are given in one transaction: each as if it were alone, and who is refused harms nobody else."""

import json
import threading
import time
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.test import override_settings
from django.utils import timezone

from tests.core.api.asking import Asking
from tests.core.lake import buying
from treue.act.loyalty import api_writes, expiry, ledger, membership, verifying
from treue.act.loyalty.lane import giving
from treue.act.loyalty.lane.asking import Asked, Given
from treue.act.loyalty.lane.giving import PATIENCE_SECONDS, Waiting, give
from treue.act.loyalty.models import Account, Journal, Lot, Member, Programme, Wallet
from treue.core import direct
from treue.core.api.idempotency import hashes_of
from treue.core.api.models import Answer
from treue.core.shop.models import Shop
from treue.core.staff import keys
from treue.core.staff.models import ApiKey

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/v1/loyalty/members/{}/points"


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(name="Tea House")


@pytest.fixture
def programme(shop: Shop) -> Programme:
    return Programme.objects.create(shop=shop, name="Tea Circle")


@pytest.fixture
def token(shop: Shop) -> str:
    return keys.add(shop=shop, name="till", scopes=["read", "write"], by=None)[1]


@pytest.fixture
def members(shop: Shop, programme: Programme) -> list[Member]:
    return [joined(programme, f"C-{n}") for n in range(3)]


def joined(programme: Programme, number: str) -> Member:
    customer = buying.customer(programme.shop, number)
    return membership.join(programme=programme, customer=customer, at=timezone.now())[0]


def asked(token: str, member: int, points: int, key: str) -> Waiting:
    body = json.dumps({"points": points, "reason": "visit"}).encode()
    request = "POST", PATH.format(member), body
    return Waiting(Asked(token, member, key, request, Given(points=points, reason="visit")))


def told(group: list[Waiting]) -> list[int | None]:
    """The balances that were answered."""
    give(group)
    return [each.answer and each.answer.balance for each in group]


def past_the_ledger(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(statement, values)


def points_of(member: Member) -> int:
    return Account.objects.get(member=member, wallet=Wallet.POINTS).balance


def test_each_is_answered_with_what_it_came_to(token: str, members: list[Member]) -> None:
    anna, ben, _cleo = members
    group = [asked(token, anna.pk, 5, "a"), asked(token, ben.pk, 7, "b"), asked(token, anna.pk, 1, "c")]
    assert told(group) == [5, 7, 6]
    assert [each.answer.member for each in group] == [anna.pk, ben.pk, anna.pk]
    assert not [rule for rule, found in verifying.verify() if found]


def test_what_comes_again_is_left_to_the_long_way_and_answered_the_same(token: str, members: list[Member]) -> None:
    anna = members[0]
    group = [asked(token, anna.pk, 5, "a"), asked(token, anna.pk, 5, "a")]
    assert told(group) == [5, None]
    assert told([asked(token, anna.pk, 5, "a"), asked(token, anna.pk, 6, "a")]) == [None, None]

    till = Asking(token)
    path = f"/loyalty/members/{anna.pk}/points"
    again = till.send("POST", path, {"points": 5, "reason": "visit"}, key="a")
    other = till.send("POST", path, {"points": 6, "reason": "visit"}, key="a")
    assert (again.status, again.body["id"], other.status) == (201, group[0].answer.id, 422)
    assert (points_of(anna), Journal.objects.count()) == (5, 1)


@pytest.mark.parametrize("points", [(5, 6), (6, 5), (5, 7), (7, 5)])
def test_of_one_key_with_two_requests_the_first_is_done(
    token: str, members: list[Member], points: tuple[int, int]
) -> None:
    anna = members[0]
    group = [asked(token, anna.pk, each, "a") for each in points]
    assert told(group) == [points[0], None]
    sent = [{"points": each, "reason": "visit"} for each in points]
    ways = [Asking(token).send("POST", f"/loyalty/members/{anna.pk}/points", body, key="a") for body in sent]
    assert [each.status for each in ways] == [201, 422]


def test_what_went_the_long_way_first_is_known(token: str, members: list[Member]) -> None:
    anna = members[0]
    Asking(token).send("POST", f"/loyalty/members/{anna.pk}/points", {"points": 5, "reason": "visit"}, key="a")
    assert told([asked(token, anna.pk, 5, "a"), asked(token, anna.pk, 2, "b")]) == [None, 7]


def test_keys_that_came_before_cost_the_others_one_more_try(
    token: str, members: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben, _cleo = members
    give([asked(token, anna.pk, 1, f"k {n}") for n in range(3)])
    tries, earn = [], ledger.earn
    monkeypatch.setattr(ledger, "earn", lambda *about, **more: tries.append(1) or earn(*about, **more))
    group = [asked(token, ben.pk, 2, f"k {n}") for n in range(12)]
    assert told(group) == [None] * 3 + [2 * n for n in range(1, 10)]
    assert len(tries) == 2


def test_whoever_meets_the_long_way_crosswise_gives_way_to_it(
    token: str, members: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request by both ways at once: that one has the key when this one has the member."""
    anna, ben, _cleo = members
    has_key, has_member, answers = threading.Event(), threading.Event(), {}
    of, keep = api_writes.member_of, giving.keep_many

    def found(shop: Shop, member: int) -> Member:
        has_key.set()
        assert has_member.wait(10)
        return of(shop, member)

    def kept(*about: object, **more: object) -> None:
        has_member.set()
        time.sleep(0.1)  # until that one waits for the member
        keep(*about, **more)

    def ask() -> None:
        body = {"points": 5, "reason": "visit"}
        answers["long"] = Asking(token).send("POST", f"/loyalty/members/{anna.pk}/points", body, key="a")
        connections.close_all()

    monkeypatch.setattr(api_writes, "member_of", found)
    monkeypatch.setattr(giving, "keep_many", kept)
    long_way = threading.Thread(target=ask)
    long_way.start()
    assert has_key.wait(10)
    assert told([asked(token, ben.pk, 7, "b"), asked(token, anna.pk, 5, "a")]) == [None, None]
    long_way.join()
    assert (answers["long"].status, points_of(anna), points_of(ben)) == (201, 5, 0)


def test_a_key_that_did_something_else_gives_nothing(token: str, members: list[Member]) -> None:
    anna, ben, _cleo = members
    group = [asked(token, anna.pk, 5, "a"), asked(token, ben.pk, 7, "b")]
    of_key, _of_request = hashes_of("a", *group[0].asked.request)
    about = {"key": ApiKey.objects.get(), "idempotency_hash": of_key, "created_at": timezone.now()}
    Answer.objects.create(**about, request_hash=uuid4(), status=200)
    assert told(group) == [None, 7]
    assert (points_of(anna), Answer.objects.count()) == (0, 2)


def test_who_is_refused_harms_nobody_else(token: str, shop: Shop, members: list[Member]) -> None:
    anna, ben, cleo = members
    elsewhere = Programme.objects.create(shop=Shop.objects.create(name="Coffee House"), name="Bean Circle")
    stranger = joined(elsewhere, "C-1")
    past_the_ledger("delete from loyalty_account where member_id = %s", ben.pk)  # what no rule foresees
    group = [
        asked(token, anna.pk, 5, "a"),
        asked(token, 10**15, 5, "b"),
        asked(token, stranger.pk, 5, "c"),
        asked(token, ben.pk, 5, "d"),
        asked("treue_unknown", anna.pk, 5, "e"),
        asked(token, cleo.pk, 5, "f"),
    ]
    assert told(group) == [5, None, None, None, None, 5]
    assert points_of(stranger) == 0


def test_only_what_is_done_here_is_counted_here(token: str, members: list[Member]) -> None:
    anna = members[0]
    told([asked(token, anna.pk, 5, "a"), asked(token, 10**15, 5, "b"), asked(token, anna.pk, 5, "c")])
    assert ApiKey.objects.get().used == 2


def test_past_the_limit_the_long_way_says_no(token: str, members: list[Member]) -> None:
    group = [asked(token, members[0].pk, 5, f"{n}") for n in range(4)]
    with override_settings(API_REQUESTS_PER_MINUTE=3):
        assert told(group) == [None] * 4
        assert told(group[:3]) == [5, 10, 15]
        assert told([asked(token, members[0].pk, 5, "more")]) == [None]
    assert ApiKey.objects.get().used == 3


@pytest.mark.parametrize("facts", [{"scopes": ["read"]}, {"partner": 3}])
def test_a_key_that_may_not_gives_nothing(shop: Shop, members: list[Member], facts: dict[str, object]) -> None:
    values = {"shop": shop, "name": "other", "scopes": ["read", "write"], "by": None, **facts}
    assert told([asked(keys.add(**values)[1], members[0].pk, 5, "a")]) == [None]


def test_two_keys_may_have_the_same_idempotency_key(token: str, shop: Shop, members: list[Member]) -> None:
    other = keys.add(shop=shop, name="other", scopes=["write"], by=None)[1]
    group = [asked(token, members[0].pk, 5, "a"), asked(other, members[1].pk, 7, "a")]
    assert told(group) == [5, 7]


def test_points_go_to_the_membership_that_stands(token: str, programme: Programme, members: list[Member]) -> None:
    anna, ben, _cleo = members
    Member.everyone.filter(pk=ben.pk).update(merged_into=anna, left_at=timezone.now())
    group = [asked(token, ben.pk, 5, "a")]
    assert told(group) == [5]
    assert group[0].answer.member == anna.pk


def test_activity_puts_off_what_waits(token: str, programme: Programme, members: list[Member]) -> None:
    anna = members[0]
    Programme.objects.filter(pk=programme.pk).update(expiry=expiry.written(expiry.AfterInactivity(months=12)))
    told([asked(token, anna.pk, 5, "a")])
    past_the_ledger("update loyalty_lot set expires_at = now() + interval '1 day'")
    assert told([asked(token, anna.pk, 5, "b")]) == [10]
    assert min(Lot.objects.values_list("expires_at", flat=True)) > timezone.now() + timedelta(days=360)


def test_nothing_is_written_where_the_database_refuses_late(
    token: str, members: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_facts: object, **_more: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select 1 / 0")

    monkeypatch.setattr("treue.act.loyalty.lane.giving.keep_many", refuse)
    assert told([asked(token, members[0].pk, 5, "a"), asked(token, members[1].pk, 5, "b")]) == [None, None]
    assert (Journal.objects.count(), ApiKey.objects.get().used) == (0, 0)


def test_a_dead_connection_is_replaced(token: str, members: list[Member]) -> None:
    own = connection.connection.info.backend_pid
    with psycopg.connect(direct.conninfo()) as to:
        to.execute("select pg_terminate_backend(%s)", [own])
    assert told([asked(token, members[0].pk, 5, "a")]) == [None]
    assert told([asked(token, members[0].pk, 5, "a")]) == [5]


@pytest.mark.parametrize(
    "lock",
    [
        "select 1 from loyalty_account where member_id = %(member)s for update",
        "insert into api_answer (key_id, idempotency_hash, request_hash, facts, created_at)"
        " values (%(key)s, %(hash)s, gen_random_uuid(), '{}', now())",
    ],
)
def test_nobody_waits_long_for_what_somebody_else_holds(token: str, members: list[Member], lock: str) -> None:
    anna, ben, _cleo = members
    group = [asked(token, anna.pk, 5, "a"), asked(token, ben.pk, 5, "b")]
    of_key, _of_request = hashes_of("a", *group[0].asked.request)
    with psycopg.connect(direct.conninfo()) as other:
        other.execute(lock, {"member": anna.pk, "key": ApiKey.objects.get().pk, "hash": of_key})
        began = time.monotonic()
        assert told(group) == [None, None]
        assert time.monotonic() - began < 10 * PATIENCE_SECONDS
        assert (Journal.objects.count(), ApiKey.objects.get().used) == (0, 0)
        other.rollback()
    assert told(group) == [5, 5]
