"""Draft, publish, stop; what a product costs whom; the lowest price of 30 days over several offers."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.act.offers.sales import DAY, HOUR, LONG_AGO, NOW, draft, member, offer, price, redeem, terms, tiers
from tests.act.rewards.treats import earn
from tests.understand.segments.grouped import segmentation, standing
from treue.act.loyalty.models import Member, Programme
from treue.act.offers import errors, figures, having, planning, prices
from treue.act.offers.having import Asked, Best
from treue.act.offers.models import Offer, Price, Priced
from treue.act.offers.prices import Announced
from treue.core.commerce.models import Product
from treue.core.events.models import Event
from treue.core.shop.models import NonProduct
from treue.core.staff.models import AuditEntry


def best(of: Member, product: str = "TEA-1", *, at=NOW, units: int = 1) -> Best:
    return having.best(of, [Asked(product, units)], at=at)[0]


def told(found: Best) -> tuple[object, ...]:
    """Regular, reduced, lowest of 30 days, what may be named as a reduction."""
    prior = found.quote.prior
    return found.quote.regular, found.quote.reduced, prior and prior.price, found.quote.saving_percent


def test_a_member_pays_less_and_sees_the_lowest_price_of_30_days(programme: Programme) -> None:
    price(programme.shop)
    price(programme.shop, amount=9, since=NOW - 20 * DAY)
    price(programme.shop, amount=10, since=NOW - 19 * DAY)
    made = offer(programme)
    assert told(best(member(programme))) == (10, 8, 9, 11)
    assert (made.state, Priced.objects.get().lowest) == ("published", 9)
    assert Event.objects.get(name="Offer Published").facts["offer"]["name"] == made.name
    assert AuditEntry.objects.filter(action="offer.published").count() == 1


@pytest.mark.parametrize(("benefit", "amount", "reduced"), [("amount", "2.50", "7.50"), ("price", "6", "6")])
def test_an_amount_off_or_a_price_of_its_own(programme: Programme, benefit: str, amount: str, reduced: str) -> None:
    price(programme.shop)
    offer(programme, benefit=benefit, amount=Decimal(amount))
    assert best(member(programme)).quote.reduced == Decimal(reduced)


def test_percent_are_rounded_to_the_cent(programme: Programme) -> None:
    price(programme.shop, amount="9.99")
    offer(programme, percent=Decimal("33.33"))
    assert best(member(programme)).quote.reduced == Decimal("6.66")


def test_nothing_is_said_of_prices_in_a_currency_that_the_shop_had_before(programme: Programme) -> None:
    """Ten euros are not ten francs, neither as today's price nor as the lowest of 30 days."""
    anna, shop = member(programme), programme.shop
    price(shop, amount=9)
    price(shop, "TEA-2")
    offer(programme, benefit="amount", amount=Decimal(5))
    shop.currency = "CHF"
    shop.save()
    anna.programme.shop.refresh_from_db()
    assert (best(anna).regular, best(anna, "TEA-2").regular, prices.sold(shop, at=NOW)) == (None, None, [])
    assert having.for_member(anna, at=NOW) == []
    francs = [Announced("TEA-1", Decimal(12), "CHF", NOW - 40 * DAY)]
    prices.announce(shop=shop, prices=francs, source="api", now=NOW - 40 * DAY)
    offer(programme, currency="CHF", products=["TEA-1"])
    assert told(best(anna)) == (12, Decimal("9.60"), 12, 20)
    with pytest.raises(errors.PriceKnownOtherwise):
        prices.announce(shop=shop, prices=[Announced("TEA-2", Decimal(10), "CHF", LONG_AGO)], source="api", now=NOW)


def test_offers_are_never_added_up_the_best_counts(programme: Programme) -> None:
    price(programme.shop)
    offer(programme, percent=Decimal(20))
    better = offer(programme, percent=Decimal(30))
    found = best(member(programme))
    assert (found.offer, found.quote.reduced) == (better, 7)


def test_where_the_best_is_sold_out_the_next_one_counts(programme: Programme) -> None:
    price(programme.shop)
    second = offer(programme, percent=Decimal(20))
    offer(programme, percent=Decimal(30), units=1)
    anna = member(programme)
    asked = [Asked("TEA-1", 1), Asked("TEA-1", 1), Asked("TEA-1", 1)]
    found = having.best(anna, asked, at=NOW)
    assert [each.quote.reduced for each in found] == [7, 8, 8]
    assert (found[1].offer, type(found[1].others[0][2])) == (second, errors.SoldOut)


