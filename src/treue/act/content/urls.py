from django.urls import path

from treue.act.content import views

urlpatterns = [
    path("", views.content, name="content"),
    path("settings/", views.settings, name="content_settings"),
    path("photos/<str:token>/<str:size>.jpg", views.public_photo, name="content_public_photo"),
    path("<int:submission_id>/", views.item, name="content_item"),
    path("<int:submission_id>/decide/", views.decide, name="content_decide"),
    path("<int:submission_id>/photos/<int:ordinal>/<str:size>.jpg", views.photo, name="content_photo"),
]
