"""Too many wrong passwords: who counts as one, and the page that says what to do."""

from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def username(request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """The address that was tried, as axes is to count it: allauth hands it over as `email`."""
    given = credentials or {}
    return (given.get("email") or given.get("username") or request.POST.get("login", ""))[:254].lower()


def respond(
    request: HttpRequest, original_response: HttpResponse | None, credentials: dict[str, str] | None
) -> HttpResponse:
    minutes = int(get_cool_off(request).total_seconds() // 60)
    return render(request, "account/locked_out.html", {"minutes": minutes}, status=429)
