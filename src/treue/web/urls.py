"""The console's addresses. Each room brings its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("treue.understand.metrics.urls")),
    path("customers/", include("treue.understand.profile.urls")),
    path("imports/", include("treue.listen.imports.urls")),
    path("settings/", include("treue.core.shop.urls")),
    path("staff/", include("treue.core.staff.urls")),
    path("jobs/", include("treue.core.jobs.urls")),
    path("gallery/", include("treue.design.urls")),
    path("", include("treue.web.accounts.urls")),
]
