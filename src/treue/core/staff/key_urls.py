from django.urls import path

from treue.core.staff import key_views

urlpatterns = [
    path("", key_views.keys, name="keys"),
    path("<int:key_id>/", key_views.key, name="key"),
    path("<int:key_id>/revoke/", key_views.revoke, name="key_revoke"),
]
