"""Work of this room that waits."""

from django.utils import timezone
from procrastinate.contrib.django import app


@app.task(name="portal.send_code")
def send_code(request_id: int) -> None:
    from treue.act.portal import codes

    codes.send(request_id, now=timezone.now())


@app.task(name="portal.send_address_code")
def send_address_code(request_id: int, customer_id: int) -> None:
    from treue.act.portal import changing

    changing.send(request_id, customer_id, now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="portal.unite", queueing_lock="portal.unite")
def unite(timestamp: int) -> None:
    """Who joined before the shop knew them is the shop's customer, as soon as it says whose the address is."""
    from treue.act.portal import strangers

    strangers.unite_all()


@app.periodic(cron="23 * * * *")
@app.task(name="portal.forget", queueing_lock="portal.forget")
def forget(timestamp: int) -> None:
    """What is over: codes and their mails, sessions."""
    from treue.act.portal import codes, sessions

    now = timezone.now()
    codes.forget(now=now)
    sessions.forget(now=now)
