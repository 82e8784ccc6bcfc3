from django.urls import path

from treue.listen.tracking import views

urlpatterns = [
    path("", views.sources, name="sources"),
    path("<int:source_id>/", views.source, name="source"),
    path("<int:source_id>/deactivate/", views.switch_off, name="source_switch_off"),
    path("<int:source_id>/reactivate/", views.switch_on, name="source_switch_on"),
    path("<int:source_id>/key/", views.new_key, name="source_new_key"),
]
