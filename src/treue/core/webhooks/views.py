"""The pages of webhooks: where events are sent to."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.core.events import naming
from treue.core.shop import clock
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.core.webhooks import endpoints, showing, signing, standing
from treue.core.webhooks.forms import EndpointForm
from treue.core.webhooks.models import Endpoint

MOST_OFFERED = 60


@requires(Permission.MANAGE_WEBHOOKS)
@require_GET
def webhooks(request: HttpRequest) -> HttpResponse:
    found = Endpoint.objects.filter(shop=ensure_shop()).order_by("pk")
    return render(
        request,
        "webhooks/webhooks.html",
        {"table": showing.endpoints(standing.standings(list(found), timezone.now()))},
    )


@requires(Permission.MANAGE_WEBHOOKS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = EndpointForm(request.POST or None, **_offered())
    if request.method == "POST" and form.is_valid():
        endpoint = endpoints.add(shop=ensure_shop(), by=request.user, **form.cleaned_data)
        messages.success(request, _("The webhook is added. Give its secret to the receiver."))
        return redirect("webhook_secret", endpoint_id=endpoint.pk)
    return render(request, "webhooks/edit.html", {"form": form})


@requires(Permission.MANAGE_WEBHOOKS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    endpoint = own(endpoint_id)
    form = EndpointForm(request.POST or None, initial=EndpointForm.about(endpoint), **_offered())
    if request.method == "POST" and form.is_valid():
        endpoints.change(endpoint=endpoint, by=request.user, **form.cleaned_data)
        messages.success(request, _("The webhook is changed."))
        return redirect("webhook", endpoint_id=endpoint.pk)
    return render(request, "webhooks/edit.html", {"form": form, "endpoint": endpoint})


@requires(Permission.MANAGE_WEBHOOKS)
@require_GET
@never_cache
def secret(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """It signs in our name: who saw it stands in the audit log."""
    endpoint = own(endpoint_id)
    now = timezone.now()
    context = {
        "endpoint": endpoint,
        "secret": endpoints.show_secret(endpoint=endpoint, by=request.user),
        "former": signing.former_secret(endpoint, now),
        "former_until": clock.printed(endpoint.former_until, clock.zone()),
    }
    return render(request, "webhooks/secret.html", context)


@requires(Permission.MANAGE_WEBHOOKS)
@require_POST
def change_secret(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    endpoints.change_secret(endpoint=own(endpoint_id), by=request.user, now=timezone.now())
    messages.success(request, _("There is a new secret. The one before holds for another 24 hours."))
    return redirect("webhook_secret", endpoint_id=endpoint_id)


@requires(Permission.MANAGE_WEBHOOKS)
@require_POST
def switch_on(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    return _switched(request, endpoint_id, endpoints.switch_on, _("The webhook is switched on."))


@requires(Permission.MANAGE_WEBHOOKS)
@require_POST
def switch_off(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    return _switched(request, endpoint_id, endpoints.switch_off, _("The webhook is switched off."))


def _switched(request: HttpRequest, endpoint_id: int, switch: Callable[..., None], done: str) -> HttpResponse:
    switch(endpoint=own(endpoint_id), by=request.user)
    messages.success(request, done)
    return redirect("webhook", endpoint_id=endpoint_id)


@requires(Permission.MANAGE_WEBHOOKS)
@require_POST
def test(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    endpoint = own(endpoint_id)
    if not endpoint.is_on:
        messages.warning(request, _("Switch the webhook on first; nothing is sent while it is off."))
    else:
        endpoints.test(endpoint=endpoint, by=request.user, now=timezone.now())
        messages.success(request, _("A test event is on its way."))
    return redirect("webhook", endpoint_id=endpoint.pk)


@requires(Permission.MANAGE_WEBHOOKS)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Ask, and remove it."""
    endpoint = own(endpoint_id)
    if request.method != "POST":
        return render(request, "webhooks/remove.html", {"endpoint": endpoint})
    endpoints.remove(endpoint=endpoint, by=request.user)
    messages.success(request, _("The webhook is removed."))
    return redirect("webhooks")


def _offered() -> dict[str, list[str]]:
    """Names of events to choose from."""
    lately, _sources = naming.seen(ensure_shop())
    return {"lately": lately[:MOST_OFFERED], "known": naming.known()}


def own(endpoint_id: int) -> Endpoint:
    return get_object_or_404(Endpoint, pk=endpoint_id, shop=ensure_shop())
