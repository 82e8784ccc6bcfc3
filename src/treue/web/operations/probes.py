"""`/health`, `/ready` and `/metrics`, for machines.

Middleware, and before everything that looks at who asks: a container's probe calls us by a number, knows no sign-in,
and must hear from a process whose database is gone.
"""

import os
from collections.abc import Callable
from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from treue.web.operations import gauges, measuring
from treue.web.operations.readiness import reason_not_ready

PLAIN = "text/plain; charset=utf-8"
# Whoever has one of these was let in by a proxy that runs on this machine: it is not this machine that asks.
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via")


def health(_request: HttpRequest) -> HttpResponse:
    """The process is alive. Nothing else is asked: to restart it would not bring a database back."""
    return HttpResponse("alive\n", content_type=PLAIN)


def ready(_request: HttpRequest) -> HttpResponse:
    """Requests can be sent here."""
    reason = reason_not_ready()
    return HttpResponse(f"{reason or 'ready'}\n", status=503 if reason else 200, content_type=PLAIN)


def metrics(request: HttpRequest) -> HttpResponse:
    """The installation's figures for its operator, in Prometheus' text format."""
    if not _may_see_metrics(request):
        return HttpResponse("Ask with the token in TREUE_METRICS_TOKEN.\n", status=403, content_type=PLAIN)
    text = b"".join(generate_latest(registry) for registry in (measuring.OWN, gauges.PROCESS, gauges.INSTALLATION))
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _may_see_metrics(request: HttpRequest) -> bool:
    """With the token where there is one, else from this machine, from which everybody behind a proxy seems to come."""
    token = os.environ.get("TREUE_METRICS_TOKEN", "")
    if token:
        return compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    was_passed_on = any(name in request.headers for name in PASSED_ON)
    is_for_others = not _is_loopback(urlsplit(settings.PUBLIC_URL).hostname)
    return _is_loopback(request.META.get("REMOTE_ADDR")) and not was_passed_on and not is_for_others


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


VIEWS = {"health": health, "ready": ready, "metrics": metrics}


def answered_first(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware: probes are answered, everything else goes on."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        name = request.path_info.removeprefix("/")
        if name not in measuring.PROBES:
            return get_response(request)
        request.probe = name
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = VIEWS[name](request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered
