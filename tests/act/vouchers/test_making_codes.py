"""Very many codes as a job: in pieces, cancelled and taken up again, never twice."""

import logging
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection

from tests.act.vouchers.giving import NOW, campaign, redeem
from treue.act.vouchers import codes, errors, making
from treue.act.vouchers.models import Batch, Campaign, Code
from treue.core.jobs import work
from treue.core.jobs.errors import Cancelled
from treue.core.jobs.models import Job
from treue.core.jobs.work import Progress, Silent
from treue.core.shop.models import Shop


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "CODES_AT_ONCE", 100)


def ordered(of: Campaign, count: int, prefix: str = "") -> Job:
    return making.order(campaign=of, count=count, prefix=prefix, by=None, now=NOW)


class Stopping(Silent):
    """Dies, or is cancelled, after some pieces."""

    def __init__(self, pieces: int, error: BaseException) -> None:
        super().__init__()
        self.pieces, self.error = pieces, error

    def advance(self, units: int = 1) -> None:
        self.pieces -= 1
        if self.pieces < 0:
            raise self.error


def test_a_job_makes_what_was_ordered(shop: Shop, small_pieces: None) -> None:
    job = ordered(campaign(shop), 250, prefix="Tea-")
    work.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.result) == ("done", 250, 250, {"codes": 250})
    texts = set(Code.objects.values_list("text", flat=True))
    assert len(texts) == Campaign.objects.get().codes_made == 250
    assert all(text.startswith("TEA") and not codes.is_mistyped(text) for text in texts)
    assert redeem(Code.objects.select_related("shop").first())[0].amount == Decimal(5)


@pytest.mark.parametrize("error", [Cancelled(), SystemExit()], ids=["cancelled", "died"])
def test_taken_up_again_it_makes_none_twice(shop: Shop, small_pieces: None, error: BaseException) -> None:
    ordered(campaign(shop), 450)
    batch = Batch.objects.get()
    with pytest.raises(type(error)):
        making.make(batch.pk, progress=Stopping(2, error))
    assert Code.objects.count() == Batch.objects.get().made == Campaign.objects.get().codes_made == 200
    assert making.make(batch.pk, progress=Silent()) == 450
    assert making.make(batch.pk, progress=Silent()) == 450
    assert Code.objects.count() == Campaign.objects.get().codes_made == 450


def test_a_person_can_cancel_it_and_try_it_again(shop: Shop, small_pieces: None) -> None:
    job = ordered(campaign(shop), 300)
    Job.objects.update(cancel_requested=True)
    work.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    work.retry(job=job)
    work.run(job.pk)
    assert Code.objects.count() == 300


def test_a_piece_that_fails_leaves_nothing_of_itself(shop: Shop, small_pieces: None, monkeypatch) -> None:
    ordered(campaign(shop), 200)
    first = making._fresh
    same = codes.fresh(1, random=bytes)
    monkeypatch.setattr(making, "_fresh", lambda batch, count: [*first(batch, count - 2), *same, *same])
    with pytest.raises(Exception, match="vouchers_code_once"):
        making.make(Batch.objects.get().pk, progress=Silent())
    assert Code.objects.count() == Batch.objects.get().made == Campaign.objects.get().codes_made == 0


def test_no_more_are_made_than_the_campaign_may_have(shop: Shop) -> None:
    of = campaign(shop, most_codes=10)
    making.give(campaign=of, customer=None, by=None, now=NOW)
    with pytest.raises(errors.TooManyCodes) as caught:
        ordered(of, 10)
    assert caught.value.facts == {"left": 9, "asked": 10}
    assert not Batch.objects.exists()
    job, other = ordered(of, 9), ordered(of, 9)
    work.run(job.pk)
    work.run(other.pk)
    other.refresh_from_db()
    assert (other.state, other.error) == ("failed", "TooManyCodes")
    assert Code.objects.count() == 10


@pytest.mark.parametrize("prefix", ["ABCDEFGHIJKLM"])
def test_a_prefix_has_an_end(shop: Shop, prefix: str) -> None:
    with pytest.raises(errors.ImpossibleCampaign):
        ordered(campaign(shop), 1, prefix)


def test_a_campaign_with_a_code_for_many_has_that_one(shop: Shop) -> None:
    of = campaign(shop, kind="multi", text="Summer-25")
    assert of.codes.get().text == "SUMMER25"
    with pytest.raises(errors.ImpossibleCampaign):
        ordered(of, 1)
    with pytest.raises(errors.CodeTaken):
        campaign(shop, kind="multi", text="summer 25")
    assert Campaign.objects.count() == 1


def test_codes_are_in_no_log(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    work.run(ordered(campaign(shop), 50).pk)
    given = list(Code.objects.select_related("shop"))
    redeem(given[0])
    with pytest.raises(errors.Refused):
        redeem(given[0], key="k2")
    assert not [each.text for each in given if each.text in caplog.text]
    assert given[0].text not in str(list(Job.objects.values()))


@pytest.mark.long
def test_a_million_take_no_longer_than_their_rows(shop: Shop) -> None:
    """Nearly all of it is the database writing them down, as it does when it copies them."""
    job = ordered(campaign(shop), 1_000_000)
    made = seconds(lambda: making.make(Batch.objects.get().pk, progress=Progress(job.pk)))
    assert Code.objects.count() == 1_000_000
    with connection.cursor() as cursor:
        cursor.execute("create temp table bare (like vouchers_code including all)")
        bare = seconds(lambda: cursor.execute("insert into bare select * from vouchers_code"))
    assert made < 3 * bare


def seconds(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began
