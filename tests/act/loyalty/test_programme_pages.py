"""The programme and a member's points as pages: set up, join, earn, correct; in both languages."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from tests.act.loyalty import setting_up_steps
from tests.core.lake import buying
from treue.act.loyalty import awarding, membership, nights, reading
from treue.act.loyalty.models import Journal, Member, Programme, RuleVersion, TierVersion
from treue.core.customers.models import Customer
from treue.core.jobs.work import Silent
from treue.core.shop.setup import ensure_shop
from treue.core.staff.models import AuditEntry, User

pytestmark = pytest.mark.django_db
TIERS = {
    "measure": "spend",
    "window": "calendar_year",
    "downgrade": "at_once",
    "grace_days": "30",
    "name_1": "Silver",
    "name_de_1": "Silber",
    "threshold_1": "100",
    "name_2": "Gold",
    "threshold_2": "500.50",
}
Visit = Callable[..., str]


@pytest.fixture
def anna() -> Customer:
    return buying.customer(ensure_shop(), "K7", name="Anna Blau")


def client(role: str = "manager", language: str = "en") -> Client:
    user, _new = User.objects.get_or_create(email=f"{role}-{language}@example.org", role=role, language=language)
    made = Client()
    made.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def text_of(answer: object) -> str:
    return unescape(answer.content.decode()).replace("\xa0", " ")


def shown(path: str, role: str = "manager", language: str = "en", **headers: str) -> str:
    answer = client(role, language).get(path, headers=headers)
    assert answer.status_code == 200
    return text_of(answer)


def set_up(**values: str) -> Programme:
    setting_up_steps.set_up(client(), **values)
    return Programme.objects.get()


def joined(customer: Customer) -> Member:
    client("service").post(f"/customers/{customer.pk}/loyalty/join/")
    return Member.objects.get(customer=customer)


def test_without_a_programme_a_page_says_what_to_do(anna: Customer) -> None:
    for path in ("/loyalty/", f"/customers/{anna.pk}/loyalty/"):
        assert "Say what a purchase earns" in shown(path)
        assert "Sagen Sie, was ein Einkauf bringt" in shown(path, language="de")
    assert "An administrator or a manager can set it up." in shown("/loyalty/", "analyst")
    assert "An administrator or a manager can set it up." in shown(f"/customers/{anna.pk}/loyalty/", "service")


def test_a_programme_is_set_up_and_says_its_rules() -> None:
    set_up()
    page = shown("/loyalty/")
    assert "2 points for every full €1.00" in page
    assert "50 points for the first purchase" in page
    assert "14 days after the order" in page
    german = shown("/loyalty/", language="de")
    assert "2 Punkte je volle 1,00 €" in german
    assert AuditEntry.objects.get(action="programme.started").facts == {"rules": True}


def test_the_programme_says_how_many_joined_in_the_last_two_months(anna: Customer) -> None:
    programme = set_up()
    joined(anna)
    month = timezone.localtime(timezone.now(), programme.shop.tz).replace(day=1, hour=12)
    last, former = (month - timedelta(days=20)), (month - timedelta(days=50))
    at = {"joined_at": last, "earns_from": last}
    Member.objects.update(**at)
    found = reading.joined(programme, month)
    assert found == [(last.date().replace(day=1), 1), (former.date().replace(day=1), 0)]
    assert f"Joined in {last:%B %Y}: 1 ({former:%B %Y}: 0)" in shown("/loyalty/")
    assert ": 1 (" in shown("/loyalty/", language="de")


def test_rules_that_change_hold_from_now_on_and_the_same_ones_are_not_published_again() -> None:
    set_up()
    set_up(name="Tea Friends")
    assert RuleVersion.objects.count() == 1
    set_up(points="3")
    assert [each.document["rules"][0]["points"] for each in RuleVersion.objects.order_by("valid_from")] == [2, 3]


def test_somebody_joins_leaves_and_comes_back(anna: Customer) -> None:
    set_up()
    assert "Make a member" in shown(f"/customers/{anna.pk}/loyalty/", "service")
    member = joined(anna)
    assert "No points moved yet" in shown(f"/customers/{anna.pk}/loyalty/")
    assert "Noch hat sich nichts bewegt" in shown(f"/customers/{anna.pk}/loyalty/", language="de")
    client("service").post(f"/customers/{anna.pk}/loyalty/leave/")
    assert "Let them join again" in shown(f"/customers/{anna.pk}/loyalty/", "service")
    assert joined(anna).pk == member.pk
    assert Member.objects.get().left_at is None


def test_a_member_sees_what_is_pending_and_what_can_be_spent(anna: Customer) -> None:
    programme, member = set_up(), joined(anna)
    Member.objects.update(joined_at=timezone.now() - timedelta(days=60), earns_from=timezone.now() - timedelta(days=60))
    RuleVersion.objects.update(valid_from=timezone.now() - timedelta(days=60))
    for number, days in (("A-1", 40), ("A-2", 2)):
        at = timezone.now() - timedelta(days=days)
        buying.order(anna, f"{at:%Y-%m-%d %H:%M}", 20, number=number)
    awarding.reckon(member, now=timezone.now())
    nights.pass_through(programme.shop_id, Silent(), now=timezone.now())
    page = shown(f"/customers/{anna.pk}/loyalty/")
    assert "Order A-1" in page
    assert "Order A-2" in page
    assert (reading.balances(member).points, reading.balances(member).pending) == (90, 40)
    assert page.count("+90") == 2  # earned, and then active
    assert "Verfügbar geworden" in shown(f"/customers/{anna.pk}/loyalty/", language="de")


def test_points_are_corrected_once_however_often_the_form_is_sent(anna: Customer) -> None:
    set_up()
    member, path = joined(anna), f"/customers/{anna.pk}/loyalty/adjust/"
    for _again in range(3):
        assert client().post(path, {"points": "50", "reason": "goodwill", "key": "form 1"}).status_code == 302
    assert reading.balances(member).points == 50
    assert AuditEntry.objects.filter(action="points.adjusted").first().facts["points"] == 50
    other = client().post(path, {"points": "51", "reason": "goodwill", "key": "form 1"}, follow=True)
    assert "sent before with something else" in text_of(other)
    refused = text_of(client().post(path, {"points": "-51", "reason": "correction", "key": "form 2"}))
    assert "There are only 50 points." in refused
    assert "Enter at least one point" in text_of(client().post(path, {"points": "0", "reason": "goodwill", "key": "3"}))
    assert Journal.objects.count() == 1


def test_another_shops_customer_and_a_stranger_are_not_found(anna: Customer) -> None:
    set_up()
    assert client().get(f"/customers/{anna.pk + 999}/loyalty/").status_code == 404
    assert client().post(f"/customers/{anna.pk + 999}/loyalty/join/").status_code == 404


def test_whoever_was_merged_is_found_at_the_other(anna: Customer) -> None:
    from treue.core.customers.merging import merge

    double = buying.customer(anna.shop, "K8")
    merge(kept=anna, absorbed=double, by=None)
    answer = client().get(f"/customers/{double.pk}/loyalty/")
    assert (answer.status_code, answer.url) == (302, f"/customers/{anna.pk}/loyalty/")
    assert membership.new_number() != membership.new_number()


def test_points_expire_as_the_form_says() -> None:
    programme = set_up(expiry_kind="after_months", expiry_months="24")
    assert programme.expiry == {"kind": "after_months", "months": 24, "notice_days": [60, 14]}
    assert "24 months after they could be spent" in shown("/loyalty/")
    assert 'value="24"' in shown("/loyalty/set-up/returns/")
    assert set_up(expiry_kind="on_day_of_year").expiry["kind"] == "on_day_of_year"
    assert "zum Ende des nächsten Kalenderjahres" in shown("/loyalty/", language="de")


def test_tiers_are_published_and_a_member_sees_the_way_to_the_next(anna: Customer) -> None:
    set_up()
    member = joined(anna)
    assert "There are no tiers. With them" in shown("/loyalty/")
    assert client().post("/loyalty/tiers/", TIERS).status_code == 302
    buying.order(anna, f"{timezone.now():%Y-%m-%d} 00:05", 150)
    awarding.reckon(member, now=timezone.now())
    page = shown(f"/customers/{anna.pk}/loyalty/")
    assert "Silver" in page
    assert "€350.50 more by 31 Dec" in page
    german = shown(f"/customers/{anna.pk}/loyalty/", language="de")
    assert "Silber" in german
    assert (
        "Noch 350,50\u202f€ bis zum 31. Dezember, um Gold" in german
        or "Noch 350,50 € bis zum 31. Dezember, um Gold" in german
    )
    rows = shown("/loyalty/").split('id="tiers"')[1]
    assert rows.index("Gold") < rows.index("Silver") < rows.index("no tier")
    assert 'value="Silver"' in shown("/loyalty/tiers/")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("threshold_2", "100", "Each tier asks for more than the one before"),
        ("threshold_2", "", "A tier needs a name and a threshold"),
        ("name_1", "", "required"),
        ("grace_days", "400", "Enter a number from 0 to 366"),
        ("name_2", "silver", "too much alike"),
    ],
)
def test_tiers_that_cannot_be_are_refused(field: str, value: str, sentence: str) -> None:
    set_up()
    answer = client().post("/loyalty/tiers/", TIERS | {field: value})
    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert not TierVersion.objects.exists()


def test_without_a_programme_there_are_no_tiers_to_publish() -> None:
    assert client().get("/loyalty/tiers/").url == "/loyalty/"
