from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "treue.core.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from treue.core.events import restoring

        restoring.also_in("webhooks_delivery")
