from django.urls import path

from treue.core.webhooks import delivery_views, views

urlpatterns = [
    path("", views.webhooks, name="webhooks"),
    path("new/", views.add, name="webhook_new"),
    path("<int:endpoint_id>/", delivery_views.webhook, name="webhook"),
    path("<int:endpoint_id>/edit/", views.edit, name="webhook_edit"),
    path("<int:endpoint_id>/secret/", views.secret, name="webhook_secret"),
    path("<int:endpoint_id>/secret/change/", views.change_secret, name="webhook_secret_change"),
    path("<int:endpoint_id>/switch-on/", views.switch_on, name="webhook_switch_on"),
    path("<int:endpoint_id>/switch-off/", views.switch_off, name="webhook_switch_off"),
    path("<int:endpoint_id>/test/", views.test, name="webhook_test"),
    path("<int:endpoint_id>/remove/", views.remove, name="webhook_remove"),
    path("<int:endpoint_id>/failed/", delivery_views.failed_again, name="webhook_failed_again"),
    path("<int:endpoint_id>/deliveries/<int:delivery_id>/again/", delivery_views.again, name="webhook_again"),
]
