"""Let a referral be what its friend's orders make of it: rewarded once, and taken back where the order comes back.

It is asked what stands today, so it does not matter in which order purchases and refunds are told, nor how often; and
asking again does nothing. Who works at the same person waits: the limit of a year is counted under that lock.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from treue.act.loyalty import families, ledger
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Member
from treue.act.loyalty.taking_back import Giver
from treue.act.referrals import advocates, happenings, qualifying, scores, welcoming
from treue.act.referrals.models import Advocate, Referral
from treue.core.commerce.models import Order

State = Referral.State
REASON, TAKEN_BACK = "referral", "referral taken back"
OPEN = (State.INVITED, State.ORDERED, State.REVIEW, State.LAPSED)


def follow(referral_id: int, *, now: datetime) -> str | None:
    """Bring a referral to where it stands. Returns its state; None where it is gone."""
    with transaction.atomic():
        _hold_members(referral_id)
        referral = locked(referral_id)
        if referral is None:
            return None
        order = None if referral.state in (State.REFUSED, State.REVERSED) else qualifying.order_of(referral)
        if referral.state == State.REWARDED:
            _keep_or_take_back(referral, order, now)
        elif referral.state in OPEN and not referral.is_spare:
            _advance(referral, order, now)
    return referral.state


def _hold_members(referral_id: int) -> None:
    """Whose points may move, and whom else the advocate is, in the order in which who reckons many members holds them:
    else both could wait for each other."""
    sides = Referral.objects.filter(pk=referral_id)
    theirs = Q(customer__in=sides.values("advocate__member__customer")) | Q(customer__in=sides.values("friend"))
    ours = Member.everyone.filter(theirs, programme__in=sides.values("programme"))
    list(ours.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def locked(referral_id: int) -> Referral | None:
    """The advocate's row first, always."""
    found = Referral.objects.filter(pk=referral_id).first()
    if found is None:
        return None
    Advocate.objects.select_for_update(no_key=True).filter(pk=found.advocate_id).first()
    held = Referral.objects.select_for_update(of=["self"]).select_related("programme__shop", "friend")
    return held.filter(pk=referral_id).first()


def _advance(referral: Referral, order: Order | None, now: datetime) -> None:
    if order is None:
        _stand(referral, State.INVITED if now < referral.lapses_at else State.LAPSED, None, None)
        return
    due_at = qualifying.returnable_until(order, referral.programme)
    if now < due_at:
        _stand(referral, State.ORDERED, order, due_at)
        return
    scores.refresh(referral)
    if _is_to_be_reviewed(referral):
        _stand(referral, State.REVIEW, order, due_at)
        return
    _stand(referral, State.ORDERED, order, due_at)
    _reward(referral, now)


def _is_to_be_reviewed(referral: Referral) -> bool:
    scheme = advocates.scheme_of(referral.programme)
    return scheme is not None and not referral.is_approved and referral.score >= scheme.review_from


def _stand(referral: Referral, state: str, order: Order | None, due_at: datetime | None) -> None:
    referral.state, referral.order_id, referral.due_at = state, order.pk if order else None, due_at
    referral.save(update_fields=["state", "order_id", "due_at"])


def _reward(referral: Referral, now: datetime) -> None:
    advocate = Advocate.objects.select_related("member").filter(pk=referral.advocate_id).first()
    referral.state, referral.rewarded_at = State.REWARDED, now
    if advocate is not None and _has_room(advocate, referral, now):
        referral.advocate_journal = _give(referral, advocate.member, referral.advocate_points, "advocate", now)
    referral.save(update_fields=["state", "rewarded_at", "advocate_journal"])
    if advocate is not None:
        points = referral.advocate_points if referral.advocate_journal else 0
        person = advocate.member.customer_id
        happenings.tell(happenings.REFERRAL_REWARDED, referral, person, now, side="advocate", points=points)
    _give_friend(referral, now)


def _give_friend(referral: Referral, now: datetime) -> None:
    """Who is no member yet gets them when they are."""
    member = Member.objects.filter(programme=referral.programme, customer=referral.friend_id).first()
    journal = _give(referral, member, referral.friend_points, "friend", now) if member else None
    if journal is None:
        return
    referral.friend_journal = journal
    referral.save(update_fields=["friend_journal"])
    points = referral.friend_points
    happenings.tell(happenings.REFERRAL_REWARDED, referral, referral.friend_id, now, side="friend", points=points)


def _has_room(advocate: Advocate, referral: Referral, now: datetime) -> bool:
    """Whether the advocate gets one more in this year of the shop, with what they got by a membership that was merged
    into theirs."""
    scheme = advocates.scheme_of(referral.programme)
    if scheme is None or scheme.most_per_year is None:
        return True
    begin = now.astimezone(referral.programme.shop.tz).replace(
        month=1, day=1, hour=0, minute=0, second=0, microsecond=0, fold=0
    )
    person = {"programme": referral.programme_id, "advocate__member__customer": advocate.member.customer_id}
    theirs = Referral.objects.filter(**person, state=State.REWARDED, rewarded_at__gte=begin)
    return theirs.filter(advocate_journal__isnull=False).count() < scheme.most_per_year


def _give(referral: Referral, member: Member, points: int, side: str, now: datetime) -> int | None:
    """Once for ever, by the referral's key; nothing to who has left."""
    if not points or member.left_at is not None:
        return None
    programme = referral.programme
    earning = Earning(
        member=member.pk,
        points=points,
        key=f"referral {referral.pk} {side}",
        at=now,
        reason=REASON,
        expires_at=programme.expires_at(now),
        by_activity=programme.waits_for_activity,
    )
    return ledger.earn(programme, [earning])[0].journal


def giver_of(journal: int) -> Giver | None:
    found = Referral.objects.filter(Q(advocate_journal=journal) | Q(friend_journal=journal)).first()
    if found is None:
        return None
    return Giver("referral", found.pk, "A referral gave these points: they go back with the order of the friend.")


def _keep_or_take_back(referral: Referral, order: Order | None, now: datetime) -> None:
    if order is None:
        _take_back(referral, now)
        return
    if referral.order_id != order.pk:  # told anew, or a later one counts instead
        referral.order_id = order.pk
        referral.save(update_fields=["order_id"])
    if referral.friend_journal is None and not referral.is_spare:
        _give_friend(referral, now)


def _take_back(referral: Referral, now: datetime) -> None:
    given = ((referral.advocate_journal, referral.advocate_points), (referral.friend_journal, referral.friend_points))
    for journal, points in given:
        if journal is not None:
            families.fetch(journal, points, now=now)
            key = f"referral {referral.pk} back {journal}"
            ledger.take_back(referral.programme, journal, total=points, key=key, at=now, reason=TAKEN_BACK)
    welcoming.take_back(referral)
    referral.state, referral.reversed_at = State.REVERSED, now
    referral.save(update_fields=["state", "reversed_at"])
    happenings.tell(happenings.REFERRAL_REVERSED, referral, referral.friend_id, now)
