from django.urls import path

from treue.understand.metrics import views

urlpatterns = [
    path("", views.home, name="cockpit"),
    path("today/", views.live_figures, name="live"),
    path("figures/<slug:name>.csv", views.figures_csv, name="figures_csv"),
    path("notes/", views.note_new, name="note_new"),
    path("notes/<int:note_id>/remove/", views.note_remove, name="note_remove"),
]
