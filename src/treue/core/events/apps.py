from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules


class EventsConfig(AppConfig):
    name = "treue.core.events"
    label = "events"

    def ready(self) -> None:
        autodiscover_modules("reactions")
        post_migrate.connect(_make_first_months, sender=self, dispatch_uid="events.first_months")


def _make_first_months(sender: AppConfig, **_about: object) -> None:
    from django.db import connection

    from treue.core.events import partitions
    from treue.core.events.models import Event

    if Event._meta.db_table in connection.introspection.table_names():  # it is not where the log was migrated away
        partitions.ensure(timezone.now().date())
