"""Every page asks for a sign-in unless it says otherwise, and what is behind it is kept by no cache."""

from urllib.parse import urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from treue.core.staff.permissions import View

SAFE_METHODS = ("GET", "HEAD")


class SignInRequired(LoginRequiredMiddleware):
    """A fragment that asks without a sign-in sends the whole page there. What was to be written is not written after
    the sign-in: that leads back to the page on which it was asked for."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.user.is_authenticated and "Cache-Control" not in response.headers:
            patch_cache_control(response, private=True, no_store=True)
        return response

    def handle_no_permission(self, request: HttpRequest, view_func: View) -> HttpResponse:
        is_fragment = bool(request.headers.get("HX-Request"))
        if not is_fragment and request.method in SAFE_METHODS:
            return super().handle_no_permission(request, view_func)
        page = urlsplit(request.headers.get("HX-Current-URL" if is_fragment else "Referer", ""))
        here = page.path + (f"?{page.query}" if page.query else "")
        query = urlencode({REDIRECT_FIELD_NAME: here or "/"})
        address = f"{resolve_url(self.get_login_url(view_func))}?{query}"
        return HttpResponseClientRedirect(address) if is_fragment else HttpResponseRedirect(address)
