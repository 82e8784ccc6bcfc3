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
    """Lets a key with the scope through, as often as the limit allows; `request.auth` is the Caller then.

    is_for_partners: whether a partner's key is let through too; the operation then sees to it that it gets at what is
    that partner's alone.
    """

    def __init__(self, scope: Scope, *, is_for_partners: bool = False) -> None:
        self.scope = scope
        self.is_for_partners = is_for_partners
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
        if caller.partner is not None and not self.is_for_partners:
            raise Problem(FORBIDDEN, "This is for the shop's own programs. A partner's key gets at what is theirs.")
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        return keys.use(token.strip(), now=timezone.now())


READ, WRITE = Bearer(Scope.READ), Bearer(Scope.WRITE)
PARTNERS_READ, PARTNERS_WRITE = (Bearer(scope, is_for_partners=True) for scope in (Scope.READ, Scope.WRITE))


def say_limit(request: HttpRequest, response: HttpResponse) -> None:
    caller = getattr(request, "caller", None)
    for name, value in limit_of(caller).items() if caller is not None else ():
        response.headers[name] = value


def limit_of(caller: Caller) -> dict[str, str]:
    """What is left of the key's requests in this minute, as draft-ietf-httpapi-ratelimit-headers says it."""
    limit = settings.API_REQUESTS_PER_MINUTE
    left, seconds = max(0, limit - caller.used), math.ceil(caller.seconds_left)
    return {
        "RateLimit-Policy": f'"key";q={limit};w={WINDOW_SECONDS}',
        "RateLimit": f'"key";r={left};t={seconds}',
    }
