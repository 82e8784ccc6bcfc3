from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RewardsConfig(AppConfig):
    name = "treue.act.rewards"
    label = "rewards"

    def ready(self) -> None:
        from treue.act.loyalty import demo, giving_back
        from treue.act.loyalty.funnel import reckoning
        from treue.act.rewards import catalogue, happenings, wording  # noqa: F401 - they make themselves known
        from treue.understand.profile import heading

        giving_back.claimed_by(catalogue.claim_of)
        reckoning.CHEAPEST.append(catalogue.cheapest)
        demo.also(_write)
        heading.also("customer_rewards", _("Rewards"))


def _write(shop: object, **about: object) -> None:
    from treue.act.rewards import demo

    demo.write(shop, **about)
