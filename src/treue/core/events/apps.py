from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class EventsConfig(AppConfig):
    name = "treue.core.events"
    label = "events"

    def ready(self) -> None:
        autodiscover_modules("reactions")
