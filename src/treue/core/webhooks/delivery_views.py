"""What an endpoint was told of, how that went, and sending it again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.core import paging
from treue.core.shop import clock
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.core.webhooks import looking, replaying, showing, standing, wording
from treue.core.webhooks.forms import SinceForm
from treue.core.webhooks.models import Delivery
from treue.core.webhooks.views import own


@requires(Permission.MANAGE_WEBHOOKS)
@require_GET
def webhook(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """One endpoint with its deliveries; ?show=failed for those whose last try failed."""
    endpoint, zone = own(endpoint_id), clock.zone()
    only_failed = request.GET.get("show") == "failed"
    page, pager = paging.newest_first(request, endpoint.deliveries.failed() if only_failed else endpoint.deliveries)

    def button(delivery: Delivery) -> SafeString | str:
        if delivery.is_new:
            return ""
        return render_to_string("webhooks/_again.html", {"delivery": delivery, "csrf_token": get_token(request)})

    context = {
        "endpoint": endpoint,
        "why_off": wording.why_off(endpoint),
        "facts": showing.facts(standing.standings([endpoint], timezone.now())[0], zone),
        "deliveries": showing.deliveries(page, zone, button),
        "pager": pager,
        "only_failed": only_failed,
        "has_failed": endpoint.deliveries.failed().exists(),
        "looks": looking.again(request.GET, page, timezone.now()) if endpoint.is_on else None,
        "waits": endpoint.is_on and any(each.waits for each in page),
    }
    return render(request, "webhooks/webhook.html", context)


@requires(Permission.MANAGE_WEBHOOKS)
@require_POST
def again(request: HttpRequest, endpoint_id: int, delivery_id: int) -> HttpResponse:
    endpoint = own(endpoint_id)
    delivery = get_object_or_404(Delivery, pk=delivery_id, endpoint=endpoint)
    replaying.again(delivery=delivery, by=request.user, now=timezone.now())
    messages.success(request, _("“%(event)s” is sent again.") % {"event": delivery.event})
    return redirect("webhook", endpoint_id=endpoint.pk)


@requires(Permission.MANAGE_WEBHOOKS)
@require_http_methods(["GET", "HEAD", "POST"])
def failed_again(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Send again whatever failed since a moment; a day ago unless told otherwise."""
    endpoint, zone, now = own(endpoint_id), clock.zone(), timezone.now()
    yesterday = timezone.make_naive(now - standing.DAY, zone)
    form = SinceForm(request.POST or None, initial={"since": yesterday}, zone=zone)
    if request.method == "POST" and form.is_valid():
        count = replaying.all_failed(endpoint=endpoint, since=form.cleaned_data["since"], by=request.user, now=now)
        messages.success(request, showing.sent_again(count))
        return redirect("webhook", endpoint_id=endpoint.pk)
    failed = endpoint.deliveries.failed()
    count = showing.failed(failed.filter(created_at__gte=now - standing.DAY).count(), failed.count())
    return render(request, "webhooks/again.html", {"form": form, "endpoint": endpoint, "count": count})
