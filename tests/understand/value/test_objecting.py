"""Whoever does not want to be evaluated personally is not."""

from datetime import timedelta

import pytest
from django.utils import timezone
from scored import fitted, scored
from tea_buyers import sell, write_lake

from tests.core.lake.buying import customer
from treue.core.customers import consent, erasure
from treue.core.customers.models import Channel, Customer, Purpose
from treue.core.events.reacting import drain
from treue.core.events.reading import begin
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop
from treue.understand.value import outlook, reading, storing
from treue.understand.value.models import Score, Worth
from treue.understand.value.refresh import refresh

pytestmark = pytest.mark.django_db(transaction=True)
PROFILING = {"purpose": Purpose.PROFILING, "channel": Channel.NONE, "source": "phone"}


def objects(who: Customer, days_ago: int = 0) -> None:
    consent.withdraw(customer=who, happened_at=timezone.now() - timedelta(days=days_ago), **PROFILING)


def agrees(who: Customer, days_ago: int = 0) -> None:
    consent.give(customer=who, happened_at=timezone.now() - timedelta(days=days_ago), note="on the phone", **PROFILING)


def scored_customers() -> set[int]:
    return set(Score.objects.filter(fit__is_current=True).values_list("customer", flat=True))


def test_scores_leave_them_out_and_come_back_when_they_agree_again(installation, shop: Shop):
    first, *others = sell(shop)
    write_lake(shop)
    objects(first, days_ago=2)
    refresh(shop)
    assert scored_customers() == {each.pk for each in others}
    agrees(first, days_ago=1)
    refresh(shop)
    assert scored_customers() == {first.pk, *(each.pk for each in others)}


def test_what_is_stored_already_is_not_shown_from_that_moment_on(shop: Shop):
    anna = customer(shop, "C-1")
    scored(fitted(shop), anna)
    assert outlook.of(anna, with_money=True).figures
    objects(anna)
    assert reading.of(anna)[1] is None
    shown = outlook.of(anna, with_money=True)
    assert not shown.figures
    assert "does not want to be evaluated" in shown.nothing


def test_what_is_stored_goes_with_the_objection_and_comes_back_with_the_next_scores(installation, shop: Shop):
    first, *others = sell(shop)
    write_lake(shop)
    refresh(shop)
    begin()
    agrees(others[0])
    objects(first)
    drain()
    assert scored_customers() == {each.pk for each in others}
    agrees(first)
    refresh(shop)
    assert scored_customers() == {first.pk, *(each.pk for each in others)}


def test_an_objection_through_one_channel_outlasts_a_consent_through_another(shop: Shop):
    anna = customer(shop, "C-1")
    objects(anna, days_ago=2)
    consent.give(
        customer=anna,
        purpose=Purpose.PROFILING,
        channel=Channel.PHONE,
        source="phone",
        note="said so",
        happened_at=timezone.now(),
    )
    assert not reading.is_wanted(anna)


def test_a_merged_persons_objection_is_the_persons(shop: Shop):
    anna, double = customer(shop, "C-1"), customer(shop, "C-2")
    objects(double)
    Customer.objects.filter(pk=double.pk).update(merged_into=anna)
    assert consent.refused(shop, Purpose.PROFILING) == {anna.pk}
    assert consent.has_refused(anna, Purpose.PROFILING)
    agrees(anna)
    assert consent.refused(shop, Purpose.PROFILING) == set()


def test_other_purposes_and_those_who_never_answered_are_no_objection(shop: Shop):
    anna = customer(shop, "C-1")
    consent.withdraw(
        customer=anna, purpose=Purpose.MARKETING, channel=Channel.EMAIL, source="phone", happened_at=timezone.now()
    )
    assert reading.is_wanted(anna)
    assert consent.refused(shop, Purpose.PROFILING) == set()


def test_who_objects_while_it_is_worked_out_is_not_kept(installation, shop: Shop, monkeypatch: pytest.MonkeyPatch):
    first, *others = sell(shop)
    write_lake(shop)
    write = storing.write

    def meanwhile(*given: object) -> None:
        write(*given)
        objects(first)

    monkeypatch.setattr(storing, "write", meanwhile)
    refresh(shop)
    assert scored_customers() == {each.pk for each in others}
    assert Worth.objects.get().customers == len(others)


def test_the_sums_follow_an_objection(installation, shop: Shop):
    first, *others = sell(shop)
    write_lake(shop)
    refresh(shop)
    begin()
    objects(first)
    drain()
    job = Job.objects.get(kind="value.score")
    assert job.arguments == {"shop_id": shop.pk, "customers": [first.pk]}
    work.KINDS[job.kind](Silent(), **job.arguments)
    assert Worth.objects.get(fit__is_current=True).customers == len(others)


def test_the_sums_follow_an_erasure(installation, shop: Shop):
    first, *others = sell(shop)
    write_lake(shop)
    refresh(shop)
    erasure.erase(customer=first, by=None)
    refresh(shop, customers=[])
    assert Worth.objects.get(fit__is_current=True).customers == len(others)
