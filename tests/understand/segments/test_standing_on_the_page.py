"""Group and rhythm on a customer's page."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.utils import timezone

from tests.core.lake.buying import customer
from tests.understand.segments.grouped import UNKNOWN, segmentation, standing
from tests.understand.segments.test_segments_page import signed_in
from treue.core.customers import consent
from treue.core.customers.models import Channel, Customer, Purpose
from treue.core.shop.models import Shop


@pytest.fixture
def anna(shop: Shop) -> Customer:
    return customer(shop, "C-1017", name="Anna Blau")


def said(of: Customer, language: str = "en", role: str = "manager") -> str:
    page = signed_in(role, language).get(f"/customers/{of.pk}/").content.decode()
    section = page.partition('id="standing"')[2].partition('<div class="grid">')[0]
    return " ".join(unescape(section).replace("\xa0", " ").split())


@pytest.fixture
def up_to_yesterday(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the day after the last one that counts."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 7, 1, 12, tzinfo=UTC))


@pytest.mark.usefixtures("up_to_yesterday")
def test_group_and_rhythm_stand_with_how_they_came_about(anna: Customer, shop: Shop):
    standing(segmentation(shop), anna)
    text = said(anna)
    for each in (
        "As of 30 Jun 2026",
        "At risk",
        "Used to buy often or for much, and have stayed away long.",
        "Days since the last purchase: 71 → 2 · Days with a purchase: 9 → 4 · Revenue so far: €412.50 → 5",
        "overdue",
        "Usually buys every 34 days, now 71.",
        "Median of 8 pauses = 34 days",
        "half of the pauses lie between 28 and 41 days.",
        "Due up to 51 days, which is nothing unusual for them; overdue up to 102 days, then long overdue.",
        "24 May 2026",
        "That was 37 days ago.",
        "20 Apr 2026 + 34 days",
    ):
        assert each in text


@pytest.mark.parametrize(
    ("language", "words", "pace"),
    [
        ("en", ("That was 37 days before 30 Jun 2026.",), "Usually buys every 34 days; 71 had passed by 30 Jun 2026."),
        (
            "de",
            ("Das war 37 Tage vor dem 30.06.2026.",),
            "Kauft üblicherweise alle 34 Tage; bis zum 30.06.2026 waren 71 vergangen.",
        ),
    ],
)
def test_where_the_orders_end_earlier_it_counts_from_a_named_day(
    anna: Customer, shop: Shop, language: str, words: tuple[str, ...], pace: str
):
    standing(segmentation(shop), anna)
    text = said(anna, language)
    for each in (*words, pace):
        assert each in text


@pytest.mark.parametrize(
    ("days", "words"), [(0, "last day that counts here"), (9, "That is 9 days after 30 Jun 2026.")]
)
def test_a_day_still_ahead_then_is_told_from_a_named_day(anna: Customer, shop: Shop, days: int, words: str):
    made = segmentation(shop)
    standing(made, anna, expected_on=made.as_of + timedelta(days=days))
    assert words in said(anna)


@pytest.mark.usefixtures("up_to_yesterday")
def test_group_and_rhythm_in_german(anna: Customer, shop: Shop):
    standing(segmentation(shop), anna)
    text = said(anna, "de")
    for each in (
        "Gruppe und Kaufrhythmus",
        "Gefährdet",
        "überfällig",
        "Kauft üblicherweise alle 34 Tage, jetzt sind es 71.",
        "Das war vor 37 Tagen.",
        "Stand 30.06.2026",
    ):
        assert each in text


@pytest.mark.parametrize(
    ("state", "words"),
    [("on time", "on time"), ("due", "due"), ("overdue", "overdue"), ("long overdue", "long overdue")],
)
def test_each_state_has_its_word(anna: Customer, shop: Shop, state: str, words: str):
    standing(segmentation(shop), anna, state=state)
    assert f'<p class="big words">{words}</p>' in said(anna)


@pytest.mark.parametrize(("days", "words"), [(1, "So far there is 1."), (3, "So far there are 3.")])
def test_from_too_few_days_no_rhythm_is_told(anna: Customer, shop: Shop, days: int, words: str):
    standing(segmentation(shop), anna, frequency=days, **UNKNOWN)
    text = said(anna)
    assert f"A rhythm is told from 4 days with a purchase on. {words}" in text
    assert "Without a rhythm no day can be named." in text


@pytest.mark.usefixtures("up_to_yesterday")
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "That is the last day that counts here."),
        (1, "That is 1 day ahead."),
        (9, "That is 9 days ahead."),
        (-1, "That was 1 day ago."),
    ],
)
def test_how_far_the_next_purchase_is(anna: Customer, shop: Shop, days: int, words: str):
    made = segmentation(shop)
    standing(made, anna, expected_on=made.as_of + timedelta(days=days))
    assert words in said(anna)


@pytest.mark.usefixtures("up_to_yesterday")
def test_who_buys_daily_buys_every_day(anna: Customer, shop: Shop):
    standing(segmentation(shop), anna, rhythm_days=1.0)
    assert "Usually buys every day, now 71." in said(anna)


def test_before_the_first_night_there_is_no_group(anna: Customer):
    assert "Groups and rhythms are worked out each night. This was not done yet." in said(anna)


def test_without_a_purchase_that_counts_there_is_no_group(anna: Customer, shop: Shop):
    segmentation(shop)
    assert "No purchase counted up to 30 Jun 2026." in said(anna)


def test_of_whoever_objects_nothing_is_told(anna: Customer, shop: Shop):
    standing(segmentation(shop), anna)
    consent.withdraw(
        customer=anna, purpose=Purpose.PROFILING, channel=Channel.NONE, source="phone", happened_at=timezone.now()
    )
    text = said(anna)
    assert "This person does not want to be evaluated personally." in text
    assert "At risk" not in text


def test_an_older_standing_is_not_taken_for_the_one_in_force(anna: Customer, shop: Shop):
    standing(segmentation(shop, is_current=False), anna, group="champions")
    standing(segmentation(shop), anna)
    text = said(anna)
    assert "Champions" not in text
    assert "At risk" in text
