from django.urls import path

from treue.design import views

urlpatterns = [path("", views.gallery, name="gallery")]
