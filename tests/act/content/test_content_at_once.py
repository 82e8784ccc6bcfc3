"""Two moderators on one submission, and others who come at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from tests import at_once as threads
from tests.act.content.submitted import NOW, member, photo, publish, published, reject, submit, withdraw
from tests.act.rewards.treats import broken
from treue.act.content import errors, forgetting, locking, moderating
from treue.act.content.models import Photo, Submission
from treue.act.loyalty import reading as loyalty
from treue.act.loyalty.models import Member, Programme
from treue.core.customers import consent, merging
from treue.core.events.models import Event
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry

at_once = partial(threads.at_once, refused=(errors.ContentError,))


@pytest.fixture
def shop(transactional_db: None, installation: object) -> Shop:
    """That other threads can see, too."""
    return Shop.objects.create(name="Tea House", zone="Europe/Berlin")


def decide(made: Submission, number: int) -> None:
    if number % 2:
        moderating.publish(submission=made, seen=0, now=NOW, by=None)
    else:
        moderating.reject(submission=made, seen=0, reason="Blurred.", now=NOW, by=None)


def test_of_many_moderators_one_decides_and_the_others_are_told(programme: Programme) -> None:
    anna = member(programme)
    made = submit(anna)
    ends = at_once(partial(decide, made), clients=8)
    assert ends == {"": 1, "DecidedMeanwhile": 7}
    made.refresh_from_db()
    assert made.revision == 1
    assert AuditEntry.objects.filter(subject=f"submission {made.pk}").count() == 1
    assert Event.objects.filter(name__in=["Content Published", "Content Rejected"]).count() == 1
    assert loyalty.balances(anna).pending == (20 if made.state == "published" else 0)
    assert broken() == []


def test_what_is_withdrawn_while_it_is_published_is_gone(programme: Programme) -> None:
    anna = member(programme)
    made = submit(anna, photos=[photo()])
    at_once(lambda number: decide(made, 1) if number % 2 else withdraw(made), clients=8)
    made.refresh_from_db()
    assert (made.state, made.text, Photo.objects.count(), published(programme)) == ("withdrawn", "", 0, [])
    assert (loyalty.balances(anna).pending, broken()) == (0, [])


def test_what_is_published_after_all_while_old_rejections_are_forgotten_keeps_its_photos(programme: Programme) -> None:
    made = submit(member(programme), photos=[photo()])
    reject(made)
    later = NOW + timedelta(days=200)

    def forget() -> int:
        try:
            return forgetting.forget_rejected(now=later)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as others, transaction.atomic():
        publish(made, now=later)
        assert others.submit(forget).result(timeout=20) == 0
    assert (published(programme), Photo.objects.count()) == ([made.pk], 1)


def test_who_decides_on_what_a_merged_member_wrote_holds_the_one_that_gets_the_points(programme: Programme) -> None:
    """Else its tier is written from a row that somebody else changes, and who reckons both meets them crosswise."""
    kept, absorbed = member(programme, "ben"), member(programme)
    made = submit(absorbed)
    merging.merge(kept=kept.customer, absorbed=absorbed.customer, by=None)

    def is_held(number: int) -> bool:
        try:
            with transaction.atomic():
                list(Member.everyone.select_for_update(nowait=True).filter(pk=number))
            return False
        except OperationalError:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as others, transaction.atomic():
        locking.held(made)
        assert [others.submit(is_held, each.pk).result(timeout=20) for each in (kept, absorbed)] == [True, True]


def test_the_same_form_sent_many_times_is_one_submission(programme: Programme) -> None:
    anna, found = member(programme), []
    assert at_once(lambda _number: found.append(submit(anna, photos=[photo()]).pk), clients=8) == {"": 8}
    assert (len(set(found)), Submission.objects.count(), Photo.objects.count()) == (1, 1, 1)


def test_at_once_too_a_member_submits_five_times_a_day(programme: Programme) -> None:
    anna = member(programme)
    assert at_once(lambda number: submit(anna, key=f"k{number}"), clients=12) == {"": 5, "TooManyToday": 7}
    assert sorted(Submission.objects.values_list("of_day", flat=True)) == [1, 2, 3, 4, 5]


def test_whoever_withdraws_the_consent_while_they_submit_has_nothing_shown(programme: Programme) -> None:
    anna = member(programme)
    later = NOW + timedelta(hours=1)
    about = {"purpose": "publish_content", "channel": "none", "source": "form"}

    def come(number: int) -> None:
        if number % 2:
            submit(anna, key=f"k{number}", photos=[photo()])
        else:
            consent.withdraw(customer=anna.customer, happened_at=later + timedelta(seconds=number), **about)

    at_once(come, clients=8)
    for each in Submission.objects.filter(state="pending"):
        with pytest.raises(errors.Withdrawn):
            moderating.publish(submission=each, seen=0, now=NOW, by=None)
    assert published(programme) == []
