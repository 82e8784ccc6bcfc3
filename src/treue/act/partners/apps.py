from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "treue.act.partners"
    label = "partners"

    def ready(self) -> None:
        from treue.act.loyalty import demo, giving_back, issuers
        from treue.act.partners import happenings, merchants, redeeming, wording  # noqa: F401 - they make themselves known

        giving_back.claimed_by(redeeming.redemption_of)
        issuers.named_by(merchants.names_of)
        demo.each_week(_write_week)
        demo.also(_write)


def _write_week(*about: object) -> None:
    from treue.act.partners import demo

    demo.pass_week(*about)


def _write(shop: object, **about: object) -> None:
    from treue.act.partners import demo

    demo.write(shop, **about)
