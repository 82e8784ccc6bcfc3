from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "treue.act.offers"
    label = "offers"

    def ready(self) -> None:
        from treue.act.loyalty import demo
        from treue.act.offers import happenings, wording  # noqa: F401 - they make themselves known

        demo.also(_write)


def _write(shop: object, **about: object) -> None:
    from treue.act.offers import demo

    demo.write(shop, **about)
