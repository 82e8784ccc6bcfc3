"""django-ninja, made to speak as this API does: a problem for every error, JSON alone, a whole description."""

import json
import logging
from decimal import Decimal
from functools import cache, wraps

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from treue.core.api import problems
from treue.core.api.bearer import say_limit
from treue.core.api.describing import completed
from treue.core.api.operations import View
from treue.core.api.problems import Problem

log = logging.getLogger(__name__)
RETRY_AFTER_SECONDS = 5


class JsonOnly(Parser):
    """Numbers keep their digits; what is no JSON by the standard, such as NaN, is none here."""

    def parse_body(self, request: HttpRequest) -> object:
        if request.content_type != "application/json":
            raise Problem(problems.UNSUPPORTED)
        return json.loads(request.body, parse_float=Decimal, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


class Application(NinjaAPI):
    """The API of all rooms. It has no page of its own that would load scripts from elsewhere."""

    def __init__(self, **facts: object) -> None:
        super().__init__(docs_url=None, parser=JsonOnly(), **facts)
        self.add_exception_handler(Problem, _problem)
        self.add_exception_handler(HttpError, _http_error)
        self.add_exception_handler(ValidationError, _validation_error)
        self.add_exception_handler(Http404, lambda request, error: problems.answer(problems.NOT_FOUND))
        for unreadable in (SuspiciousOperation, UnreadablePostError):
            self.add_exception_handler(unreadable, lambda request, error: problems.answer(problems.MALFORMED))
        self.add_exception_handler(RequestDataTooBig, lambda request, error: problems.answer(problems.TOO_LARGE))
        self.add_exception_handler(OperationalError, _unavailable)
        self.add_exception_handler(Exception, _unexpected)
        self.described = cache(self._described)

    def get_openapi_schema(self, **where: object) -> OpenAPISchema:
        return self.described()

    def _described(self) -> OpenAPISchema:
        return completed(super().get_openapi_schema())


def answered(view: View) -> View:
    """A view of the API in every case: also where the method is not meant."""

    @wraps(view)
    def respond(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = {"Allow": response.headers["Allow"]}
            response = problems.answer(problems.METHOD_NOT_ALLOWED, headers=allowed)
        say_limit(request, response)
        response.headers["Content-Language"] = "en"
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    respond.login_required = False  # the key is asked for, and no cookie means anything here
    respond.csrf_exempt = True
    return respond


def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return problems.answer(error.kind, error.detail, errors=error.errors, headers=error.headers)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja wraps whatever a parser raises into a 400."""
    if isinstance(error.__cause__, Problem):
        return _problem(request, error.__cause__)
    return problems.answer(problems.MALFORMED)


def _validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [problems.fault(_place(each["loc"]), each["msg"].removeprefix("Value error, ")) for each in error.errors]
    return problems.answer(problems.INVALID, "Some values cannot be used.", errors=faults)


def _place(location: tuple[str | int, ...]) -> str:
    """Without the name of the argument that took the body."""
    parts = [*location[:1], *location[2:]] if location[0] == "body" else location
    return "/".join(map(str, parts))


def _unavailable(request: HttpRequest, error: OperationalError) -> HttpResponse:
    log.error("the API cannot reach the database: %s", type(error.__cause__ or error).__qualname__)
    return problems.answer(problems.UNAVAILABLE, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s failed", request.method, request.resolver_match.route, exc_info=error)
    return problems.answer(problems.INTERNAL)
