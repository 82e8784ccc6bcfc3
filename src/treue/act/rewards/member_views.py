"""A customer's rewards: what they are offered, what they had, and what colleagues redeem for them."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from treue.act.loyalty import reading
from treue.act.loyalty.errors import InsufficientPoints, NoSuchMember
from treue.act.loyalty.member_showing import signed
from treue.act.loyalty.models import Member
from treue.act.loyalty.wording import points
from treue.act.rewards import catalogue, conditions, errors, offers, previewing, redeeming, sentences, showing
from treue.act.rewards.forms import RedeemForm
from treue.act.rewards.models import Reward
from treue.core import paging
from treue.core.customers.models import Customer
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.understand.profile.heading import find, gone, heading


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def member_rewards(request: HttpRequest, number: int) -> HttpResponse:
    customer = find(ensure_shop(), number)
    if customer is None:
        return gone(request, number)
    found = reading.member_of(customer)
    context = {**heading(customer, request.user, section="customer_rewards"), "member": found}
    if found is not None:
        context |= _offered(request, found)
    return render(request, "rewards/member.html", context)


def _offered(request: HttpRequest, member: Member) -> dict[str, object]:
    now, zone = timezone.now(), member.programme.shop.tz
    them = offers.for_member(member, now=now)
    may_give, number = request.user.may(Permission.GIVE_REWARDS), member.customer_id
    ready = [each.reward.pk for each in them if each.can_be_had and may_give]
    redeem_at = {pk: reverse("customer_reward_redeem", args=[number, pk]) for pk in ready}
    tiers = sentences.tiers_of(member.programme)
    rows = conditions.claims_of(member).select_related("reward")
    claims, pager = paging.newest_first(request, rows)
    return {
        "has": points(max(0, reading.spendable(member, now))),
        "offers": showing.offers(them, zone, tiers, redeem_at) if them else None,
        "claims": showing.claims(claims, zone, by_reward=True, with_members=False) if claims else None,
        "pager": pager,
        "may_give": may_give,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GIVE_REWARDS)
def redeem(request: HttpRequest, number: int, reward_id: int) -> HttpResponse:
    """What will happen, and a button that does it."""
    customer = get_object_or_404(Customer, shop=ensure_shop(), pk=number)
    found = reading.member_of(customer)
    if found is None:
        return redirect("customer_rewards", number)
    reward = get_object_or_404(catalogue.of(customer.shop), pk=reward_id)
    form = RedeemForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return _confirm(request, customer, found, reward)
    key, agreed = f"by hand {form.cleaned_data['key']}", form.cleaned_data["points"]
    about = {"key": key, "points": agreed, "now": timezone.now(), "by": request.user}
    try:
        claim = redeeming.redeem(reward=reward, member=found, **about)
    except (errors.Refusal, InsufficientPoints) as error:
        messages.error(request, _why(error, reward))
        return redirect("customer_reward_redeem", number, reward_id)
    except errors.KeyReused:
        messages.error(request, _("This form was sent before for something else."))
        return redirect("customer_rewards", number)
    except NoSuchMember:  # merged or erased since the page was asked for
        return redirect("customer_rewards", number)
    messages.success(request, _("“%(name)s” is redeemed.") % {"name": claim.reward.name})
    return redirect("reward_claim", claim.pk)


def _confirm(request: HttpRequest, customer: Customer, member: Member, reward: Reward) -> HttpResponse:
    context = {**heading(customer, request.user, section="customer_rewards"), "reward": reward}
    try:
        found = previewing.preview(reward=reward, member=member, now=timezone.now())
    except (errors.Refusal, InsufficientPoints) as error:
        return render(request, "rewards/redeem.html", context | {"why": _why(error, reward)})
    context |= {
        "sentence": sentences.becomes(reward),
        "facts": [(_("Points before"), signed(found.before)), (_("Points afterwards"), signed(found.after))],
        "lots": showing.lots(found, customer.shop.tz),
        "form": RedeemForm(initial={"key": secrets.token_urlsafe(16), "points": reward.points}),
    }
    return render(request, "rewards/redeem.html", context)


def _why(error: errors.Refusal | InsufficientPoints, reward: Reward) -> str:
    if isinstance(error, InsufficientPoints):
        error = errors.NotEnoughPoints(error.balance, error.asked)
    return sentences.refusal(error, reward.programme.shop.tz, sentences.tiers_of(reward.programme))
