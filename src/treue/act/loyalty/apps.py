from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoyaltyConfig(AppConfig):
    name = "treue.act.loyalty"
    label = "loyalty"

    def ready(self) -> None:
        from treue.act.loyalty import deeds, merged, taking_back
        from treue.core.customers import merging
        from treue.understand.profile import heading

        merging.followed_by(merged.follow)
        taking_back.known_by(deeds.giver_of)
        heading.also("customer_loyalty", _("Programme"))
