"""The copy of a person's data: everything the tables' lists say, for a machine to read, and of nobody else."""

import base64
import json
import os
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection

from tests.act.content import submitted
from tests.act.gifts import presents
from tests.act.offers import sales
from tests.act.partners import coalition
from tests.act.rewards import treats
from tests.act.vouchers import giving
from tests.core.lake import buying
from tests.understand.recommendations.recommended import learned, recommended
from tests.understand.segments.grouped import segmentation, standing
from tests.understand.value.scored import fitted, scored
from treue.act.content import moderating, terms
from treue.act.gifts import giving as gift_giving
from treue.act.loyalty import awarding, corrections, ledger, membership, nights, setting_up
from treue.act.loyalty.models import Due, Member, Programme, RewardedDeed, TierGrant
from treue.act.portal.models import Session
from treue.act.referrals import advocates, binding
from treue.act.referrals.models import Scheme, Touch, Visit
from treue.core import home
from treue.core.commerce.models import Product
from treue.core.customers import consent, preferences
from treue.core.customers.erasure import personal_tables, rows_about
from treue.core.customers.export import export
from treue.core.customers.identities import ANONYMOUS, Statement, learn
from treue.core.customers.merging import merge
from treue.core.events.log import Happening, record
from treue.core.events.models import Parked
from treue.core.jobs.work import Silent
from treue.core.privacy import OnErasure
from treue.core.staff.models import AuditEntry
from treue.core.webhooks.models import Delivery, Endpoint
from treue.listen.imports.models import Import, Replaced, SetAside
from treue.understand.profile.models import BuyingProfile

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
MANY_ORDERS = """
insert into commerce_order (shop_id, number, customer_id, ordered_at, country, category, amount, units,
    refunded_amount, refunded_units, batch_id)
select shop_id, 'M' || n, customer_id, ordered_at, '', '', 10, 1, 0, 0, batch_id
from commerce_order, generate_series(1, 50000) n where number = 'A-1';
insert into commerce_orderline (order_id, ordinal, bought_at, quantity, amount)
select id, ordinal, ordered_at, 1, 5 from commerce_order, generate_series(1, 2) ordinal where number like 'M%'"""


def copy_of(customer, by=None) -> dict:
    with export(customer=customer, by=by, now=NOW) as file:
        return json.load(file)


def takes_part(anna) -> None:
    """With something in every table of the programme."""
    programme = Programme.objects.create(shop=anna.shop, name="Tea Circle")
    member, _is_new = membership.join(programme=programme, customer=anna, at=NOW - timedelta(days=900))
    rules = setting_up.simple_rules(anna.shop, points=1, amount=Decimal(1), welcome=0)
    setting_up.save(programme=programme, rules=rules, now=NOW - timedelta(days=900), by=None)
    Due.objects.create(customer=anna)
    awarding.reckon(member, now=NOW)
    nights.pass_through(anna.shop_id, Silent(), now=NOW)
    ledger.burn(programme, member.pk, 1, key="k", at=NOW, reason="reward")
    corrections.correct(member=member, points=2, reason="goodwill", key="form", by=None, at=NOW)
    TierGrant.objects.create(
        member=member, level="gold", valid_from=NOW, valid_until=NOW + timedelta(days=9), reason="goodwill", key="k"
    )
    gave = {"points": 20, "qualifying": 0, "lines": [], "journal": 1, "key_hash": "k"}
    RewardedDeed.objects.create(
        programme=programme, member=member, kind="review", happened_at=NOW, given_at=NOW, **gave
    )
    treats.redeem(treats.reward(programme, points=1, most_per_member=1), member, now=NOW)
    gift_giving.give_surprise(plan=presents.plan(programme, "surprise"), member=member, key="k", now=NOW)
    sales.price(anna.shop)
    sales.offer(programme)
    sales.redeem(member)
    cafe = coalition.partner(programme)
    coalition.issue(cafe, member, 5, now=NOW)
    coalition.redeem(cafe, member, 5, now=NOW)


def signed_in(anna) -> None:
    """To the portal."""
    about = {"began_at": NOW, "ends_at": NOW + timedelta(days=60)}
    Session.objects.create(shop=anna.shop, customer=anna, token_hash="h", **about)


def got_voucher(anna) -> None:
    """Given, redeemed, and rolled back in part."""
    campaign = giving.campaign(anna.shop, most_per_customer=3)
    redeemed = giving.redeem(giving.code(campaign, anna), customer=anna)
    giving.roll_back(redeemed[0], 10)


