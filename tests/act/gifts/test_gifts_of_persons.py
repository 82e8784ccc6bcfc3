"""What is known of a person by their gifts, and of birthdays: exported, erased, merged, and made up in the demo."""

import json
from datetime import date

from tests.act.gifts.presents import BORN, NOON, TODAY, member, night, plan, points, voucher_plan
from treue.act.gifts import figures
from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty import reading
from treue.act.loyalty.models import Programme
from treue.act.portal import happened
from treue.core.customers import erasure, export, merging
from treue.core.customers.models import Customer


def test_a_copy_of_the_data_has_birthday_and_gifts(programme: Programme) -> None:
    anna = member(programme)
    member(programme, "ben")
    voucher_plan(programme)
    night(programme)
    with export.export(customer=anna.customer, by=None, now=NOON) as file:
        data = json.load(file)["data"]
    assert data["customers.customer"][0]["birthday"] == "1990-11-29"
    (gift,) = data["gifts.gift"]
    assert (gift["plan_occasion"], gift["day"], gift["code_text"]) == (
        "birthday",
        TODAY.isoformat(),
        Gift.objects.get(member=anna).code.text,
    )


def test_an_erasure_deletes_gifts_and_leaves_the_counts(programme: Programme) -> None:
    anna = member(programme)
    member(programme, "ben")
    of = plan(programme)
    night(programme)
    receipt = erasure.erase(customer=anna.customer, by=None)
    assert receipt.deleted["gifts.Gift"] == 1
    assert Gift.objects.count() == 1
    of.refresh_from_db()
    assert of.given == 2


def test_a_merge_fills_in_the_birthday_and_its_undoing_takes_it_out_again(programme: Programme) -> None:
    anna, double = member(programme, born=None), member(programme, "double")
    done = merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    assert Customer.objects.get(pk=anna.customer_id).birthday == BORN
    assert done.filled == {"birthday": "1990-11-29"}
    assert merging.gives_back(done)[0].filled == {"birthday": "1990-11-29"}
    merging.undo(merge=done, by=None)
    assert Customer.objects.get(pk=anna.customer_id).birthday is None
    assert Customer.objects.get(pk=double.customer_id).birthday == BORN


def test_the_history_calls_the_points_by_their_name(programme: Programme) -> None:
    anna = member(programme, born=BORN)
    plan(programme)
    plan(programme, "surprise")
    night(programme)
    told = happened.of(anna, list(reading.journals(anna)))
    assert {each.what for each in told} == {"Birthday gift", "Surprise gift"}
    assert points(anna) == 200


def test_the_demo_has_birthdays_and_gifts_over_the_year_once(programme: Programme) -> None:
    from treue.act.gifts import demo

    for number in range(12):
        member(programme, f"m{number}", born=None)
    Programme.objects.filter(pk=programme.pk).update(started_at=NOON.replace(year=2025))
    programme.refresh_from_db()
    for _each in range(2):
        demo.write(programme.shop, now=NOON)
    assert 0 < Customer.objects.exclude(birthday=None).count() < 12
    assert Plan.objects.count() == 3
    given = Gift.objects.filter(state="given")
    assert set(given.values_list("plan__occasion", flat=True)) >= {"joining", "surprise"}
    assert given.filter(day__lt=date(2026, 11, 1)).exists()
    assert not Gift.objects.filter(state="waiting").exists()
    assert 0 < len(figures.used(given)) < given.count()
