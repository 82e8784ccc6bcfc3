"""Who comes with which key, what it may do, and how often."""

import math

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.security import HttpBearer

from treue.core.api.problems import FORBIDDEN, TOO_MANY, UNAUTHORIZED, Problem
from treue.core.staff import keys
from treue.core.staff.keys import Caller
from treue.core.staff.roles import Scope

WINDOW_SECONDS = 60


class Bearer(HttpBearer):
    """Lets a key with the scope through, as often as the limit allows; `request.auth` is the Caller then."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller:
        caller = super().__call__(request)
        if caller is None:
            raise Problem(UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
        request.caller = caller
        if caller.used > settings.API_REQUESTS_PER_MINUTE:
            raise Problem(TOO_MANY, headers={"Retry-After": str(math.ceil(caller.seconds_left))})
        if self.scope not in caller.scopes:
            raise Problem(FORBIDDEN, f"This needs a key with the scope {self.scope.value}.")
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        return keys.use(token.strip(), now=timezone.now())


READ, WRITE = Bearer(Scope.READ), Bearer(Scope.WRITE)


def say_limit(request: HttpRequest, response: HttpResponse) -> None:
    """What is left of the key's requests in this minute, as draft-ietf-httpapi-ratelimit-headers says it."""
    caller = getattr(request, "caller", None)
    if caller is None:
        return
    limit = settings.API_REQUESTS_PER_MINUTE
    left, seconds = max(0, limit - caller.used), math.ceil(caller.seconds_left)
    response.headers["RateLimit-Policy"] = f'"key";q={limit};w={WINDOW_SECONDS}'
    response.headers["RateLimit"] = f'"key";r={left};t={seconds}'
