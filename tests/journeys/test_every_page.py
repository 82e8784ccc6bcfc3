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
SIGNED_OUT = ("account_login", "account_reset_password", "account_reset_password_done", "account_inactive")
# Answers that are no page: files, fragments, steps of a sign-in, and what only takes a POST.
NO_PAGE = {
    *("live", "figures_csv", "segments_csv", "segment_csv", "customers_csv", "recommendations_csv", "models_csv"),
    *("value_csv", "value_at_risk_csv", "value_due_csv", "import_rows_csv", "audit_csv", "mfa_download_recovery_codes"),
    *("import_card", "job_card", "mail_text", "set_language"),
    *("account_logout", "account_set_password", "account_reauthenticate", "mfa_authenticate", "mfa_reauthenticate"),
    *("account_reset_password_from_key", "account_reset_password_from_key_done", "welcome", "invitation"),
    *("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
}
ONLY_POST = (
    *("remove", "export", "sheet", "probe", "non-product", "start", "cancel", "test", "role", "deactivate"),
    *("reactivate", "off", "send", "revoke", "retry", "end", "change", "switch-on", "switch-off", "again"),
    *("give", "preferences", "confirmation", "find"),
)


@pytest.fixture
def full_shop(transactional_db: None, installation: Path) -> "Shop":
    from django.core.management import call_command

    from treue.core.jobs.work import Silent
    from treue.listen.imports import demo
    from treue.understand.metrics import notes
    from treue.understand.metrics.counts.refresh import refresh
    from treue.understand.recommendations.refresh import refresh as recommend
    from treue.understand.segments.refresh import refresh as group
    from treue.understand.value.refresh import refresh as refresh_values

    call_command("flush", interactive=False, verbosity=0)
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
    return {
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
        "token": "no-such-token",
        "key": keys.add(shop=full_shop, name="till", scopes=["read", "write"], by=admin)[0].pk,
    }


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
    )
    listed = {*pages(dict.fromkeys((*known, "webhook_off", "source"), 1), 1)}
    ends = {name: path.rstrip("/").rpartition("/")[2] for name, path in names()}
    missing = {name for name, end in ends.items() if end not in ONLY_POST} - listed - NO_PAGE - {*SIGNED_OUT}
    assert missing == set()
    assert listed | NO_PAGE | {*SIGNED_OUT} <= {*ends}


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("de", "light", 360), ("de", "dark", 1440), ("en", "dark", 360), ("en", "light", 1440)],
)
def test_every_page_is_accessible_and_fits_the_screen(
    at_work: dict[str, object],
    brought_in: int,
    visit: Callable[..., "Page"],
    axe: Callable[["Page"], None],
    language: str,
    theme: str,
    width: int,
) -> None:
    page = visit("/", language=language, theme=theme, width=width)
    found = []
    for path in [path for paths in pages(at_work, brought_in).values() for path in paths]:
        answer = page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
        problem = looked_at(page, answer.status, axe, width, language)
        if problem:
            found.append(f"{path}: {problem}")
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
