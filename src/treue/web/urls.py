"""The console's addresses. Each room brings its own."""

from django.urls import include, path

from treue.act.portal.settings_views import portal
from treue.core.shop.demo_views import remove_demo
from treue.web import api

urlpatterns = [
    path("", include("treue.understand.metrics.urls")),
    path("customers/", include("treue.understand.profile.urls")),
    path("segments/", include("treue.understand.segments.urls")),
    path("recommendations/", include("treue.understand.recommendations.urls")),
    path("value/", include("treue.understand.value.urls")),
    path("", include("treue.act.loyalty.urls")),
    path("vouchers/", include("treue.act.vouchers.urls")),
    path("referrals/", include("treue.act.referrals.urls")),
    path("r/", include("treue.act.referrals.link_urls")),
    path("", include("treue.act.rewards.urls")),
    path("content/", include("treue.act.content.urls")),
    path("", include("treue.act.gifts.urls")),
    path("", include("treue.act.offers.urls")),
    path("loyalty/partners/", include("treue.act.partners.urls")),
    path("m/", include("treue.act.portal.urls")),
    path("settings/portal/", portal, name="settings_portal"),
    path("imports/", include("treue.listen.imports.urls")),
    path("sources/", include("treue.listen.tracking.urls")),
    path("settings/demo/remove/", remove_demo, name="demo_remove"),
    path("settings/consents/", include("treue.core.customers.urls")),
    path("settings/", include("treue.core.shop.urls")),
    path("staff/", include("treue.core.staff.urls")),
    path("keys/", include("treue.core.staff.key_urls")),
    path("jobs/", include("treue.core.jobs.urls")),
    path("log/", include("treue.core.events.urls")),
    path("webhooks/", include("treue.core.webhooks.urls")),
    path("api", api.unknown, name="api_without_slash"),
    path("api/", include("treue.web.api")),
    path("gallery/", include("treue.design.urls")),
    path("", include("treue.web.accounts.urls")),
]

handler400 = "treue.web.errors.bad_request"
handler403 = "treue.web.errors.forbidden"
handler404 = "treue.web.errors.not_found"
handler500 = "treue.web.errors.failed"
