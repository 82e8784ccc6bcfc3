from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "treue.act.referrals"
    label = "referrals"

    def ready(self) -> None:
        from treue.act.loyalty import demo, taking_back
        from treue.act.referrals import (  # noqa: F401 - they make themselves known
            happenings,
            merged,
            rewarding,
            tasks,
            wording,
        )
        from treue.core.customers import merging

        merging.followed_by(merged.follow)
        taking_back.known_by(rewarding.giver_of)
        demo.also(_write)


def _write(shop: object, **about: object) -> None:
    from treue.act.referrals import demo

    demo.write(shop, **about)
