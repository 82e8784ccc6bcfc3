from django.urls import path

from treue.understand.profile import views

urlpatterns = [
    path("", views.customers, name="customers"),
]
