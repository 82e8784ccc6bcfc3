"""`treue refresh`: compute the figures anew from what the database holds."""

from typing import Annotated

import typer

from treue.core import postgres
from treue.web.commands import folder
from treue.web.commands.failing import Failure
from treue.web.commands.speaking import spoken


def refresh(
    language: Annotated[str | None, typer.Option(metavar="de|en", help="Default: the system's.")] = None,
) -> None:
    """Write the files for analysis anew and compute all figures. Nothing is lost if it is stopped."""
    folder.prepare(language)
    with spoken(language), postgres.running():
        from django.utils.translation import gettext as _

        from treue.core.jobs import work
        from treue.core.jobs.models import Job
        from treue.core.jobs.wording import failure_of
        from treue.core.shop.models import Shop
        from treue.understand.metrics.tasks import REFRESH
        from treue.web.commands.working import see_through

        for shop in Shop.objects.order_by("pk"):
            job = see_through(work.start(REFRESH, lock=f"{REFRESH}.{shop.pk}", shop_id=shop.pk))
            if job.state != Job.State.DONE:
                raise Failure(failure_of(job) or _("The figures were not computed."))
            typer.echo(_("The figures of %(shop)s are computed anew.") % {"shop": shop.name})
