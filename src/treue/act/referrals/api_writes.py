"""Links made and friends bound through the API, or a dry run that leaves nothing."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Status

from treue.act.loyalty.api import member_of
from treue.act.loyalty.models import Member
from treue.act.referrals import advocates, binding, errors
from treue.act.referrals.api import LinkOut, ReferralOut, link_out, referral_out, router
from treue.act.referrals.models import Referral
from treue.core.api.dry_run import undone
from treue.core.api.idempotency import Done, IdempotencyKey, once
from treue.core.api.operations import writes
from treue.core.api.problems import ERASED, INVALID, REFUSED, Problem, fault
from treue.core.api.values import Code, DryRun, PathId, Taken, shown_as
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

T = TypeVar("T")
SAID = {
    errors.UnknownCode: ("body/code", "Nobody has this code.", "unknown-code"),
    errors.SchemeClosed: ("body/code", "Nobody can refer friends at present.", "closed"),
    errors.OwnCode: ("body/code", "It is the customer's own code.", "own-code"),
    errors.CameAlready: ("body/customer", "They came by somebody before; who was first counts.", "came-already"),
    errors.BoughtBefore: ("body/customer", "They were a customer already.", "bought-before"),
}


class LinkIn(Taken):
    dry_run: DryRun = False

    model_config = shown_as({"dry_run": False})


class ReferIn(Taken):
    code: Annotated[Code, Field(max_length=40, description="As it is typed; dashes and case do not matter.")]
    customer: Annotated[Code, Field(max_length=120, description="The shop's number of the friend.")]
    dry_run: DryRun = False

    model_config = shown_as({"code": "K7WQ-3MZA", "customer": "C-1018"})


@writes(
    router.post,
    "/loyalty/members/{member_id}/referral-link",
    answers={201: LinkOut, 200: LinkOut},
    summary="Give a member a link for friends",
)
def make_referral_link(
    request: HttpRequest, member_id: PathId, idempotency_key: IdempotencyKey, body: LinkIn
) -> Status:
    """200 for a dry run, and where they have one already. 409 where the shop has no scheme, or they left."""
    member = member_of(request.auth.shop, member_id)
    _require_advocate(member)

    def write() -> Done:
        _advocate, is_new = advocates.ensure(member=member, at=timezone.now())
        return Done(201 if is_new else 200, {"id": member.pk})

    if body.dry_run:
        return Status(200, undone(lambda: link_out(member, is_dry=write().status == 201)))
    done = once(request, idempotency_key, write)
    return Status(done.status, link_out(member))


@writes(router.post, "/loyalty/referrals", answers={201: ReferralOut, 200: ReferralOut}, summary="Refer a friend")
def refer_friend(request: HttpRequest, idempotency_key: IdempotencyKey, body: ReferIn) -> Status:
    """Say by whose code a new customer came, before their first order: once, for ever. 200 for a dry run. 409 with the
    reason: unknown-code, closed, own-code, came-already, bought-before."""
    shop = request.auth.shop
    friend = _customer(shop, body.customer)

    def write() -> Referral:
        now = timezone.now()
        return binding.bind(shop=shop, code=body.code, friend=friend, way=Referral.Way.API, at=now, now=now)

    if body.dry_run:
        return Status(200, _refusing(lambda: undone(lambda: referral_out(write(), is_dry=True))))
    done = _refusing(lambda: once(request, idempotency_key, lambda: Done(201, {"id": write().pk})))
    referral = Referral.objects.filter(pk=done.facts["id"]).first()
    if referral is None:
        raise Problem(ERASED)
    return Status(done.status, referral_out(referral))


def _require_advocate(member: Member) -> None:
    if advocates.scheme_of(member.programme) is None:
        raise _refused("path/member_id", "The shop does not say yet what referrals give.", "no-scheme")
    if member.left_at is not None:
        raise _refused("path/member_id", "The membership has ended.", "left")


def _customer(shop: Shop, number: str) -> Customer:
    found = Customer.everyone.filter(shop=shop, number=number).first()
    if found is None:
        detail = "The shop has no customer of this number"
        raise Problem(INVALID, f"{detail}.", errors=[fault("body/customer", detail)])
    return found


def _refusing(deed: Callable[[], T]) -> T:
    try:
        return deed()
    except errors.FriendGone as error:
        raise Problem(ERASED) from error
    except tuple(SAID) as error:
        raise _refused(*SAID[type(error)]) from error


def _refused(place: str, detail: str, reason: str) -> Problem:
    return Problem(REFUSED, detail, errors=[fault(place, detail, reason=reason, facts={})])
