"""A customer's group and rhythm, through the API."""

from asking import Asking
from django.utils import timezone

from tests.core.lake import buying
from tests.understand.segments.grouped import UNKNOWN, segmentation, standing
from treue.core.customers import consent
from treue.core.customers.merging import merge
from treue.core.customers.models import Channel, Purpose
from treue.core.shop.models import Shop


def test_group_and_rhythm_are_told_with_their_day(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1017")
    standing(segmentation(shop), anna)
    answer = reader.get(f"/customers/{anna.pk}/standing")
    assert answer.status == 200
    assert answer.body == {
        "customer": anna.pk,
        "as_of": "2026-06-30",
        "standing": {
            "group": "at risk",
            "days_since_last_purchase": 71,
            "purchase_days": 9,
            "revenue": {"amount": "412.50", "currency": "EUR"},
            "recency_quintile": 2,
            "frequency_quintile": 4,
            "monetary_quintile": 5,
            "rhythm": {
                "state": "overdue",
                "usual_days": 34.0,
                "quartile_low_days": 28.0,
                "quartile_high_days": 41.0,
                "patience_days": 51.0,
                "next_purchase_expected_on": "2026-05-24",
            },
        },
    }


def test_without_a_rhythm_its_state_is_unknown(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop)
    standing(segmentation(shop), anna, **UNKNOWN)
    rhythm = reader.get(f"/customers/{anna.pk}/standing").body["standing"]["rhythm"]
    assert rhythm.pop("state") == "unknown"
    assert set(rhythm.values()) == {None}


def test_before_the_first_night_and_without_a_purchase_nobody_stands_anywhere(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop)
    expected = {"customer": anna.pk, "as_of": None, "standing": None}
    assert reader.get(f"/customers/{anna.pk}/standing").body == expected
    segmentation(shop)
    assert reader.get(f"/customers/{anna.pk}/standing").body == expected | {"as_of": "2026-06-30"}


def test_of_whoever_objects_no_group_is_told(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop)
    standing(segmentation(shop), anna)
    consent.withdraw(
        customer=anna, purpose=Purpose.PROFILING, channel=Channel.NONE, source="phone", happened_at=timezone.now()
    )
    assert reader.get(f"/customers/{anna.pk}/standing").body["standing"] is None


def test_who_was_merged_stands_where_the_one_stands_they_were_merged_into(reader: Asking, shop: Shop) -> None:
    anna, ben = buying.customer(shop, "anna"), buying.customer(shop, "ben")
    made = segmentation(shop)
    standing(made, anna)
    standing(made, ben, group="lost")
    merge(kept=anna, absorbed=ben, by=None)
    body = reader.get(f"/customers/{ben.pk}/standing").body
    assert (body["customer"], body["standing"]["group"]) == (anna.pk, "at risk")


def test_another_shops_groups_and_a_key_that_may_not_read_are_refused(
    stranger: Asking, writer: Asking, shop: Shop
) -> None:
    anna = buying.customer(shop)
    standing(segmentation(shop), anna)
    assert stranger.get(f"/customers/{anna.pk}/standing").status == 404
    assert writer.get(f"/customers/{anna.pk}/standing").status == 403
