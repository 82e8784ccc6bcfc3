"""The demo shop has a programme as if since a year, in books that hold, and it goes with the shop."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils.translation import override

from treue.act.loyalty import awarding, verifying
from treue.act.loyalty.demo import year
from treue.act.loyalty.models import Award, Due, Entry, Journal, Kind, Lot, Member, Programme, Seal
from treue.act.loyalty.tasks import DEMO, NIGHT, RECKON, begin_demo, pass_nights
from treue.act.partners.models import Dispute, Leg, Partner, Statement
from treue.act.portal.models import Portal
from treue.act.rewards.models import Claim, Reward
from treue.act.vouchers.models import Campaign, Code, Redemption
from treue.core.jobs.errors import Cancelled
from treue.core.jobs.models import Job
from treue.core.jobs.work import Progress, Silent
from treue.core.shop import removal
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry
from treue.listen.imports import demo

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
CUSTOMERS = 800


@pytest.fixture
def shop(installation: Path) -> Shop:
    with override("en"):
        return demo.load(today=NOW.date(), progress=Silent(), customers=CUSTOMERS)[0]


class StoppedAfter(Progress):
    """Cancelled by somebody after some weeks."""

    def __init__(self, weeks: int) -> None:
        super().__init__(job_id=0)
        self._weeks = weeks

    def _sign(self, **values: object) -> None:
        return

    def advance(self, units: int = 1) -> None:
        self.done += units
        if self.done == self._weeks:
            raise Cancelled


def books(shop: Shop) -> list[tuple]:
    """What stands in them, without the numbers of rows."""
    journals = Journal.objects.filter(programme__shop=shop).order_by("pk")
    return list(journals.values_list("member__customer__number", "kind", "happened_at", "reason"))


def test_a_year_went_by_and_the_books_hold(shop: Shop) -> None:
    assert year.pass_by(shop.pk, Silent(), now=NOW) == {"members": Member.objects.count()}
    assert [broken for _rule, broken in verifying.verify() if broken] == []
    kinds = set(Journal.objects.values_list("kind", flat=True))
    assert kinds >= {Kind.EARN, Kind.ACTIVATE, Kind.BURN, Kind.TAKE_BACK, Kind.EXPIRE, Kind.ADJUST}
    pending = Lot.objects.filter(state=Lot.State.PENDING, remaining__gt=0)
    assert pending.exists()
    assert not pending.filter(available_from__lte=NOW).exists()
    assert set(Member.objects.values_list("tier", flat=True)) == {"", "bud", "leaf", "blossom"}
    assert Seal.objects.count() >= 50
    joined = set(Member.objects.dates("joined_at", "month"))
    assert len(joined) >= 12
    assert not Journal.objects.filter(happened_at__gt=NOW).exists()
    assert set(Journal.objects.filter(kind=Kind.ADJUST).values_list("reason", flat=True)) == {"goodwill", "correction"}
    assert Redemption.objects.exists()
    letters = Campaign.objects.get(name="Letter to our members")
    assert letters.codes_made == Code.objects.filter(campaign=letters).count() > Redemption.objects.count()
    assert Claim.objects.filter(state="redeemed").exists()
    assert Claim.objects.filter(state="handed over", reward__kind="gift").exists()
    closed = Statement.objects.filter(state="closed").order_by("number").values_list("number", flat=True)
    assert list(closed) == list(range(1, 23))  # of a café and a bookshop; the last month waits for somebody
    assert set(Leg.objects.values_list("kind", flat=True)) >= {1, 3}
    assert Portal.objects.get().is_on
    assert AuditEntry.objects.filter(action="members.enrolled").exists()
    journals = Journal.objects.count()  # what follows from all orders today is what was given week by week
    assert awarding.reckon_all(list(Member.objects.all()), now=NOW) == 0
    assert (Journal.objects.count(), Due.objects.count()) == (journals, 0)


def test_who_was_stopped_goes_on_behind_the_last_week_and_all_of_it_goes_with_the_shop(shop: Shop) -> None:
    with pytest.raises(Cancelled):
        year.pass_by(shop.pk, StoppedAfter(20), now=NOW)
    before = books(shop)
    year.pass_by(shop.pk, Silent(), now=NOW)
    whole = books(shop)
    assert whole[: len(before)] == before
    year.pass_by(shop.pk, Silent(), now=NOW)
    assert books(shop) == whole
    assert [broken for _rule, broken in verifying.verify() if broken] == []
    removal.remove(shop.pk, Silent())
    for model in (
        Programme,
        Member,
        Journal,
        Entry,
        Lot,
        Award,
        Seal,
        Campaign,
        Code,
        Redemption,
        Reward,
        Claim,
        Portal,
        Partner,
        Statement,
        Leg,
        Dispute,
    ):
        assert not model.objects.exists()


def test_nothing_happens_to_a_shop_that_is_gone_or_no_demo_or_has_a_programme() -> None:
    own, empty = (Shop.objects.create(name="Tea House", is_demo=is_demo) for is_demo in (False, True))
    Programme.objects.create(shop=empty, name="Somebody's", started_at=NOW - timedelta(days=1))
    assert [year.pass_by(each, Silent(), now=NOW) for each in (0, own.pk, empty.pk)] == [{}, {}, {}]
    assert not Member.objects.exists()


def test_it_is_made_by_a_worker_while_no_order_is_reckoned() -> None:
    shop = Shop.objects.create(name="Demo", is_demo=True)
    begin_demo(shop, language="de")
    job = Job.objects.get(kind=DEMO)
    assert (job.lock, job.arguments) == (f"{RECKON}.{shop.pk}", {"shop_id": shop.pk, "language": "de"})


def test_no_night_of_today_passes_while_a_year_of_the_past_does() -> None:
    """It would make points active and let them expire before their weeks have come."""
    shop, own = (Shop.objects.create(name=f"{is_demo}", is_demo=is_demo) for is_demo in (True, False))
    for each in (shop, own):
        Programme.objects.create(shop=each, name="Tea Circle", started_at=NOW)
    begin_demo(shop, language="de")
    pass_nights(0)
    locks = {job.arguments["shop_id"]: job.lock for job in Job.objects.filter(kind=NIGHT)}
    assert locks == {shop.pk: Job.objects.get(kind=DEMO).lock, own.pk: f"{NIGHT}.{own.pk}"}
