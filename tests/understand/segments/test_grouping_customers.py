"""From the lake to where each customer stands."""

import fcntl
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import ibis
import pytest

from tests.understand.value.tea_buyers import AS_OF, bought, sell, write_lake
from treue.core import versions
from treue.core.customers import consent, erasure, merging
from treue.core.customers.models import Channel, Customer, Purpose
from treue.core.events.reacting import drain
from treue.core.events.reading import begin
from treue.core.jobs.work import Cancelled, Progress, Silent
from treue.core.lake import erasing, manifest, tables
from treue.core.shop.models import Shop
from treue.science import rfm, rhythm
from treue.understand.segments import reading, storing
from treue.understand.segments.analysing import months_before
from treue.understand.segments.models import Cell, Move, Segmentation, Standing, Worth
from treue.understand.segments.refresh import refresh
from treue.understand.value.models import Score
from treue.understand.value.refresh import refresh as score

PROFILING = {"purpose": Purpose.PROFILING, "channel": Channel.NONE, "source": "phone"}
RFM = ("recency_days", "frequency", "monetary", "recency_quintile", "frequency_quintile", "monetary_quintile", "group")
PACE = ("rhythm_days", "quartile_low_days", "quartile_high_days", "patience_days", "state")


@pytest.fixture
def tea_shop(shop: Shop) -> Shop:
    sell(shop)
    write_lake(shop)
    return shop


def orders_of(shop: Shop) -> ibis.Table:
    with tables.opened(shop.pk) as lake:
        orders = lake.orders.select("customer_id", "order_id", "ordered_at", amount=lake.orders.revenue)
        return ibis.memtable(orders.to_pyarrow())


def by_customer(table: ibis.Table) -> dict[int, dict[str, object]]:
    return {row["customer_id"]: row for row in table.to_pyarrow().to_pylist()}


def stored() -> dict[int, Standing]:
    return {row.customer_id: row for row in Standing.objects.filter(segmentation__is_current=True)}


def objects(who: Customer) -> None:
    from django.utils import timezone

    consent.withdraw(customer=who, happened_at=timezone.now(), **PROFILING)


