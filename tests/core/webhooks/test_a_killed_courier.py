"""A worker that is killed in the middle of a delivery: another one delivers it, under the same id."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from receiving import Receiver, after, happen
from test_delivering import wait_until

from treue.core.shop.models import Shop
from treue.core.webhooks import claiming
from treue.core.webhooks.models import Delivery, Endpoint

# What `treue worker` runs: it reacts to the log and delivers.
PROGRAM = """
    import os
    os.environ["DJANGO_SETTINGS_MODULE"] = "treue.web.settings"
    import django; django.setup()
    from treue.web.commands import worker_process
    worker_process.work()
"""


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    place = connection.settings_dict
    url = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}"
    environment = os.environ | {"DATABASE_URL": url, "TREUE_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    started = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)], env=environment, start_new_session=True
    )
    yield started
    started.kill()
    started.wait()


def test_what_it_was_sending_arrives_from_another_under_the_same_id(
    shop: Shop,
    endpoint: Endpoint,
    receiver: Receiver,
    worker: subprocess.Popen[bytes],
    deliver: Callable[..., int],
):
    receiver.answers = [after(30), after(30)]
    happen(shop, "a1", "a2")
    wait_until(lambda: len(receiver.arrived) == 2)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert set(Delivery.objects.values_list("state", "attempts")) == {("waiting", 1)}
    assert deliver(timezone.now() + timedelta(seconds=1)) == 0
    assert deliver(timezone.now() + claiming.LEASE) == 2
    assert set(Delivery.objects.values_list("state", "attempts")) == {("delivered", 2)}
    assert sorted(receiver.ids[:2]) == sorted(receiver.ids[2:])
