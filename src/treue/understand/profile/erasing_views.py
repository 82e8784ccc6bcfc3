"""A person's rights: a copy of their data, their erasure, and the receipts for it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.core import paging
from treue.core.customers import erasure as erasing
from treue.core.customers import export, receipts
from treue.core.customers.errors import AlreadyErased, NotThere
from treue.core.customers.models import Customer, Erasure
from treue.core.jobs import watching
from treue.core.jobs.models import Job
from treue.core.shop.locking import ShopIsBeingWritten
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.design.figures import Link
from treue.understand.metrics.tasks import REFRESH
from treue.understand.profile import erasing_words as words
from treue.understand.profile.heading import gone

BLOCK_BYTES = 1 << 20
NOT_CONFIRMED, IN_USE = 422, 409
MOST_NAMESAKES = 10


class ConfirmForm(forms.Form):
    """The number of the very customer, typed by hand."""

    number = forms.CharField(
        label=gettext_lazy("Customer number"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages=dict.fromkeys(("required", "max_length"), gettext_lazy("Type the customer's number.")),
    )

    def __init__(self, *arguments: object, customer: Customer, **named: object) -> None:
        super().__init__(*arguments, **named)
        self.customer = customer
        self.fields["number"].help_text = _("Type %(number)s to confirm.") % {"number": customer.number}

    def clean_number(self) -> str:
        if self.cleaned_data["number"] != self.customer.number.strip():
            raise forms.ValidationError(_("This is not the number of this customer."))
        return self.cleaned_data["number"]


class FindForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Customer number"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("The number the person had in your shop. It is not stored."),
        error_messages=dict.fromkeys(("required", "max_length"), gettext_lazy("Type the customer's number.")),
    )


@requires(Permission.EXPORT_PERSON)
@require_POST
def export_customer(request: HttpRequest, number: int) -> HttpResponse:
    customer = _customer(number)
    if customer is None:
        return _receipt_instead(request, number)
    file = export.export(customer=customer, by=request.user, now=timezone.now())
    name = export.file_name(customer)
    response = spreadsheet.download(request, name, _blocks(file), content_type="application/json")
    response.headers["Cache-Control"] = "no-store, private"
    response._resource_closers.append(file.close)  # also when nobody reads it to the end
    return response


@requires(Permission.ERASE_PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def erase_customer(request: HttpRequest, number: int) -> HttpResponse:
    customer = _customer(number)
    if customer is None:
        return _receipt_instead(request, number)
    form = ConfirmForm(request.POST if request.method == "POST" else None, customer=customer)
    if request.method != "POST":
        return _confirmation(request, customer, form)
    if not form.is_valid():
        return _confirmation(request, customer, form, status=NOT_CONFIRMED)
    try:
        receipt = erasing.erase(customer=customer, by=request.user)
    except ShopIsBeingWritten:
        if _customer(number) is None:  # by whoever was being waited for
            return _receipt_instead(request, number)
        return _confirmation(request, customer, form, status=IN_USE)
    except (AlreadyErased, NotThere):
        return _receipt_instead(request, number)
    messages.success(request, _("The customer was erased."))
    return redirect("erasure", receipt.pk)


@requires(Permission.ERASE_PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def erasures(request: HttpRequest) -> HttpResponse:
    """All receipts. A number is looked for by POST, so that it stands in no address and no log."""
    form, status = FindForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        found = erasing.receipts_for(ensure_shop().pk, form.cleaned_data["number"]).first() if form.is_valid() else None
        if found is not None:
            return redirect("erasure", found.pk)
        status = 200 if form.is_valid() else NOT_CONFIRMED
    here = Erasure.objects.filter(shop=ensure_shop()).select_related("erased_by")
    page, pager = paging.newest_first(request, here)
    context = {
        "table": words.listed(page, receipts.jobs_of_all(page)) if page else None,
        "pager": pager,
        "form": form,
        "not_found": request.method == "POST" and form.is_valid(),
        "crumbs": [Link(pgettext("the room", "Customers"), reverse("customers"))],
    }
    return render(request, "profile/erasures.html", context, status=status)


@requires(Permission.ERASE_PERSON)
@require_GET
def erasure(request: HttpRequest, number: int) -> HttpResponse:
    receipt = get_object_or_404(Erasure.objects.select_related("erased_by"), pk=number, shop=ensure_shop())
    jobs = receipts.jobs_of(receipt)
    course, figures = words.course(receipt, jobs), words.figures_computed_at(receipt)
    pending = [job for job in jobs.values() if job.state in (*receipts.MOVING, Job.State.FAILED)]
    context = {
        "title": words.title(receipt),
        "course": course,
        "moves": course.moves or (figures is None and _figures_move(receipt)),
        "steps": words.steps(receipt, figures),
        "eraser": words.eraser(receipt),
        "table": words.deleted(receipt.deleted, label=_("What was deleted")),
        "stays": words.stays(),
        # The page fetches itself anew; the cards need not.
        "cards": [replace(watching.card(job, request.user), poll_url="") for job in pending],
        "crumbs": [
            Link(pgettext("the room", "Customers"), reverse("customers")),
            Link(_("Erased customers"), reverse("erasures")),
        ],
    }
    return render(request, "profile/erasure.html", context)


def _customer(number: int) -> Customer | None:
    return Customer.objects.select_related("shop").filter(pk=number, shop=ensure_shop()).first()


def _receipt_instead(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody was quicker: erased them, or merged them into another."""
    answer = gone(request, number)
    if request.method == "POST" and erasing.receipt_of(number):
        messages.info(request, _("This customer was erased before. This is the receipt."))
    return answer


def _figures_move(receipt: Erasure) -> bool:
    refreshing = Job.objects.filter(kind=REFRESH, state__in=receipts.MOVING, arguments__shop_id=receipt.shop_id)
    return refreshing.exists()


def _confirmation(request: HttpRequest, customer: Customer, form: ConfirmForm, status: int = 200) -> HttpResponse:
    context = {
        "customer": customer,
        "form": form,
        "in_use": status == IN_USE,
        "table": words.deleted(erasing.rows_about(customer), label=_("What is deleted")),
        "stays": words.stays(),
        "namesakes": _namesakes(customer),
        "may_export": request.user.may(Permission.EXPORT_PERSON),
        "crumbs": [
            Link(pgettext("the room", "Customers"), reverse("customers")),
            Link(str(customer), reverse("customer", args=[customer.pk])),
        ],
    }
    return render(request, "profile/erase.html", context, status=status)


def _namesakes(customer: Customer) -> list[Link]:
    """Other customers with the same e-mail address: most likely the same person once more."""
    if not customer.email:
        return []
    others = Customer.objects.filter(shop=customer.shop_id, email__iexact=customer.email).exclude(pk=customer.pk)
    found = others.order_by("pk")[:MOST_NAMESAKES]
    return [Link(f"{other} ({other.number})", reverse("customer", args=[other.pk])) for other in found]


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK_BYTES):
        yield block
