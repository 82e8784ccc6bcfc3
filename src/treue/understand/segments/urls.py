from django.urls import path

from treue.understand.segments import views

urlpatterns = [
    path("", views.segments, name="segments"),
    path("tables/<slug:name>.csv", views.segments_csv, name="segments_csv"),
    path("<slug:group>/", views.segment, name="segment"),
    path("<slug:group>/customers.csv", views.segment_csv, name="segment_csv"),
]