def refers_and_came(anna, other) -> None:
    """Anna's link was opened, she came by somebody else's, and looked at it before."""
    programme = Programme.objects.get(shop=anna.shop)
    Scheme.objects.create(programme=programme, advocate_points=5, friend_points=5, landing="https://tea.example/")
    hers, _new = advocates.ensure(member=Member.objects.get(customer=anna), at=NOW)
    Visit.objects.create(advocate=hers, day=NOW.date(), count=3)
    theirs, _new = membership.join(programme=programme, customer=other, at=NOW)
    by, _new = advocates.ensure(member=theirs, at=NOW)
    before = NOW - timedelta(days=2000)
    binding.bind(shop=anna.shop, code=by.code, friend=anna, way="code", at=before, now=NOW)
    Touch.objects.create(person=anna.pk, advocate=by, at=before)


def wrote(anna) -> None:
    """A text with a photo, which was published and reported."""
    programme = Programme.objects.get(shop=anna.shop)
    terms.save(programme=programme, is_open=True, pending_days=14, now=NOW, by=None)
    theirs = submitted.submit(Member.objects.get(customer=anna), now=NOW, name="none", photos=[submitted.photo()])
    submitted.publish(theirs, now=NOW)
    moderating.report(submission=theirs, reason="Not of this tea.", now=NOW)


def test_every_table_that_knows_the_person_is_in_the_copy(anna, ben, staff):
    profile = {"first_order_at": NOW, "last_order_at": NOW, "orders": 2, "revenue": 40}
    BuyingProfile.objects.create(customer=anna, shop=anna.shop, **profile)
    upload = Import.objects.create(shop=anna.shop, what="customers", file_name="c.csv")
    Replaced.objects.create(of=upload, what="customer", key="C-1017", customer=anna, former={"city": "Bonn"})
    record(anna.shop, [Happening("m", "Order Completed", anna.pk, "shop", NOW, {"order": "A-1"})])
    waiting = {"seq": 1, "place": 1, "shard": 1, "recorded_at": NOW}
    Parked.objects.create(reaction="thanks", person=anna.pk, **waiting)
    learn([Statement(anna.shop, anna.pk, NOW, "m", True, [(ANONYMOUS, "a1")], {"city": "Bonn"})])
    merge(kept=anna, absorbed=buying.customer(anna.shop, "C-2"), by=None)
    to = Endpoint.objects.create(shop=anna.shop, url="https://till.example/", seed="s")
    Delivery.objects.create(
        endpoint=to, person=anna.pk, seq=1, event="Order Completed", created_at=NOW, next_try_at=NOW
    )
    about = {"purpose": "marketing", "channel": "email", "source": "paper"}
    consent.give(customer=anna, **about, note="Card in the shop", happened_at=NOW, by=staff("service"))
    preferences.change(customer=anna, values={"channel": "email"}, now=NOW)
    scored(fitted(anna.shop), anna)
    standing(segmentation(anna.shop), anna)
    recommended(learned(anna.shop), anna, Product.objects.create(shop=anna.shop, code="T-9", name="Assam"))
    takes_part(anna)
    got_voucher(anna)
    refers_and_came(anna, ben)
    wrote(anna)
    signed_in(anna)
    data = copy_of(anna, by=staff("service"))["data"]
    assert (data["value.score"][0]["fit_until"], data["value.score"][0]["lifetime_value"]) == ("2026-06-30", "47.1051")
    assert (data["segments.standing"][0]["group"], data["segments.standing"][0]["rhythm_days"]) == ("at risk", 34.0)
    offered = data["recommendations.recommendation"][0]
    assert (offered["product_code"], offered["kind"], offered["reason"]) == ("T-9", "new", "similar_customers")
    assert data["customers.consentrecord"][0]["note"] == "Card in the shop"
    assert data["customers.preference"][0]["channel"] == "email"
    assert data["events.event"][0]["facts"] == {"order": "A-1"}
    erased = {label.lower(): count for label, count in rows_about(anna).items()}
    kept = {model._meta.label_lower for model, personal in personal_tables() if personal.on_erasure is OnErasure.KEEP}
    assert {name: len(rows) for name, rows in data.items() if name not in kept} == erased
    assert data["loyalty.journal"][0] | {"happened_at": ""} == {"kind": 1, "happened_at": "", "reason": "order"}
    assert set(data) == {model._meta.label_lower for model, _personal in personal_tables()}
    assert (data["referrals.visit"][0]["count"], data["referrals.referral"][0]["came_by"]) == (3, "code")
    assert data["imports.replaced"][0]["former"] == {"city": "Bonn"}
    assert data["content.submission"][0]["text"] == submitted.SAID
    assert base64.b64decode(data["content.photo"][0]["full"]).startswith(b"\xff\xd8\xff")
    assert "Ben" not in json.dumps(data)