def test_members_alone_have_it_and_only_while_it_runs(programme: Programme) -> None:
    price(programme.shop)
    made = offer(programme)
    anna, ben = member(programme), member(programme, "ben")
    Member.objects.filter(pk=ben.pk).update(left_at=NOW - DAY)
    ben = Member.objects.select_related("programme__shop").get(pk=ben.pk)
    assert [type(why) for _offer, _quote, why in best(ben).others] == [errors.NoMember]
    assert best(anna, at=NOW - HOUR - timedelta.resolution).offer is None
    assert best(anna, at=NOW - HOUR).offer == made
    assert best(anna, at=NOW + 3 * HOUR - timedelta.resolution).offer == made
    assert best(anna, at=NOW + 3 * HOUR).offer is None


def test_a_tier_and_higher_ones(programme: Programme) -> None:
    tiers(programme)
    price(programme.shop)
    offer(programme, lowest_tier="gold", is_shown_to_others=True)
    anna, ben = member(programme), member(programme, "ben")
    earn(ben, 2000, qualifying=2000)
    assert best(ben).quote.reduced == 8
    (seen,) = having.for_member(anna, at=NOW)
    assert (seen.is_there, seen.is_coming, seen.is_a_reason_to_rise) == (False, False, True)
    assert vars(seen.refusals[0]) == {"needed": "gold", "has": "silver"}


def test_a_head_start_lets_a_tier_buy_earlier(programme: Programme) -> None:
    tiers(programme)
    price(programme.shop)
    begin = NOW + 2 * HOUR
    about = {"starts_at": begin, "ends_at": begin + DAY, "head_start_hours": 3, "head_start_tier": "gold"}
    made = offer(programme, kind="early access", **about)
    anna, ben = member(programme), member(programme, "ben")
    earn(ben, 2000, qualifying=2000)
    assert (best(anna).offer, best(ben).offer) == (None, made)
    (seen,) = having.for_member(anna, at=NOW)
    assert (seen.is_coming, seen.begins_at) == (True, begin)
    assert figures.may(made) == 2


def test_who_has_the_longest_head_start_sees_it_come_and_has_it_in_time(programme: Programme) -> None:
    tiers(programme)
    price(programme.shop)
    begin = NOW + 14 * DAY
    about = {"starts_at": begin, "ends_at": begin + DAY, "head_start_hours": 336, "head_start_tier": "gold"}
    made = offer(programme, kind="early access", **about)
    anna, ben = member(programme), member(programme, "ben")
    earn(ben, 2000, qualifying=2000)
    (coming,) = having.for_member(ben, at=NOW - HOUR)
    assert (coming.is_coming, coming.begins_at) == (True, NOW)
    (there,) = having.for_member(ben, at=NOW)
    assert (there.is_there, best(ben).offer) == (True, made)
    assert having.for_member(anna, at=NOW) == []


def test_a_segment(programme: Programme) -> None:
    price(programme.shop)
    made = offer(programme, segment="champions")
    anna, ben = member(programme), member(programme, "ben")
    standing(segmentation(programme.shop), anna.customer, group="champions")
    assert (best(anna).offer, best(ben).offer, figures.may(made)) == (made, None, 1)


def test_an_earlier_offer_for_members_counts_in_the_30_days(programme: Programme) -> None:
    """General prices of a programme count like those for everybody; an individual one does not."""
    price(programme.shop)
    begin = NOW - 10 * DAY
    about = {"published_at": begin - DAY, "starts_at": begin, "ends_at": begin + DAY}
    offer(programme, percent=Decimal(30), **about)
    offer(programme, percent=Decimal(50), exempt="individual", segment="champions", **about)
    offer(programme)
    assert told(best(member(programme))) == (10, 8, 7, 0)


