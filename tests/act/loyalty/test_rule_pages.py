"""The list of rules and one of them as pages: added, changed, removed and tried, all of it in the draft alone."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.act.loyalty.setting_up_steps import client, publish, revision, set_up, text_of
from tests.core.lake import buying
from treue.act.loyalty.models import Draft, RuleVersion
from treue.act.loyalty.setup import drafts
from treue.act.loyalty.setup.plan import plan_of
from treue.act.loyalty.tasks import REPLAY
from treue.core.commerce.models import Product
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.shop.setup import ensure_shop

pytestmark = pytest.mark.django_db
NO_MULTIPLIER = {"m-TOTAL_FORMS": "0", "m-INITIAL_FORMS": "0"}
NEW = {"points": "5", "amount": "1.00", "stacking": "multiply", **NO_MULTIPLIER}


@pytest.fixture
def manager() -> Client:
    set_up()
    shop = ensure_shop()
    for code, name, category in (("T-1", "Assam", "Tea"), ("T-2", "Darjeeling", "Tea"), ("C-1", "Mug", "Cups")):
        Product.objects.create(shop=shop, code=code, name=name, category=category)
    return client()


def send(to: Client, path: str, **values: object) -> object:
    return to.post(path, {"revision": revision(), **NEW, **values})


def rules() -> list[object]:
    shop = ensure_shop()
    return list(plan_of(shop, drafts.of(shop)).rules.rules)


def test_the_list_says_each_rule_in_both_languages(manager: Client) -> None:
    page = text_of(manager.get(reverse("programme_rules")))
    assert "2 points for every full €1.00" in page
    assert "2 Punkte je volle 1,00 €" in page
    german = text_of(client(language="de").get(reverse("programme_rules")))
    assert german.index("2 Punkte je volle") < german.index("2 points for every full")


def test_a_rule_is_added_changed_and_removed_in_the_draft_and_then_published(manager: Client) -> None:
    new = reverse("programme_rule_new", args=["per_amount"])
    assert "only_categories" in text_of(manager.get(new))
    assert send(manager, new, only_categories=["Tea"], without_products=["T-2"])["Location"] == reverse(
        "programme_rules"
    )
    made = rules()[-1]
    assert (made.name, made.only.categories, made.without.products) == ("per-amount", ("Tea",), ("T-2",))
    page = text_of(manager.get(reverse("programme_rules")))
    assert "5 points for every €1.00 spent on the category Tea, not for the product Darjeeling" in page
    assert RuleVersion.objects.count() == 1

    one = reverse("programme_rule", args=[made.name])
    assert 'value="5"' in text_of(manager.get(one))
    send(manager, one, points="6", budget="900", only_categories=["Tea"])
    assert (rules()[-1].points, rules()[-1].budget) == (6, 900)
    manager.post(reverse("programme_rule_remove", args=["welcome"]), {"revision": revision()})
    publish(manager)
    assert [each["name"] for each in RuleVersion.objects.last().document["rules"]] == ["spending", "per-amount"]


def test_products_are_found_by_code_or_name_and_what_was_ticked_stays(manager: Client) -> None:
    new = reverse("programme_rule_new", args=["per_unit"])
    page = text_of(send(manager, new, find="assam", search="1"))
    assert "Assam (T-1)" in page
    assert "Darjeeling" not in page
    page = text_of(send(manager, new, find="C-", search="1", only_products=["T-1"]))
    assert "Mug (C-1)" in page
    assert 'value="T-1"' in page.replace('value="T-1" id', 'value="T-1"')
    assert not Draft.objects.get().is_open
    page = text_of(send(manager, new, only_products=["nothing"]))
    assert "aria-invalid" in page
    send(manager, new, only_products=["T-1"])
    assert rules()[-1].only.products == ("T-1",)


def test_a_search_that_no_database_takes_finds_nothing(manager: Client) -> None:
    new = reverse("programme_rule_new", args=["per_unit"])
    assert send(manager, new, find="a\x00b", search="1", only_products=["\x00"]).status_code == 200


def test_a_multiplier_more_is_asked_for_without_losing_what_was_filled_in(manager: Client) -> None:
    one = reverse("programme_rule", args=["spending"])
    page = text_of(send(manager, one, points="9", more="1"))
    assert 'name="m-0-factor"' in page
    assert 'value="9"' in page
    twice = {"m-TOTAL_FORMS": "1", "m-INITIAL_FORMS": "0", "m-0-factor": "2", "m-0-weekdays": ["5"]}
    said = text_of(send(manager, one, points="9", show="1", **twice))
    assert "9 points for every €1.00, twice on Saturdays" in said
    send(manager, one, points="9", **twice)
    assert rules()[0].multipliers[0].weekdays == (5,)


def test_what_is_wrong_keeps_the_form_and_makes_no_draft(manager: Client) -> None:
    page = text_of(send(manager, reverse("programme_rule", args=["spending"]), points="0"))
    assert "Enter a number from 1 to 1,000,000" in page
    assert not Draft.objects.get().is_open
    german = text_of(send(client(language="de"), reverse("programme_rule", args=["spending"]), points="0"))
    assert "Geben Sie eine Zahl von 1 bis 1.000.000 ein" in german


def test_somebody_who_was_quicker_is_told_of(manager: Client) -> None:
    seen, one = revision(), reverse("programme_rule", args=["spending"])
    send(client("admin"), one, points="7")
    page = text_of(manager.post(one, NEW | {"revision": seen, "points": "8"}))
    assert "admin-en@example.org changed or published the draft" in page
    assert rules()[0].points == 7
    send(manager, one, points="8")
    assert rules()[0].points == 8


def test_a_button_that_is_pressed_twice_adds_one_rule(manager: Client) -> None:
    new, before = reverse("programme_rule_new", args=["per_amount"]), len(rules())
    form = NEW | {"revision": revision()}
    for _press in range(2):
        assert manager.post(new, form)["Location"] == reverse("programme_rules")
    assert len(rules()) == before + 1
    assert manager.post(new, NEW | {"revision": revision()})["Location"] == reverse("programme_rules")
    assert len(rules()) == before + 2, "whoever saw the first one and wants another gets it"


def test_what_holds_for_all_rules_is_changed(manager: Client) -> None:
    path = reverse("programme_rules_for_all")
    assert "What a rule gives for an order is rounded" in text_of(manager.get(path))
    manager.post(path, {"revision": revision(), "rounding": "up", "caps_day": "500", "goods_categories": ["Cups"]})
    page = text_of(manager.get(reverse("programme_rules")))
    assert "What a rule gives for an order is rounded up to whole points." in page
    assert "By all rules together: at most 500 a day." in page
    assert "There are no points for the category Cups." in page


def test_a_kind_or_a_rule_that_is_not_there_is_not_found(manager: Client) -> None:
    assert manager.get(reverse("programme_rule_new", args=["magic"])).status_code == 404
    assert manager.get(reverse("programme_rule", args=["magic"])).status_code == 404
    assert manager.post(reverse("programme_rule_remove", args=["magic"]), {"revision": 0}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_rule_is_tried_before_it_is_kept(installation: Path, manager: Client) -> None:
    shop = ensure_shop()
    anna, ben = (buying.customer(shop, number) for number in ("K1", "K2"))
    for customer, days, amount in ((anna, 40, 30), (anna, 20, 50), (ben, 10, 20)):
        buying.order(customer, f"{timezone.now() - timedelta(days=days):%Y-%m-%d} 10:00", amount)
    one = reverse("programme_rule", args=["spending"])
    answer = send(manager, one, points="3", **{"try": "1"})
    job = Job.objects.get(kind=REPLAY)
    assert answer["Location"] == f"{one}?tried={job.pk}"
    assert "Waiting" in text_of(manager.get(answer["Location"]))
    work.run(job.pk)
    page = text_of(manager.get(answer["Location"]))
    assert "On the orders of the last year it would have given 300 points to 2 customers." in page
    assert 'value="3"' in page
    assert rules()[0].points == 2
    manager.post(reverse("programme_set_up_try"), {"next": "rules"})
    work.run(Job.objects.filter(kind=REPLAY).latest("pk").pk)
    page = text_of(manager.get(reverse("programme_rules")))
    assert "it would have given 200 points to 2 customers." in page
