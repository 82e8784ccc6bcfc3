"""What happens is to be told to whoever asked for it."""

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from treue.core.events.happened import Happened
from treue.core.events.registry import reaction
from treue.core.events.wording import describe
from treue.core.webhooks.models import Endpoint

# In one statement: at thousands of events a second, rows that are made in Python take most of the time.
QUEUE = """
insert into webhooks_delivery
    (endpoint_id, message, event, seq, recorded_at, person, state, attempts, next_try_at, problem, created_at)
select endpoint.id, gen_random_uuid(), happened.name, happened.seq, happened.recorded_at, happened.person,
    'waiting', 0, %(now)s, '', %(now)s
from unnest(%(seqs)s::bigint[], %(shops)s::bigint[], %(names)s::text[], %(moments)s::timestamptz[],
        %(persons)s::bigint[]) as happened (seq, shop_id, name, recorded_at, person)
join webhooks_endpoint endpoint on endpoint.shop_id = happened.shop_id and endpoint.is_on
    and (endpoint.events = '{}' or happened.name = any(endpoint.events))
order by happened.seq"""


@reaction("webhooks.queue")
def queue(events: Sequence[Happened]) -> None:
    """A delivery for each event and each endpoint that wants it; what is queued, the courier sends."""
    if not Endpoint.objects.filter(is_on=True).exists():
        return
    values = {
        "seqs": [event.seq for event in events],
        "shops": [event.shop_id for event in events],
        "names": [event.name for event in events],
        "moments": [event.recorded_at for event in events],
        "persons": [event.person for event in events],
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, values)


describe("webhooks.queue", name=_("Telling webhooks"))
