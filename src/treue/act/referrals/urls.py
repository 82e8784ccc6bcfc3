from django.urls import path

from treue.act.referrals import views

urlpatterns = [
    path("", views.referrals, name="referrals"),
    path("scheme/", views.scheme, name="referral_scheme"),
    path("review/", views.review, name="referral_review"),
    path("review/<int:referral_id>/", views.decide, name="referral_decide"),
    path("ambassadors/<int:advocate_id>/", views.ambassador, name="referral_ambassador"),
]
