"""Every page of the console, filled as in a shop that lives: under axe, in both languages, light and dark, at 360 and
1,440 pixels. A page that nobody put on the list fails the test."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Page

    from treue.core.customers.models import Customer
    from treue.core.shop.models import Shop

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]

ORDERS = """Bestellnr;Kd-Nr;Datum;Artikel;Bezeichnung;Menge;Preis;Anrede
A1;7;13.03.2026 10:00;TEE-1;Grüner Tee;2;4,50;Frau
A2;;14.03.2026 11:00;TEE-1;Grüner Tee;1;4,50;Herr
A3;8;31.02.2026 11:00;TEE-1;Grüner Tee;1;4,50;Herr
"""
LONG_NAME = "online_retail_II_2009_2010_bestellungen_vollständig.parquet"
# The door of the members' portal, which is shut in the shop of `test_every_page_for_those_signed_out_too`: it is
# looked at in tests/journeys/test_the_portal.py.
CONTENT_STATES = ("pending", "published", "rejected", "withdrawn")
DOOR = ("portal_sign_in", "portal_code", "portal_join")
SIGNED_OUT = ("account_login", "account_reset_password", "account_reset_password_done", "account_inactive")
# Answers that are no page: files, fragments, steps of a sign-in, and what only takes a POST.
NO_PAGE = {
    *("live", "figures_csv", "segments_csv", "segment_csv", "customers_csv", "recommendations_csv", "models_csv"),
    *("value_csv", "value_at_risk_csv", "value_due_csv", "import_rows_csv", "audit_csv", "mfa_download_recovery_codes"),
    *("import_card", "job_card", "mail_text", "set_language", "voucher_codes_csv", "referral_link"),
    *("import_card", "job_card", "mail_text", "set_language", "voucher_codes_csv", "liability_csv", "prices_csv"),
    *("account_logout", "account_set_password", "account_reauthenticate", "mfa_authenticate", "mfa_reauthenticate"),
    *("account_reset_password_from_key", "account_reset_password_from_key_done", "welcome", "invitation"),
    *("programme_funnel_csv",),
    *("portal_style", "portal_manifest", "portal_icon", "portal_worker", "portal_copy", "portal_sign_out"),
    *("portal_icon_png", "portal_pass_apple", "portal_pass_google", "portal_name", "portal_address_code"),
    *("content_photo", "content_public_photo", "portal_content_photo", "portal_content_withdraw"),
    *("portal_sign_out_everywhere", "portal_preferences", "portal_birthday", "portal_agree", "portal_withdraw"),
    *("partner_statement_pdf", "partner_statement_csv"),
    *("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
}
ONLY_POST = (
    *("remove", "export", "sheet", "probe", "non-product", "start", "cancel", "test", "role", "deactivate"),
    *("reactivate", "off", "send", "revoke", "retry", "end", "change", "switch-on", "switch-off", "again"),
    *("give", "preferences", "confirmation", "find", "join", "leave", "adjust", "decide", "close"),
    *("make", "look-up", "hand-over", "try", "publish", "drop", "stop", "resume", "discard"),
)


@pytest.fixture
def full_shop(transactional_db: None, installation: Path) -> "Shop":
    from tests.emptying import empty
    from treue.core.jobs.work import Silent
    from treue.listen.imports import demo
    from treue.understand.metrics import notes
    from treue.understand.metrics.counts.refresh import refresh
    from treue.understand.recommendations.refresh import refresh as recommend
    from treue.understand.segments.refresh import refresh as group
    from treue.understand.value.refresh import refresh as refresh_values

    empty()
    shop, invented = demo.load(today=date(2026, 11, 22), progress=Silent(), customers=400)
    for day, text in notes.of_story(invented.truth.story):
        notes.write(shop=shop, day=day, text=text, by=None)
    refresh(shop)
    recommend(shop)
    refresh_values(shop)
    group(shop)
    return shop


@pytest.fixture
def failed_event(full_shop: "Shop", monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """An order that happened, and that a reaction could not deal with."""
    from django.db import connection
    from django.utils import timezone

    from treue.core.commerce.models import Order
    from treue.core.events import reading, registry
    from treue.core.events.log import Happening, record
    from treue.core.events.models import Event, Parked

    monkeypatch.setattr(registry, "REACTIONS", {})
    registry.reaction("tracking.orders")(lambda events: None)
    reading.begin()
    person = Order.objects.filter(refunded_units__gt=0).first().customer_id
    facts = {"order_id": "2026-11-28-000123456789-A", "currency": "USD"}
    record(full_shop, [Happening("order A1", "Order Completed", person, "import", timezone.now(), facts)])
    event = Event.objects.get()
    about = {"seq": event.seq, "recorded_at": event.recorded_at, "place": 1, "person": person, "shard": 1}
    yield Parked.objects.create(reaction="tracking.orders", error="NoRate", attempts=1, **about).pk
    with connection.cursor() as cursor:
        cursor.execute("truncate events_event, events_message, events_cursor")


@pytest.fixture
def at_work(full_shop: "Shop", failed_event: int, staff: Callable[..., object]) -> dict[str, object]:
    """What people did in it this morning; returns what the addresses of pages are made of."""
    from django.test import Client

    from treue.core.commerce.models import Order
    from treue.core.customers import erasure
    from treue.core.customers.models import Customer
    from treue.core.jobs import outbox, work
    from treue.core.shop.models import AcquisitionCost
    from treue.core.staff import invitations, keys

    admin = staff("admin")
    client = Client()
    client.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    refunded = Order.objects.filter(refunded_units__gt=0).first()
    gone = erasure.erase(customer=Customer.objects.exclude(pk=refunded.customer_id).first(), by=admin)
    invitations.invite(email="new@example.org", role="analyst", language="de", by=admin)
    outbox.put(to="kim@example.org", subject="Report", text="Good morning")
    work.start("metrics.refresh", by=admin, shop_id=full_shop.pk)
    takes_part(refunded.customer)
    return {
        **replays(full_shop, admin),
        "customer": refunded.customer_id,
        "consent": spoken_to(refunded.customer, admin),
        **known_twice(refunded.customer, admin),
        "order": refunded.pk,
        "receipt": gone.pk,
        "import": imported(client),
        "colleague": staff("analyst").pk,
        "cost": AcquisitionCost.objects.first().pk,
        "parked": failed_event,
        "event": stuck(failed_event),
        **webhooks(full_shop, admin),
        "source": heard(full_shop),
        **campaigns(full_shop),
        **referred(full_shop, refunded.customer),
        **rewards(refunded.customer),
        **shown(refunded.customer),
        **given(refunded.customer),
        **offers(refunded.customer),
        **partners(refunded.customer),
        "member_cookie": at_the_portal(refunded.customer),
        "token": "no-such-token",
        "key": keys.add(shop=full_shop, name="till", scopes=["read", "write"], by=admin)[0].pk,
    }


def takes_part(customer: "Customer") -> None:
    """Somebody with points of every kind: pending, active, redeemed, corrected, and taken back below zero."""
    from datetime import timedelta
    from decimal import Decimal

    from django.utils import timezone

    from treue.act.loyalty import corrections, granting, ledger, membership, setting_up
    from treue.act.loyalty.ledger import Earning
    from treue.act.loyalty.models import BookTerms, Programme
    from treue.act.loyalty.tiers import as_json

    now = timezone.now()
    programme = Programme(shop=customer.shop, name="Teehaus-Freunde und ihre Freundinnen")
    rules = setting_up.simple_rules(customer.shop, points=2, amount=Decimal(1), welcome=50)
    setting_up.save(programme=programme, rules=rules, now=now - timedelta(days=400), by=None)
    member, _new = membership.join(programme=programme, customer=customer, at=now - timedelta(days=399))
    levels = [("silver", "Silberne Teekanne", "100"), ("gold", "Goldene Teekanne", "5000")]
    gives = [{"kind": "early_access", "hours": 48}, {"kind": "birthday_gift"}]
    version = as_json.read(
        {
            "valid_from": now.astimezone(customer.shop.tz).date().isoformat(),
            "levels": [
                {"code": code, "names": {"en": name, "de": name}, "threshold": least, "benefits": gives}
                for code, name, least in levels
            ],
            "measure": "spend",
            "window": {"kind": "rolling", "months": 12},
            "term": {"kind": "months", "months": 12},
            "grace_days": 30,
            "downgrade": "one_step",
        }
    )
    setting_up.publish_tiers(programme=programme, version=version, now=now, by=None)
    given = {"member": member, "level": "gold", "last_day": now.date() + timedelta(days=90), "by": None, "at": now}
    granting.end(grant=granting.grant(**given, reason="goodwill", key="8"), at=now, by=None)
    granting.grant(**given, reason="status match", key="9")
    BookTerms.objects.create(programme=programme, value_per_point=Decimal("0.01"), assumed_redemption=Decimal("0.8"))
    about = {"member": member.pk, "at": now, "reason": "order"}
    lasting = {"expires_at": now + timedelta(days=40)}
    pending = {"available_from": now + timedelta(days=9)}
    first, *_rest = ledger.earn(
        programme,
        [
            Earning(points=1_240, key="1", **about, **lasting),
            Earning(points=380, key="2", **about, **pending),
            Earning(points=12, key="3", **about),
        ],
    )
    ledger.burn(programme, member.pk, 900, key="4", at=now, reason="a reward of the shop's own")
    ledger.take_back(programme, first.journal, total=400, key="5", at=now, reason="order changed")
    corrections.correct(member=member, points=70, reason="goodwill", key="6", by=None, at=now)
    programme.correction_limit = 100
    programme.save()
    corrections.correct(member=member, points=-250, reason="correction", key="7", by=None, at=now)


def at_the_portal(customer: "Customer") -> str:
    """Somebody who is signed in to the portal and has vouchers; returns the token of their cookie."""
    from datetime import timedelta
    from decimal import Decimal

    from django.utils import timezone

    from tests.act.vouchers import giving
    from treue.act.portal.models import Portal, Session
    from treue.core.staff import tokens

    Portal.objects.create(shop=customer.shop, is_on=True, note_de="Ein Punkt ist einen Cent wert.")
    giving.code(giving.campaign(customer.shop, uses_per_code=1, minimum=Decimal(20)), customer)
    giving.code(giving.campaign(customer.shop, "percent", uses_per_code=1, products=["TEE-1", "TEE-2"]), customer)
    token, now = tokens.fresh(), timezone.now()
    about = {"shop": customer.shop, "customer": customer, "began_at": now, "ends_at": now + timedelta(days=1)}
    Session.objects.create(token_hash=tokens.hashed(token), **about)
    return token


def stuck(failed_event: int) -> str:
    """Have the reaction get stuck where nothing was read yet; returns the address of the event that it failed at."""
    from django.db import connection

    from treue.core.events.models import Parked
    from treue.core.events.moments import Place

    with connection.cursor() as cursor:
        cursor.execute("update events_cursor set failed_at = now(), error = 'OperationalError'")
    parked = Parked.objects.get(pk=failed_event)
    return str(Place(parked.recorded_at, parked.seq))


def webhooks(shop: "Shop", admin: object) -> dict[str, int]:
    """One that works, with deliveries of every kind and both secrets, and one that was switched off by itself."""
    from django.utils import timezone

    from treue.core.webhooks import endpoints
    from treue.core.webhooks.models import Delivery

    now, events = timezone.now(), ["Order Completed", "Order Refunded", "Product List Viewed"]
    url = "https://hooks.a-newsletter-tool.example/incoming/treue/6f1ed002ab5595859014ebf0951522d9?version=2026-11-01"
    on = endpoints.add(shop=shop, url=url, description="", events=events, by=admin)
    endpoints.change_secret(endpoint=on, by=admin, now=now)
    off = endpoints.add(shop=shop, url="https://till.example/", description="Till", events=[], by=admin)
    type(off).objects.filter(pk=off.pk).update(is_on=False, off_because="failing", failing_since=now)
    tried = {"endpoint": on, "created_at": now, "tried_at": now, "duration_ms": 15_003, "attempts": 3}
    Delivery.objects.create(event="Order Completed", state="delivered", status=200, **tried)
    Delivery.objects.create(event="Order Refunded", next_try_at=now, problem="SSLCertVerificationError", **tried)
    Delivery.objects.create(event="Product List Viewed", state="given_up", problem="status", status=503, **tried)
    Delivery.objects.create(event="Order Completed", endpoint=on, created_at=now, next_try_at=now)
    return {"webhook": on.pk, "webhook_off": off.pk}


def campaigns(shop: "Shop") -> dict[str, int]:
    """One that was redeemed, in part rolled back, with many terms; and one without anything."""
    from datetime import timedelta

    from django.utils import timezone

    from tests.act.vouchers import giving
    from treue.act.vouchers.models import Code

    now = timezone.now()
    terms = {"name": "Willkommensgutschein-für-Neukundinnen-und-Neukunden-2026", "valid_until": now + timedelta(days=9)}
    full = giving.campaign(
        shop,
        "percent",
        **terms,
        budget=giving.Decimal(500),
        most_redemptions=100,
        minimum=giving.Decimal(10),
        categories=["Tee"] * 9,
    )
    goods = giving.basket(*[giving.Line("TEA-1", giving.Decimal(30), category="Tee")])
    given = [giving.code(full) for _each in range(4)]
    for place, each in enumerate(given[:3]):
        (done,) = giving.redeem(each, of=goods, key=f"k{place}", order_number=f"A-2026-081{place}", now=now)
    giving.roll_back(done)
    Code.objects.filter(pk=given[3].pk).update(state="cancelled")
    return {
        "campaign": full.pk,
        "campaign_without_end": giving.campaign(shop, "delivery", kind="multi", text="FREI").pk,
    }


def referred(shop: "Shop", customer: "Customer") -> dict[str, int]:
    """Somebody who brought friends: one who was rewarded, one who looks like themselves, one who only came."""
    from datetime import timedelta

    from django.utils import timezone

    from tests.core.lake import buying
    from treue.act.loyalty import membership, reading
    from treue.act.referrals import advocates, binding, rewarding, visiting
    from treue.act.referrals.models import Referral, Scheme
    from treue.core.commerce.models import Order
    from treue.core.customers.models import Customer

    now = timezone.now()
    scheme = Scheme.objects.create(
        programme=reading.programme_of(shop),
        advocate_points=1500,
        friend_points=500,
        most_per_year=20,
        landing="https://teehaus.example/willkommen",
    )
    member = reading.member_of(customer) or membership.join(programme=scheme.programme, customer=customer, at=now)[0]
    advocate, _new = advocates.ensure(member=member, at=now)
    visiting.open_link(scheme, advocate.code, is_counted=True, now=now)
    bound = []
    for number in ("F-1", "F-2"):
        friend = buying.customer(shop, number, name=f"Freund {number}")
        buying.order(friend, f"{now - timedelta(days=40):%Y-%m-%d %H:%M}", 80, number=f"O{number}")
        came = now - timedelta(days=50)
        bound.append(binding.bind(shop=shop, code=advocate.code, friend=friend, way="link", at=came, now=now))
    rewarding.follow(bound[1].pk, now=now)
    new = Customer.objects.create(shop=shop, number="N-1", name="Freundin-mit-einem-langen-Namen Oberhuber-Schmidt")
    binding.bind(shop=shop, code=advocate.code, friend=new, way="api", at=now, now=now)
    reasons = [{"signal": "same_phone", "weight": 50, "count": 0}, {"signal": "burst", "weight": 30, "count": 6}]
    order = Order.objects.get(shop=shop, number="OF-1")
    Referral.objects.filter(pk=bound[0].pk).update(
        state="review", score=80, reasons=reasons, order_id=order.pk, due_at=now
    )
    return {"advocate": advocate.pk, "referral": bound[0].pk}


def given(customer: "Customer") -> dict[str, int]:
    """Gifts for the birthday, which is today: points, a reward, one that could not be given; and a drawn surprise."""
    from datetime import timedelta

    from django.utils import timezone

    from tests.act.gifts import presents
    from tests.act.rewards import treats
    from treue.act.gifts import nights
    from treue.act.loyalty import reading
    from treue.core.jobs.work import Silent

    now, member = timezone.now(), reading.member_of(customer)
    today = now.astimezone(customer.shop.tz).date()
    presents.born_on(member, today.replace(year=1992))
    name = "Zum-Geburtstag-unserer-Teehaus-Freundinnen-und-Freunde"
    birthday = presents.plan(member.programme, name=name, most_gifts=1_000_000)
    surprise = presents.plan(member.programme, "surprise", first_draw=today, is_monthly=True, months_apart=3)
    over = presents.voucher_plan(member.programme, valid_until=now - timedelta(days=1))
    cake = treats.reward(member.programme, "product", name="Ein-Stück-Geburtstagstorte-für-Freundinnen", stock=3)
    free = presents.reward_plan(member.programme, cake)
    nights.pass_through(customer.shop_id, Silent(), now=now)
    claim = cake.claims.get()
    plans = {"gift_plan": birthday.pk, "gift_surprise": surprise.pk, "gift_failed": over.pk, "gift_reward": free.pk}
    return plans | {"claim_given": claim.pk}


def rewards(customer: "Customer") -> dict[str, int]:
    """A voucher and a gift that were redeemed and can be again, and one of which the last one is gone."""
    from datetime import timedelta

    from django.utils import timezone

    from tests.act.rewards import treats
    from treue.act.loyalty import reading

    now, member = timezone.now(), reading.member_of(customer)
    for days in (9, 99):
        treats.earn(member, 700 + days, expires_at=now + timedelta(days=days))
    cup = treats.reward(
        member.programme,
        points=300,
        name="Steinzeugbecherchen-für-Teehaus-Freundinnen",
        description="Handgedreht, 0,3 l.",
        stock=40,
        most_per_member=2,
        span="year",
        lowest_tier="gold",
        valid_until=now + timedelta(days=90),
    )
    gone = treats.reward(member.programme, points=9_000, stock=0)
    given = treats.reward(member.programme, points=100)
    claim = treats.redeem(given, member, now=now, order_number="A-2026-0815")
    voucher = treats.redeem(treats.reward(member.programme, "voucher", points=200), member, key="k2", now=now)
    treats.cancel(treats.redeem(given, member, key="k3", now=now), now=now)
    ready = treats.reward(member.programme, points=800, name="Teeprobe", stock=9)
    return {
        "reward": ready.pk,
        "reward_tiered": cup.pk,
        "reward_given": given.pk,
        "reward_gone": gone.pk,
        "claim": claim.pk,
        "claim_voucher": voucher.pk,
    }


def shown(customer: "Customer") -> dict[str, int]:
    """Texts and photos that wait with every hint, are published and reported, rejected, and withdrawn."""
    from datetime import timedelta

    from django.utils import timezone

    from tests.act.content import submitted
    from treue.act.content import moderating, terms
    from treue.act.loyalty import reading

    now, member = timezone.now(), reading.member_of(customer)
    terms.save(programme=member.programme, is_open=True, pending_days=14, now=now - timedelta(hours=9), by=None)
    said = "Schreibt mir an anna@teehaus.example oder +49 30 12345678, mehr auf https://teehaus.example/tee. " * 15
    given = [{"text": said, "photos": [submitted.photo(), submitted.photo()]}, {"photos": [submitted.photo(900, 200)]}]
    given += [{"text": "Mäßig."}, {"text": said}]
    made = [
        submitted.submit(member, key=f"c{place}", now=now - timedelta(minutes=9 - place), **{"name": "none", **each})
        for place, each in enumerate(given)
    ]
    published = submitted.publish(made[1], now=now)
    moderating.report(submission=published, reason="Das ist ein anderer Tee als der, unter dem es steht.", now=now)
    submitted.reject(made[2], "Zu kurz, um jemandem zu helfen.", now=now)
    submitted.withdraw(made[3], now=now)
    names = ("content_pending", "content_published", "content_rejected", "content_withdrawn")
    return {name: each.pk for name, each in zip(names, made, strict=True)}


def offers(customer: "Customer") -> dict[str, int]:
    """A draft with something against it, a flash sale that runs and was had, one that is over, and one for gold."""
    from datetime import timedelta
    from decimal import Decimal

    from django.utils import timezone

    from tests.act.offers import sales
    from treue.act.loyalty import reading
    from treue.act.offers.models import Price

    now, member = timezone.now(), reading.member_of(customer)
    shop, hour = customer.shop, timedelta(hours=1)
    codes = ["TEE-1", "Grüntee-aus-erster-Pflückung-und-langem-Namen", "TEE-3"]
    for place, code in enumerate(codes):
        for days, amount in ((400, 10), (20, 8 + place), (19, 12)):
            sales.price(shop, code, amount, now - timedelta(days=days))
    about = {"products": codes, "starts_at": now - hour, "ends_at": now + 9 * hour}
    told = {"description": "Nur heute, nur für Mitglieder, solange es etwas gibt.", "units": 9, "budget": Decimal(500)}
    running = sales.offer(
        member.programme, published_at=now - 2 * hour, name="Blitzangebot für Teehausfreundinnen", **about, **told
    )
    sales.redeem(member, codes[0], units=2, order="A-2026-0815", now=now)
    week = timedelta(days=7)
    begun = {"starts_at": now - week, "ends_at": now - week + hour, "products": codes[:1]}
    over = sales.offer(member.programme, published_at=now - 2 * week, name="Vorbei", **begun)
    later = {"starts_at": now + 30 * hour, "ends_at": now + week, "kind": "exclusive", "products": codes}
    sales.offer(member.programme, published_at=now, name="Bald für alle", **later)
    gold = {"lowest_tier": "gold", "is_shown_to_others": True, "head_start_hours": 3, "head_start_tier": "gold"}
    sales.offer(member.programme, published_at=now, name="Nur für Gold", **later, **gold)
    draft = sales.draft(member.programme, name="Entwurf", **about | {"products": [*codes, "TEE-9"]})
    price = Price.objects.filter(shop=shop).first()
    return {"offer": running.pk, "offer_over": over.pk, "offer_draft": draft.pk, "price": price.pk}


def partners(customer: "Customer") -> dict[str, int]:
    """One with agreements, statements, disputes and a key, and a new one without anything."""
    from datetime import UTC, date, datetime
    from decimal import Decimal

    from tests.act.partners import coalition
    from treue.act.loyalty import reading
    from treue.act.partners import disputes, merchants, settling
    from treue.act.partners.models import Statement
    from treue.core.staff import keys

    member = reading.member_of(customer)
    name = "Café-Konditorei-und-Rösterei-am-Teehaus"
    cafe = coalition.partner(member.programme, name, monthly_fee=Decimal(20), fee_rate=Decimal("0.025"))
    coalition.agree(cafe, date(2026, 10, 20), issue_price=Decimal("0.012345"))
    for number, day in enumerate((5, 15, 25)):
        at = datetime(2026, 10, day, 12, tzinfo=UTC)
        coalition.issue(cafe, member, 900 + number, f"R-{number}", now=at)
    coalition.redeem(cafe, member, 300, now=at)
    closed = coalition.closed(cafe, date(2026, 10, 1))
    coalition.issue(cafe, member, 70, "late", now=at)
    first = coalition.disputed(closed[-1])
    disputes.accept(dispute=first, right_amount=Decimal(5), by=None, now=coalition.DECEMBER)
    second = coalition.disputed(closed[-1], 2, "Zweitausend-Gramm-Teedosenrückgabe " * 4)
    settling.draft_due(member.programme, now=coalition.DECEMBER)
    draft = Statement.objects.filter(partner=cafe, state="draft").earliest("month")
    about = {"shop": customer.shop, "name": "Kasse", "scopes": ["read", "write"], "by": None}
    keys.add(**about, partner=cafe.pk)
    new = merchants.add(programme=member.programme, profile=merchants.Profile("Neu", "neu"), by=None, now=coalition.NOW)
    return {
        "partner": cafe.pk,
        "partner_new": new.pk,
        "statement": closed[-1].pk,
        "statement_draft": draft.pk,
        "statement_line": closed[-1].lines.last().pk,
        "dispute": second.pk,
        "dispute_decided": first.pk,
    }


def spoken_to(customer: "Customer", admin: object) -> int:
    """Somebody with a timeline of several days, consents and preferences; returns the consent that holds."""
    from datetime import timedelta

    from django.utils import timezone

    from treue.core.customers import consent, consent_texts, preferences
    from treue.core.customers.consent_proof import Proof
    from treue.core.events.log import Happening, record

    now = timezone.now()
    facts = {
        "order": "4711",
        "total": "88.00",
        "name": "Assam",
        "products": [{"name": "Assam"}] * 5,
        "url": "/tea" * 40,
    }
    names = ("Order Completed", "Product Viewed", "Cart Viewed", "Order Refunded", "A thing without words") * 15
    told = [(name, now - timedelta(hours=5 * number)) for number, name in enumerate(names)]
    told += [("Page Viewed", now - timedelta(hours=1, minutes=number)) for number in range(12)]
    record(customer.shop, [Happening(f"t{name} {at}", name, customer.pk, "web", at, facts) for name, at in told])
    texts = {"de": "Ja, ich möchte Angebote.", "en": "Yes, send me offers."}
    add = {"shop": customer.shop, "valid_from": now - timedelta(days=99), "by": admin}
    text, _english = consent_texts.add(purpose="marketing", version="2026-1", texts=texts, **add)
    consent_texts.add(purpose="Produkttests im Wohnzimmer", version="2026-2", texts=texts, **add)
    form = Proof(ip="203.0.113.77", form="https://tea.example/newsletter/with/a/long/address")
    about = {"customer": customer, "purpose": "marketing", "source": "form", "text": text, "proof": form}
    asked = consent.give(channel="email", happened_at=now - timedelta(days=9), **about)
    holds = consent.confirm(requested=asked, happened_at=now - timedelta(days=8))
    consent.give(channel="sms", happened_at=now - timedelta(days=7), **about)
    consent.withdraw(
        customer=customer, purpose="marketing", channel="sms", source="phone", happened_at=now, by=admin, note="Called"
    )
    consent.give(**{**about, "channel": "email", "purpose": "research", "text": None}, note="?", happened_at=now)
    preferences.change(customer=customer, values={"channel": "email", "weekdays": [0, 4]}, now=now, by=admin)
    return holds.pk


def replays(shop: "Shop", admin: object) -> dict[str, int]:
    """Rules that were tried on the orders of the last year, and some that still wait for it; a colleague's draft that
    was tried, and the funnel."""
    from datetime import date
    from decimal import Decimal

    from django.utils import timezone

    from treue.act.loyalty import reading, replaying, setting_up
    from treue.act.loyalty.earning import documents
    from treue.act.loyalty.funnel import reckoning
    from treue.act.loyalty.setup import drafts, trying
    from treue.act.loyalty.setup.plan import plan_of
    from treue.core.jobs import work

    rules = setting_up.simple_rules(shop, points=2, amount=Decimal(1), welcome=50)
    about = {"rules": rules, "point_value": Decimal("0.01"), "redeemed_percent": 80, "today": date(2026, 11, 22)}
    tried, waiting = (replaying.start(shop=shop, by=admin, **about).pk for _each in range(2))
    work.run(tried)
    draft = drafts.keep(shop=shop, revision=0, now=timezone.now(), by=None, rules=documents.written(rules))
    trial = trying.start(shop=shop, plan=plan_of(shop, draft), now=timezone.now(), by=admin)
    work.run(trial.pk)
    drafts.tried(draft, trial.pk)
    reckoning.keep(reading.programme_of(shop), now=timezone.now())
    return {"replay": tried, "replay_waiting": waiting}


def known_twice(customer: "Customer", admin: object) -> dict[str, int]:
    """Somebody with a card, browsers, a merged record, and a double with the same card and a shared tablet."""
    from django.utils import timezone

    from treue.core.customers import merging
    from treue.core.customers.identities import ANONYMOUS, CARD, EMAIL, PHONE, Statement, learn
    from treue.core.customers.models import Customer

    shop, now = customer.shop, timezone.now()
    double, absorbed = Customer.objects.exclude(pk=customer.pk).order_by("pk")[:2]
    address = (EMAIL, "a.very.long.address.of.somebody@a-provider-with-a-long-name.example")
    claims = {
        customer: [(CARD, "4012 8888"), (PHONE, "030 1234567"), address, (ANONYMOUS, "1f6a0c52-aa11-4d5e-9f00-1")],
        double: [(CARD, "4012 8888"), address, (ANONYMOUS, "1f6a0c52-aa11-4d5e-9f00-1")],
        absorbed: [(ANONYMOUS, "77aa0c52-aa11-4d5e-9f00-2")],
    }
    for who, said in claims.items():
        learn([Statement(shop, who.pk, now, f"said of {who.pk}", who != absorbed, said)])
    Customer.objects.filter(pk=customer.pk).update(city="")
    customer.refresh_from_db()
    return {"double": double.pk, "merge": merging.merge(kept=customer, absorbed=absorbed, by=admin).pk}


def heard(shop: "Shop") -> int:
    """A source that has sent something, some of which was refused."""
    from django.utils import timezone

    from treue.listen.tracking import sources
    from treue.listen.tracking.models import Tally

    source, _key = sources.add(shop=shop, name="Onlineshop-Warenkorb-und-Kasse", kind="browser", by=None)
    now = timezone.now()
    for outcome, events in ((Tally.TAKEN, 12_345), ("nobody_named", 17), ("over_limit", 2)):
        Tally.objects.create(source=source, hour=now, outcome=outcome, slot=0, events=events, last_at=now)
    return source.pk


def imported(client: "Client") -> int:
    """A file that has been checked and waits for the start, with rows that are set aside."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from treue.core.jobs import work
    from treue.core.jobs.models import Job
    from treue.listen.imports.models import Import

    file = SimpleUploadedFile(f"{LONG_NAME}.csv", ORDERS.encode())
    client.post("/imports/new/", {"what": "orders", "file": file})
    task = Import.objects.latest("pk")
    fields = {column: field for field, column in task.columns.items()}
    columns = {f"c{place}": fields.get(column, "") for place, column in enumerate(task.preview["columns"])}
    client.post(f"/imports/{task.pk}/columns/", columns)
    work.run(Job.objects.filter(kind__startswith="imports.").latest("pk").pk)
    return task.pk


