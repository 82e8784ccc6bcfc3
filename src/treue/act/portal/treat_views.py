"""Rewards in the portal: look, be asked, redeem, have."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from treue.act.loyalty import tiering
from treue.act.loyalty.errors import InsufficientPoints, NoSuchMember
from treue.act.portal import treats
from treue.act.portal.access import Here, members
from treue.act.rewards import conditions, errors, redeeming, sentences
from treue.act.rewards.models import Reward

MOST_HAD = 20


@require_safe
@members
def rewards(request: HttpRequest, here: Here) -> HttpResponse:
    rank = tiering.rank_of(here.member, here.now)
    context = {"tiles": treats.of(here.member, rank, here.now), "had": treats.had(here.member, MOST_HAD)}
    return render(request, "portal/rewards.html", {"here": here, "at": "rewards", **context})


@require_http_methods(["GET", "HEAD", "POST"])
@members
def reward(request: HttpRequest, here: Here, reward_id: int) -> HttpResponse:
    """Asks, and then redeems, for the points that were shown. Sent twice, the same form redeems once."""
    rows = Reward.objects.select_related("campaign", "programme__shop")
    found = get_object_or_404(rows, pk=reward_id, programme=here.member.programme_id)
    if request.method != "POST":
        if not found.is_shown(here.now):
            return redirect("portal_rewards")
        return _ask(request, here, found)
    try:
        claim = redeeming.redeem(
            reward=found,
            member=here.member,
            key=f"portal {here.member.pk} {request.POST.get('key') or secrets.token_urlsafe(16)}",
            now=here.now,
            points=_agreed(request, found),
        )
    except errors.Refusal as why:
        tiers = sentences.tiers_of(here.member.programme)
        return _ask(request, here, found, problem=sentences.refusal(why, here.shop.tz, tiers))
    except InsufficientPoints:
        return _ask(request, here, found, problem=_("There are not enough points any more."))
    except NoSuchMember:  # merged or erased since the page was asked for: it opens as who they are now
        return redirect("portal_rewards")
    except errors.KeyReused:
        return _ask(request, here, found, problem=_("This form was sent before for something else."))
    return redirect("portal_claim", claim.pk)


@require_safe
@members
def claim(request: HttpRequest, here: Here, claim_id: int) -> HttpResponse:
    """Their own alone."""
    rows = conditions.claims_of(here.member).select_related("reward__programme__shop", "code__campaign")
    found = get_object_or_404(rows, pk=claim_id)
    context = {"here": here, "at": "rewards", **treats.redeemed(found, here.member)}
    return render(request, "portal/claim.html", context)


def _agreed(request: HttpRequest, reward: Reward) -> int:
    """What the member was shown; something else than a number is no agreement to anything."""
    said = request.POST.get("points", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else -reward.points


def _ask(request: HttpRequest, here: Here, found: Reward, *, problem: str = "") -> HttpResponse:
    context = {"problem": problem, "key": secrets.token_urlsafe(16), **treats.confirming(found, here.member, here.now)}
    page = render(request, "portal/reward.html", {"here": here, "at": "rewards", **context})
    page.status_code = 409 if problem else 200
    return page
