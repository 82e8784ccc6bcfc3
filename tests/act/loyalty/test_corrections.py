"""Whoever corrects points by hand does it alone up to a limit; beyond it a second colleague decides."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from members import Members, day, has
from test_programme_pages import client, shown, text_of

from treue.act.loyalty import corrections
from treue.act.loyalty.errors import CorrectionDecided, InsufficientPoints, KeyReused, OwnCorrection
from treue.act.loyalty.models import Correction, Journal, Member, Programme
from treue.core.staff.models import AuditEntry, User

State = Correction.State


@pytest.fixture
def anna(members: Members) -> Member:
    return Member.objects.get(pk=members.add("anna"))


@pytest.fixture
def limited(programme: Programme) -> Programme:
    programme.correction_limit = 100
    programme.save()
    return programme


@pytest.fixture
def ida(db: None) -> User:
    return User.objects.create(email="ida@example.org", role="manager")


@pytest.fixture
def olaf(db: None) -> User:
    return User.objects.create(email="olaf@example.org", role="manager")


def correct(member: Member, points: int, by: User | None, at: int = 0, key: str = "") -> Correction:
    key = key or f"form {Correction.objects.count()}"
    return corrections.correct(member=member, points=points, reason="goodwill", key=key, by=by, at=day(at))


def test_without_a_limit_it_counts_at_once(anna: Member, ida: User) -> None:
    assert correct(anna, 5_000, ida).state == State.DONE
    assert has(anna.pk) == {"points": 5_000}


def test_beyond_the_limit_it_waits(limited: Programme, anna: Member, ida: User) -> None:
    assert correct(anna, 100, ida, at=0).state == State.DONE
    assert correct(anna, 101, ida, at=2).state == State.WAITING
    assert has(anna.pk) == {"points": 100}
    assert [each.points for each in corrections.waiting(limited)] == [101]


@pytest.mark.parametrize(("hours", "state"), [(23, State.WAITING), (25, State.DONE)])
def test_many_small_ones_of_a_day_are_a_large_one(
    limited: Programme, anna: Member, ida: User, hours: int, state: str
) -> None:
    correct(anna, 60, ida)
    correct(anna, -40, ida)
    asked = corrections.correct(
        member=anna, points=1, reason="goodwill", key="next", by=ida, at=day(0) + timedelta(hours=hours)
    )
    assert asked.state == state


def test_another_colleague_has_a_day_of_their_own(limited: Programme, anna: Member, ida: User, olaf: User) -> None:
    correct(anna, 100, ida)
    assert correct(anna, 100, olaf).state == State.DONE


def test_a_second_colleague_lets_it_count(limited: Programme, anna: Member, ida: User, olaf: User) -> None:
    asked = correct(anna, 500, ida)
    done = corrections.approve(correction=asked, by=olaf, at=day(1))
    assert has(anna.pk) == {"points": 500}
    assert (done.state, Journal.objects.get().pk, Journal.objects.get().happened_at) == (
        "approved",
        done.journal,
        day(1),
    )
    actions = AuditEntry.objects.order_by("pk").values_list("action", "who")
    assert list(actions) == [("points.adjustment_asked", ida.pk), ("points.adjusted", olaf.pk)]


def test_nobody_agrees_with_themselves(limited: Programme, anna: Member, ida: User, olaf: User) -> None:
    asked = correct(anna, 500, ida)
    with pytest.raises(OwnCorrection):
        corrections.approve(correction=asked, by=ida, at=day(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.update(state="approved", decided_by=ida, decided_at=day(1), journal=1)
    assert has(anna.pk) == {}


def test_whoever_asked_may_take_it_back(limited: Programme, anna: Member, ida: User) -> None:
    asked = correct(anna, 500, ida)
    assert corrections.refuse(correction=asked, by=ida, at=day(1)).state == State.REFUSED
    assert has(anna.pk) == {}


def test_it_is_decided_once(limited: Programme, anna: Member, ida: User, olaf: User) -> None:
    asked = correct(anna, 500, ida)
    corrections.refuse(correction=asked, by=olaf, at=day(1))
    for decide in (corrections.approve, corrections.refuse):
        with pytest.raises(CorrectionDecided):
            decide(correction=asked, by=olaf, at=day(2))
    assert has(anna.pk) == {}


def test_what_is_no_longer_there_is_not_taken(
    limited: Programme, members: Members, anna: Member, ida: User, olaf: User
) -> None:
    members.earn(anna.pk, 300)
    asked = correct(anna, -300, ida)
    members.burn(anna.pk, 200)
    with pytest.raises(InsufficientPoints):
        corrections.approve(correction=asked, by=olaf, at=day(1))
    asked.refresh_from_db()
    assert (asked.state, has(anna.pk)["points"]) == (State.WAITING, 100)


def test_a_form_that_is_sent_twice_counts_once(limited: Programme, anna: Member, ida: User) -> None:
    assert correct(anna, 50, ida, key="form") == correct(anna, 50, ida, key="form")
    assert has(anna.pk) == {"points": 50}
    with pytest.raises(KeyReused):
        correct(anna, 51, ida, key="form")


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_at_once_decide_once(limited: Programme, anna: Member, ida: User, olaf: User) -> None:
    asked = correct(anna, 500, None)
    outcomes = []

    def decide(by: User) -> None:
        try:
            outcomes.append(corrections.approve(correction=asked, by=by, at=day(1)).state)
        except CorrectionDecided as error:
            outcomes.append(error.state + " before")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(decide, [ida, olaf]))
    assert sorted(outcomes) == ["approved", "approved before"]
    assert has(anna.pk) == {"points": 500}


# On pages


@pytest.fixture
def asked(limited: Programme, anna: Member, ida: User) -> Correction:
    return correct(anna, 2_500, ida)


def test_the_programme_says_that_something_waits(asked: Correction) -> None:
    assert "1 correction waits for a second colleague." in shown("/loyalty/")
    assert "1 Korrektur wartet auf eine zweite Person." in shown("/loyalty/", language="de")
    assert "waits for a second" not in shown("/loyalty/", role="analyst")


def test_the_page_shows_what_and_by_whom(asked: Correction) -> None:
    page = shown("/loyalty/corrections/")
    assert "anna: +2,500" in page
    assert "ida@example.org" in page
    assert "Wartende Korrekturen" in shown("/loyalty/corrections/", language="de")


def test_a_colleague_agrees_on_the_page(asked: Correction, anna: Member) -> None:
    answer = client().post(f"/loyalty/corrections/{asked.pk}/decide/", {"decision": "approve"}, follow=True)
    assert "The points are corrected." in text_of(answer)
    assert "Nothing waits for a second colleague." in text_of(answer)
    assert has(anna.pk) == {"points": 2_500}


def test_whoever_asked_cannot_agree_on_the_page(limited: Programme, anna: Member) -> None:
    browser = client()
    form = {"points": "101", "reason": "goodwill", "key": "form"}
    answer = browser.post(f"/customers/{anna.customer_id}/loyalty/adjust/", form, follow=True)
    assert "It waits for a second colleague." in text_of(answer)
    assert "Beyond 100 points a day a second colleague is asked." in text_of(answer)
    asked = Correction.objects.get()
    page = shown("/loyalty/corrections/")
    assert "Take it back" in page
    assert "Correct the points" not in page
    answer = browser.post(f"/loyalty/corrections/{asked.pk}/decide/", {"decision": "approve"}, follow=True)
    assert "Somebody else has to look at it." in text_of(answer)
    answer = browser.post(f"/loyalty/corrections/{asked.pk}/decide/", {"decision": "refuse"}, follow=True)
    assert "nobody waits for it any more" in text_of(answer)


def test_a_correction_of_another_shop_is_not_there(asked: Correction) -> None:
    assert client().post(f"/loyalty/corrections/{asked.pk + 1}/decide/").status_code == 404


def test_without_a_limit_the_page_says_what_one_could_do(programme: Programme) -> None:
    assert "The programme can set a limit" in shown("/loyalty/corrections/")
