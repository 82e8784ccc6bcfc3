from django.urls import path

from treue.understand.recommendations import views

urlpatterns = [
    path("", views.recommendations, name="recommendations"),
    path("products.csv", views.recommendations_csv, name="recommendations_csv"),
]
