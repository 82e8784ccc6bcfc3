from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "treue.act.content"
    label = "content"

    def ready(self) -> None:
        from treue.act.content import happenings, tasks, withdrawing, wording  # noqa: F401 - they make themselves known
        from treue.act.loyalty import demo
        from treue.core.customers import consent

        consent.followed_by(withdrawing.follow)
        demo.also(_write)


def _write(shop: object, **about: object) -> None:
    from treue.act.content import demo

    demo.write(shop, **about)
