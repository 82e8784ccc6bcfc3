"""A worker that only reacts: a row per event, without anything that would keep a second one out. For `kills`."""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from treue.core.events.happened import Happened

TABLE = "create table effect (seq bigint not null, message_id text not null)"


def write(events: Sequence["Happened"]) -> None:
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy("copy effect (seq, message_id) from stdin") as copy:
        for event in events:
            copy.write_row((event.seq, event.message_id))


def register() -> None:
    from treue.core.events import registry

    registry.REACTIONS.clear()
    registry.reaction("bench.effect", starts=registry.BEGINNING)(write)


if __name__ == "__main__":
    from treue.web.commands import django_setup

    django_setup.set_up()
    from treue.core.events import reacting

    register()
    reacting.run(threading.Event())