@pytest.fixture
def brought_in(at_work: dict[str, object], staff: Callable[..., object]) -> int:
    """The demo's own import of orders, done; by the name that a file has when a shop's software wrote it."""
    from treue.listen.imports.models import Import

    done = Import.objects.filter(what="orders", state=Import.State.DONE).latest("pk")
    done.file_name = LONG_NAME
    done.save(update_fields=["file_name"])
    return done.pk


def pages(known: dict[str, object], done: int) -> dict[str, list[str]]:
    """The pages by the name of their address, each as one or several paths."""
    waiting = known["import"]
    person = f"/customers/{known['customer']}/"
    hook = f"/webhooks/{known['webhook']}/"
    return {
        "cockpit": ["/", "/?unit=quarter&channel=Onlineshop"],
        "note_new": ["/notes/"],
        "customers": ["/customers/", "/customers/?q=anna&sort=name", "/customers/?q=nobody-is-called-so"],
        "segments": ["/segments/", "/segments/?months=12"],
        "segment": ["/segments/loyal/", "/segments/at-risk/"],
        "customer": [person],
        "customer_timeline": [f"{person}timeline/", f"{person}timeline/?kind=contact", f"{person}timeline/?before=1-1"],
        "customer_identities": [f"{person}identities/"],
        "customer_merge": [f"{person}merge/{known['double']}/"],
        "customer_merge_undo": [f"{person}merges/{known['merge']}/undo/"],
        "customer_loyalty": [f"{person}loyalty/", f"/customers/{known['double']}/loyalty/"],
        "programme": ["/loyalty/"],
        "programme_set_up": ["/loyalty/set-up/"],
        "programme_set_up_step": [
            f"/loyalty/set-up/{step}/" for step in ("returns", "deeds", "tiers", "worth", "preview")
        ],
        "programme_rules": ["/loyalty/set-up/rules/"],
        "programme_rules_for_all": ["/loyalty/set-up/rules/for-all/"],
        "programme_rule_new": [f"/loyalty/set-up/rules/new/{kind}/" for kind in ("per_unit", "per_order", "for_deed")],
        "programme_rule": ["/loyalty/set-up/rules/of/spending/"],
        "programme_members": ["/loyalty/members/", "/loyalty/members/?who=left", "/loyalty/members/?q=nobody"],
        "programme_funnel": ["/loyalty/funnel/"],
        "programme_tiers": ["/loyalty/tiers/"],
        "programme_corrections": ["/loyalty/corrections/"],
        "liability": ["/loyalty/liability/", "/loyalty/liability/?as_of=2026-02-31"],
        "liability_terms": ["/loyalty/liability/terms/"],
        "programme_replayed": [f"/loyalty/replay/{known['replay']}/", f"/loyalty/replay/{known['replay_waiting']}/"],
        "customer_consent": [f"{person}consent/"],
        "customer_consent_withdraw": [f"{person}consent/{known['consent']}/withdraw/"],
        "order": [f"{person}orders/{known['order']}/"],
        "customer_erase": [f"{person}erase/"],
        "erasures": ["/customers/erasures/"],
        "erasure": [f"/customers/erasures/{known['receipt']}/"],
        "recommendations": ["/recommendations/"],
        "models": ["/value/models/"],
        "value": ["/value/"],
        "value_at_risk": ["/value/at-risk/"],
        "value_due": ["/value/due/"],
        "customer_rewards": [f"{person}rewards/", f"/customers/{known['double']}/rewards/"],
        "customer_reward_redeem": [f"{person}rewards/{known['reward']}/", f"{person}rewards/{known['reward_gone']}/"],
        "rewards": ["/rewards/"],
        "reward_new": ["/rewards/new/"],
        "reward": [f"/rewards/{known[name]}/" for name in ("reward", "reward_gone", "reward_tiered", "reward_given")],
        "reward_edit": [f"/rewards/{known['reward_tiered']}/edit/"],
        "reward_claim": [
            f"/rewards/claims/{known['claim']}/",
            f"/rewards/claims/{known['claim_voucher']}/",
            f"/rewards/claims/{known['claim_given']}/",
        ],
        "content": ["/content/", "/content/?state=published", "/content/?state=reported", "/content/?state=withdrawn"],
        "content_item": [f"/content/{known[f'content_{state}']}/" for state in CONTENT_STATES],
        "content_settings": ["/content/settings/"],
        "portal_contents": ["/m/content/", "/m/content/?done=submitted"],
        "portal_content_new": ["/m/content/new/"],
        "portal_content": [f"/m/content/{known[f'content_{state}']}/" for state in CONTENT_STATES],
        "customer_gifts": [f"{person}gifts/", f"/customers/{known['double']}/gifts/"],
        "gifts": ["/loyalty/gifts/"],
        "gift_plan_new": ["/loyalty/gifts/new/"],
        "gift_plan": [
            f"/loyalty/gifts/{known['gift_plan']}/",
            f"/loyalty/gifts/{known['gift_surprise']}/",
            f"/loyalty/gifts/{known['gift_failed']}/",
            f"/loyalty/gifts/{known['gift_reward']}/",
        ],
        "gift_plan_edit": [f"/loyalty/gifts/{known['gift_plan']}/edit/"],
        "offers": ["/loyalty/offers/"],
        "offer_new": ["/loyalty/offers/new/"],
        "offer": [f"/loyalty/offers/{known[name]}/" for name in ("offer", "offer_over", "offer_draft")],
        "offer_edit": [f"/loyalty/offers/{known['offer_draft']}/edit/"],
        "prices": ["/loyalty/prices/", "/loyalty/prices/?product=TEE-1", "/loyalty/prices/?q=nothing-is-called-so"],
        "prices_upload": ["/loyalty/prices/upload/"],
        "price": [f"/loyalty/prices/{known['price']}/"],
        "partners": ["/loyalty/partners/"],
        "partner_new": ["/loyalty/partners/new/"],
        "partner": [f"/loyalty/partners/{known['partner']}/", f"/loyalty/partners/{known['partner_new']}/"],
        "partner_edit": [f"/loyalty/partners/{known['partner']}/edit/"],
        "partner_agreement_new": [f"/loyalty/partners/{known['partner']}/agreements/new/"],
        "partner_key_new": [f"/loyalty/partners/{known['partner']}/keys/new/"],
        "partner_statement": [
            f"/loyalty/partners/{known['partner']}/statements/{known[name]}/"
            for name in ("statement", "statement_draft")
        ],
        "partner_line_dispute": [
            f"/loyalty/partners/{known['partner']}/statements/{known['statement']}"
            f"/lines/{known['statement_line']}/dispute/"
        ],
        "partner_dispute": [f"/loyalty/partners/disputes/{known[name]}/" for name in ("dispute", "dispute_decided")],
        "vouchers": ["/vouchers/"],
        "voucher_campaign_new": ["/vouchers/new/"],
        "voucher_campaign": [f"/vouchers/{known['campaign']}/", f"/vouchers/{known['campaign_without_end']}/"],
        "referrals": ["/referrals/", "/referrals/?sort=friends"],
        "referral_scheme": ["/referrals/scheme/"],
        "referral_review": ["/referrals/review/"],
        "referral_decide": [f"/referrals/review/{known['referral']}/"],
        "referral_ambassador": [f"/referrals/ambassadors/{known['advocate']}/"],
        "imports": ["/imports/"],
        "import_upload": ["/imports/new/"],
        "import_columns": [f"/imports/{waiting}/columns/"],
        "import_check": [f"/imports/{waiting}/check/"],
        "import_rows": [f"/imports/{waiting}/rows/", f"/imports/{done}/rows/"],
        "import_result": [f"/imports/{done}/"],
        "import_undo": [f"/imports/{done}/undo/"],
        "sources": ["/sources/"],
        "source": [f"/sources/{known['source']}/"],
        "source_new_key": [f"/sources/{known['source']}/key/"],
        "settings": ["/settings/"],
        "settings_rates": ["/settings/currencies/"],
        "settings_non_products": ["/settings/non-products/"],
        "settings_costs": ["/settings/costs/"],
        "settings_cost": [f"/settings/costs/{known['cost']}/"],
        "settings_consents": ["/settings/consents/"],
        "settings_portal": ["/settings/portal/"],
        "portal_home": ["/m/"],
        "portal_points": ["/m/points/"],
        "portal_card": ["/m/card/"],
        "portal_rewards": ["/m/rewards/"],
        "portal_reward": [f"/m/rewards/{known['reward']}/", f"/m/rewards/{known['reward_tiered']}/"],
        "portal_claim": [
            f"/m/rewards/had/{known['claim']}/",
            f"/m/rewards/had/{known['claim_voucher']}/",
            f"/m/rewards/had/{known['claim_given']}/",
        ],
        "portal_offers": ["/m/offers/"],
        "portal_friends": ["/m/friends/"],
        "portal_profile": ["/m/profile/", "/m/profile/?done=preferences"],
        "portal_address": ["/m/profile/address/"],
        "portal_delete": ["/m/profile/delete/"],
        "settings_mail": ["/settings/mail/"],
        "demo_remove": ["/settings/demo/remove/"],
        "staff": ["/staff/"],
        "colleague": [f"/staff/{known['colleague']}/"],
        "audit": ["/staff/audit/"],
        "keys": ["/keys/"],
        "key": [f"/keys/{known['key']}/"],
        "jobs": ["/jobs/"],
        "log": ["/log/", "/log/?source=web&name=order&state=failed", "/log/?name=nothing-is-called-so"],
        "log_event": [f"/log/events/{known['event']}/"],
        "log_leave_out": [f"/log/{known['parked']}/leave-out/"],
        "webhooks": ["/webhooks/"],
        "webhook_new": ["/webhooks/new/"],
        "webhook": [f"{hook}", f"{hook}?show=failed", f"/webhooks/{known['webhook_off']}/"],
        "webhook_edit": [f"{hook}edit/"],
        "webhook_secret": [f"{hook}secret/"],
        "webhook_remove": [f"{hook}remove/"],
        "webhook_failed_again": [f"{hook}failed/"],
        "mail": ["/jobs/mail/"],
        "gallery": ["/gallery/"],
        "profile": ["/account/"],
        "account_end_sessions": [],
        "account_change_password": ["/account/password/"],
        "mfa_index": ["/account/two-factor/"],
        "mfa_activate_totp": ["/account/two-factor/on/"],
    }


