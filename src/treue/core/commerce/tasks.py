"""Work of this room that waits."""

from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(name="commerce.follow_what_was_touched", queueing_lock="commerce.follow_what_was_touched")
def follow_what_was_touched(timestamp: int) -> None:
    """Begin the computing of figures that was asked for just when the one before began."""
    from treue.core.commerce import touched

    for shop_id in touched.left_over():
        touched.follow(shop_id)