def test_everybody_with_a_purchase_stands_where_the_library_puts_them(tea_shop: Shop):
    Customer.objects.create(shop=tea_shop, number="never bought")
    found = refresh(tea_shop)
    orders = orders_of(tea_shop)
    scores = by_customer(rfm.scores(orders, as_of=AS_OF))
    paces = by_customer(rhythm.rhythms(orders, as_of=AS_OF))
    assert (found.as_of, found.customers, found.left_out) == (AS_OF, 80, 0)
    assert stored().keys() == scores.keys()
    for number, row in stored().items():
        assert {name: getattr(row, name) for name in RFM} == {name: scores[number][name] for name in RFM}
        assert {name: getattr(row, name) for name in PACE} == {name: paces[number][name] for name in PACE}
        usual = paces[number]["rhythm_days"]
        last = AS_OF - timedelta(days=row.recency_days)
        assert row.expected_on == (None if usual is None else last + timedelta(days=-int(-usual // 1)))
    assert {row.state for row in stored().values()} > {"unknown", "on time"}


def test_the_map_adds_up_those_who_stand_there(tea_shop: Shop):
    refresh(tea_shop)
    counts: Counter[tuple[int, int, str]] = Counter()
    sums: dict[tuple[int, int, str], Decimal] = {}
    for row in stored().values():
        place = (row.recency_quintile, row.frequency_quintile, row.group)
        counts[place] += 1
        sums[place] = sums.get(place, Decimal(0)) + row.monetary
    cells = {(each.recency_quintile, each.frequency_quintile, each.group): each for each in Cell.objects.all()}
    assert {place: each.customers for place, each in cells.items()} == counts
    assert {place: each.monetary for place, each in cells.items()} == sums


def values_of_groups(shop: Shop) -> dict[str, Decimal]:
    groups = {number: row.group for number, row in stored().items()}
    sums: dict[str, Decimal] = {}
    for each in Score.objects.filter(fit__shop=shop, fit__is_current=True):
        sums[groups[each.customer_id]] = sums.get(groups[each.customer_id], Decimal(0)) + each.lifetime_value
    return sums


def worths() -> dict[str, Decimal]:
    return dict(Worth.objects.filter(segmentation__is_current=True).values_list("group", "value"))


def test_a_group_is_worth_what_the_models_expect_of_those_in_it(tea_shop: Shop):
    fit = score(tea_shop)
    refresh(tea_shop)
    assert worths() == values_of_groups(tea_shop)
    assert len(worths()) > 3
    assert sum(worths().values()) == fit.worth.value


def test_where_only_the_models_moved_the_groups_stay_and_their_worth_follows(tea_shop: Shop):
    first = (score(tea_shop), refresh(tea_shop))[1]
    before = worths()
    Shop.objects.filter(pk=tea_shop.pk).update(margin=Decimal("0.1"))
    score(Shop.objects.get())
    assert refresh(Shop.objects.get()).pk == first.pk
    assert worths() == values_of_groups(tea_shop)
    assert sum(worths().values()) < sum(before.values())


def test_before_the_models_were_fitted_no_group_is_worth_anything(tea_shop: Shop):
    refresh(tea_shop)
    assert worths() == {}


def test_moves_lead_from_the_group_of_an_earlier_day_to_the_one_now(tea_shop: Shop):
    refresh(tea_shop)
    orders = orders_of(tea_shop)
    now = by_customer(rfm.scores(orders, as_of=AS_OF))
    for months, since in ((1, date(2026, 5, 30)), (3, date(2026, 3, 30))):
        before = by_customer(rfm.scores(orders, as_of=since))
        expected = Counter(
            (before[number]["group"] if number in before else "not yet", row["group"]) for number, row in now.items()
        )
        moves = Move.objects.filter(months=months, since=since)
        assert {(each.from_group, each.to_group): each.customers for each in moves} == expected


@pytest.mark.parametrize(("first", "months"), [(date(2025, 4, 2), {1, 3}), (date(2025, 4, 1), {1, 3, 12})])
def test_nothing_is_compared_with_a_day_of_which_too_little_is_known(tea_shop: Shop, first: date, months: set[int]):
    early = Customer.objects.create(shop=tea_shop, number="early")
    bought(early, first)
    write_lake(tea_shop)
    refresh(tea_shop)
    assert set(Move.objects.values_list("months", flat=True)) == months


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 28), 3, date(2026, 8, 28)),
        (date(2026, 1, 31), 1, date(2025, 12, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2025, 12, 1), 12, date(2024, 12, 1)),
    ],
)
def test_months_before_a_day(day: date, months: int, before: date):
    assert months_before(day, months) == before


def test_on_unchanged_data_a_second_run_changes_nothing(tea_shop: Shop):
    first = refresh(tea_shop)
    assert refresh(tea_shop).pk == first.pk
    assert Segmentation.objects.count() == 1


def test_an_order_that_counts_later_has_everybody_looked_at_anew(tea_shop: Shop):
    first = refresh(tea_shop)
    somebody = Customer.objects.filter(shop=tea_shop).first()
    bought(somebody, AS_OF)
    write_lake(tea_shop)
    second = refresh(tea_shop)
    assert second.pk != first.pk
    assert Segmentation.objects.get().is_current
    assert stored()[somebody.pk].recency_days == 0


def test_a_new_day_makes_everybody_a_day_older(tea_shop: Shop):
    refresh(tea_shop)
    before = {number: row.recency_days for number, row in stored().items()}
    write_lake(tea_shop, as_of=AS_OF + timedelta(days=1))
    refresh(tea_shop)
    assert {number: row.recency_days for number, row in stored().items()} == {
        number: days + 1 for number, days in before.items()
    }
    assert Standing.objects.count() == 80


def test_without_a_lake_there_is_nothing(shop: Shop):
    assert refresh(shop) is None
    assert reading.current(shop) is None


def test_without_a_purchase_nobody_stands_anywhere(shop: Shop):
    write_lake(shop)
    found = refresh(shop)
    assert (found.customers, Standing.objects.count(), Cell.objects.count(), Move.objects.count()) == (0, 0, 0, 0)


def test_two_shops_are_apart(tea_shop: Shop):
    other = Shop.objects.create(name="Coffee House", window_days=90)
    sell(other, 10, seed=2)
    write_lake(other)
    refresh(tea_shop)
    refresh(other)
    refresh(tea_shop)
    assert Standing.objects.filter(segmentation__shop=other).count() == 10
    assert Standing.objects.count() == 90


# Whoever objects to being evaluated


