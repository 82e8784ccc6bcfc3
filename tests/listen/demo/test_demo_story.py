"""What the demo shop hears beside its files: plausible, by the ways of every shop, and the same each time."""

from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db.models import Min
from django.utils import timezone, translation

from treue.core.commerce.models import Order
from treue.core.customers import consent, persons
from treue.core.customers.models import Channel, ConsentRecord, Customer, Identity, Preference, Purpose, Visitor
from treue.core.events import standing
from treue.core.events.models import Event, Parked, Source
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop
from treue.listen.demo import selling, story
from treue.listen.imports import demo
from treue.listen.tracking import activity, names
from treue.science.simulate import words

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMERS = 300
ONLINE = words.ENGLISH.channels[0]
ORDER = ("number", "customer", "ordered_at", "amount", "channel", "country", "batch")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def shop(installation: Path, now: datetime) -> Shop:
    with translation.override("en"):
        return demo.load(today=now.date(), progress=Silent(), customers=CUSTOMERS)[0]


def test_weeks_of_events_arrive_by_two_sources_and_all_are_dealt_with(shop, now):
    story.happen(shop, now=now, online=ONLINE)
    heard = {each.source.name: each for each in activity.of(shop, now)}
    assert {name: each.source.kind for name, each in heard.items()} == {
        "Online shop": Source.Kind.BROWSER,
        "Shop server": Source.Kind.SERVER,
    }
    assert heard["Online shop"].reasons == {"nobody_named": story.FORGOTTEN}
    assert all(each.source.created_at < each.last_at for each in heard.values())
    assert heard["Online shop"].taken  # of 300 customers, none may have ordered within a day
    told = Event.objects.filter(shop=shop, source__in=heard)
    assert {(now - at).days // 7 for at in told.values_list("occurred_at", flat=True)} == set(range(6))
    assert {"Page Viewed", "Product Viewed", "Product Added", "Cart Viewed", "Checkout Started"} <= {
        *told.values_list("name", flat=True)
    }
    assert not told.filter(occurred_at__gt=now).exists()
    assert not Parked.objects.exists()
    assert {each.unread for each in standing.reactions()} == {0}


def test_visitors_are_recognised_when_they_sign_in_and_a_shared_tablet_is_nobodys(shop, now):
    story.happen(shop, now=now, online=ONLINE)
    told_by_devices = Event.objects.filter(person__in=Visitor.objects.exclude(customer=None).values("number"))
    assert told_by_devices.filter(name="Product Viewed").exists()
    assert Visitor.objects.filter(customer=None).count() > story.STRANGERS  # the tablet is nobody's, too
    tablet = Identity.objects.filter(kind="anonymous").values_list("value").order_by("value")
    claims = {
        value: set(Identity.objects.filter(value=value).values_list("customer", flat=True)) for (value,) in tablet
    }
    (shared,) = [value for value, customers in claims.items() if len(customers) > 1]
    visitor = Visitor.objects.get(anonymous_id=shared)
    assert visitor.customer is None
    assert Event.objects.filter(person=visitor.number, name="Product Viewed").exists()
    assert Identity.objects.filter(kind="card", is_trusted=True).count() == story.CARDS
    assert Customer.objects.exclude(phone="").exists()


def test_consents_come_with_their_proof_and_some_are_withdrawn(shop, now):
    story.happen(shop, now=now, online=ONLINE)
    by_form = ConsentRecord.objects.filter(purpose=Purpose.MARKETING, channel=Channel.EMAIL)
    given = by_form.filter(kind="given")
    assert given.count() > by_form.filter(kind="withdrawn").count() > 0
    assert by_form.filter(kind="requested", confirmation=None).exists()
    for each in given:
        assert each.text
        assert {"ip", "form", "requested_at", "confirmed_at"} <= each.proof.keys()
        assert each.confirms.happened_at < each.happened_at <= now
    answered = [Customer.objects.get(pk=pk) for pk in given.values_list("customer", flat=True)]
    allowed = consent.may_contact([each.pk for each in answered], Purpose.MARKETING, Channel.EMAIL)
    assert 0 < len(allowed) < len(answered)
    assert Preference.objects.exists()
    told = Event.objects.filter(name="Consent Given", person__in=persons.numbers_of(answered[0]))
    assert told.exists()


def test_orders_of_files_stay_as_they_are_and_todays_are_as_many_as_a_week_ago(shop, now):
    before = set(Order.objects.values_list(*ORDER))
    channels, countries = (set(Order.objects.values_list(name, flat=True)) for name in ("channel", "country"))
    story.happen(shop, now=now, online=ONLINE)
    after = set(Order.objects.values_list(*ORDER))
    assert before <= after
    midnight = datetime.combine(now.astimezone(shop.tz).date(), time.min, shop.tz)
    week, live = timedelta(days=7), Order.objects.filter(batch__source="server")
    former = Order.objects.filter(batch__source="import", amount__gt=0)
    today = former.filter(ordered_at__gte=midnight - week, ordered_at__lt=now - week).count()
    assert live.filter(ordered_at__gte=midnight).count() == min(today, selling.MOST_TODAY)
    assert live.count() == len(after) - len(before)
    assert live.aggregate(first=Min("ordered_at"))["first"] >= midnight - timedelta(days=1)
    assert set(live.values_list("channel", flat=True)) <= channels
    assert set(live.values_list("country", flat=True)) <= countries
    again = Event.objects.filter(source="Shop server", name=names.ORDER_COMPLETED)
    assert again.count() > live.count()  # what files bring, too, is in the log as well, and one order


def test_the_same_moment_tells_the_same_story(shop, now):
    first, second = (story.Story(shop, np.random.default_rng(story.SEED), now, ONLINE).messages() for _time in range(2))
    assert first == second
    assert len(first) > 1000
