"""What happens to the simulated shop can be found in its tables."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.science.simulated import eventful_shop, textbook_shop
from treue.science.simulate import CHANNELS, Shop
from treue.science.simulate.catalogue import CATEGORIES

DAY = np.timedelta64(1, "D")


def orders_by(shop: Shop, unit: str) -> dict[int, int]:
    column = getattr(pc, unit)(shop.orders["ordered_at"])
    return {row["values"]: row["counts"] for row in pc.value_counts(column).to_pylist()}


def day(moment: object) -> np.datetime64:
    return np.datetime64(moment, "us")


def first_orders(shop: Shop) -> tuple[np.ndarray, np.ndarray]:
    """(customers,) moments of the first and the second order; NaT where there is no second."""
    ordered_at = shop.orders["ordered_at"].to_numpy()
    begins = np.cumsum(shop.truth.repeats + 1) - (shop.truth.repeats + 1)
    second = np.full(len(begins), np.datetime64("NaT", "us"))
    again = shop.truth.repeats > 0
    second[again] = ordered_at[begins[again] + 1]
    return ordered_at[begins], second


def retention(shop: Shop, chosen: np.ndarray, begin: np.datetime64, end: np.datetime64) -> float:
    """Customer retention rate of the period in percent, under a window of 365 days."""
    ordered_at = shop.orders["ordered_at"].to_numpy()
    buyer = np.repeat(np.arange(len(chosen)), shop.truth.repeats + 1)

    def customers_at(moment: np.datetime64) -> np.ndarray:
        inside = (ordered_at >= day(moment) - 365 * DAY) & (ordered_at < day(moment))
        return (np.bincount(buyer[inside], minlength=len(chosen)) > 0) & chosen

    starts = customers_at(begin)
    return float(100 * (starts & customers_at(end)).sum() / starts.sum())


def months(first: str, count: int) -> np.ndarray:
    """(count,) the first moments of consecutive months from `first` (YYYY-MM)."""
    return (np.datetime64(first, "M") + np.arange(count)).astype("datetime64[us]")


def midnight(begins: date) -> datetime:
    return datetime.combine(begins, time())


@pytest.mark.parametrize("shop", [textbook_shop, eventful_shop])
def test_advent_is_the_peak_and_summer_the_dip(shop):
    by_month = orders_by(shop(), "month")
    assert by_month[12] == max(by_month.values())
    assert by_month[12] > 1.4 * np.mean([by_month[month] for month in (2, 3, 4, 5)])
    assert by_month[7] < 0.95 * np.mean([by_month[month] for month in (5, 6, 9)])


def test_branches_close_on_sundays_and_at_night_and_the_online_shop_peaks_in_the_evening():
    shop = eventful_shop()
    branch = shop.orders.filter(pc.equal(shop.orders["channel"], "Store"))["ordered_at"]
    assert set(pc.day_of_week(branch).unique().to_pylist()) == {0, 1, 2, 3, 4, 5}
    assert set(pc.hour(branch).unique().to_pylist()) <= set(range(9, 20))
    online = shop.orders.filter(pc.equal(shop.orders["channel"], "Online shop"))["ordered_at"]
    assert pc.mode(pc.hour(online))[0].as_py()["mode"] == 20


def test_customers_come_throughout_and_the_shop_grows():
    shop = eventful_shop()
    active = []
    ordered_at = shop.orders["ordered_at"].to_numpy()
    buyer = np.repeat(np.arange(20_000), shop.truth.repeats + 1)
    for moment in ("2024-11-01", "2025-11-01", "2026-11-01"):
        inside = (ordered_at >= day(moment) - 365 * DAY) & (ordered_at < day(moment))
        active.append(len(np.unique(buyer[inside])))
    assert active == sorted(active)
    assert active[0] > 6_000
    assert active[-1] > 1.4 * active[0]


def test_countries_are_mostly_the_german_speaking_ones():
    countries = pc.value_counts(eventful_shop().customers["country"]).to_pylist()
    share = {row["values"]: row["counts"] / 20_000 for row in countries}
    assert 0.75 < share["DE"] < 0.85
    assert share["DE"] + share["AT"] + share["CH"] > 0.93
    assert len(share) == 9


def test_monthly_retention_moves_about_the_middle_nineties():
    shop = eventful_shop()
    bounds = months("2024-12", 24)
    everyone = np.ones(20_000, dtype=bool)
    rates = [retention(shop, everyone, *pair) for pair in pairwise(bounds)]
    assert 94 < np.median(rates) < 97.5
    assert min(rates) > 90
    assert max(rates) < 98.5
    assert max(rates) - min(rates) > 2


def test_the_price_rise_costs_coffee_customers_of_the_online_shop_a_year_later():
    shop = eventful_shop()
    rise = shop.truth.story.price_rise
    assert rise.since.isoformat() == "2025-02-01"
    online = shop.truth.channel == CHANNELS.index(rise.channel)
    coffee = np.array([category.code for category in CATEGORIES])[shop.truth.category] == rise.category
    later = months("2026-02", 5)
    hit = [retention(shop, online & coffee, *pair) for pair in pairwise(later)]
    spared = [retention(shop, online & ~coffee, *pair) for pair in pairwise(later)]
    assert np.mean(spared) - np.mean(hit) > 4
    priced_out = shop.truth.priced_out
    assert priced_out.sum() > 150
    assert (online & coffee)[priced_out].all()
    assert not shop.truth.alive[priced_out].any()


def test_the_price_rise_raises_the_prices_of_its_category_from_its_day_on():
    shop = eventful_shop()
    rise = shop.truth.story.price_rise
    lines = shop.lines.join(shop.orders, "order_number", "number").filter(pc.starts_with(pc.field("product"), "KAF"))
    late = pc.greater_equal(lines["ordered_at"], midnight(rise.since))
    today = lines["product"].combine_chunks().dictionary_encode()
    listed = dict(zip(shop.products["code"].to_pylist(), shop.products["unit_price"].to_pylist(), strict=True))
    price_today = np.array([listed[code] for code in today.dictionary.to_pylist()])[today.indices.to_numpy()]
    raised = lines["unit_price"].to_numpy() == price_today
    assert (raised == late.to_numpy()).all()


def test_the_welcome_campaign_raises_second_orders_of_those_who_got_it():
    shop = eventful_shop()
    campaign = shop.truth.story.welcome
    first, second = first_orders(shop)
    addressed = np.isin(np.array(CHANNELS)[shop.truth.channel], campaign.channels)
    soon = second - first < 60 * DAY
    since, until = day(campaign.since), day("2026-11-01") - 60 * DAY
    before = addressed & (first >= since - 365 * DAY) & (first < since - 60 * DAY)
    after = addressed & (first >= since) & (first < until)
    assert soon[after].mean() - soon[before].mean() > 0.05
    assert shop.truth.welcomed.sum() > 200
    assert (first[shop.truth.welcomed] >= since).all()


def test_the_marketplace_brings_many_who_buy_once():
    shop = eventful_shop()
    market = shop.truth.channel == CHANNELS.index("marketplace")
    once = shop.truth.repeats == 0
    assert once[market].mean() > 2 * once[~market].mean()
    assert once[shop.truth.one_time].all()
    assert shop.truth.one_time[market].mean() == pytest.approx(0.5, abs=0.04)
    assert not shop.truth.one_time[~market].any()


def test_there_is_no_app_before_its_launch():
    shop = eventful_shop()
    launch = shop.truth.story.app_launch.since
    app = shop.orders.filter(pc.equal(shop.orders["channel"], "App"))
    first = pc.min(app["ordered_at"]).as_py()
    assert timedelta(0) <= first - midnight(launch) < timedelta(days=3)
    assert pc.min(shop.costs.filter(pc.equal(shop.costs["channel"], "App"))["month"]).as_py() == launch


def test_the_television_spot_shows_in_new_customers_and_in_costs():
    shop = eventful_shop()
    spot = shop.truth.story.tv_spot
    first, _ = first_orders(shop)
    month = first.astype("datetime64[M]")
    aired = np.datetime64(spot.since, "M")
    usual = np.mean([(month == aired - 1).sum(), (month == aired + 1).sum()])
    assert (month == aired).sum() > 1.4 * usual
    online = shop.costs.filter(pc.equal(shop.costs["channel"], "Online shop"))
    spent = dict(zip(online["month"].to_pylist(), online["amount"].to_pylist(), strict=True))
    assert spent[spot.since] > 2 * np.median(list(spent.values()))


def test_the_defect_sends_one_product_back_broken():
    shop = eventful_shop()
    defect = shop.truth.story.defect
    sold = shop.lines.filter(pc.equal(shop.lines["product"], defect.product)).join(
        shop.orders, "order_number", "number"
    )
    back = shop.refunds.filter(pc.equal(shop.refunds["product"], defect.product))

    def since(moments: pa.ChunkedArray) -> pa.ChunkedArray:
        return pc.greater_equal(moments, midnight(defect.since))

    late = pc.sum(since(back["refunded_at"])).as_py() / pc.sum(since(sold["ordered_at"])).as_py()
    earlier = [pc.sum(pc.invert(since(moments))).as_py() for moments in (back["refunded_at"], sold["ordered_at"])]
    early = earlier[0] / earlier[1]
    assert late == pytest.approx(0.26, abs=0.07)
    assert early < late / 3
    broken = pc.equal(back.filter(since(back["refunded_at"]))["reason"], "Arrived damaged")
    assert pc.mean(broken).as_py() > 0.7


def test_without_a_story_nothing_of_it_happens():
    truth = textbook_shop().truth
    assert truth.story is None
    assert not (truth.one_time | truth.welcomed | truth.priced_out).any()
    market = truth.channel == CHANNELS.index("marketplace")
    once = truth.repeats == 0
    assert once[market].mean() == pytest.approx(once[~market].mean(), abs=0.05)
