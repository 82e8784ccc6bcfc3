from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "treue.act.portal"
    label = "portal"

    def ready(self) -> None:
        from treue.act.loyalty import demo
        from treue.act.portal import changing, setting_up, tasks, wording  # noqa: F401 - two make themselves known
        from treue.core.customers import given_up

        given_up.followed_by(changing.shut)
        demo.also(setting_up.open_demo)