def test_whoever_objects_stands_nowhere_and_is_in_no_sum(tea_shop: Shop):
    refresh(tea_shop)
    before = sum(Cell.objects.values_list("customers", flat=True))
    first = Customer.objects.filter(shop=tea_shop).first()
    objects(first)
    found = refresh(tea_shop)
    assert (found.customers, found.left_out) == (79, 1)
    assert first.pk not in stored()
    assert sum(Cell.objects.values_list("customers", flat=True)) == before - 1
    assert sum(Move.objects.filter(months=1).values_list("customers", flat=True)) == before - 1


def test_whoever_objects_leaves_at_once_and_comes_back_when_they_agree(tea_shop: Shop):
    from django.utils import timezone

    refresh(tea_shop)
    first = Customer.objects.filter(shop=tea_shop).first()
    begin()
    objects(first)
    assert reading.of(first) is None
    drain()
    assert first.pk not in stored()
    consent.give(customer=first, happened_at=timezone.now(), note="on the phone", **PROFILING)
    refresh(tea_shop)
    assert first.pk in stored()


def test_who_objected_while_it_was_written_is_taken_out_again(tea_shop: Shop, monkeypatch: pytest.MonkeyPatch):
    first = Customer.objects.filter(shop=tea_shop).first()
    store = storing.store

    def meanwhile(*given: object) -> None:
        store(*given)
        objects(first)

    monkeypatch.setattr(storing, "store", meanwhile)
    refresh(tea_shop)
    assert first.pk not in stored()
    assert Segmentation.objects.get().fingerprint == "", "the next run must not leave it as it is"


# Erasing, merging, cancelling


def test_erasing_a_person_takes_where_they_stand(tea_shop: Shop):
    refresh(tea_shop)
    gone = Customer.objects.filter(shop=tea_shop).first()
    number = gone.pk
    receipt = erasure.erase(customer=gone, by=None)
    assert receipt.deleted["segments.Standing"] == 1
    refresh(tea_shop)
    assert number not in stored()


def test_an_erasure_waits_for_the_reading_of_the_files_alone(tea_shop: Shop, monkeypatch: pytest.MonkeyPatch):
    gone, compare = Customer.objects.filter(shop=tea_shop).first().pk, rfm.migration
    folder = manifest.folder(tea_shop.pk)
    before = set(folder.rglob("*.parquet"))

    def meanwhile(*given: ibis.Table) -> ibis.Table:
        with (folder / "refreshing.lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        erasing.erase(tea_shop.pk, gone)
        return compare(*given)

    monkeypatch.setattr(rfm, "migration", meanwhile)
    found = refresh(tea_shop)
    assert not before & set(folder.rglob("*.parquet")), "the files that it read are gone"
    assert (found.customers, set(Move.objects.values_list("months", flat=True))) == (80, {1, 3})


def test_who_was_merged_while_the_files_were_read_stands_nowhere(tea_shop: Shop):
    kept, absorbed = Customer.objects.filter(shop=tea_shop)[:2]
    merging.merge(kept=kept, absorbed=absorbed, by=None)
    refresh(tea_shop)
    assert absorbed.pk not in stored()
    assert kept.pk in stored()


class CancelledWhileStoring(Silent):
    def advance(self, units: int = 1) -> None:
        raise Cancelled


@pytest.mark.parametrize("at_once", [7, 80])
def test_cancelled_in_the_middle_it_leaves_the_groups_before_and_the_next_run_ends_well(
    tea_shop: Shop, monkeypatch: pytest.MonkeyPatch, at_once: int
):
    monkeypatch.setattr(versions, "ROWS_AT_ONCE", at_once)
    first = refresh(tea_shop)
    write_lake(tea_shop, as_of=AS_OF + timedelta(days=1))
    with pytest.raises(Cancelled):
        refresh(tea_shop, progress=CancelledWhileStoring())
    assert reading.current(tea_shop) == first
    assert len(stored()) == 80
    assert Standing.objects.count() == 80 + at_once
    assert refresh(tea_shop).as_of == AS_OF + timedelta(days=1)
    assert (Segmentation.objects.count(), Standing.objects.count()) == (1, 80)


def test_its_steps_are_told(tea_shop: Shop):
    class Steps(Progress):
        told: list[str] = []

        def step(self, name: str, total: int | None = None) -> None:
            self.told.append(name)

        def advance(self, units: int = 1) -> None:
            return

    refresh(tea_shop, progress=Steps(0))
    assert Steps.told == ["reading", "storing"]
