from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GiftsConfig(AppConfig):
    name = "treue.act.gifts"
    label = "gifts"

    def ready(self) -> None:
        from treue.act.gifts import giving, happenings, tasks, wording  # noqa: F401 - they make themselves known
        from treue.act.loyalty import demo, taking_back
        from treue.understand.profile import heading

        demo.also(_write)
        taking_back.known_by(giving.giver_of)
        heading.also("customer_gifts", _("Gifts"))


def _write(shop: object, **about: object) -> None:
    from treue.act.gifts import demo

    demo.write(shop, **about)
