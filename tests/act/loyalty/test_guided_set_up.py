"""The programme is set up step by step: a draft that nobody sees, a preview in sentences, and one moment in which it
holds; in both languages."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.act.loyalty.setting_up_steps import STEPS, TIERS, address, client, publish, revision, send, set_up, text_of
from tests.at_once import at_once
from tests.core.lake import buying
from treue.act.loyalty import setting_up
from treue.act.loyalty.errors import AlreadyStarted
from treue.act.loyalty.models import BookTerms, Draft, Programme, RuleVersion, TierVersion
from treue.act.loyalty.setup import drafts
from treue.act.loyalty.setup.errors import ChangedMeanwhile, NothingToPublish
from treue.core.shop.setup import ensure_shop
from treue.core.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
WORDS = {
    "en": {
        "purchases": "Name of the programme",
        "returns": "Days to return an order",
        "deeds": "Points for the first purchase",
        "tiers": "There are tiers",
        "worth": "Value of a point",
        "preview": "Start the programme",
    },
    "de": {
        "purchases": "Name des Programms",
        "returns": "Tage für die Rückgabe",
        "deeds": "Punkte für den ersten Einkauf",
        "tiers": "Es gibt Stufen",
        "worth": "Wert eines Punktes",
        "preview": "Programm starten",
    },
}


def shown(to: Client, step: str) -> str:
    answer = to.get(address(step))
    assert answer.status_code == 200
    return text_of(answer)


@pytest.mark.parametrize("language", ["en", "de"])
def test_one_goes_from_step_to_step_and_nothing_holds_before_the_last(language: str) -> None:
    manager = client(language=language)
    for step, following in zip(STEPS, [*list(STEPS)[1:], "preview"], strict=True):
        assert WORDS[language][step] in shown(manager, step)
        answer = send(manager, step, **(TIERS if step == "tiers" else {}))
        assert answer["Location"] == address(following)
        assert not Programme.objects.exists()
    page = shown(manager, "preview")
    assert WORDS[language]["preview"] in page
    said = {
        "en": ("2 points for every full €1.00", "50 points for the first purchase", "Silver from €100.00"),
        "de": ("2 Punkte je volle 1,00 €", "50 Punkte", "Silber ab 100,00 €"),
    }
    assert all(each in page for each in said[language])
    assert publish(manager)["Location"] == reverse("programme")
    programme = Programme.objects.get()
    assert (programme.name, TierVersion.objects.count(), RuleVersion.objects.count()) == ("Tea Circle", 1, 1)
    assert TierVersion.objects.get().valid_from == timezone.now().astimezone(programme.shop.tz).date()
    assert BookTerms.objects.get().cost_per_point is None
    assert not Draft.objects.get().is_open
    assert AuditEntry.objects.filter(action="programme.started").count() == 1


def test_looking_at_the_steps_makes_no_draft() -> None:
    manager = client()
    for step in [*STEPS, "preview"]:
        shown(manager, step)
    assert not Draft.objects.exists()
    assert "Give the programme a name first." in shown(manager, "preview")
    assert publish(manager)["Location"] == reverse("programme_set_up")
    assert not Programme.objects.exists()


def test_what_was_filled_in_is_there_again_after_going_back_or_loading_anew() -> None:
    send(client(), "purchases", name="Tea Friends", points="7")
    send(client(), "deeds", review="20", event="Cup Returned", event_points="5")
    page = shown(client(), "purchases")
    assert 'value="Tea Friends"' in page
    assert 'value="7"' in page
    page = shown(client(), "deeds")
    assert 'value="Cup Returned"' in page
    assert 'value="20"' in page
    assert "20 points for a review" in shown(client(), "preview")


def test_the_shops_own_orders_stand_beside_the_first_step() -> None:
    shop = ensure_shop()
    anna = buying.customer(shop, "K1")
    for days, amount in ((10, 20), (20, 38), (30, 55), (500, 900)):
        buying.order(anna, f"{timezone.now() - timedelta(days=days):%Y-%m-%d} 10:00", amount)
    page = shown(client(), "purchases")
    assert "Your median order is €38.00, of your last 3 orders of a year." in page
    assert "It would earn 38 points." in page
    assert "Whoever ordered did so 3.0 times on average; that would be about 114 points." in page
    again = text_of(send(client(), "purchases", points="3", show="1"))
    assert "It would earn 114 points." in again
    assert 'value="3"' in again
    assert not Draft.objects.exists()
    assert "Ihre mittlere Bestellung" in shown(client(language="de"), "purchases")


def test_without_orders_the_first_step_says_so() -> None:
    assert "There are no orders of the last year yet." in shown(client(), "purchases")


@pytest.mark.parametrize(
    ("step", "field", "value", "sentence"),
    [
        ("purchases", "name", "", "required"),
        ("purchases", "points", "-1", "Enter a number from 0 to 1,000"),
        ("purchases", "points", "many", "Enter a number from 0 to 1,000"),
        ("purchases", "amount", "0", "aria-invalid"),
        ("returns", "return_days", "400", "Enter a number from 0 to 365"),
        ("returns", "expiry_kind", "after_months", "Say after how many months"),
        ("returns", "expiry_months", "0", "Enter a number from 1 to 240"),
        ("returns", "debt_limit", "-1", "Enter a number from 0 to 1,000,000"),
        ("deeds", "review", "-1", "Enter a number from 0 to 1,000,000"),
        ("deeds", "event_points", "5", "Say which event earns these points"),
        ("deeds", "event", "Cup Returned", "Say how many points the event earns"),
        ("tiers", "has_tiers", "on", "required"),
        ("worth", "point_value", "0", "aria-invalid"),
        ("worth", "redeemed_percent", "101", "Enter a number from 0 to 100"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(step: str, field: str, value: str, sentence: str) -> None:
    answer = send(client(), step, **{field: value})
    assert answer.status_code == 200
    page = text_of(answer)
    assert sentence in page
    assert 'aria-invalid="true"' in page
    assert not Draft.objects.exists()


def test_a_tier_that_is_named_like_another_is_refused() -> None:
    page = text_of(send(client(), "tiers", **TIERS | {"name_2": "silver"}))
    assert "too much alike" in page
    assert not Draft.objects.exists()


def test_two_who_edit_at_once_are_told_and_nothing_is_overwritten() -> None:
    first, second = client(), client("admin")
    seen = revision()
    send(first, "purchases", name="First")
    page = text_of(second.post(address("purchases"), STEPS["purchases"] | {"name": "Second", "revision": seen}))
    assert "manager-en@example.org changed or published the draft" in page
    assert 'value="Second"' in page
    assert Draft.objects.get().values["name"] == "First"
    assert f'name="revision" value="{revision()}"' in page
    send(second, "purchases", name="Second")
    assert Draft.objects.get().values["name"] == "Second"
    assert "admin-en@example.org is at work on this draft, too" in shown(first, "returns")
    assert "is at work on this draft" not in shown(second, "returns")
    assert first.post(reverse("programme_set_up_publish"), {"revision": seen})["Location"] == address("preview")
    assert not Programme.objects.exists()


def test_whoever_goes_back_in_the_browser_is_not_told_of_their_own_changes() -> None:
    seen = revision()
    send(client(), "purchases", name="First")
    answer = client().post(address("purchases"), STEPS["purchases"] | {"name": "Second", "revision": seen})
    assert answer["Location"] == address("returns")
    assert Draft.objects.get().values["name"] == "Second"


def test_a_draft_can_be_thrown_away() -> None:
    set_up()
    send(client(), "purchases", name="Tea Friends")
    assert "Filled in and not published yet: the name." in shown(client(), "preview")
    client().post(reverse("programme_set_up_drop"), {"revision": revision()})
    assert not Draft.objects.get().is_open
    assert 'value="Tea Circle"' in shown(client(), "purchases")
    assert "Nothing was changed" in shown(client(), "preview")


def test_afterwards_the_same_steps_change_the_programme_from_now_on() -> None:
    set_up()
    set_up(name="Tea Friends")
    assert Programme.objects.get().name == "Tea Friends"
    assert RuleVersion.objects.count() == 1
    send(client(), "purchases", name="Tea Friends", points="3")
    publish(client())
    assert [each.document["rules"][0]["points"] for each in RuleVersion.objects.order_by("valid_from")] == [2, 3]


def test_going_through_the_steps_without_a_change_leaves_no_draft() -> None:
    set_up()
    for step in STEPS:
        send(client(), step)
    assert not Draft.objects.get().is_open
    assert publish(client())["Location"] == reverse("programme")
    assert AuditEntry.objects.filter(action="programme.changed").count() == 0


def test_tiers_that_are_in_force_stay_unless_others_are_published() -> None:
    set_up()
    send(client(), "tiers", **TIERS)
    publish(client())
    TierVersion.objects.update(valid_from="2026-01-01")
    send(client(), "tiers", **TIERS | {"threshold_1": "100.00"})
    publish(client())
    assert TierVersion.objects.count() == 1
    assert "There are tiers" not in shown(client(), "tiers")
    send(client(), "tiers", **TIERS | {"threshold_1": "120"})
    publish(client())
    assert TierVersion.objects.count() == 2


def test_a_draft_of_before_does_not_bring_back_older_tiers() -> None:
    """Tiers have a page of their own, too, which publishes at once."""
    set_up()
    send(client(), "tiers", **TIERS)
    send(client(), "returns", return_days="7")
    seen = revision()
    only_tiers = {name: value for name, value in TIERS.items() if name != "has_tiers"}
    newer = only_tiers | {"name_1": "Jade", "name_de_1": ""}
    assert client("admin").post(reverse("programme_tiers"), newer)["Location"] == reverse("programme")
    answer = client().post(reverse("programme_set_up_publish"), {"revision": seen}, follow=True)
    assert "changed or published the draft" in text_of(answer)
    assert publish(client())["Location"] == reverse("programme")
    latest = TierVersion.objects.order_by("valid_from").last().document
    assert [each["code"] for each in latest["levels"]] == ["jade", "gold"]
    assert Programme.objects.get().return_days == 7


def test_richer_rules_survive_the_simple_steps() -> None:
    set_up()
    version = RuleVersion.objects.get()
    rich = version.document["rules"][0] | {"multipliers": [{"factor": "2", "weekdays": [5]}], "budget": 900}
    version.document = version.document | {"rules": [rich, *version.document["rules"][1:]]}
    version.save()
    send(client(), "purchases", points="4")
    publish(client())
    latest = RuleVersion.objects.order_by("valid_from").last().document["rules"][0]
    assert (latest["points"], latest["budget"], latest["multipliers"][0]["weekdays"]) == (4, 900, [5])


def test_no_points_for_purchases_takes_that_rule_away_and_a_deed_of_none_as_well() -> None:
    set_up()
    send(client(), "purchases", points="0")
    send(client(), "deeds", welcome="0")
    publish(client())
    assert RuleVersion.objects.order_by("valid_from").last().document["rules"] == []
    send(client(), "deeds", welcome="10")
    publish(client())
    (rule,) = RuleVersion.objects.order_by("valid_from").last().document["rules"]
    assert rule["name"] == "welcome-2"  # the former one's caps and budget are not its own


def test_only_who_manages_the_programme_sees_the_steps() -> None:
    for step in [*STEPS, "preview"]:
        assert client("analyst").get(address(step)).status_code == 403
    assert client().get(address("nowhere")).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once() -> None:
    shop = ensure_shop()
    draft = drafts.keep(shop=shop, revision=0, now=timezone.now(), by=None, name="Tea Circle")

    def deed(_number: int) -> None:
        drafts.publish(shop=shop, revision=draft.revision, now=timezone.now(), by=None)

    assert at_once(deed, 8, refused=NothingToPublish) == {"": 1, "NothingToPublish": 7}
    assert (Programme.objects.count(), RuleVersion.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_first_set_ups_at_once_start_one_programme() -> None:
    shop = ensure_shop()
    rules = setting_up.simple_rules(shop, points=1, amount=Decimal(1), welcome=0)

    def deed(number: int) -> None:
        made = Programme(shop=shop, name=f"Programme {number}")
        setting_up.save(programme=made, rules=rules, now=timezone.now(), by=None)

    assert at_once(deed, 8, refused=AlreadyStarted) == {"": 1, "AlreadyStarted": 7}
    assert (Programme.objects.count(), RuleVersion.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_a_draft_at_once_do_not_lose_each_others() -> None:
    shop = ensure_shop()

    def deed(number: int) -> None:
        drafts.keep(shop=shop, revision=0, now=timezone.now(), by=None, name=f"Programme {number}")

    assert at_once(deed, 8, refused=ChangedMeanwhile) == {"": 1, "ChangedMeanwhile": 7}


@pytest.mark.django_db(transaction=True)
def test_rules_of_two_clocks_hold_in_the_order_in_which_they_were_published() -> None:
    shop, now = ensure_shop(), timezone.now()
    one, two = (setting_up.simple_rules(shop, points=each, amount=Decimal(1), welcome=0) for each in (1, 2))
    programme = Programme(shop=shop, name="Tea Circle")
    setting_up.save(programme=programme, rules=one, now=now, by=None)
    setting_up.save(programme=programme, rules=two, now=now - timedelta(seconds=1), by=None)
    assert RuleVersion.objects.order_by("valid_from").last().document["rules"][0]["points"] == 2
