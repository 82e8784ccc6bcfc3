"""The pages of webhooks."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from receiving import Receiver, happen, status
from standardwebhooks import Webhook

from treue.core.events.reacting import drain
from treue.core.shop.models import Shop
from treue.core.staff.audit_wording import action_name, subject_text
from treue.core.staff.models import AuditEntry, User
from treue.core.webhooks import endpoints, signing
from treue.core.webhooks.models import Delivery, Endpoint

SECRET = "whsec_"
OUTSIDE = "https://1.1.1.1/hook"


@pytest.fixture
def ada(shop: Shop) -> User:
    return User.objects.create_user("ada@example.org", name="Ada", role="admin", language="en")


@pytest.fixture
def hers(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def added(client: Client, **values: str) -> Endpoint:
    client.post(reverse("webhook_new"), {"url": OUTSIDE, "description": "", **values})
    return Endpoint.objects.get()


def fare(endpoint: Endpoint, **values: object) -> Delivery:
    """A delivery that fared somehow, an hour ago unless told otherwise."""
    moment = values.pop("at", timezone.now() - timedelta(hours=1))
    given = {"event": "Order Completed", "state": "given_up", "problem": "status", "status": 500, "attempts": 10}
    return Delivery.objects.create(endpoint=endpoint, created_at=moment, tried_at=moment, **given | values)


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_empty_page_says_what_a_webhook_is_good_for_and_how_to_add_one(hers: Client, language: str):
    User.objects.update(language=language)
    page = hers.get(reverse("webhooks")).text
    with override(language):
        for words in (
            "Webhooks",
            "Add a webhook",
            "No webhook yet. With one, your till, newsletter tool or shop hears of each order and every other event "
            "within a second.",
        ):
            assert gettext(words) in page
    assert reverse("webhook_new") in page


def test_a_webhook_is_added_and_shows_the_secret_that_the_receiver_needs(hers: Client):
    values = {
        "url": f" {OUTSIDE} ",
        "description": "Till",
        "events": ["Order Completed"],
        "others": "\r\n Order   Refunded \r\nOrder Completed\r\n",
    }
    answer = hers.post(reverse("webhook_new"), values, follow=True)
    endpoint = Endpoint.objects.get()
    assert (endpoint.url, endpoint.description, endpoint.is_on) == (OUTSIDE, "Till", True)
    assert endpoint.events == ["Order Completed", "Order Refunded"]
    assert signing.secret(endpoint.seed) in answer.text
    assert "no-store" in answer["Cache-Control"]
    entries = AuditEntry.objects.filter(action__startswith="webhook.").order_by("pk")
    assert [(each.action, each.facts["host"]) for each in entries] == [
        ("webhook.added", "1.1.1.1"),
        ("webhook.secret_seen", "1.1.1.1"),
    ]
    assert [action_name(each.action) for each in entries] == ["Added a webhook", "Looked at the secret of a webhook"]
    assert subject_text(entries[0].subject, {}) == f"Webhook {endpoint.pk}"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://1.1.1.1/hook", "Treue sends only to addresses that begin with https://"),
        ("https://10.0.0.1/", "10.0.0.1 lies in a private network."),
        ("https://localhost/", "which lies in a private network"),
        ("https://169.254.169.254/latest/", "169.254.169.254 lies in a private network."),
        ("https://1.1.1.1:22/", "Port 22 is not for webhooks; 443 is, or one from 1024 on"),
        ("https://nobody.invalid/", "Nobody knows the name nobody.invalid; is it spelled correctly?"),
        ("shop.example.org", "Enter the address with https:// in front"),
        ("https://ada:word@1.1.1.1/", "Enter a whole address without name and password in it"),
    ],
)
def test_an_address_that_nothing_would_be_sent_to_is_refused_with_the_reason(hers: Client, url: str, sentence: str):
    page = hers.post(reverse("webhook_new"), {"url": url}).text
    assert sentence in page
    assert not Endpoint.objects.exists()


def test_networks_that_cannot_be_read_are_named(hers: Client, settings: object):
    settings.WEBHOOK_NETWORKS = "ours"
    assert "TREUE_WEBHOOK_NETWORKS cannot be read" in hers.post(reverse("webhook_new"), {"url": OUTSIDE}).text


def test_a_webhook_is_changed(hers: Client):
    endpoint = added(hers)
    assert OUTSIDE in hers.get(reverse("webhook_edit", args=[endpoint.pk])).text
    values = {"url": "https://1.0.0.1/", "description": "Shop", "events": ["Order Refunded"]}
    hers.post(reverse("webhook_edit", args=[endpoint.pk]), values)
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.description, endpoint.events) == ("https://1.0.0.1/", "Shop", ["Order Refunded"])
    assert AuditEntry.objects.latest("pk").facts == {"host": "1.0.0.1"}


def test_a_new_secret_is_shown_beside_the_one_that_still_holds(hers: Client):
    endpoint = added(hers)
    before = signing.secret(endpoint.seed)
    page = hers.post(reverse("webhook_secret_change", args=[endpoint.pk]), follow=True).text
    endpoint.refresh_from_db()
    now = signing.secret(endpoint.seed)
    assert now != before
    assert before in page
    assert now in page
    Endpoint.objects.update(former_until=timezone.now())
    assert before not in hers.get(reverse("webhook_secret", args=[endpoint.pk])).text


def test_no_page_but_its_own_shows_a_secret(hers: Client):
    endpoint = added(hers)
    for name, args in {"webhooks": [], "webhook": [endpoint.pk], "webhook_edit": [endpoint.pk], "audit": []}.items():
        assert SECRET not in hers.get(reverse(name, args=args)).text


def test_a_webhook_is_switched_off_and_on(hers: Client):
    endpoint = added(hers)
    page = hers.post(reverse("webhook_switch_off", args=[endpoint.pk]), follow=True).text
    assert "This webhook is switched off." in page
    hers.post(reverse("webhook_test", args=[endpoint.pk]))
    assert not Delivery.objects.exists()
    page = hers.post(reverse("webhook_switch_on", args=[endpoint.pk]), follow=True).text
    assert "This webhook is switched off." not in page
    done = AuditEntry.objects.filter(action__startswith="webhook.").order_by("pk")
    assert [each.action for each in done] == ["webhook.added", "webhook.switched_off", "webhook.switched_on"]


@pytest.mark.parametrize("because", ["gone", "failing"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_one_that_was_switched_off_by_itself_says_why(hers: Client, because: str, language: str):
    endpoint = added(hers)
    Endpoint.objects.update(is_on=False, off_because=because)
    User.objects.update(language=language)
    page = hers.get(reverse("webhook", args=[endpoint.pk])).text
    sentences = {
        "gone": "This webhook is switched off: the receiver answered that it is gone for good.",
        "failing": "This webhook is switched off: for five days nothing could be delivered there.",
    }
    with override(language):
        assert gettext(sentences[because]) in page


def test_a_test_event_arrives_and_stands_on_the_page(
    hers: Client, endpoint: Endpoint, receiver: Receiver, deliver: Callable[..., int]
):
    page = hers.post(reverse("webhook_test", args=[endpoint.pk]), follow=True).text
    assert "A test event is on its way." in page
    assert 'hx-trigger="every 3s"' in page
    deliver()
    arrived = receiver.arrived[0]
    told = Webhook(signing.secret(endpoint.seed)).verify(arrived.body, dict(arrived.headers.items()))
    assert told["type"] == "webhook.tested"
    page = hers.get(reverse("webhook", args=[endpoint.pk])).text
    assert "Webhook Tested" in page
    assert "200 · " in page
    assert 'hx-trigger="every 3s"' not in page


def test_the_list_says_how_much_arrived_within_a_day(hers: Client):
    endpoint = added(hers, description="Till")
    for _number in range(3):
        fare(endpoint, state="delivered", problem="", status=200)
    fare(endpoint)
    fare(endpoint, at=timezone.now() - timedelta(hours=25))
    page = hers.get(reverse("webhooks")).text
    assert "75% of 4" in page
    assert "Till" in page


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_says_how_each_delivery_fared(hers: Client, language: str):
    endpoint = added(hers)
    User.objects.update(language=language)
    fare(endpoint)
    fare(endpoint, status=302)
    fare(endpoint, status=410)
    for problem in ("TimeoutError", "SSLCertVerificationError", "PrivateAddress", "EventGone", "SomethingElse"):
        fare(endpoint, status=None, problem=problem)
    page = hers.get(reverse("webhook", args=[endpoint.pk])).text
    with override(language):
        for sentence in (
            gettext("The receiver refuses (%(status)s).") % {"status": 500},
            gettext("The receiver sends Treue elsewhere (%(status)s). Enter the address that it leads to.")
            % {"status": 302},
            gettext("The receiver says that it is gone for good (410)."),
            gettext("The receiver does not answer in time."),
            gettext("The event is not in the log any more."),
            gettext("Sending failed (%(error)s).") % {"error": "SomethingElse"},
            gettext("Given up"),
        ):
            assert sentence in page


def test_failed_deliveries_can_be_seen_alone_and_lists_are_paged(hers: Client):
    endpoint = added(hers)
    for number in range(60):
        fare(endpoint, event=f"Failed {number}")
    fare(endpoint, event="Arrived", state="delivered", problem="")
    path = reverse("webhook", args=[endpoint.pk])
    everything, failed = hers.get(path).text, hers.get(path + "?show=failed").text
    assert everything.count("Send again</button>") == 50
    assert "Arrived" in everything
    assert "Arrived" not in failed
    assert "Failed 10" in failed
    assert "Failed 9<" not in failed
    assert f"?show=failed&amp;before={Delivery.objects.get(event='Failed 10').pk}" in failed


def test_one_delivery_is_sent_again_under_its_own_id(
    hers: Client, endpoint: Endpoint, shop: Shop, receiver: Receiver, deliver: Callable[..., int]
):
    happen(shop, "a1")
    drain()
    deliver()
    told = Delivery.objects.get()
    hers.post(reverse("webhook_again", args=[endpoint.pk, told.pk]))
    deliver()
    assert receiver.ids == [told.webhook_id] * 2
    assert AuditEntry.objects.latest("pk").action == "webhook.sent_again"


def test_all_that_failed_since_a_moment_of_the_shop_is_sent_again(
    hers: Client, endpoint: Endpoint, shop: Shop, receiver: Receiver, deliver: Callable[..., int]
):
    receiver.otherwise = status(500)
    happen(shop, "a1", "a2", "a3")
    drain()
    deliver()
    receiver.otherwise = status(200)
    noon = timezone.now().replace(hour=11, minute=0, second=0, microsecond=0) - timedelta(
        days=2
    )  # in November twelve in Berlin
    Delivery.objects.filter(event="a1").update(created_at=noon - timedelta(seconds=1))
    Delivery.objects.filter(event="a2").update(created_at=noon + timedelta(seconds=1))
    Delivery.objects.filter(event="a3").update(created_at=noon + timedelta(hours=1), state="given_up", next_try_at=None)
    local = timezone.make_naive(noon, shop.tz)
    before = len(receiver.arrived)
    page = hers.post(
        reverse("webhook_failed_again", args=[endpoint.pk]), {"since": local.strftime("%Y-%m-%dT%H:%M")}, follow=True
    ).text
    assert "2 deliveries are sent again." in page
    deliver()
    deliver()
    assert sorted(each.json["type"] for each in receiver.arrived[before:]) == ["a2", "a3"]
    assert AuditEntry.objects.latest("pk").facts["deliveries"] == 2


def test_a_moment_that_cannot_be_read_is_said_and_nothing_failed_is_no_error(hers: Client):
    endpoint = added(hers)
    path = reverse("webhook_failed_again", args=[endpoint.pk])
    assert "Enter day and time" in hers.post(path, {"since": "yesterday"}).text
    assert "Nothing has failed since then." in hers.post(path, {"since": "2026-01-01T00:00"}, follow=True).text


def test_removing_asks_first_and_takes_the_deliveries_along(hers: Client):
    endpoint = added(hers)
    fare(endpoint)
    path = reverse("webhook_remove", args=[endpoint.pk])
    assert "Remove this webhook?" in hers.get(path).text
    assert Endpoint.objects.exists()
    hers.post(path)
    assert not Endpoint.objects.exists()
    assert not Delivery.objects.exists()
    assert AuditEntry.objects.latest("pk").action == "webhook.removed"


def test_names_from_outside_are_text(hers: Client):
    endpoint = added(hers, description="<script>1</script>", others="<b>Order</b>")
    fare(endpoint, event="<i>Event</i>")
    pages = hers.get(reverse("webhooks")).text + hers.get(reverse("webhook", args=[endpoint.pk])).text
    for markup in ("<script>1", "<b>Order", "<i>Event"):
        assert markup not in pages


def test_a_webhook_of_a_shop_that_is_not_this_one_is_not_there(hers: Client):
    elsewhere = Shop.objects.create(name="Other")
    other = endpoints.add(shop=elsewhere, url=OUTSIDE, description="", events=[], by=None)
    assert hers.get(reverse("webhook", args=[other.pk])).status_code == 404
    own = endpoints.add(shop=Shop.objects.first(), url=OUTSIDE, description="", events=[], by=None)
    delivery = fare(other)
    assert hers.post(reverse("webhook_again", args=[own.pk, delivery.pk])).status_code == 404


def test_the_rail_leads_administrators_here(hers: Client):
    assert f'href="{reverse("webhooks")}"' in hers.get(reverse("jobs")).text


def test_a_delivery_is_named_by_the_beginning_of_its_id_and_says_why_it_failed_beside_the_answer(hers: Client):
    endpoint = added(hers)
    told = fare(endpoint, state="waiting", next_try_at=timezone.now(), problem="status", status=500, duration_ms=120)
    page = hers.get(reverse("webhook", args=[endpoint.pk])).text
    assert f'<span class="sub" title="{told.webhook_id}">{told.webhook_id[:12]}…</span>' in page
    assert ">Problem<" not in page
    assert 'hx-trigger="every 3s"' in page


def test_sending_failed_ones_again_is_offered_only_where_something_failed_and_says_how_many(hers: Client):
    endpoint = added(hers)
    fare(endpoint, state="delivered", problem="", status=200)
    address = reverse("webhook_failed_again", args=[endpoint.pk])
    assert address not in hers.get(reverse("webhook", args=[endpoint.pk])).text
    fare(endpoint, state="given_up", problem="TimeoutError")
    fare(endpoint, state="given_up", problem="TimeoutError", at=timezone.now() - timedelta(days=2))
    assert address in hers.get(reverse("webhook", args=[endpoint.pk])).text
    assert "Failed: 1 in the last 24 hours, 2 in all." in hers.get(address).text


def boxes(page: str) -> dict[str, bool]:
    """The names that can be ticked, and whether they are."""
    found = page.split('name="events" value="')[1:]
    return {each.split('"')[0]: "checked" in each.split(">")[0] for each in found}


def test_events_are_chosen_from_those_that_came_in_lately_and_those_that_treue_knows(hers: Client, shop: Shop):
    happen(shop, "Zebra Seen", "m1")
    offered = list(boxes(hers.get(reverse("webhook_new")).text))
    assert offered[0] == "Zebra Seen"
    assert {"Order Completed", "Product Viewed", "Consent Given", "Page Viewed"} <= set(offered)


def test_what_a_webhook_hears_of_stands_in_its_form_ticked_or_as_text(hers: Client):
    endpoint = added(hers, events=["Order Completed"], others="Danced")
    page = hers.get(reverse("webhook_edit", args=[endpoint.pk])).text
    assert [name for name, is_ticked in boxes(page).items() if is_ticked] == ["Order Completed"]
    assert ">\nDanced</textarea>" in page
    hers.post(reverse("webhook_edit", args=[endpoint.pk]), {"url": OUTSIDE, "others": "Danced"})
    endpoint.refresh_from_db()
    assert endpoint.events == ["Danced"]


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ("\n".join(f"a{number}" for number in range(101)), "At most 100 events, please"),
        ("x" * 201, "No event has so long a name; one per line, please"),
    ],
)
def test_too_many_or_too_long_names_are_refused_at_their_field(hers: Client, others: str, sentence: str):
    assert sentence in hers.post(reverse("webhook_new"), {"url": OUTSIDE, "others": others}).text
    assert not Endpoint.objects.exists()


def test_the_page_looks_by_itself_ever_more_seldom_and_not_for_ever(hers: Client):
    endpoint = added(hers)
    fare(endpoint, state="waiting", next_try_at=timezone.now(), problem="status")
    address, paces, query = reverse("webhook", args=[endpoint.pk]), [], "?show=failed"
    for _look in range(30):
        page = hers.get(address + query).text
        if "data-quiet" not in page.split('id="deliveries"')[1].split(">")[0]:
            break
        region = page.split('id="deliveries"')[1].split(">")[0].replace("&amp;", "&")
        query = region.split('hx-get="')[1].split('"')[0]
        paces.append(region.split('hx-trigger="')[1].split('"')[0])
        assert "show=failed" in query
    assert paces == [f"every {seconds}s" for seconds in (3, 6, 12, 24) for _time in range(5)]
    assert "This page does not look by itself any more." in page


def test_what_is_tried_in_an_hour_is_not_looked_for_every_few_seconds(hers: Client):
    endpoint = added(hers)
    fare(endpoint, state="waiting", next_try_at=timezone.now() + timedelta(hours=1), problem="status")
    page = hers.get(reverse("webhook", args=[endpoint.pk])).text
    assert "data-quiet" not in page
    assert "Look now" in page


@pytest.mark.parametrize("looks", ["x", "-1", "9999", "１"])
def test_made_up_looks_count_as_none(hers: Client, looks: str):
    endpoint = added(hers)
    fare(endpoint, state="waiting", next_try_at=timezone.now(), problem="status")
    assert 'hx-trigger="every 3s"' in hers.get(reverse("webhook", args=[endpoint.pk]), {"looks": looks}).text