def test_an_offer_that_runs_keeps_its_lowest_price_whatever_is_told_later(programme: Programme) -> None:
    """It was settled by what was known when the offer began; the next one goes by all that is known by then."""
    shop = programme.shop
    price(shop)
    price(shop, amount=9, since=NOW - 20 * DAY)
    price(shop, amount=10, since=NOW - 19 * DAY)
    offer(programme)
    anna = member(programme)
    before = told(best(anna))
    assert before == (10, 8, 9, 11)
    price(shop, amount=7, since=NOW - 15 * DAY, told_at=NOW)
    price(shop, amount=10, since=NOW - 14 * DAY, told_at=NOW)
    assert told(best(anna)) == before
    for wrong in Price.objects.filter(amount=9):
        prices.withdraw(price=wrong, now=NOW, by=None)
    assert told(best(anna)) == before
    offer(programme, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    assert told(best(anna, at=NOW + DAY + HOUR)) == (10, 8, 7, 0)


def test_what_is_told_and_withdrawn_before_an_offer_begins_counts(programme: Programme) -> None:
    shop = programme.shop
    price(shop)
    price(shop, amount=9, since=NOW - 20 * DAY)
    price(shop, amount=10, since=NOW - 19 * DAY)
    made = offer(programme, starts_at=NOW, ends_at=NOW + HOUR)
    prices.withdraw(price=Price.objects.get(amount=9), now=NOW - 2 * HOUR, by=None)
    price(shop, amount="8.50", since=NOW - 3 * DAY, told_at=NOW - HOUR)
    price(shop, amount=10, since=NOW - 2 * DAY, told_at=NOW - HOUR)
    assert told(best(member(programme))) == (10, 8, Decimal("8.50"), 5)
    assert Priced.objects.get(offer=made).lowest == 9  # what was looked at when it was published


def test_where_the_price_before_was_withdrawn_the_one_before_that_holds_for_what_begins_later(
    programme: Programme,
) -> None:
    """Of a price that held long before the 30 days, too."""
    price(programme.shop, amount=12, since=LONG_AGO - DAY)
    price(programme.shop, amount=10)
    offer(programme, percent=Decimal(50))
    anna = member(programme)
    assert told(best(anna)) == (10, 5, 10, 50)
    prices.withdraw(price=Price.objects.get(amount=10), now=NOW, by=None)
    assert told(best(anna)) == (12, 6, 10, 40)
    offer(programme, percent=Decimal(50), starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    assert told(best(anna, at=NOW + DAY + HOUR)) == (12, 6, 6, 0)


def test_a_reduction_that_grows_without_a_break_keeps_the_price_before_its_first_step(programme: Programme) -> None:
    price(programme.shop)
    first = NOW - 2 * DAY
    offer(programme, percent=Decimal(20), published_at=first - DAY, starts_at=first, ends_at=NOW - HOUR)
    offer(programme, percent=Decimal(40))
    assert told(best(member(programme))) == (10, 6, 10, 40)


def test_a_step_for_few_is_none_of_a_reduction_for_more(programme: Programme) -> None:
    """For the others it begins now, and what few paid in the 30 days counts."""
    tiers(programme)
    price(programme.shop)
    first = NOW - 2 * DAY
    about = {"published_at": first - DAY, "starts_at": first, "ends_at": NOW - HOUR}
    offer(programme, percent=Decimal(20), lowest_tier="gold", **about)
    offer(programme, percent=Decimal(40))
    assert told(best(member(programme))) == (10, 6, 8, 25)
    gold = offer(programme, percent=Decimal(50), lowest_tier="gold")
    ben = member(programme, "ben")
    earn(ben, 2000, qualifying=2000)
    assert (best(ben).offer, told(best(ben))) == (gold, (10, 5, 10, 50))


def test_what_members_paid_by_the_shops_own_telling_counts(programme: Programme) -> None:
    price(programme.shop)
    price(programme.shop, amount=8, since=NOW - 9 * DAY, audience="members")
    price(programme.shop, amount=None, since=NOW - 8 * DAY, audience="members")
    offer(programme)
    assert told(best(member(programme))) == (10, 8, 8, 0)


def test_without_an_announced_price_an_offer_is_not_published(programme: Programme) -> None:
    price(programme.shop)
    made = draft(programme, products=["TEA-1", "TEA-2"])
    with pytest.raises(errors.NoPriorPrice) as refused:
        planning.publish(offer=made, by=None, now=NOW)
    assert (refused.value.products, refused.value.count) == (("TEA-2",), 1)
    made.refresh_from_db()
    assert (made.is_draft, Priced.objects.exists(), Event.objects.exists()) == (True, False, False)


@pytest.mark.parametrize(("exempt", "is_published"), [("", False), ("perishable", True)])
def test_a_price_of_the_days_before_has_to_be_known_unless_the_law_asks_for_none(
    programme: Programme, exempt: str, is_published: bool
) -> None:
    price(programme.shop, since=NOW - HOUR)  # it begins with the offer
    made = draft(programme, exempt=exempt, starts_at=NOW - HOUR)
    if is_published:
        planning.publish(offer=made, by=None, now=NOW - HOUR)
        assert told(best(member(programme))) == (10, 8, None, 0)
    else:
        with pytest.raises(errors.NoPriorPrice):
            planning.publish(offer=made, by=None, now=NOW - HOUR)


def test_an_individual_reduction_is_one_for_a_segment_alone(programme: Programme) -> None:
    """Everybody can join a programme and reach a tier: what is for its members is for all."""
    tiers(programme)
    for about in ({}, {"lowest_tier": "gold"}):
        with pytest.raises(errors.ImpossibleOffer) as refused:
            draft(programme, exempt="individual", **about)
        assert refused.value.field == "exempt"
    price(programme.shop, since=NOW - HOUR)
    made = draft(programme, exempt="individual", segment="champions", starts_at=NOW - HOUR)
    assert planning.publish(offer=made, by=None, now=NOW - HOUR).state == "published"


def test_what_saves_nothing_is_no_offer_and_uses_nothing_up(programme: Programme) -> None:
    price(programme.shop)
    made = offer(programme, benefit="price", amount=Decimal(12), units=5)
    anna = member(programme)
    assert (best(anna).offer, best(anna).regular) == (None, 10)
    price(programme.shop, "TEA-2")
    offer(programme, products=["TEA-2"])
    redeem(anna, "TEA-1", "TEA-2")
    made.refresh_from_db()
    assert made.units_left == 5


def test_new_goods_for_members_first_need_no_price_before(programme: Programme) -> None:
    tiers(programme)
    about = {"benefit": "price", "amount": Decimal(49), "exempt": "no reduction", "products": ["NEW"]}
    offer(programme, kind="early access", head_start_hours=5, head_start_tier="silver", **about)
    assert told(best(member(programme), "NEW")) == (49, 49, None, 0)


def test_what_members_paid_first_for_new_goods_counts_in_the_30_days(programme: Programme) -> None:
    begin = NOW - 10 * DAY
    about = {"published_at": begin - DAY, "starts_at": begin, "ends_at": begin + 2 * DAY, "products": ["NEW"]}
    offer(programme, benefit="price", amount=Decimal(49), exempt="no reduction", **about)
    price(programme.shop, "NEW", 60, begin + 2 * DAY)  # dearer than it was said to be
    offer(programme, products=["NEW"])
    assert told(best(member(programme), "NEW")) == (60, 48, 49, 2)


def test_what_is_said_to_be_no_reduction_is_one_while_everybody_pays_more(programme: Programme) -> None:
    price(programme.shop)
    price(programme.shop, "TEA-2", since=NOW - HOUR)
    own = {"benefit": "price", "amount": Decimal(8), "exempt": "no reduction"}
    offer(programme, **own)
    assert told(best(member(programme))) == (10, 8, 10, 20)
    with pytest.raises(errors.NoPriorPrice):
        planning.publish(offer=draft(programme, products=["TEA-2"], **own), by=None, now=NOW - HOUR)


def test_nothing_begins_before_it_is_published(programme: Programme) -> None:
    """The 30 days end where the price is first asked for."""
    price(programme.shop)
    price(programme.shop, amount=9, since=NOW - HOUR / 2)
    made = planning.publish(offer=draft(programme), by=None, now=NOW)
    assert made.starts_at == made.begins_at == NOW
    assert told(best(member(programme))) == (9, Decimal("7.20"), 9, 20)


def test_categories_and_everything(programme: Programme) -> None:
    shop = programme.shop
    for code, category in (("TEA-1", "Tea"), ("TEA-2", "Tea"), ("CUP", "Cups"), ("POST", "Tea")):
        Product.objects.create(shop=shop, code=code, category=category)
        price(shop, code)
    price(shop, "NEW")
    NonProduct.objects.create(shop=shop, code="POST")
    teas, all_of_it = offer(programme, products=[], categories=["Tea"]), offer(programme, products=[])
    assert having.products_of(teas, 9) == (["TEA-1", "TEA-2"], 2)
    assert having.products_of(all_of_it, 3) == (["CUP", "NEW", "TEA-1"], 4)
    with pytest.raises(errors.NoProducts):
        planning.publish(offer=draft(programme, products=[], categories=["None"]), by=None, now=NOW)


def test_too_many_products_are_refused_with_their_number(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MOST_PRODUCTS", 1)
    price(programme.shop)
    with pytest.raises(errors.TooManyProducts) as refused:
        planning.publish(offer=draft(programme, products=["TEA-1", "TEA-2"]), by=None, now=NOW)
    assert refused.value.count == 2


def test_a_published_offer_is_not_changed_but_stopped(programme: Programme) -> None:
    price(programme.shop)
    made, anna = offer(programme), member(programme)
    with pytest.raises(errors.NotADraft):
        planning.change(offer=made, terms=terms(percent=Decimal(90)), by=None)
    with pytest.raises(errors.NotADraft):
        planning.discard(offer=made, by=None)
    assert planning.publish(offer=made, by=None, now=NOW).published_at == made.published_at
    redeem(anna)
    planning.stop(offer=made, by=None, now=NOW)
    with pytest.raises(errors.NotRunning):
        planning.stop(offer=made, by=None, now=NOW)
    assert (best(anna, at=NOW).offer, best(anna, at=NOW - timedelta.resolution).offer) == (None, made)
    assert figures.of([made])[made.pk].redemptions == 1


def test_a_draft_is_changed_and_discarded(programme: Programme) -> None:
    made = draft(programme)
    planning.change(offer=made, terms=terms(name="Other", percent=Decimal(30)), by=None)
    made.refresh_from_db()
    assert (made.name, made.percent) == ("Other", 30)
    with pytest.raises(errors.NameTaken):
        planning.add(programme=programme, terms=terms(name="Other"), by=None, now=NOW)
    planning.discard(offer=made, by=None)
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": " "}),
        ("kind", {"kind": "sale"}),
        ("benefit", {"benefit": "gift"}),
        ("percent", {"percent": Decimal(100)}),
        ("percent", {"percent": Decimal("0.001")}),
        ("amount", {"benefit": "amount"}),
        ("amount", {"benefit": "price", "amount": Decimal("1.001")}),
        ("currency", {"currency": "USD"}),
        ("ends_at", {"ends_at": NOW - HOUR}),
        ("ends_at", {"ends_at": NOW + 4 * DAY}),
        ("head_start_tier", {"head_start_hours": 3}),
        ("head_start_hours", {"kind": "early access"}),
        ("head_start_hours", {"head_start_hours": 337, "head_start_tier": "gold"}),
        ("segment", {"segment": "champions", "lowest_tier": "gold"}),
        ("segment", {"segment": "nobody"}),
        ("units", {"units": 0}),
        ("most_per_member", {"most_per_member": 0}),
        ("budget", {"budget": Decimal(-1)}),
        ("exempt", {"exempt": "holiday"}),
        ("exempt", {"exempt": "no reduction"}),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(programme: Programme, field: str, given: dict[str, object]) -> None:
    with pytest.raises(errors.ImpossibleOffer) as refused:
        planning.add(programme=programme, terms=terms(**given), by=None, now=NOW)
    assert refused.value.field == field


def test_a_preview_says_what_stands_against_it(programme: Programme) -> None:
    price(programme.shop)
    price(programme.shop, "TEA-2", 10)
    price(programme.shop, "TEA-2", 7, NOW - 9 * DAY)
    price(programme.shop, "TEA-2", 10, NOW - 8 * DAY)
    price(programme.shop, "TEA-3", 10, NOW - 5 * DAY)
    found = planning.preview(draft(programme, products=["TEA-1", "TEA-2", "TEA-3", "TEA-4"]), now=NOW)
    assert [each.product for each in found.no_reductions] == ["TEA-2"]
    assert [each.product for each in found.known_in_part] == ["TEA-3"]
    assert (found.without_price, found.without_prior) == (["TEA-4"], ["TEA-4"])


def test_a_price_that_everybody_gets_is_not_undercut_by_less(programme: Programme) -> None:
    """While it runs the shop lowers its price for everybody below it: nobody pays more than that."""
    price(programme.shop)
    offer(programme, benefit="price", amount=Decimal(8))
    price(programme.shop, amount=7, since=NOW - HOUR / 2)
    found = best(member(programme))
    assert (found.offer, found.regular) == (None, 7)


def test_what_a_week_before_brought(programme: Programme) -> None:
    from tests.core.lake import buying

    tea = buying.product(programme.shop, "TEA-1")
    price(programme.shop, since=LONG_AGO)
    made = offer(programme)
    customer = buying.customer(programme.shop, "X")
    for at, amount in (("2026-11-29 12:30", 16), ("2026-11-22 12:30", 10), ("2026-11-22 18:00", 99)):
        buying.order(customer, at, amount, product=tea)
    found = figures.compared(made, now=NOW)
    assert (found.revenue, found.revenue_before, found.units) == (16, 10, 1)
