"""Photos over HTTP: never the bytes that were sent, and nothing that a browser could take for something else."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from treue.act.content.models import Photo

SIZES = ("full", "small")


def publicly(request: HttpRequest, photo: Photo, size: str) -> HttpResponse:
    """For every page of the shop. A browser may keep it and asks each time whether it may still show it, and gets no
    bytes where it may; so what is withdrawn is gone with the next look. No cache in between keeps it: not all of them
    ask."""
    _require(size)
    etag = f'"{photo.digest[:32]}-{size}"'
    answer = get_conditional_response(request, etag=etag) or _answer(photo, size)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def privately(photo: Photo, size: str) -> HttpResponse:
    """For who is signed in and may see it before it is published."""
    _require(size)
    answer = _answer(photo, size)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _require(size: str) -> None:
    if size not in SIZES:
        raise Http404


def _answer(photo: Photo, size: str) -> HttpResponse:
    answer = HttpResponse(bytes(getattr(photo, size)), content_type="image/jpeg")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Disposition"] = "inline"
    return answer
