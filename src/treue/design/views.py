"""The gallery: every component in every state, in the language of the moment, light and dark."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from treue.design import samples


@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "design/gallery.html", samples.everything(request.GET))
