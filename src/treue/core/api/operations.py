"""How rooms declare what the API answers: with a key of the right scope, and no parameter that nobody knows."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import get_args

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.models import Query

from treue.core.api.bearer import READ, WRITE, Bearer
from treue.core.api.problems import INVALID, Problem, fault

View = Callable[..., object]
Declare = Callable[[View], View]
Answers = dict[int, type[Schema]]


def reads(router: Router, path: str, *, answer: type[Schema], summary: str, auth: Bearer = READ) -> Declare:
    return _declared(router.get, path, auth=auth, response={200: answer}, summary=summary)


def writes(
    register: Callable[..., Declare], path: str, *, answers: Answers, summary: str, auth: Bearer = WRITE
) -> Declare:
    """register: the router's method, such as `router.post`. The view takes an `IdempotencyKey` and writes `once`.

    auth: READ of what is asked in a body, for what must not stand in an address, and writes nothing.
    """
    return _declared(register, path, auth=auth, response=answers, summary=summary)


def _declared(register: Callable[..., Declare], path: str, **facts: object) -> Declare:
    def declare(view: View) -> View:
        known = _query_parameters(view)

        @wraps(view)
        def checked(request: HttpRequest, **values: object) -> object:
            unknown = sorted(set(request.GET) - known)
            if unknown:
                said = f"The parameters are {', '.join(sorted(known))}" if known else "There are no parameters"
                raise Problem(INVALID, "A parameter is not known.", errors=[fault("query", said)])
            return view(request, **values)

        return register(path, operation_id=view.__name__, **facts)(checked)

    return declare


def _query_parameters(view: View) -> set[str]:
    """The fields of those arguments that are read from the query."""
    names: set[str] = set()
    for argument in inspect.signature(view).parameters.values():
        kinds = get_args(argument.annotation)
        if any(isinstance(kind, Query) for kind in kinds[1:]):
            names |= {field.alias or name for name, field in kinds[0].model_fields.items()}
    return names
