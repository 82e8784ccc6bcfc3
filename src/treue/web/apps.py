from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "treue.web"
    label = "web"

    def ready(self) -> None:
        from treue.web.accounts import trail  # noqa: F401 - connects its receivers
