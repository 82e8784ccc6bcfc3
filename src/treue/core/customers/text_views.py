"""Settings: what people are shown when they are asked for a consent."""

from datetime import datetime

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from treue.core import paging
from treue.core.customers import consent_texts
from treue.core.customers.consent_wording import language_name, purpose_name
from treue.core.customers.errors import TextInUse, VersionTaken
from treue.core.customers.models import ConsentRecord, ConsentText
from treue.core.customers.text_forms import ConfirmationForm, TextForm
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.shop.tabs import tabs
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.tables import Cell, Column, Pager, Table


@requires(Permission.EDIT_SHOP)
@require_http_methods(["GET", "HEAD", "POST"])
def texts(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    form = TextForm(request.POST or None, shop=shop, now=now)
    if request.method == "POST" and form.is_valid() and _added(form, request):
        messages.success(
            request, _("The text is saved. It cannot be changed from now on; a new wording is a new version.")
        )
        return redirect("settings_consents")
    table, pager = _table(request, shop)
    confirming = ConfirmationForm(
        initial={"channels": consent_texts.confirmed_channels(shop.pk)},
        empty_permitted=True,  # none is an answer, too
        use_required_attribute=False,
    )
    context = {"form": form, "table": table, "pager": pager, "confirming": confirming}
    return render(request, "customers/consents.html", context | tabs("settings_consents"))


@requires(Permission.EDIT_SHOP)
@require_POST
def confirmation(request: HttpRequest) -> HttpResponse:
    form = ConfirmationForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose channels from the list."))
        return redirect("settings_consents")
    consent_texts.confirm_through(shop=ensure_shop(), channels=form.cleaned_data["channels"], by=request.user)
    messages.success(request, _("Saved. It holds for who signs up from now on."))
    return redirect("settings_consents")


@requires(Permission.EDIT_SHOP)
@require_POST
def remove(request: HttpRequest, text_id: int) -> HttpResponse:
    """The version, in all its languages."""
    shop = ensure_shop()
    text = get_object_or_404(ConsentText, pk=text_id, shop=shop)
    try:
        consent_texts.remove(shop=shop, purpose=text.purpose, version=text.version, by=request.user)
    except TextInUse:
        messages.error(request, _("Somebody has agreed to this text, so it stays: it is part of the proof."))
    else:
        messages.success(request, _("The text is removed."))
    return redirect("settings_consents")


def _added(form: TextForm, request: HttpRequest) -> bool:
    try:
        consent_texts.add(shop=form.shop, by=request.user, **form.version_to_add())
    except VersionTaken:
        form.add_error("version", _("There is such a version already; texts are never changed"))
        return False
    return True


def _table(request: HttpRequest, shop: Shop) -> tuple[Table | None, Pager]:
    """The texts, those shown last on top."""
    agreed = ConsentRecord.objects.filter(text__shop=shop, text__purpose=OuterRef("purpose"))
    in_use = Exists(agreed.filter(text__version=OuterRef("version")))
    known = ConsentText.objects.filter(shop=shop).annotate(is_in_use=in_use)
    page, pager = paging.in_order(request, known, "purpose", "-valid_from", "-id")
    columns = [
        Column(_("Purpose")),
        Column(_("Version"), corner=True),
        Column(_("Language")),
        Column(_("Shown from")),
        Column(_("Text"), full=True),
        Column(_("What to do"), full=True),
    ]
    rows = [_row(request, each, shop) for each in page]
    table = Table(_("Consent texts"), columns, rows, caption=_("By purpose, the newest first."), stack=True)
    return (table if rows else None), pager


def _row(request: HttpRequest, text: ConsentText, shop: Shop) -> list[str | Cell]:
    facts = {"text": text, "csrf_token": get_token(request)}
    return [
        purpose_name(text.purpose),
        text.version,
        language_name(text.language),
        _day(text.valid_from, shop),
        Cell(render_to_string("customers/_wording.html", facts)),
        Cell(_("stays as a proof")) if text.is_in_use else Cell(render_to_string("customers/_remove.html", facts)),
    ]


def _day(moment: datetime, shop: Shop) -> str:
    return formats.day(moment.astimezone(shop.tz).date(), (get_language() or "en")[:2])
