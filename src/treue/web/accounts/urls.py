from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("account/mfa/", include("allauth.mfa.urls")),
]
