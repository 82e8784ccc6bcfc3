"""Many at once, and killed in between: nobody gets what is not there, and nothing is left half."""

import threading
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction

from tests.act.vouchers.giving import NOW, basket, campaign, code, redeem, roll_back
from tests.at_once import CLIENTS, PATIENCE_SECONDS, until_somebody_waits
from tests.at_once import at_once as clients_at_once
from tests.core.lake import buying
from tests.killing import killed_after
from treue.act.vouchers import errors, validating
from treue.act.vouchers.models import Campaign, Code, CustomerUse, Redemption
from treue.core.events.models import Event
from treue.core.shop.models import Shop


def _called(error: Exception) -> str:
    first = next(iter(error.refusals.values())) if isinstance(error, errors.Refused) else error
    return type(first).__name__


at_once = partial(clients_at_once, refused=errors.VoucherError, called=_called)


def test_of_64_on_one_single_use_code_one_gets_it(shop: Shop) -> None:
    given = code(campaign(shop))
    ends = at_once(lambda number: redeem(given, key=f"k{number}"))
    assert ends == {"": 1, "UsedUp": CLIENTS - 1}
    assert Redemption.objects.count() == Code.objects.get().uses == Event.objects.count() == 1


def test_of_64_with_codes_of_their_own_one_gets_the_last_of_the_budget(shop: Shop) -> None:
    of = campaign(shop, budget=Decimal("9.99"))
    given = [code(of) for _each in range(CLIENTS)]
    ends = at_once(lambda number: redeem(given[number], key=f"k{number}"))
    assert ends == {"": 1, "BudgetSpent": CLIENTS - 1}
    assert Campaign.objects.get().spent == Decimal(5)
    assert Code.objects.filter(uses=1).count() == Redemption.objects.count() == 1


def test_of_64_on_a_code_for_many_as_many_get_it_as_there_are_uses(shop: Shop) -> None:
    word = code(campaign(shop, kind="multi", text="SUMMER25", uses_per_code=None, most_redemptions=10))
    ends = at_once(lambda number: redeem(word, key=f"k{number}"))
    assert ends == {"": 10, "CampaignUsedUp": CLIENTS - 10}
    assert Campaign.objects.get().redemptions == Redemption.objects.count() == 10


def test_of_64_tills_that_one_customer_stands_at_one_takes_it(shop: Shop) -> None:
    anna = buying.customer(shop, "anna")
    word = code(campaign(shop, kind="multi", text="SUMMER25", uses_per_code=None, most_per_customer=1))
    ends = at_once(lambda number: redeem(word, customer=anna, key=f"k{number}"))
    assert ends == {"": 1, "CustomerLimit": CLIENTS - 1}
    assert CustomerUse.objects.get().uses == 1


def test_64_that_empty_an_amount_take_no_more_than_it_is_worth(shop: Shop) -> None:
    gift = code(campaign(shop, amount=Decimal(50), keeps_rest=True, uses_per_code=None))
    ends = at_once(lambda number: redeem(gift, of=basket("7.50"), key=f"k{number}"))
    assert ends == {"": 7, "UsedUp": CLIENTS - 7}
    assert sum(each.amount for each in Redemption.objects.all()) == Code.objects.get().spent == Decimal(50)


def test_the_same_request_64_times_is_one(shop: Shop) -> None:
    given = code(campaign(shop))
    found: list[int] = []
    assert at_once(lambda number: found.append(redeem(given)[0].pk)) == {"": CLIENTS}
    assert len(set(found)) == 1


def test_of_64_roll_backs_one_counts(shop: Shop) -> None:
    (done,) = redeem(code(campaign(shop, budget=Decimal(5))))
    ends = at_once(lambda number: roll_back(done, key=f"r{number}"))
    assert ends == {"": 1, "RolledBackAlready": CLIENTS - 1}
    assert Code.objects.get().uses == Campaign.objects.get().spent == 0


def test_partial_roll_backs_at_once_come_to_no_more_than_the_discount(shop: Shop) -> None:
    (done,) = redeem(code(campaign(shop, "percent", percent=Decimal("33.33"))))
    ends = at_once(lambda number: roll_back(done, "0.40", key=f"r{number}"))
    assert ends == {"": 50, "RolledBackAlready": CLIENTS - 50}
    done.refresh_from_db()
    assert (done.rolled_back, done.returned) == (Decimal("6.67"), Decimal(20))


