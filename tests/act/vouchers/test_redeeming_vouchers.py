"""Which codes can be redeemed, why not, and what a redemption changes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.act.vouchers.giving import NOW, basket, campaign, code, redeem, roll_back
from tests.core.lake import buying
from treue.act.vouchers import campaigns, codes, errors, making, validating
from treue.act.vouchers.baskets import Basket, Line
from treue.act.vouchers.models import Campaign, Code, CustomerUse, Redemption
from treue.core.customers import merging
from treue.core.events.models import Event
from treue.core.shop.models import Shop


def counts() -> list[object]:
    """Everything that a refused operation must leave as it is."""
    return [
        list(Campaign.objects.order_by("pk").values_list("redemptions", "spent", "codes_made")),
        list(Code.objects.order_by("pk").values_list("uses", "spent", "state")),
        list(CustomerUse.objects.order_by("pk").values_list("uses")),
        list(Redemption.objects.order_by("pk").values_list("state", "rolled_back")),
        Event.objects.count(),
    ]


def refused(*them: Code, **more: object) -> dict[int, errors.Refusal]:
    """Why redeeming was refused; nothing may have changed, and a dry run says the same."""
    before = counts()
    with pytest.raises(errors.Refused) as caught:
        redeem(*them, key=f"refused {len(them)}", **more)
    assert counts() == before
    return caught.value.refusals


def test_a_code_is_redeemed_once(shop: Shop) -> None:
    given = code(campaign(shop, most_redemptions=5))
    (done,) = redeem(given)
    assert (done.amount, done.basket, done.order_number) == (Decimal(5), Decimal(20), "A-1")
    given.refresh_from_db()
    assert given.uses == 1
    assert (given.campaign.redemptions, given.campaign.spent) == (1, Decimal(5))
    assert isinstance(refused(given)[0], errors.UsedUp)


def test_the_same_key_gives_the_first_answer(shop: Shop) -> None:
    given = code(campaign(shop))
    first, again = redeem(given), redeem(given)
    assert [each.pk for each in first] == [each.pk for each in again]
    roll_back(first[0])
    (after,) = redeem(given)
    assert (after.pk, after.state) == (first[0].pk, Redemption.State.ROLLED_BACK), "a late repeat redeems nothing"
    assert Redemption.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [{"of": basket(21)}, {"order_number": "A-2"}, {"of": basket(20, delivery=1)}],
    ids=["lines", "order", "fee"],
)
def test_a_key_is_good_for_one_request(shop: Shop, other: dict[str, object]) -> None:
    given = code(campaign(shop))
    redeem(given)
    with pytest.raises(errors.KeyReused):
        redeem(given, **other)
    assert Redemption.objects.count() == 1


def test_who_was_merged_since_is_the_same_request(shop: Shop) -> None:
    anna, kept, ben = (buying.customer(shop, name) for name in ("anna", "kept", "ben"))
    given = code(campaign(shop))
    (first,) = redeem(given, customer=anna)
    merging.merge(kept=kept, absorbed=anna, by=None)
    assert [each.pk for each in redeem(given, customer=kept)] == [first.pk]
    for other in (ben, None):
        with pytest.raises(errors.KeyReused):
            redeem(given, customer=other)


def test_an_amount_written_otherwise_is_the_same_request(shop: Shop) -> None:
    given = code(campaign(shop))
    assert redeem(given, of=basket("20.0"))[0].pk == redeem(given, of=basket("20.00"))[0].pk


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"valid_from": NOW + timedelta(seconds=1)}, errors.NotYetValid(NOW + timedelta(seconds=1))),
        ({"valid_until": NOW}, errors.Expired(NOW)),
        ({"currency": "CHF"}, errors.WrongCurrency("CHF")),
        ({"minimum": Decimal("20.01")}, errors.BelowMinimum(Decimal("20.01"), Decimal(20))),
        ({"products": ["POT"]}, errors.NothingFits(["POT"], [])),
        ({"most_per_customer": 1}, errors.NeedsCustomer()),
        ({"budget": Decimal("4.99")}, errors.BudgetSpent(Decimal("4.99"), Decimal(5))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_why_not(shop: Shop, terms: dict[str, object], error: errors.Refusal) -> None:
    found = refused(code(campaign(shop, **terms)))[0]
    assert (type(found), found.facts) == (type(error), error.facts)


def test_at_the_very_edges_it_is_valid(shop: Shop) -> None:
    """Half-open: the first moment counts, the last one not."""
    edges = {
        "valid_from": NOW,
        "valid_until": NOW + timedelta(microseconds=1),
        "minimum": Decimal(20),
        "budget": Decimal(5),
    }
    assert redeem(code(campaign(shop, **edges)))


@pytest.mark.parametrize(
    ("day", "hours", "last"),
    [
        (date(2026, 3, 29), 23, datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 10, 25), 25, datetime(2026, 10, 25, 23, tzinfo=UTC)),
        (date(2026, 11, 29), 24, datetime(2026, 11, 29, 23, tzinfo=UTC)),
    ],
)
def test_the_last_day_may_have_23_or_25_hours(shop: Shop, day: date, hours: int, last: datetime) -> None:
    ends = campaigns.day_ends(day, shop.tz)
    assert ends == last
    assert ends.astimezone(UTC) - campaigns.day_begins(day, shop.tz).astimezone(UTC) == timedelta(hours=hours)
    given = code(campaign(shop, valid_until=ends))
    assert isinstance(refused(given, now=last)[0], errors.Expired)
    assert redeem(given, now=last - timedelta(microseconds=1))


def test_unknown_mistyped_and_cancelled_are_told_apart(shop: Shop) -> None:
    given = code(campaign(shop))
    assert making.cancel(code=given, by=None)
    assert not making.cancel(code=given, by=None)
    texts = [given.text, given.text[:-1] + ("2" if given.text[-1] != "2" else "3"), codes.fresh(1, random=bytes)[0]]
    texts.append("SUMMER25")
    verdict = validating.validate(shop=shop, texts=texts, basket=basket(), customer=None, now=NOW)
    kinds = [type(verdict.refusals[place]) for place in range(4)]
    assert kinds == [errors.CodeCancelled, errors.MistypedCode, errors.UnknownCode, errors.UnknownCode]


def test_another_shops_code_is_unknown(shop: Shop) -> None:
    given = code(campaign(shop))
    other = Shop.objects.create(name="Coffee House")
    verdict = validating.validate(shop=other, texts=[given.text], basket=basket(), customer=None, now=NOW)
    assert isinstance(verdict.refusals[0], errors.UnknownCode)


@pytest.mark.parametrize("begins", [None, NOW - timedelta(1), NOW, NOW + timedelta(1)])
def test_an_ended_campaign_gives_nothing_more(shop: Shop, begins: datetime | None) -> None:
    of = campaign(shop, valid_from=begins, valid_until=NOW + timedelta(9))
    assert campaigns.end(campaign=of, by=None, now=NOW)
    assert not campaigns.end(campaign=of, by=None, now=NOW)
    given = code(of)
    for days in (0, 1, 2):
        found = refused(given, now=NOW + timedelta(days))
        assert found[0].facts == {"valid_until": NOW}


def test_a_dry_run_changes_nothing(shop: Shop) -> None:
    given = code(campaign(shop, budget=Decimal(5), most_redemptions=1))
    before = counts()
    for _each in range(2):
        verdict = validating.validate(shop=shop, texts=[given.text], basket=basket(), customer=None, now=NOW)
        assert verdict.discount == Decimal(5)
    assert counts() == before


def test_a_code_given_to_somebody_is_theirs_alone(shop: Shop) -> None:
    anna, ben = buying.customer(shop, "anna"), buying.customer(shop, "ben")
    given = code(campaign(shop), anna)
    assert isinstance(refused(given)[0], errors.NeedsCustomer)
    assert isinstance(refused(given, customer=ben)[0], errors.OtherCustomer)
    assert redeem(given, customer=anna)[0].customer_id == anna.pk


def test_a_code_goes_along_with_whoever_is_merged(shop: Shop) -> None:
    anna, twin = buying.customer(shop, "anna"), buying.customer(shop, "twin")
    of = campaign(shop, most_per_customer=2)
    theirs, open_one, third = code(of, twin), code(of), code(of)
    redeem(theirs, customer=twin, key="k0")
    merging.merge(kept=anna, absorbed=twin, by=None)
    redeem(open_one, customer=anna, key="k1")
    assert isinstance(refused(third, customer=anna)[0], errors.CustomerLimit), "what the twin used counts"


def test_each_customer_has_their_own_limit(shop: Shop) -> None:
    anna, ben = buying.customer(shop, "anna"), buying.customer(shop, "ben")
    word = code(campaign(shop, kind="multi", text="SUMMER25", uses_per_code=None, most_per_customer=2))
    for key in ("k1", "k2"):
        redeem(word, customer=anna, key=key)
    assert refused(word, customer=anna)[0].facts == {"most": 2}
    assert redeem(word, customer=ben, key="k3")


def test_two_codes_of_one_campaign_count_as_two(shop: Shop) -> None:
    of = campaign(shop, is_combinable=True, most_redemptions=1)
    assert [type(each) for each in refused(code(of), code(of)).values()] == [errors.CampaignUsedUp]
    of = campaign(shop, is_combinable=True, budget=Decimal("9.99"))
    assert [type(each) for each in refused(code(of), code(of)).values()] == [errors.BudgetSpent]
    of = campaign(shop, is_combinable=True, most_per_customer=1)
    found = refused(code(of), code(of), customer=buying.customer(shop))
    assert [type(each) for each in found.values()] == [errors.CustomerLimit]


def test_codes_are_combined_only_where_both_allow_it(shop: Shop) -> None:
    alone, open_one = code(campaign(shop)), code(campaign(shop, "percent", is_combinable=True))
    (found,) = refused(open_one, alone).items()
    assert (found[0], type(found[1]), found[1].facts) == (1, errors.NotCombinable, {"with_ordinal": 0})
    other = code(campaign(shop, is_combinable=True))
    assert len(redeem(open_one, other)) == 2


def test_codes_that_cannot_be_combined_are_not_redeemed_one_after_the_other(shop: Shop) -> None:
    alone, other = code(campaign(shop)), code(campaign(shop, is_combinable=True))
    (first,) = redeem(alone, order_number="A-7")
    (found,) = refused(other, order_number="A-7").values()
    assert (type(found), found.facts) == (errors.OrderHasAnother, {"with_redemption": first.pk})
    assert redeem(other, key="k2", order_number="A-8")
    roll_back(first)
    third = code(campaign(shop, is_combinable=True))
    assert redeem(third, key="k3", order_number="A-7")
    assert redeem(code(campaign(shop, is_combinable=True)), key="k4", order_number="A-7")
    assert redeem(code(campaign(shop)), key="k5", order_number="")
    assert redeem(code(campaign(shop)), key="k6", order_number="")


def test_one_code_for_many_is_taken_once_for_an_order(shop: Shop) -> None:
    word = code(campaign(shop, kind="multi", text="SUMMER25", uses_per_code=None, is_combinable=True))
    redeem(word, order_number="A-7")
    assert isinstance(refused(word, order_number="A-7")[0], errors.CodeTwice)


def test_of_an_exclusive_group_one_holds(shop: Shop) -> None:
    one, other = (code(campaign(shop, is_combinable=True, exclusive_group="welcome")) for _each in range(2))
    assert isinstance(refused(one, other)[1], errors.NotCombinable)


def test_the_same_code_twice_is_one(shop: Shop) -> None:
    word = code(campaign(shop, kind="multi", text="SUMMER25", uses_per_code=None, is_combinable=True))
    assert isinstance(refused(word, word)[1], errors.CodeTwice)


def test_the_order_of_application_is_not_that_of_typing(shop: Shop) -> None:
    """Free product, share of what is left, amount, delivery: 30 - 10 = 20, - 10 % = 18, - 5 = 13."""
    of = {each: code(campaign(shop, each, is_combinable=True)) for each in ("delivery", "amount", "percent", "product")}
    goods = basket(Line("CUP", Decimal(10)), Line("TEA-1", Decimal(20)), delivery="4.90")
    done = redeem(*of.values(), of=goods)
    assert [each.amount for each in done] == [Decimal(10), Decimal(2), Decimal(5), Decimal("4.90")]
    assert [each.campaign.benefit for each in done] == ["product", "percent", "amount", "delivery"]


def test_a_code_that_finds_nothing_left_is_refused_and_not_used_up(shop: Shop) -> None:
    whole, more = (
        code(campaign(shop, "percent", percent=Decimal(100), is_combinable=True)),
        code(campaign(shop, is_combinable=True)),
    )
    assert isinstance(refused(whole, more)[1], errors.NothingToDiscount)


def test_what_is_worth_more_than_the_basket_keeps_its_rest(shop: Shop) -> None:
    gift = code(campaign(shop, amount=Decimal(50), keeps_rest=True, uses_per_code=None))
    taken = [redeem(gift, of=basket(20), key=f"k{each}")[0].amount for each in range(3)]
    assert taken == [Decimal(20), Decimal(20), Decimal(10)]
    gift.refresh_from_db()
    assert gift.spent == gift.worth == Decimal(50)
    assert isinstance(refused(gift)[0], errors.UsedUp)


def test_otherwise_the_rest_is_lost(shop: Shop) -> None:
    given = code(campaign(shop, amount=Decimal(50)))
    assert redeem(given)[0].amount == Decimal(20)
    assert isinstance(refused(given)[0], errors.UsedUp)


def test_without_an_end_the_campaigns_row_is_not_written(shop: Shop) -> None:
    of = campaign(shop)
    before = Campaign.objects.extra(select={"xmin": "xmin::text"}).get().xmin
    given = code(of)
    made = Campaign.objects.extra(select={"xmin": "xmin::text"}).get().xmin
    redeem(given)
    after = Campaign.objects.extra(select={"xmin": "xmin::text"}).get().xmin
    assert before != made == after
    assert campaigns.figures([of])[of.pk] == campaigns.Figures(1, Decimal(5))


def test_figures_are_the_same_with_and_without_counters(shop: Shop) -> None:
    counted, open_one = campaign(shop, "percent", most_redemptions=9), campaign(shop, "percent")
    for each in (counted, open_one):
        done = [redeem(code(each), key=f"{each.pk} {place}")[0] for place in range(3)]
        roll_back(done[0])
        roll_back(done[1], "7.77")
    both = campaigns.figures(list(Campaign.objects.order_by("pk")))
    assert both[counted.pk] == both[open_one.pk] == campaigns.Figures(2, Decimal("3.22"))


def test_the_log_says_it_without_the_code(shop: Shop) -> None:
    anna = buying.customer(shop, "anna")
    given = code(campaign(shop, name="Welcome"), anna)
    (done,) = redeem(given, customer=anna)
    redeem(given, customer=anna)
    event = Event.objects.get()
    assert (event.name, event.person, event.source) == ("Voucher Redeemed", anna.pk, "till")
    assert event.facts == {
        "redemption": done.pk,
        "campaign": {"name": "Welcome"},
        "currency": "EUR",
        "order": "A-1",
        "total": "5.00",
    }
    assert given.text not in str(event.facts)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Campaign, {"redemptions": 6}),
        (Campaign, {"spent": Decimal("20.01")}),
        (Campaign, {"codes_made": 4}),
        (Campaign, {"percent": Decimal(5)}),
        (Campaign, {"valid_from": NOW, "valid_until": NOW}),
        (Campaign, {"keeps_rest": True}),
        (Code, {"uses": 2}),
        (Code, {"text": "AB-CD"}),
        (Code, {"spent": Decimal(-1)}),
        (Code, {"state": "lost"}),
        (Redemption, {"rolled_back": Decimal(6)}),
        (Redemption, {"amount": Decimal(21)}),
        (Redemption, {"state": "rolled back"}),
        (CustomerUse, {"uses": 3}),
    ],
)
def test_the_database_refuses_what_cannot_be(shop: Shop, model: type, values: dict[str, object]) -> None:
    anna = buying.customer(shop, "anna")
    redeem(
        code(campaign(shop, most_redemptions=5, budget=Decimal(20), most_codes=3, most_per_customer=2)), customer=anna
    )
    with pytest.raises(IntegrityError, match="check constraint"), transaction.atomic():
        model.objects.update(**values)


def test_a_basket_may_have_many_lines(shop: Shop) -> None:
    lines = [Line(f"P{place}", Decimal("0.99")) for place in range(500)]
    (done,) = redeem(code(campaign(shop, "percent")), of=Basket(lines, "EUR"))
    assert done.amount == Decimal("49.50")