def test_amounts_are_decimal_texts_in_a_named_currency_and_moments_are_in_utc(anna):
    document = copy_of(anna)
    assert document["format"] == "treue.person/1"
    assert document["exported_at"] == "2026-11-22T19:00:00Z"
    assert document["shop"] == {"name": "Tea House", "currency": "EUR", "zone": "Europe/Berlin"}
    assert document["data"]["commerce.order"][1] == {
        "number": "A-2",
        "ordered_at": "2026-04-01T08:00:00Z",
        "channel_name": None,
        "country": "",
        "category": "",
        "amount": "30.0000",
        "units": "1.000",
        "refunded_amount": "10.0000",
        "refunded_units": "0.500",
    }
    assert document["data"]["commerce.orderline"][0]["product_code"] == "TEA"
    assert document["data"]["commerce.refundmatch"] == [
        {"refund_number": "R1", "order_number": "A-2", "units": "0.500", "amount": "10.0000"}
    ]


def test_rows_of_files_that_name_the_person_are_quoted_and_those_of_others_are_not(anna, ben):
    rows = [["A-1", "C-1017"], ["B-1", "C-10170"]]
    upload = Import.objects.create(shop=anna.shop, what="orders", file_name="o.csv", preview={"rows": rows})
    SetAside.objects.create(of=upload, line_no=7, reason="no_time", value="C-1017")
    quoted = copy_of(anna)["quoted"]
    assert [(each["table"], each["column"], each["value"]) for each in quoted] == [
        ("imports.import", "preview", ["A-1", "C-1017"]),
        ("imports.setaside", "value", "C-1017"),
    ]


def test_what_was_cut_in_the_middle_of_a_name_is_quoted_too(anna, ben):
    rows = [["B-1", "Grüße an Anna Özt…"], ["B-2", "Grüße an Anna…"]]
    Import.objects.create(shop=anna.shop, what="orders", file_name="o.csv", preview={"rows": rows})
    assert [each["value"] for each in copy_of(anna)["quoted"]] == [rows[0]]


def test_the_trail_says_what_was_done_with_the_data_and_leaves_colleagues_out(anna, ben, staff):
    copy_of(ben, by=staff("admin"))
    copy_of(anna, by=staff("admin"))
    trail = copy_of(anna, by=staff("service"))["trail"]
    assert [set(entry) for entry in trail] == [{"at", "action"}] * 2
    assert {entry["action"] for entry in trail} == {"customer.exported"}
    assert AuditEntry.objects.filter(action="customer.exported").count() == 3


def test_a_number_full_of_quotes_and_breaks_is_still_one_json(shop):
    customer = buying.customer(shop, 'a"b\\\n,', name="=1+1\u2028")
    assert copy_of(customer)["data"]["customers.customer"][0]["number"] == 'a"b\\\n,'


@pytest.mark.long
def test_fifty_thousand_orders_fit_into_little_memory_and_leave_no_file(anna):
    with connection.cursor() as cursor:
        cursor.execute(MANY_ORDERS)
    tracemalloc.start()
    with export(customer=anna, by=None, now=NOW) as file:
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 40 << 20
        assert len(json.load(file)["data"]["commerce.orderline"]) == 100_002
    assert os.listdir(home.home() / "tmp") == []


def test_an_export_that_fails_leaves_no_entry_and_no_file(anna, monkeypatch):
    monkeypatch.setattr("treue.core.customers.export._quoted", lambda customer: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(customer=anna, by=None, now=NOW)
    assert not AuditEntry.objects.filter(action="customer.exported").exists()
    assert os.listdir(home.home() / "tmp") == []


def test_every_list_of_personal_fields_reads_without_underscores_in_pairs():
    for model in apps.get_models():
        personal = getattr(model, "personal", None)
        plain = [name.replace("__", "_") for name in personal.fields] if personal else []
        assert len(set(plain)) == len(plain), f"two fields of {model._meta.label} would have one name in the export"
