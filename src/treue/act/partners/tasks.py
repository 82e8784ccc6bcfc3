"""Work of this room that waits. Its words are in `wording`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core.jobs import work
from treue.core.jobs.work import Progress, kind

DRAFT = "partners.draft"


@kind(DRAFT)
def draft_statements(progress: Progress, *, shop_id: int) -> dict[str, object]:
    """Make drafts of the months that are over."""
    from treue.act.loyalty.models import Programme
    from treue.act.partners import settling

    progress.step("drafting")
    programme = Programme.objects.select_related("shop").filter(shop=shop_id).first()
    return {"drafts": settling.draft_due(programme, now=timezone.now()) if programme else 0}


@app.periodic(cron="41 * * * *")
@app.task(name="partners.draft_all", queueing_lock="partners.draft_all")
def draft_all(timestamp: int) -> None:
    """Every hour: zones differ in when a month begins. A job is queued where a draft is missing."""
    from treue.act.loyalty.models import Programme
    from treue.act.partners import settling

    now = timezone.now()
    for programme in Programme.objects.exclude(partners=None).select_related("shop").distinct():
        if settling.is_due(programme, now=now):
            work.start(DRAFT, lock=f"{DRAFT}.{programme.shop_id}", shop_id=programme.shop_id)
