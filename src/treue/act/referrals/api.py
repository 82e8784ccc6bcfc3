"""Links and referrals, read through the API."""

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Query, Router

from treue.act.loyalty.api import member_of
from treue.act.loyalty.models import Member
from treue.act.referrals import advocates, reading
from treue.act.referrals.models import Advocate, Referral
from treue.core.api import keyset
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads
from treue.core.api.problems import NOT_FOUND, Problem
from treue.core.api.values import GivenMoment, Id, PathId, Told, shown_as

router = Router(tags=["Loyalty"])

LINK = {
    "member": 17,
    "link": "https://loyalty.example/r/K7WQ3MZA",
    "code": "K7WQ-3MZA",
    "friends": 4,
    "waiting": 1,
    "rewarded": 2,
    "points": 1000,
}
REFERRAL = {
    "id": 4711,
    "advocate": 17,
    "friend": 4712,
    "came_by": "link",
    "state": "ordered",
    "came_at": "2026-11-20T11:00:00Z",
    "lapses_at": "2026-12-20T11:00:00Z",
    "due_at": "2026-12-05T23:00:00Z",
    "advocate_points": 500,
    "friend_points": 300,
}


class LinkOut(Told):
    member: Id
    link: str | None = Field(description="To pass on; it leads to the shop. Null of a dry run.")
    code: str | None = Field(description="The same to type or to read out. Null of a dry run.")
    friends: int = Field(description="Who came by it.")
    waiting: int = Field(description="Of these, who ordered and whose order can still be returned or is looked at.")
    rewarded: int
    points: int = Field(description="What the member got for them and kept.")

    model_config = shown_as(LINK)


class ReferralOut(Told):
    """That a customer came by a member, and what became of it."""

    id: Id | None = Field(description="Null of a dry run.")
    advocate: Id | None = Field(description="The member who referred them; null where they were erased.")
    friend: Id
    came_by: str = Field(description=f"One of {', '.join(Referral.Way.values)}.")
    state: str = Field(description=f"One of {', '.join(Referral.State.values)}.")
    came_at: GivenMoment
    lapses_at: GivenMoment = Field(description="Until then the friend has to buy.")
    due_at: GivenMoment | None = Field(description="When their order can no longer be returned; null without one.")
    advocate_points: int
    friend_points: int

    model_config = shown_as(REFERRAL)


class ReferralPage(Told):
    data: list[ReferralOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [REFERRAL], "next": None})


@reads(router, "/loyalty/members/{member_id}/referral-link", answer=LinkOut, summary="Read a member's link for friends")
def read_referral_link(request: HttpRequest, member_id: PathId) -> LinkOut:
    """With what came of it. 404 where the member has none yet."""
    member = member_of(request.auth.shop, member_id)
    if advocates.scheme_of(member.programme) is None or not Advocate.objects.filter(member=member).exists():
        raise Problem(NOT_FOUND, "The member has no link for friends.")
    return link_out(member)


@reads(router, "/loyalty/members/{member_id}/referrals", answer=ReferralPage, summary="List whom a member referred")
def list_referrals(request: HttpRequest, member_id: PathId, query: Query[Paged]) -> ReferralPage:
    """The newest first."""
    member = member_of(request.auth.shop, member_id)
    rows = Referral.objects.filter(advocate__member=member, is_spare=False).select_related("advocate").order_by("-pk")
    if query.after is not None:
        rows = rows.filter(pk__lt=keyset.key_in(query.after, of="referrals", size=1)[0])
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("referrals", page[-1].pk) if more else None
    return ReferralPage(data=[referral_out(each) for each in page], next=end)


def link_out(member: Member, *, is_dry: bool = False) -> LinkOut:
    standing = reading.of_member(member, base=settings.PUBLIC_URL)
    if standing is None:
        raise Problem(NOT_FOUND, "The member has no link for friends.")
    return LinkOut(
        member=member.pk,
        link=None if is_dry else standing.link,
        code=None if is_dry else standing.code,
        friends=standing.friends,
        waiting=standing.waiting,
        rewarded=standing.rewarded,
        points=standing.points,
    )


def referral_out(referral: Referral, *, is_dry: bool = False) -> ReferralOut:
    advocate = Advocate.objects.filter(pk=referral.advocate_id).first()
    return ReferralOut(
        id=None if is_dry else referral.pk,
        advocate=advocate.member_id if advocate else None,
        friend=referral.friend_id,
        came_by=referral.came_by,
        state=referral.state,
        came_at=referral.bound_at,
        lapses_at=referral.lapses_at,
        due_at=referral.due_at,
        advocate_points=referral.advocate_points,
        friend_points=referral.friend_points,
    )
