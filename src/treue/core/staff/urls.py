from django.urls import path

from treue.core.staff import audit_views, invitation_views, views

urlpatterns = [
    path("", views.staff, name="staff"),
    path("<int:user_id>/", views.colleague, name="colleague"),
    path("<int:user_id>/role/", views.change_role, name="colleague_role"),
    path("<int:user_id>/deactivate/", views.deactivate, name="colleague_deactivate"),
    path("<int:user_id>/reactivate/", views.reactivate, name="colleague_reactivate"),
    path("<int:user_id>/two-factor/off/", views.switch_off_two_factor, name="colleague_two_factor_off"),
    path("invitations/<int:invitation_id>/send/", invitation_views.send_again, name="invitation_send"),
    path("invitations/<int:invitation_id>/revoke/", invitation_views.revoke, name="invitation_revoke"),
    path("invitation/<str:token>/", invitation_views.accept, name="invitation"),
    path("audit/", audit_views.audit, name="audit"),
    path("audit.csv", audit_views.audit_csv, name="audit_csv"),
]
