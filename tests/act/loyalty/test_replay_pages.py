"""Before rules are published a page shows what they would have cost on the last year's orders."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.act.loyalty.setting_up_steps import STEPS, TIERS, address, client, publish, send
from tests.act.loyalty.setting_up_steps import text_of as read
from tests.core.lake import buying
from treue.act.loyalty import replaying, setting_up
from treue.act.loyalty.earning import documents
from treue.act.loyalty.models import Award, Programme, RuleVersion
from treue.act.loyalty.tasks import REPLAY
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop

pytestmark = pytest.mark.django_db(transaction=True)  # orders are read by a connection of their own


@pytest.fixture
def shop(installation: Path) -> Shop:
    """Three orders of the last year, one before it; two customers, of whom one is new."""
    shop = ensure_shop()
    anna, ben = (buying.customer(shop, number, name=name) for number, name in (("K1", "Anna Blau"), ("K2", "Ben Rot")))
    for customer, days, amount in ((anna, 500, 70), (anna, 40, 30), (anna, 20, 50), (ben, 10, 20)):
        buying.order(customer, f"{timezone.now() - timedelta(days=days):%Y-%m-%d} 10:00", amount)
    return shop


def text_of(answer: object) -> str:
    assert answer.status_code == 200
    return read(answer)


def asked(**changed: str) -> Job:
    """Twice the points, and a welcome, filled in and tried."""
    values = {"points": "2", "welcome": "100", **changed}
    for step in ("purchases", "deeds", "worth"):
        send(client(), step, **{name: value for name, value in values.items() if name in STEPS[step]})
    if "tiers" in changed:
        send(client(), "tiers", **TIERS | {"threshold_1": "30", "threshold_2": "70"})
    answer = client().post(reverse("programme_set_up_try"))
    assert answer["Location"] == address("preview")
    return Job.objects.filter(kind=REPLAY).latest("pk")


def shown(job: Job, language: str = "en") -> str:
    return text_of(client(language=language).get(reverse("programme_replayed", args=[job.pk])))


def test_rules_are_tried_on_the_orders_of_the_last_year(shop: Shop) -> None:
    job = asked()
    assert "Waiting" in shown(job)
    work.run(job.pk)
    page = shown(job)
    assert "These rules would have given 300 points and cost about €2.40: 2.4% of what was sold (€100.00)." in page
    assert "300 × €0.0100 × 80% = €2.40" in page
    assert "3 of 3 orders" in page
    assert "Computed from 3 orders." in page
    assert page.index("Anna Blau") < page.index("Ben Rot")
    assert "Beside the rules in force" not in page
    assert not RuleVersion.objects.exists()
    assert not Award.objects.exists()


def test_they_stand_beside_the_rules_in_force(shop: Shop) -> None:
    rules = setting_up.simple_rules(shop, points=1, amount=Decimal(1), welcome=0)
    setting_up.save(programme=Programme(shop=shop, name="Tea Circle"), rules=rules, now=timezone.now(), by=None)
    job = asked()
    work.run(job.pk)
    page = shown(job)
    assert "Beside the rules in force" in page
    assert "+200" in page
    assert job.arguments["document"] != RuleVersion.objects.get().document


def test_the_preview_shows_how_far_it_is_what_came_of_it_and_when_it_is_out_of_date(shop: Shop) -> None:
    job = asked()
    assert "Waiting" in text_of(client().get(address("preview")))
    work.run(job.pk)
    page = text_of(client().get(address("preview")))
    assert "These rules would have given 300 points and cost about €2.40" in page
    send(client(), "purchases", points="3")
    page = text_of(client().get(address("preview")))
    assert "What was tried before is no longer what stands here." in page
    assert "300 points" not in page


def test_tiers_that_customers_would_have_reached_stand_beside_those_in_force(shop: Shop) -> None:
    job = asked(tiers="yes")
    work.run(job.pk)
    page = shown(job)
    rows = page.split('id="moves"')[1]
    assert "Reached in the year" in rows
    assert "by rules in force" not in rows
    assert job.__class__.objects.get(pk=job.pk).result["proposed"]["tiers"] == [
        ["silver", "Silver", "Silber", 1, 0],
        ["gold", "Gold", "Gold", 1, 1],
    ]
    publish(client())
    send(client(), "tiers", **TIERS | {"threshold_1": "15", "threshold_2": "70"})
    client().post(reverse("programme_set_up_try"))
    again = Job.objects.filter(kind=REPLAY).latest("pk")
    work.run(again.pk)
    page = shown(again)
    assert "Reached, by rules in force" in page
    assert "1 customers would stand higher at the end than by the rules in force, 0 lower." in page
    assert "Everybody begins the year without a tier" in page
    assert "Wer welche Stufe erreicht hätte" in shown(again, "de")


def test_multipliers_for_tiers_count_as_soon_as_one_is_reached(shop: Shop) -> None:
    """Anna buys for 30 and later for 50: the second order is Silver's."""
    rules = setting_up.simple_rules(shop, points=1, amount=Decimal(1), welcome=0)
    twice = {"factor": "2", "tiers": ["silver"]}
    document = documents.written(rules)
    document["rules"][0]["multipliers"] = [twice]
    tiers = {
        "valid_from": "2000-01-01",
        "levels": [{"code": "silver", "names": {"en": "Silver", "de": "Silber"}, "threshold": "30.00"}],
        "measure": "spend",
        "window": {"kind": "rolling", "months": 12},
        "term": {"kind": "months", "months": 12},
        "grace_days": 0,
        "downgrade": "at_once",
    }
    about = {"point_value": Decimal("0.01"), "redeemed_percent": 80, "by": None}
    today = timezone.now().astimezone(shop.tz).date()
    with_tiers, without = (
        replaying.start(shop=shop, rules=documents.read(document), tiers=each, today=today, **about)
        for each in (tiers, None)
    )
    for job, expected in ((with_tiers, 30 + 100 + 20), (without, 100)):
        work.run(job.pk)
        job.refresh_from_db()
        assert job.result["proposed"]["points"] == expected


def test_without_orders_there_is_nothing_to_try(installation: Path) -> None:
    ensure_shop()
    page = text_of(client().get(address("preview")))
    assert "There are no orders of the last year to try rules on." in page
    job = asked()
    work.run(job.pk)
    assert "There are no orders of the last year to try rules on." in shown(job)


def test_a_replay_that_failed_says_so(shop: Shop) -> None:
    job = asked()
    Job.objects.filter(pk=job.pk).update(arguments=job.arguments | {"document": {}})
    job.refresh_from_db()
    work.run(job.pk)
    Job.objects.filter(pk=job.pk).update(arguments=job.arguments | {"document": _simple(shop)})
    assert "Failed" in shown(job)


def _simple(shop: Shop) -> dict[str, object]:
    return documents.written(setting_up.simple_rules(shop, points=1, amount=Decimal(1), welcome=0))


def test_it_speaks_german(shop: Shop) -> None:
    job = asked()
    work.run(job.pk)
    assert "Diese Regeln hätten 300 Punkte gegeben" in shown(job, "de")


def test_a_replay_is_for_who_manages_the_programme_and_of_this_shop(shop: Shop) -> None:
    job = asked()
    assert client("analyst").get(reverse("programme_replayed", args=[job.pk])).status_code == 403
    assert client().get(reverse("programme_replayed", args=[job.pk + 1])).status_code == 404
