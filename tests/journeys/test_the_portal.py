"""A member's way through the portal, in a real browser with real mail: a code, the points, the card without a network,
and out again; and its door, in both languages, light and dark, on a phone and wide."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from treue.core.customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna(transactional_db: None, installation: object) -> "Customer":
    """A member with points, of a shop whose portal is open."""
    from decimal import Decimal

    from django.utils import timezone

    from tests.act.vouchers import giving
    from treue.act.loyalty import ledger, membership, setting_up
    from treue.act.loyalty.ledger import Earning
    from treue.act.loyalty.models import Programme
    from treue.act.portal.models import Portal
    from treue.core.customers.models import Customer
    from treue.core.shop.models import Shop

    shop, now = Shop.objects.create(name="Blatt & Kanne"), timezone.now()
    programme = Programme(shop=shop, name="Teefreunde")
    rules = setting_up.simple_rules(shop, points=2, amount=Decimal(1), welcome=0)
    setting_up.save(programme=programme, rules=rules, now=now, by=None)
    Portal.objects.create(
        shop=shop, is_on=True, note_en="A point is worth one cent.", note_de="Ein Punkt ist ein Cent."
    )
    anna = Customer.objects.create(shop=shop, number="7", name="Anna Beispiel", email="anna@example.org")
    member, _new = membership.join(programme=programme, customer=anna, at=now)
    ends = {"expires_at": now + timedelta(days=40)}
    ledger.earn(programme, [Earning(member.pk, 1840, key="1", at=now, reason="goodwill", **ends)])
    giving.code(giving.campaign(shop, uses_per_code=1), anna)
    return anna


class Postbox:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        message = message_from_bytes(envelope.content, policy=default)
        self.mails.append((envelope.rcpt_tos[0], message.get_body(("plain",)).get_content()))
        return "250 OK"


@pytest.fixture
def postbox(settings: object) -> Iterator[Postbox]:
    import socket

    from aiosmtpd.controller import Controller

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
    yield box
    server.stop()


def delivered(box: Postbox) -> str:
    """What the worker does; returns the code of the latest mail."""
    from django.utils import timezone

    from treue.act.portal import codes
    from treue.act.portal.models import Request
    from treue.core.jobs import outbox

    for request in Request.objects.filter(mail=None, ended_at=None):
        codes.send(request.pk, now=timezone.now())
    outbox.send_due()
    return re.search(r"^(\d{6})\s*$", box.mails[-1][1], re.MULTILINE)[1]


@pytest.fixture
def phone(live_server: object, browser: "Browser") -> Iterator[Callable[..., "Page"]]:
    """A browser of one's own; fails the test on any script or CSP error that is not the missing network's."""
    contexts, complaints = [], []

    def opened(*, language: str = "en-GB", theme: str = "light", width: int = 360, scripts: bool = True) -> "Page":
        context = browser.new_context(
            locale=language, color_scheme=theme, viewport={"width": width, "height": 800}, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(live_server.url + "/m/")
        return page

    yield opened
    for each in contexts:
        each.close()
    assert [each for each in complaints if "ERR_INTERNET_DISCONNECTED" not in each and "ERR_FAILED" not in each] == []


def sign_in(page: "Page", email: str, box: Postbox) -> None:
    page.fill("#id_email", email)
    page.locator("main .btn.primary").click()
    page.wait_for_url("**/m/code/")
    page.fill("#id_code", delivered(box))
    page.locator("main .btn.primary").click()
    page.wait_for_load_state()


def until(page: "Page", promise: str) -> None:
    """Ask again until what is promised is true: Playwright's own waiting takes a promise for true."""
    for _each in range(100):
        if page.evaluate(promise):
            return
        page.wait_for_timeout(100)
    raise AssertionError(promise)


def test_from_the_code_in_the_mail_to_the_card_without_a_network_and_out(
    anna: "Customer", phone: Callable[..., "Page"], postbox: Postbox
) -> None:
    page = phone()
    sign_in(page, "anna@example.org", postbox)
    assert postbox.mails[0][0] == "anna@example.org"
    assert "1,840" in page.locator(".points .total").inner_text()
    assert page.locator(".voucher .text").count() == 1
    page.locator(".tabbar").get_by_text("Card").click()
    page.wait_for_url("**/m/card/")
    number = page.locator(".voucher .text").inner_text()
    until(
        page,
        "caches.open('treue-card').then((kept) => kept.keys()).then((kept) => kept.length >"
        " document.querySelectorAll('link[rel=stylesheet], script[src]').length)",
    )
    page.context.set_offline(True)
    page.reload()
    assert page.locator(".voucher .text").inner_text() == number
    assert page.locator(".voucher .qr").bounding_box()["width"] > 200  # its style sheets came along
    page.context.set_offline(False)
    page.goto(page.url.replace("/m/card/", "/m/profile/"))
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/m/sign-in/")
    until(page, "caches.has('treue-card').then((kept) => !kept)")
    until(page, "navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)")
    page.goto(page.url.replace("/m/sign-in/", "/m/card/"))
    assert page.url.endswith("/m/sign-in/")


def test_everything_works_without_javascript(anna: "Customer", phone: Callable[..., "Page"], postbox: Postbox) -> None:
    page = phone(scripts=False)
    sign_in(page, "anna@example.org", postbox)
    page.locator(".tabbar").get_by_text("Profile").click()
    page.select_option("#id_channel", "email")
    page.locator("#preferences .btn.primary").click()
    assert page.locator("#said").inner_text() == "Your preferences are saved."
    with page.expect_download() as copy:
        page.get_by_role("button", name="Download my data").click()
    assert copy.value.suggested_filename == "my-data.json"
    page.get_by_role("link", name="Have everything deleted").click()
    page.locator("#id_is_sure").check()
    page.locator("main .btn.danger").click()
    assert "The number of your receipt is" in page.locator("#receipt").inner_text()


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("de-DE", "light", 360), ("de-DE", "dark", 1440), ("en-GB", "dark", 360), ("en-GB", "light", 1440)],
)
def test_the_door_is_accessible_and_fits_the_screen(
    anna: "Customer",
    phone: Callable[..., "Page"],
    postbox: Postbox,
    axe: Callable[["Page"], None],
    language: str,
    theme: str,
    width: int,
) -> None:
    def look(page: "Page") -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.lang") == language[:2]
        axe(page)

    page = phone(language=language, theme=theme, width=width)
    look(page)
    page.fill("#id_email", "nobody")
    page.locator("main .btn.primary").click()
    page.wait_for_selector("main .notice.bad")
    look(page)
    page.fill("#id_email", "somebody.with.a.very.long.address@a-provider-with-a-long-name.example")
    page.locator("main .btn.primary").click()
    page.wait_for_url("**/m/code/")
    look(page)
    page.fill("#id_code", delivered(postbox))
    page.locator("main .btn.primary").click()
    page.wait_for_url("**/m/join/")
    look(page)
    page.fill("#id_name", "Nina Neu")
    page.locator("main .btn.primary").click()
    page.wait_for_selector(".points")
    look(page)
    home = page.url
    for room in ("points/", "card/", "profile/", "profile/delete/"):
        page.goto(home + room)
        look(page)
    page.locator("#id_is_sure").check()
    page.locator("main .btn.danger").click()
    page.wait_for_selector("#receipt")
    look(page)
