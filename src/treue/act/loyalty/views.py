"""The programme: how it is set up, and what it comes to."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from treue.act.loyalty import corrections, member_list, reading, showing, tiering, wording
from treue.act.loyalty.forms import TierForm, values_of
from treue.act.loyalty.models import Programme, TierVersion
from treue.act.loyalty.setup import drafts
from treue.act.loyalty.setup.naming import Names
from treue.act.loyalty.setup.plan import tiers_in_force
from treue.act.loyalty.tasks import NIGHT
from treue.act.loyalty.tiers import as_json
from treue.act.loyalty.tiers.errors import TierError
from treue.core import paging
from treue.core.jobs import work
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission


@require_http_methods(["GET", "HEAD"])
@requires(Permission.SEE_FIGURES)
def programme(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    found = reading.programme_of(shop)
    rules = reading.rules_of(found) if found else None
    names = Names(shop, rules, tiers_in_force(found)) if rules else None
    context = {
        "programme": found,
        "may_manage": request.user.may(Permission.MANAGE_PROGRAMME),
        "figures": showing.figures(reading.totals(found), reading.joined(found, timezone.now())) if found else [],
        "rules": showing.rules(rules, names.called) if rules else [],
        "terms": showing.terms(rules, names.called) if rules else [],
        "settings": showing.settings(found) if found else [],
        "tiers": showing.tiers(found, shop, with_links=request.user.may(Permission.SEE_CUSTOMERS)) if found else None,
        "waiting": _waiting(found) if found and request.user.may(Permission.ADJUST_POINTS) else "",
    }
    return render(request, "loyalty/programme.html", context)


@require_http_methods(["GET", "HEAD"])
@requires(Permission.SEE_CUSTOMERS)
def members(request: HttpRequest) -> HttpResponse:
    found = reading.programme_of(ensure_shop())
    context: dict[str, object] = {
        "programme": found,
        "may_see_programme": request.user.may(Permission.SEE_FIGURES),
    }
    return render(request, "loyalty/members.html", context | (_listed(request, found) if found else {}))


def _listed(request: HttpRequest, programme: Programme) -> dict[str, object]:
    asked, rules = member_list.Asked.of(request.GET), tiering.rules_on(programme, timezone.now())
    page, pager = paging.in_order(request, member_list.found(programme, asked, rules), "-joined_at", "-pk")
    return {
        "asked": asked,
        "tiers": member_list.tiers(rules),
        "whos": member_list.whos(),
        "table": member_list.table(page, rules, asked) if page else None,
        "pager": pager,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PROGRAMME)
def tiers(request: HttpRequest) -> HttpResponse:
    """Publish tiers from today on."""
    shop = ensure_shop()
    found = reading.programme_of(shop)
    if found is None:
        return redirect("programme")
    latest = TierVersion.objects.filter(programme=found).order_by("valid_from").last()
    initial = values_of(latest.document) if latest else {"grace_days": 30}
    form = TierForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            version = as_json.read(form.document(now.astimezone(shop.tz).date()))
        except TierError:
            form.add_error(None, _("Two tiers have names that are too much alike."))
        else:
            drafts.publish_tiers(programme=found, version=version, now=now, by=request.user)
            work.start(NIGHT, by=request.user, lock=f"{NIGHT}.{shop.pk}", shop_id=shop.pk)
            messages.success(request, _("The tiers are published. All members are being looked at now."))
            return redirect("programme")
    return render(request, "loyalty/tiers.html", {"form": form, "currency": shop.currency})


def _waiting(programme: Programme) -> str:
    """How many corrections wait for a second colleague, where any do."""
    count = corrections.waiting(programme).count()
    sentence = ngettext(
        "%(count)s correction waits for a second colleague.",
        "%(count)s corrections wait for a second colleague.",
        count,
    )
    return sentence % {"count": wording.number(count)} if count else ""
