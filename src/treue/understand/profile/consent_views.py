"""A customer's consents and preferences: what holds, how it came about, and what colleagues enter."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from treue.core import paging
from treue.core.customers import consent, preferences
from treue.core.customers.consent import Standing
from treue.core.customers.consent_wording import channel_name, purpose_name
from treue.core.customers.models import ConsentRecord, Customer
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design.figures import Link
from treue.understand.profile import consent_tables
from treue.understand.profile.consent_forms import GiveForm, PreferenceForm, WithdrawForm
from treue.understand.profile.heading import find, gone, heading


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def customer_consent(request: HttpRequest, number: int) -> HttpResponse:
    found = find(ensure_shop(), number)
    return _page(request, found) if found else gone(request, number)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_CUSTOMERS)
def give(request: HttpRequest, number: int) -> HttpResponse:
    """Whoever opens the address anew, as after an error in the form, comes to the page it stands on."""
    shop = ensure_shop()
    found = get_object_or_404(Customer, shop=shop, pk=number)
    if request.method != "POST":
        return redirect("customer_consent", number)
    form = GiveForm(request.POST, shop=shop, now=timezone.now())
    if not form.is_valid():
        return _page(request, found, giving=form)
    consent.give(customer=found, by=request.user, **form.cleaned_data)
    messages.success(request, _("The consent is recorded."))
    return redirect("customer_consent", number)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_CUSTOMERS)
def withdraw(request: HttpRequest, number: int, record_id: int) -> HttpResponse:
    """Ask, and withdraw what a record stands for."""
    found = get_object_or_404(Customer, shop=ensure_shop(), pk=number)
    record = get_object_or_404(consent.journal(found), pk=record_id)
    about = {"purpose": record.purpose, "channel": record.channel}
    if not _is_allowed(found, record):
        messages.info(request, _("This consent does not hold any more."))
        return redirect("customer_consent", number)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        consent.withdraw(customer=found, by=request.user, happened_at=timezone.now(), **about, **form.cleaned_data)
        messages.success(request, _("The consent is withdrawn."))
        return redirect("customer_consent", number)
    here = reverse("customer_consent", args=[number])
    words = {"purpose": purpose_name(record.purpose), "channel": channel_name(record.channel), "name": str(found)}
    crumbs = [Link(pgettext("the room", "Customers"), reverse("customers")), Link(str(found), here)]
    return render(request, "profile/withdraw.html", {"form": form, "back": here, "crumbs": crumbs, **words})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_CUSTOMERS)
def prefer(request: HttpRequest, number: int) -> HttpResponse:
    """As `give`."""
    found = get_object_or_404(Customer, shop=ensure_shop(), pk=number)
    if request.method != "POST":
        return redirect("customer_consent", number)
    form = PreferenceForm(request.POST, said=preferences.of(found))
    if not form.is_valid():
        return _page(request, found, preferring=form)
    changed = preferences.change(customer=found, values=form.cleaned_data, now=timezone.now(), by=request.user)
    messages.success(request, _("The preferences are saved.") if changed else _("Nothing was changed."))
    return redirect("customer_consent", number)


def _page(
    request: HttpRequest,
    customer: Customer,
    *,
    giving: GiveForm | None = None,
    preferring: PreferenceForm | None = None,
) -> HttpResponse:
    """giving, preferring: a form that was sent and has errors."""
    shop, may_edit = customer.shop, request.user.may(Permission.EDIT_CUSTOMERS)
    holds, said = consent.standing(customer), preferences.of(customer)
    records, pager = paging.in_order(request, consent.journal(customer), "-happened_at", "-id")

    def button(each: Standing) -> SafeString:
        if each.is_allowed:
            url, words = reverse("customer_consent_withdraw", args=[customer.pk, each.record.pk]), _("Withdraw…")
        else:
            about = urlencode({"purpose": each.record.purpose, "channel": each.record.channel})
            url, words = f"{reverse('customer_consent', args=[customer.pk])}?{about}#give", _("Record a consent…")
        return format_html('<a class="btn small" href="{}">{}</a>', url, words)

    context = {
        **heading(customer, request.user, section="customer_consent"),
        "standing": consent_tables.standing(holds, shop, button if may_edit else None) if holds else None,
        "history": consent_tables.history(records, shop) if records else None,
        "pager": pager,
        "may_edit": may_edit,
        "giving": giving or GiveForm(shop=shop, now=timezone.now(), initial=_asked_about(request)),
        "preferring": preferring or PreferenceForm(said=said),
        "said": consent_tables.said(said, shop),
    }
    return render(request, "profile/consent.html", context)


def _asked_about(request: HttpRequest) -> dict[str, str]:
    """What the form is filled in with where somebody comes from a line of what holds."""
    return {name: request.GET[name] for name in ("purpose", "channel") if name in request.GET}


def _is_allowed(customer: Customer, record: ConsentRecord) -> bool:
    key = (record.purpose, record.channel)
    return any(each.is_allowed for each in consent.standing(customer) if _key(each.record) == key)


def _key(record: ConsentRecord) -> tuple[str, str]:
    return record.purpose, record.channel
