from django.urls import path

from treue.core.events import views

urlpatterns = [
    path("", views.log, name="log"),
    path("<int:parked_id>/retry/", views.try_again, name="log_retry"),
    path("<int:parked_id>/leave-out/", views.leave_out, name="log_leave_out"),
]
