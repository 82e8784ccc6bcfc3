"""The check that every view makes itself."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from treue.core.staff.roles import Permission

View = Callable[..., HttpResponseBase]


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only those through whose role grants `permission`; everybody else gets 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not request.user.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        checked.required_permission = permission
        return checked

    return decorate
