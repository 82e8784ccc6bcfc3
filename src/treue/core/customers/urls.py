from django.urls import path

from treue.core.customers import text_views

urlpatterns = [
    path("", text_views.texts, name="settings_consents"),
    path("confirmation/", text_views.confirmation, name="settings_consents_confirm"),
    path("<int:text_id>/remove/", text_views.remove, name="settings_consents_remove"),
]
