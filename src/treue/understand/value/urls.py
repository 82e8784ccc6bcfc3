from django.urls import path

from treue.understand.value.trust import views

urlpatterns = [
    path("", views.value, name="value"),
    path("models/", views.models, name="models"),
    path("models/<slug:name>.csv", views.models_csv, name="models_csv"),
]
