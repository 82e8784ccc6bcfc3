from django.urls import path

from treue.understand.value import views
from treue.understand.value.trust import views as trust

urlpatterns = [
    path("", views.value, name="value"),
    path("at-risk/", views.at_risk, name="value_at_risk"),
    path("due/", views.due, name="value_due"),
    path("at-risk.csv", views.at_risk_csv, name="value_at_risk_csv"),
    path("due.csv", views.due_csv, name="value_due_csv"),
    path("<slug:name>.csv", views.value_csv, name="value_csv"),
    path("models/", trust.models, name="models"),
    path("models/<slug:name>.csv", trust.models_csv, name="models_csv"),
]