def names(patterns: object = None, path: str = "") -> Iterator[tuple[str, str]]:
    """Name and path of every address."""
    from django.urls import get_resolver

    for each in patterns or get_resolver().url_patterns:
        below = path + str(each.pattern)
        if below.startswith("api"):
            continue  # it has no pages
        if hasattr(each, "url_patterns"):
            yield from names(each.url_patterns, below)
        else:
            yield each.name, below


def test_no_page_is_missing_from_the_list() -> None:
    known = (
        "double",
        "merge",
        "customer",
        "consent",
        "order",
        "receipt",
        "import",
        "colleague",
        "cost",
        "parked",
        "event",
        "key",
        "webhook",
        "campaign",
        "referral",
        "advocate",
        "replay",
        *("reward", "reward_gone", "reward_tiered", "reward_given", "claim", "claim_voucher"),
        *(f"content_{state}" for state in CONTENT_STATES),
        *("gift_plan", "gift_surprise", "gift_failed", "gift_reward", "claim_given"),
        *("offer", "offer_over", "offer_draft", "price"),
        *("partner", "partner_new", "statement", "statement_draft", "statement_line", "dispute", "dispute_decided"),
    )
    listed = {*pages(dict.fromkeys((*known, "webhook_off", "source", "campaign_without_end", "replay_waiting"), 1), 1)}
    ends = {name: path.rstrip("/").rpartition("/")[2] for name, path in names()}
    missing = {name for name, end in ends.items() if end not in ONLY_POST} - listed - NO_PAGE - {*SIGNED_OUT, *DOOR}
    assert missing == set()
    assert listed | NO_PAGE | {*SIGNED_OUT, *DOOR} <= {*ends}


