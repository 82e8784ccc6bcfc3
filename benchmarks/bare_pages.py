"""Treue's web process with two pages more, which do next to nothing: what any page costs that is behind a sign-in."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from treue.core.customers.models import Customer


def select_one(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return HttpResponse(str(cursor.fetchone()))


def look_up(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(Customer.objects.get(shop=1, number=request.GET["number"])))


urlpatterns = [
    path("bare/select/", select_one),
    path("bare/customer/", look_up),
    path("", include("treue.web.urls")),
]


def serve(port: int) -> None:
    """Be a web process that has these pages too. TREUE_HOME is set, Django is set up."""
    from django.conf import settings

    from treue.web.commands.installation import web

    settings.ROOT_URLCONF = __name__
    web(port=port)
