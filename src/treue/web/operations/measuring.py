"""How many requests there were and how long they took, by the name of their view: this process's own counts.

Middleware, the outermost: what refuses a request further in is counted, too. An address is never a label, nor logged:
it may name a customer, and there is no end of them.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

from treue.web.operations.logs import request_id

disable_created_metrics()  # they double what is asked for, and nobody reads them
OWN = CollectorRegistry()
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PROBES = frozenset({"health", "ready", "metrics"})
NO_VIEW = "none"  # a file of ours, or an address that leads nowhere
GIVEN_ID = re.compile(r"[0-9a-fA-F-]{16,36}")

REQUESTS = Counter("treue_http_requests", "Requests answered.", ["view", "method", "status"], registry=OWN)
SECONDS = Histogram(
    "treue_http_request_duration_seconds",
    "Seconds from a request to the beginning of its answer.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=OWN,
)
log = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponseBase]


def measured(get_response: Answer) -> Answer:
    """Count, time and log each request; its number goes with it, into the log and back in `X-Request-ID`."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        begun, number = time.perf_counter(), _number(request.headers.get("X-Request-ID", ""))
        token = request_id.set(number)
        try:
            response = get_response(request)
            response.headers["X-Request-ID"] = number
            count(_view(request), request.method, response.status_code, time.perf_counter() - begun)
        finally:
            request_id.reset(token)
        return response

    return answered


def count_apart(view: str, method: str, status: int, seconds: float, *, given: str) -> str:
    """The same of what is answered without Django. given: the number that a proxy gave the request, or "". Returns the
    number that it goes by."""
    number = _number(given)
    token = request_id.set(number)
    try:
        count(view, method, status, seconds)
    finally:
        request_id.reset(token)
    return number


def count(view: str, method: str | None, status: int, seconds: float) -> None:
    """Note one answered request; for what is answered without Django, too. view: a name out of few.

    Probes come every few seconds and are counted, but not logged.
    """
    known = method if method in METHODS else "other"
    REQUESTS.labels(view, known, status).inc()
    SECONDS.labels(view).observe(seconds)
    facts = {"view": view, "method": known, "status": status, "duration_ms": round(seconds * 1000, 1)}
    log.log(logging.DEBUG if view in PROBES else logging.INFO, "request", extra=facts)


def _view(request: HttpRequest) -> str:
    if probe := getattr(request, "probe", None):
        return probe
    match = request.resolver_match
    return (match.view_name or match._func_path) if match else NO_VIEW


def _number(given: str) -> str:
    """The number that a proxy gave the request, where it is one; anything else could say anything."""
    return given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
