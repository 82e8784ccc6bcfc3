"""By what a customer is known, who might be the same person, and the way to merge them."""

from collections.abc import Sequence

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from treue.core.customers import identities, merging
from treue.core.customers.models import Customer
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile import identity_tables, known_by
from treue.understand.profile.heading import find, gone, heading

MOST_SHOWN = 20


class OtherForm(forms.Form):
    """Anything that a customer is known by."""

    identity = forms.CharField(
        label=gettext_lazy("Who else is it?"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Customer number, e-mail address, telephone or card number."),
        error_messages=dict.fromkeys(
            ("required", "max_length"), gettext_lazy("Enter a number or an address of the other customer.")
        ),
    )


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def customer_identities(request: HttpRequest, number: int) -> HttpResponse:
    found = find(ensure_shop(), number)
    return _page(request, found, OtherForm()) if found else gone(request, number)


@require_POST
@requires(Permission.EDIT_CUSTOMERS)
def find_other(request: HttpRequest, number: int) -> HttpResponse:
    """By POST, so that an address stands in no address bar and no log."""
    customer = find(ensure_shop(), number)
    if customer is None:
        return gone(request, number)
    form = OtherForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, form)
    asked = form.cleaned_data["identity"]
    found = identities.find(customer.shop, asked, is_asked_by_staff=True)
    others = [each for each in found if each != customer]
    if len(others) == 1:
        return redirect("customer_merge", customer.pk, others[0].pk)
    if not others:
        sentence = _("This is the customer whose page you are on.") if found else _("Nobody is known by “%(asked)s”.")
        form.add_error("identity", sentence % {"asked": asked})
    return _page(request, customer, form, others)


def _page(request: HttpRequest, customer: Customer, form: OtherForm, others: Sequence[Customer] = ()) -> HttpResponse:
    """form: empty, or sent and without an answer. others: of whom one is to be chosen."""
    shop, may_edit = customer.shop, request.user.may(Permission.EDIT_CUSTOMERS)
    known, merges = known_by.read(customer), list(merging.of(customer))
    doubles = merging.suggestions(customer)
    context = {
        **heading(customer, request.user, section="customer_identities"),
        "known": identity_tables.known(known, shop),
        "merged": identity_tables.merged(merges, customer, shop, may_edit=may_edit) if merges else None,
        "doubles": identity_tables.doubles(customer, doubles[:MOST_SHOWN], known, may_edit=may_edit)
        if doubles
        else None,
        "doubles_note": _left_out(doubles),
        "choices": identity_tables.choices(customer, others[:MOST_SHOWN]) if others else None,
        "choices_note": _left_out(others),
        "form": form,
        "may_edit": may_edit,
    }
    return render(request, "profile/identities.html", context)


def _left_out(found: Sequence[Customer]) -> str:
    if len(found) <= MOST_SHOWN:
        return ""
    facts = {
        "shown": formats.number(MOST_SHOWN, active_language()),
        "all": formats.number(len(found), active_language()),
    }
    return _("%(shown)s of %(all)s") % facts
