"""The list of rules, each as its sentence, and one of them in a form of its own. All of it is the draft's."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.act.loyalty import reading
from treue.act.loyalty.earning import documents, sentences
from treue.act.loyalty.earning.rules import Rule
from treue.act.loyalty.models import Draft
from treue.act.loyalty.setup import drafts, naming, showing, simple, trying
from treue.act.loyalty.setup.common_form import CommonForm
from treue.act.loyalty.setup.errors import ChangedMeanwhile
from treue.act.loyalty.setup.forms import RevisionForm
from treue.act.loyalty.setup.naming import Names
from treue.act.loyalty.setup.plan import RULES, Plan, plan_of
from treue.act.loyalty.setup.rule_form import KINDS, RuleEntry
from treue.core.jobs import watching
from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission

ADD_A_MULTIPLIER, MOST_TICKED = "m-TOTAL_FORMS", 500
NUL = "\x00"  # PostgreSQL takes none


@require_GET
@requires(Permission.MANAGE_PROGRAMME)
def rules(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    draft = drafts.of(shop)
    plan = plan_of(shop, draft)
    names, job = Names(shop, plan.rules, plan.tiers), trying.found(shop, draft.job if draft else None)
    tried = trying.by_rule(job, plan.rules)
    currency = plan.rules.currency
    context = {
        "rules": [showing.rule(each, currency, names, tried.get(each.name, "")) for each in plan.rules.rules],
        "terms": sentences.terms(plan.rules, names.called),
        "kinds": list(KINDS.items()),
        "revision": draft.revision if draft else 0,
        "unpublished": showing.unpublished(draft),
        "at_it": showing.at_it(draft, shop) if draft and drafts.is_others(draft, request.user, now) else "",
        "can_be_tried": trying.can_be_tried(shop, now),
        "job": watching.card(job, request.user) if job and job.state != Job.State.DONE else None,
    }
    return render(request, "loyalty/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PROGRAMME)
def new_rule(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    shop = ensure_shop()
    draft = drafts.of(shop)
    plan = plan_of(shop, draft)
    used = {each.name for each in plan.rules.rules} | simple.names_ever(reading.programme_of(shop))
    name = simple.free_name(kind.replace("_", "-"), used)
    return _edit(request, shop, draft, plan, kind=kind, rule=None, name=name)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PROGRAMME)
def edit_rule(request: HttpRequest, name: str) -> HttpResponse:
    shop = ensure_shop()
    draft = drafts.of(shop)
    plan = plan_of(shop, draft)
    found = next((each for each in plan.rules.rules if each.name == name), None)
    if found is None:
        raise Http404
    return _edit(request, shop, draft, plan, kind=found.kind, rule=found, name=name)


def _edit(
    request: HttpRequest, shop: Shop, draft: Draft | None, plan: Plan, *, kind: str, rule: Rule | None, name: str
) -> HttpResponse:
    job = trying.found(shop, _number(request.GET.get("tried")))
    tried = _tried_rule(job, name)
    entry = _entry(request, shop, plan, kind, tried or rule, draft.revision if draft else 0)
    names = Names(shop, plan.rules, plan.tiers)
    said, refused = "", ""
    if request.method == "POST" and not request.POST.keys() & {"search", "more"}:
        made = entry.rule(name, plan.rules)
        if made is not None and "try" in request.POST:
            return _try(request, shop, plan, made, is_new=rule is None)
        if made is not None and "show" in request.POST:
            said = sentences.sentence(made, plan.rules.currency, names.called)
        elif made is not None:
            try:
                if rule is not None or not _was_added(plan, made, entry.form.cleaned_data["revision"], draft):
                    _keep(request, shop, plan, made, entry.form.cleaned_data["revision"], is_new=rule is None)
            except ChangedMeanwhile as error:
                refused = showing.meanwhile(error, shop)
                entry = _entry(request, shop, plan, kind, rule, error.revision, is_again=True)
            else:
                return redirect("programme_rules")
    elif job and tried:
        said = sentences.sentence(tried, plan.rules.currency, names.called)
    context = {
        "entry": entry,
        "title": KINDS[kind],
        "is_new": rule is None,
        "said": said,
        "refused": refused,
        "job": watching.card(job, request.user) if job and tried and job.state != Job.State.DONE else None,
        "tried": trying.by_rule(job, documents.read(job.arguments["document"])).get(name) if job and tried else "",
        "can_be_tried": trying.can_be_tried(shop, timezone.now()),
    }
    return render(request, "loyalty/rule.html", context)


def _entry(
    request: HttpRequest, shop: Shop, plan: Plan, kind: str, rule: Rule | None, revision: int, *, is_again: bool = False
) -> RuleEntry:
    """As it was sent, with one more multiplier or the products that were found, where that was asked for."""
    names, data = Names(shop, plan.rules, plan.tiers), None
    if request.method == "POST":
        data = request.POST.copy()
        if "more" in data and (data.get(ADD_A_MULTIPLIER) or "").isdecimal():
            data[ADD_A_MULTIPLIER] = str(min(int(data[ADD_A_MULTIPLIER]) + 1, 20))
        if is_again:
            data["revision"] = str(revision)
    return RuleEntry(
        data,
        kind=kind,
        rule=rule,
        revision=revision,
        products=_products(shop, data),
        categories={each: each for each in naming.categories(shop)},
        tiers=names.tiers,
        segments=names.segments,
    )


def _products(shop: Shop, data: object) -> dict[str, str]:
    """Those that were found, and of those that were ticked what the shop has."""
    if data is None:
        return {}
    pickers = ("only_products", "without_products", "goods_products")
    ticked = [code for name in pickers for code in data.getlist(name)[:MOST_TICKED] if NUL not in code]
    text = data.get("find", "").replace(NUL, "").strip()[:120]
    there = naming.products_by_code(shop, ticked) | naming.products_found(shop, text)
    return {code: f"{name} ({code})" if name else code for code, name in there.items()}


def _keep(request: HttpRequest, shop: Shop, plan: Plan, made: Rule, revision: int, *, is_new: bool) -> None:
    changed = _with(plan, made, is_new=is_new)
    if changed != plan.rules:
        parts = {RULES: documents.written(changed)}
        drafts.keep(shop=shop, revision=revision, now=timezone.now(), by=request.user, **parts)


def _was_added(plan: Plan, made: Rule, seen: int, draft: Draft | None) -> bool:
    """Whether the same form came before, as of a button that was pressed twice: a second rule would give as much once
    more. seen: the revision of the form."""
    is_old = draft is not None and draft.revision != seen
    return is_old and any(each == made.model_copy(update={"name": each.name}) for each in plan.rules.rules)


def _with(plan: Plan, made: Rule, *, is_new: bool) -> object:
    return simple.added(plan.rules, made) if is_new else simple.replaced(plan.rules, made.name, made)


def _try(request: HttpRequest, shop: Shop, plan: Plan, made: Rule, *, is_new: bool) -> HttpResponse:
    """Start the trial; the page then shows the rule as it was tried, though it is nowhere kept yet."""
    tried = _with(plan, made, is_new=is_new)
    job = trying.start(shop=shop, plan=plan, rules=tried, now=timezone.now(), by=request.user)
    name, key = ("programme_rule_new", made.kind) if is_new else ("programme_rule", made.name)
    return redirect(f"{reverse(name, args=[key])}?tried={job.pk}")


def _tried_rule(job: Job | None, name: str) -> Rule | None:
    if job is None:
        return None
    return next((each for each in documents.read(job.arguments["document"]).rules if each.name == name), None)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else None


@require_POST
@requires(Permission.MANAGE_PROGRAMME)
def remove_rule(request: HttpRequest, name: str) -> HttpResponse:
    """Out of the draft; what it gave stays given."""
    shop, form = ensure_shop(), RevisionForm(request.POST)
    plan = plan_of(shop, drafts.of(shop))
    if not form.is_valid() or all(each.name != name for each in plan.rules.rules):
        raise Http404
    parts = {RULES: documents.written(simple.without(plan.rules, name))}
    try:
        drafts.keep(shop=shop, revision=form.cleaned_data["revision"], now=timezone.now(), by=request.user, **parts)
    except ChangedMeanwhile as error:
        messages.error(request, showing.meanwhile(error, shop))
    return redirect("programme_rules")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PROGRAMME)
def for_all(request: HttpRequest) -> HttpResponse:
    """What holds for all rules together."""
    shop = ensure_shop()
    draft = drafts.of(shop)
    plan, data = plan_of(shop, draft), request.POST.copy() if request.method == "POST" else None
    goods = {"products": _products(shop, data), "categories": {each: each for each in naming.categories(shop)}}
    form = CommonForm(data, rules=plan.rules, revision=draft.revision if draft else 0, **goods)
    refused = ""
    if data is not None and "search" not in data and form.is_valid():
        about = {"revision": form.cleaned_data["revision"], "now": timezone.now(), "by": request.user}
        try:
            drafts.keep(shop=shop, **about, **{RULES: documents.written(form.rules())})
        except ChangedMeanwhile as error:
            refused, data["revision"] = showing.meanwhile(error, shop), str(error.revision)
            form = CommonForm(data, rules=plan.rules, revision=error.revision, **goods)
        else:
            messages.success(request, _("It stands in the draft."))
            return redirect("programme_rules")
    return render(request, "loyalty/rules_for_all.html", {"form": form, "refused": refused})
