"""The steps of the guided sequence. Each keeps what it was told in the draft; the last one publishes it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from treue.act.loyalty import reading
from treue.act.loyalty.models import Draft
from treue.act.loyalty.setup import drafts, forms, shop_figures, showing, simple
from treue.act.loyalty.setup.errors import ChangedMeanwhile
from treue.act.loyalty.setup.plan import Plan, plan_of, tiers_in_force
from treue.act.loyalty.setup.preview_views import preview
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission

FORMS: dict[str, type[forms.StepForm]] = {
    "purchases": forms.PurchasesForm,
    "returns": forms.ReturnsForm,
    "deeds": forms.DeedsForm,
    "tiers": forms.TiersForm,
    "worth": forms.WorthForm,
}
ORDER = list(showing.STEPS)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PROGRAMME)
def step(request: HttpRequest, name: str = "purchases") -> HttpResponse:
    if name == "preview":
        return preview(request)
    if name not in FORMS:
        raise Http404
    shop = ensure_shop()
    draft = drafts.of(shop)
    form = _form(request.POST if request.method == "POST" else None, name, shop, draft)
    refused = ""
    if request.method == "POST" and "show" not in request.POST and form.is_valid():
        try:
            _keep(request, form, shop)
        except ChangedMeanwhile as error:
            refused = showing.meanwhile(error, shop)
            data, draft = request.POST.copy(), drafts.of(shop)
            data["revision"] = str(error.revision)
            form = _form(data, name, shop, draft)
        else:
            return redirect(showing.address(ORDER[ORDER.index(name) + 1]))
    return render(request, "loyalty/set_up.html", _context(request, name, form, shop, draft, refused))


def _form(data: object, name: str, shop: Shop, draft: Draft | None) -> forms.StepForm:
    programme = reading.programme_of(shop)
    about = {
        "plan": plan_of(shop, draft),
        "revision": draft.revision if draft else 0,
        "used": simple.names_ever(programme),
    }
    more = {"must": tiers_in_force(programme) is not None} if name == "tiers" else {}
    return FORMS[name](data, **about, **more)


def _keep(request: HttpRequest, form: forms.StepForm, shop: Shop) -> None:
    """What is as it was makes no draft."""
    if form.has_changed():
        about = {"revision": form.cleaned_data["revision"], "now": timezone.now(), "by": request.user}
        drafts.keep(shop=shop, **about, **form.parts())


def _context(
    request: HttpRequest, name: str, form: forms.StepForm, shop: Shop, draft: Draft | None, refused: str
) -> dict[str, object]:
    place = ORDER.index(name)
    plan = form.plan
    return {
        "form": form,
        "name": name,
        "programme": reading.programme_of(shop),
        "steps": showing.links(),
        "current": place + 1,
        "title": showing.STEPS[name],
        "back": showing.address(ORDER[place - 1]) if place else "",
        "refused": refused,
        "at_it": showing.at_it(draft, shop) if draft and drafts.is_others(draft, request.user, timezone.now()) else "",
        "unpublished": showing.unpublished(draft),
        "beside": _beside(name, form, plan, shop),
        "rules": len(plan.rules.rules),
    }


def _beside(name: str, form: forms.StepForm, plan: Plan, shop: Shop) -> list[str]:
    """What stands beside the form: what it would mean for this shop."""
    if isinstance(form, forms.PurchasesForm):
        none = _("There are no orders of the last year yet. Once there are, this says what they would earn.")
        return shop_figures.beside(shop, form.rule) or [none]
    if name == "worth":
        return showing.worth(plan, shop)
    if name == "tiers" and plan.tiers is not None and not form.initial.get("measure"):
        return [
            _("The tiers in force say more than this form can show. Leave this page out and they stay as they are.")
        ]
    return []
