"""The OpenAPI description, completed: every problem that an operation can answer, and an example for each answer."""

from typing import Any

from ninja.openapi.schema import OpenAPISchema

from treue.core.api import problems
from treue.core.api.problems import Kind

Node = dict[str, Any]

ALWAYS = (
    *(problems.MALFORMED, problems.UNAUTHORIZED, problems.FORBIDDEN, problems.INVALID, problems.TOO_MANY),
    *(problems.INTERNAL, problems.UNAVAILABLE),
)
ON_WRITES = (problems.IN_PROGRESS, problems.BUSY, problems.ERASED, problems.TOO_LARGE, problems.KEY_REUSED)
FAULT = {
    "type": "object",
    "required": ["in", "detail"],
    "properties": {
        "in": {"type": "string", "description": "query, path, header or body, then the way to the value."},
        "detail": {"type": "string"},
        "reason": {"type": "string", "description": "Of what was refused: never changes for one kind of refusal."},
        "facts": {"type": "object", "description": "What the refusal speaks of, such as a moment or an amount."},
    },
    "examples": [problems.fault("query/limit", "Input should be less than or equal to 200")],
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Never changes for one kind of problem."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
    },
    "examples": [problems.body(problems.NOT_FOUND)],
}
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
LIMITS = {
    "RateLimit-Policy": {"schema": TEXT, "example": '"key";q=1200;w=60', "description": "Requests in so many seconds."},
    "RateLimit": {"schema": TEXT, "example": '"key";r=1199;t=42', "description": "What is left, and for how long."},
}
RETRY = {"Retry-After": {"schema": NUMBER, "example": 5, "description": "Seconds to wait."}}


def completed(description: OpenAPISchema) -> OpenAPISchema:
    schemas = description["components"]["schemas"]
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            for parameter in operation["parameters"]:
                _one_example(parameter)
            _exemplify(operation.get("requestBody", {}), schemas)
            for response in operation["responses"].values():
                _exemplify(response, schemas)
                response["headers"] = LIMITS | response.get("headers", {})
            operation["responses"] |= _problems(_kinds(path, method, operation))
    schemas |= {"Fault": FAULT, "Problem": PROBLEM}
    for name in [name for name, schema in schemas.items() if "examples" not in schema]:
        del schemas[name]  # a class of query parameters, which are described one by one
    return description


def _one_example(parameter: Node) -> None:
    """OpenAPI's `examples` of a parameter is a map; JSON Schema's, which ninja copies there, is a list."""
    examples = parameter.pop("examples", None)
    if examples:
        parameter["example"] = examples[0]


def _exemplify(holder: Node, schemas: Node) -> None:
    for content in holder.get("content", {}).values():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        content["example"] = schemas[name]["examples"][0]


WITH_RULES = ("/v1/vouchers/", "/v1/loyalty/", "/v1/content")


def _kinds(path: str, method: str, operation: Node) -> list[Kind]:
    kinds = [*ALWAYS, *(ON_WRITES if method != "get" else ())]
    if "{" in path:
        kinds.append(problems.NOT_FOUND)
    if "requestBody" in operation:
        kinds.append(problems.UNSUPPORTED)
    if method != "get" and any(each in path for each in WITH_RULES):
        kinds.append(problems.REFUSED)
    if path.endswith("/v1/events"):
        kinds.append(problems.OUTDATED)
    return kinds


def _problems(kinds: list[Kind]) -> Node:
    by_status: dict[int, list[Kind]] = {}
    for kind in sorted(kinds, key=lambda kind: kind.status):
        by_status.setdefault(kind.status, []).append(kind)
    return {status: _response(some) for status, some in by_status.items()}


def _response(kinds: list[Kind]) -> Node:
    """One answer of a status, with an example of each kind of problem that has it."""
    examples = {kind.slug: {"summary": kind.title, "value": problems.body(kind)} for kind in kinds}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}
    waits = {problems.IN_PROGRESS, problems.BUSY, problems.TOO_MANY, problems.UNAVAILABLE}
    return {
        "description": " ".join(f"{kind.title}. {kind.meaning}" for kind in kinds),
        "content": {problems.MEDIA_TYPE: content},
        "headers": RETRY if waits & {*kinds} else {},
    }
