from django.urls import path

from treue.core.events import event_views, views

urlpatterns = [
    path("", views.log, name="log"),
    path("events/<str:place>/", event_views.event, name="log_event"),
    path("<int:parked_id>/retry/", views.try_again, name="log_retry"),
    path("<int:parked_id>/leave-out/", views.leave_out, name="log_leave_out"),
]