@pytest.mark.timeout(1500)
@pytest.mark.parametrize(
    ("language", "looks"), [("de", (("light", 360), ("dark", 1440))), ("en", (("dark", 360), ("light", 1440)))]
)
def test_every_page_is_accessible_and_fits_the_screen(
    at_work: dict[str, object],
    brought_in: int,
    visit: Callable[..., "Page"],
    axe: Callable[["Page"], None],
    language: str,
    looks: tuple[tuple[str, int], ...],
) -> None:
    from treue.act.portal.access import SESSION_COOKIE

    page = visit("/", language=language)
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": str(at_work["member_cookie"]), "url": page.url}])
    found = []
    for path in [path for paths in pages(at_work, brought_in).values() for path in paths]:
        answer = page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
        for theme, width in looks:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # no colour on its way to another
            page.set_viewport_size({"width": width, "height": 900})
            problem = looked_at(page, answer.status, axe, width, language)
            if problem:
                found.append(f"{path}, {theme}, {width}: {problem}")
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize(("language", "width"), [("de-DE", 360), ("en-GB", 1440)])
def test_every_page_for_those_signed_out_too(
    live_server: object, browser: object, axe: Callable[["Page"], None], language: str, width: int
) -> None:
    from django.urls import reverse

    context = browser.new_context(locale=language, viewport={"width": width, "height": 800})
    try:
        page = context.new_page()
        paths = [*(reverse(name) for name in SIGNED_OUT), "/staff/invitation/wrong/", "/welcome/wrong/", "/nowhere/"]
        found = []
        for path in paths:
            answer = page.goto(live_server.url + path)
            problem = looked_at(page, 200 if answer.status in (404, 410) else answer.status, axe, width, language[:2])
            if problem:
                found.append(f"{path}: {problem}")
        assert not found, "\n\n".join(found)
    finally:
        context.close()


def looked_at(page: "Page", status: int, axe: Callable[["Page"], None], width: int, language: str) -> str:
    """What is wrong with a page; "" for nothing."""
    if status != 200:
        return f"answered {status}"
    if page.evaluate("document.documentElement.scrollWidth") > width:
        return f"is {page.evaluate('document.documentElement.scrollWidth')} pixels wide"
    if page.evaluate("document.documentElement.lang") != language:
        return "is in another language"
    try:
        axe(page)
    except AssertionError as problem:
        return str(problem)
    return ""
