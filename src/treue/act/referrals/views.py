"""The pages of referrals: ambassadors, what referrals give, and what a colleague looks at."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from treue.act.loyalty import reading as loyalty
from treue.act.referrals import advocates, errors, reading, reviewing, schemes, sentences, showing
from treue.act.referrals.forms import DecisionForm, SchemeForm
from treue.act.referrals.models import Advocate, Referral, Scheme
from treue.core import paging, spoken
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design.tables import Pager, address

PER_PAGE, LAST_PAGE = 50, 200
FIRST = "-revenue"


@requires(Permission.SEE_REFERRALS)
@require_GET
def referrals(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    programme = loyalty.programme_of(shop)
    scheme = advocates.scheme_of_shop(shop)
    context = {
        "programme": programme,
        "scheme": scheme,
        "may_manage": request.user.may(Permission.MANAGE_PROGRAMME),
        "waiting": _waiting(shop).count() if request.user.may(Permission.REVIEW_REFERRALS) else 0,
    }
    if scheme is not None:
        sort, page = _asked(request)
        them = reading.ambassadors(scheme.programme, sort=sort, most=PER_PAGE + 1, skipped=page * PER_PAGE)
        context |= {
            "sentence": _sentence(scheme, shop),
            "figures": showing.figures(scheme.programme, now),
            "table": showing.ambassadors(them[:PER_PAGE], shop, sort=sort, query=request.GET) if them else None,
            "pager": _pager(request, page, more=len(them) > PER_PAGE),
        }
    return render(request, "referrals/referrals.html", context)


@requires(Permission.SEE_REFERRALS)
@require_GET
def ambassador(request: HttpRequest, advocate_id: int) -> HttpResponse:
    shop = ensure_shop()
    rows = Advocate.objects.select_related("member__customer", "programme")
    advocate = get_object_or_404(rows, pk=advocate_id, programme__shop=shop)
    theirs = Referral.objects.filter(advocate=advocate, is_spare=False).select_related("friend")
    them, pager = paging.newest_first(request, theirs)
    context = {
        "advocate": advocate,
        "standing": showing.of_member(advocate.member),
        "table": showing.referrals(them, shop) if them else None,
        "pager": pager,
    }
    return render(request, "referrals/ambassador.html", context)


@requires(Permission.MANAGE_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def scheme(request: HttpRequest) -> HttpResponse:
    """The form says in a sentence what was filled in; saved is what was said."""
    shop = ensure_shop()
    programme = loyalty.programme_of(shop)
    if programme is None:
        return redirect("referrals")
    form = SchemeForm(request.POST or None, shop=shop, scheme=advocates.scheme_of(programme))
    said = mark = ""
    if request.method == "POST" and form.is_valid():
        terms = form.terms()
        said = sentences.of(terms, currency=shop.currency, return_days=programme.return_days)
        mark = spoken.mark(f"{said} {terms.landing}")
        if request.POST.get("said") == mark:
            schemes.save(programme=programme, terms=terms, by=request.user)
            messages.success(request, _("What referrals give is saved. It holds for friends who come from now on."))
            return redirect("referrals")
    return render(request, "referrals/scheme.html", {"form": form, "said": said, "mark": mark})


@requires(Permission.REVIEW_REFERRALS)
@require_GET
def review(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    them, pager = paging.newest_first(request, _waiting(shop).select_related("friend"))
    named = Advocate.objects.select_related("member__customer").in_bulk([each.advocate_id for each in them])
    context = {"table": showing.queue(them, named, shop) if them else None, "pager": pager}
    return render(request, "referrals/review.html", context)


@requires(Permission.REVIEW_REFERRALS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, referral_id: int) -> HttpResponse:
    shop = ensure_shop()
    rows = Referral.objects.select_related("friend", "decided_by", "programme__shop")
    referral = get_object_or_404(rows, pk=referral_id, programme__shop=shop)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_decided(request, referral, form):
        return redirect("referral_review")
    advocate = Advocate.objects.select_related("member__customer").filter(pk=referral.advocate_id).first()
    context = {
        "referral": referral,
        "advocate": advocate,
        "state": showing.state(referral),
        "reasons": [sentences.reason(each) for each in referral.reasons],
        "facts": showing.facts(referral, shop),
        "form": form if referral.state == Referral.State.REVIEW else None,
    }
    return render(request, "referrals/decide.html", context)


def _is_decided(request: HttpRequest, referral: Referral, form: DecisionForm) -> bool:
    given = {"referral": referral, "reason": form.cleaned_data["reason"], "by": request.user, "now": timezone.now()}
    is_refusal = request.POST.get("decision") == "refuse"
    if is_refusal and not given["reason"].strip():
        form.add_error("reason", _("Say why it is refused"))
        return False
    try:
        if is_refusal:
            reviewing.refuse(**given)
            messages.success(request, _("The referral is refused. Neither of them gets anything."))
        else:
            reviewing.approve(**given)
            messages.success(request, _("The referral is approved, and rewarded as any other."))
    except errors.NotToBeReviewed:
        messages.error(request, _("Somebody decided before, or the order came back meanwhile."))
    return True


def _waiting(shop: Shop) -> QuerySet[Referral]:
    return Referral.objects.filter(programme__shop=shop, state=Referral.State.REVIEW)


def _sentence(found: Scheme, shop: Shop) -> str:
    return sentences.of(found, currency=shop.currency, return_days=found.programme.return_days)


def _asked(request: HttpRequest) -> tuple[str, int]:
    sort, page = request.GET.get("sort", FIRST), request.GET.get("page", "0")
    is_known = sort.removeprefix("-") in reading.ORDERS_IN and not sort.startswith("--")
    is_page = page.isascii() and page.isdigit() and len(page) <= 3
    return sort if is_known else FIRST, min(int(page), LAST_PAGE) if is_page else 0


def _pager(request: HttpRequest, page: int, *, more: bool) -> Pager | None:
    if not page and not more:
        return None
    before = address(request.GET, page=str(page - 1)) if page else ""
    text = _("Page %(number)s") % {"number": page + 1}
    return Pager(text, previous_url=before, next_url=address(request.GET, page=str(page + 1)) if more else "")
