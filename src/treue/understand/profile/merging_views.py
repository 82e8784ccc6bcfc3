"""Two customers made one, and made two again: what it would do, and the doing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from treue.core.customers import merging
from treue.core.customers.errors import MergedSince, NotMergeable, NotMerged
from treue.core.customers.models import Customer, Merge
from treue.core.shop.locking import ShopIsBeingWritten
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design.figures import Link
from treue.understand.metrics.counts import reading
from treue.understand.profile import merging_words as words
from treue.understand.profile import person
from treue.understand.profile.filtering import last_day
from treue.understand.profile.heading import find, gone, titled

IN_THE_WAY = 409


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_CUSTOMERS)
def merge(request: HttpRequest, number: int, other: int) -> HttpResponse:
    """Show what would come together, and merge. number: of the record that is kept."""
    kept = find(ensure_shop(), number)
    if kept is None:
        return gone(request, number)
    absorbed = get_object_or_404(Customer.everyone.select_related("shop", "merged_into"), shop=kept.shop, pk=other)
    if absorbed.merged_into and absorbed.merged_into != kept:
        return redirect("customer_merge", kept.pk, absorbed.merged_into_id)
    try:
        if request.method != "POST":
            return _preview(request, kept, absorbed)
        done = merging.merge(kept=kept, absorbed=absorbed, by=request.user)
    except NotMergeable:
        messages.info(request, _("These two records are of one customer already."))
        return redirect("customer_identities", kept.pk)
    except ShopIsBeingWritten:
        return _preview(request, kept, absorbed, status=IN_THE_WAY)
    undo_url = reverse("customer_merge_undo", args=[kept.pk, done.pk])
    said = _("%(absorbed)s is part of this customer from now on.") % {"absorbed": titled(absorbed)}
    messages.success(request, format_html('{} <a href="{}">{}</a>', said, undo_url, _("Undo the merge…")))
    return redirect("customer", kept.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_CUSTOMERS)
def undo_merge(request: HttpRequest, number: int, merge_id: int) -> HttpResponse:
    """Show what each would get back, and make them two again."""
    found = get_object_or_404(
        Merge.objects.select_related("kept__shop", "kept__merged_into"), kept=number, shop=ensure_shop(), pk=merge_id
    )
    try:
        if request.method != "POST":
            return _undo_preview(request, found)
        merging.undo(merge=found, by=request.user)
    except NotMerged:
        messages.info(request, _("This merge was undone before."))
        return redirect("customer_identities", number)
    except MergedSince as error:
        return _undo_refused(request, found, Customer.everyone.get(pk=error.into_id))
    except ShopIsBeingWritten:
        return _undo_preview(request, found, status=IN_THE_WAY)
    other = Customer.objects.get(pk=found.absorbed_id)
    said = _("The merge is undone; they are two customers again.")
    url = reverse("customer", args=[other.pk])
    messages.success(request, format_html('{} <a href="{}">{}</a>', said, url, titled(other)))
    return redirect("customer", number)


def _preview(request: HttpRequest, kept: Customer, absorbed: Customer, status: int = 200) -> HttpResponse:
    seen = merging.preview(kept=kept, absorbed=absorbed)
    until = last_day(kept.shop, reading.current(kept.shop))
    both = [(each, person.read(each, kept.shop, until)) for each in (kept, absorbed)]
    context = {
        "question": words.question(kept, absorbed),
        "both": words.side_by_side(*both),
        "moved": words.comes_along(seen, absorbed),
        "stays": words.stays(kept, absorbed),
        "swap_url": reverse("customer_merge", args=[absorbed.pk, kept.pk]),
        "swap": titled(absorbed),
        "in_use": status == IN_THE_WAY,
        **_way_back(kept),
    }
    return render(request, "profile/merge.html", context, status=status)


def _undo_preview(request: HttpRequest, found: Merge, status: int = 200) -> HttpResponse:
    back, rest = merging.gives_back(found)
    absorbed = Customer.everyone.get(pk=found.absorbed_id)
    context = {
        "kept": titled(found.kept),
        "absorbed": titled(absorbed),
        "moved": words.goes_back(back, rest, absorbed, found.kept),
        "in_use": status == IN_THE_WAY,
        **_way_back(found.kept),
    }
    return render(request, "profile/undo_merge.html", context, status=status)


def _undo_refused(request: HttpRequest, found: Merge, into: Customer) -> HttpResponse:
    """The outer merge must be undone first: the page leads to where that is done."""
    context = {
        "kept": titled(found.kept),
        "into": Link(titled(into), reverse("customer_identities", args=[into.pk])),
        **_way_back(into),
    }
    return render(request, "profile/undo_merge.html", context, status=IN_THE_WAY)


def _way_back(customer: Customer) -> dict[str, object]:
    here = reverse("customer_identities", args=[customer.pk])
    crumbs = [Link(pgettext("the room", "Customers"), reverse("customers")), Link(str(customer), here)]
    return {"crumbs": crumbs, "back": here}
