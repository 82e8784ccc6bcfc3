"""Error pages: what happened, and what to do. They need no database, so that they come even without one."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from treue.core.api import problems
from treue.design.toasts import toast

API, PORTAL = "/api/", "/m/"
PROBLEMS = {
    400: problems.MALFORMED,
    403: problems.FORBIDDEN,
    404: problems.NOT_FOUND,
    405: problems.METHOD_NOT_ALLOWED,
    413: problems.TOO_LARGE,
    500: problems.INTERNAL,
}
TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@dataclass(frozen=True)
class Fault:
    """status: of HTTP. title: what happened. advice: what to do."""

    status: int
    title: Promise
    advice: Promise


UNREADABLE = Fault(
    400,
    _("Treue could not read this request"),
    _("Go back and try again. If you typed or copied the address, please check it."),
)
TOO_MUCH = Fault(
    413,
    _("This was too much at once"),
    _("The form held more than Treue takes in one go. Send less, or use the import for files."),
)
NOT_ALLOWED = Fault(
    403,
    _("This page is not part of your role"),
    _("An administrator of your shop can give you another role on the staff page."),
)
OLD_FORM = Fault(
    403,
    _("This form had become too old"),
    _("Go back, load the page again and send the form once more. Cookies must be allowed for this site."),
)
NOTHING_HERE = Fault(
    404,
    _("There is nothing at this address"),
    _("It may have been removed, or the address has a slip. The start page leads on."),
)
NOT_A_PAGE = Fault(
    405,
    _("This address is no page"),
    _("It is where a form is sent to. Go back to the page with the form, or to the start page."),
)
BROKEN = Fault(
    500,
    _("Something went wrong in Treue"),
    _(
        "It is not your fault, and it was noted in the log. Try again in a minute; if it comes back, tell whoever "
        "runs the installation."
    ),
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, TOO_MUCH if isinstance(exception, TOO_BIG) else UNREADABLE)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, NOT_ALLOWED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, NOTHING_HERE)


def failed(request: HttpRequest) -> HttpResponse:
    return _answer(request, BROKEN)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, OLD_FORM)


def pages_for_refused_methods(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: Django's own answer to a wrong method is an empty page."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != NOT_A_PAGE.status or response.content:
            return response
        page = _answer(request, NOT_A_PAGE)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    return answered


def _answer(request: HttpRequest, fault: Fault) -> HttpResponse:
    """The page, or for a fragment a toast, in the language that was chosen or that the browser asks for; for a program,
    a problem."""
    if request.path.startswith(API):
        return problems.answer(PROBLEMS[fault.status])
    language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(language):
        if request.headers.get("HX-Request"):
            text = f"{fault.title}. {fault.advice}"
            return toast(HttpResponse(text, status=fault.status, content_type="text/plain"), text, kind="bad")
        page = render_to_string("error.html", {"fault": fault, "request": request, "start": _start(request.path)})
        return HttpResponse(page, status=fault.status)


def _start(path: str) -> str:
    """Members come to their own start page: at the console's they could not sign in. Where the portal is off, its start
    page is not there either."""
    return PORTAL if path.startswith(PORTAL) and path != PORTAL else "/"
