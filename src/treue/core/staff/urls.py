from django.http import HttpResponse
from django.urls import path


def page(request):
    return HttpResponse("")


urlpatterns = [
    path("", page, name="staff"),
    path("audit/", page, name="audit"),
]