def test_redeeming_and_rolling_back_at_once_neither_loses_nor_doubles(shop: Shop) -> None:
    of = campaign(shop, budget=Decimal(20), is_combinable=True)
    both = [code(of), code(of)]
    done: list[Redemption] = []

    def deed(number: int) -> None:
        if number % 2 and done:
            roll_back(done.pop(), key=f"r{number}")
        else:
            done.extend(redeem(*both[:: 1 if number % 4 else -1], key=f"k{number}"))

    at_once(deed, 32)
    left = Redemption.objects.filter(state="redeemed")
    assert Campaign.objects.get().spent == sum(each.amount for each in left)
    assert sum(each.uses for each in Code.objects.all()) == left.count()


def meanwhile(first: Callable[[], object], second: Callable[[], object]) -> object:
    """What the second one comes to, who began while the first one had done its deed and not committed it."""
    ended: list[object] = []
    done, may_commit = threading.Event(), threading.Event()

    def one() -> None:
        with transaction.atomic():
            first()
            done.set()
            may_commit.wait(PATIENCE_SECONDS)
        connection.close()

    def other() -> None:
        done.wait(PATIENCE_SECONDS)
        try:
            ended.append(second())
        except errors.Refused as refused:
            ended.append(refused.refusals)
        connection.close()

    threads = [threading.Thread(target=one), threading.Thread(target=other)]
    for thread in threads:
        thread.start()
    until_somebody_waits(threads[1].is_alive)
    may_commit.set()
    for thread in threads:
        thread.join()
    return ended[0]


def test_the_same_request_sent_meanwhile_gets_the_first_answer(shop: Shop) -> None:
    given = code(campaign(shop))
    (same,) = meanwhile(lambda: redeem(given), lambda: redeem(given))
    assert same.pk == Redemption.objects.get().pk


def test_what_is_left_of_an_amount_is_what_was_committed(shop: Shop) -> None:
    gift = code(campaign(shop, amount=Decimal(50), keeps_rest=True, uses_per_code=None))
    (second,) = meanwhile(lambda: redeem(gift, of=basket(40)), lambda: redeem(gift, of=basket(40), key="k2"))
    assert second.amount == Decimal(10)


@pytest.mark.parametrize("end", ["one use", "redemptions", "budget", "customer"])
def test_whoever_comes_second_is_refused_by_the_statement_itself(
    shop: Shop, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where both were judged before either had written."""
    anna = buying.customer(shop, "anna")
    many = {"kind": "multi", "text": "SUMMER25", "uses_per_code": None}
    terms = {
        "one use": {},
        "redemptions": {**many, "most_redemptions": 1},
        "budget": {**many, "budget": Decimal("9.99")},
        "customer": {**many, "most_per_customer": 1},
    }[end]
    given, goods = code(campaign(shop, **terms)), basket()
    verdict = validating.validate(shop=shop, texts=[given.text], basket=goods, customer=anna, now=NOW)
    monkeypatch.setattr(validating, "found", lambda shop, texts, lock=False: {})
    monkeypatch.setattr(validating, "judged", lambda *args, **more: verdict)
    refusals = meanwhile(lambda: redeem(given, customer=anna), lambda: redeem(given, customer=anna, key="k2"))
    expected = {
        "one use": errors.UsedUp,
        "redemptions": errors.CampaignUsedUp,
        "budget": errors.BudgetSpent,
        "customer": errors.CustomerLimit,
    }
    assert [type(each) for each in refusals.values()] == [expected[end]]
    assert Redemption.objects.count() == 1


DEEDS = {
    "redeem": lambda: redeem(Code.objects.select_related("shop").get()),
    "roll back": lambda: roll_back(Redemption.objects.select_related("shop").get()),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_killed_between_any_two_statements_leaves_nothing_half(shop: Shop, deed: str) -> None:
    given = code(campaign(shop, budget=Decimal(5)))
    if deed == "roll back":
        redeem(given)

    def state() -> tuple[object, ...]:
        campaign = Campaign.objects.values_list("redemptions", "spent").get()
        redemptions = list(Redemption.objects.values_list("state", "rolled_back"))
        return Code.objects.get().uses, campaign, redemptions, Event.objects.count()

    before = state()
    after = (1, (1, 5), [("redeemed", 0)], 1) if deed == "redeem" else (0, (0, 0), [("rolled back", 5)], 2)
    statement = 3
    while killed_after(statement, DEEDS[deed]):
        assert state() in (before, after)
        if state() == after:
            return  # killed after the commit
        statement += 3
    assert statement > 8
    assert state() == after
