"""`treue demo`: an invented shop to look around in."""

import time
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from treue.core import postgres
from treue.web.commands import django_setup, folder
from treue.web.commands.failing import Failure
from treue.web.commands.speaking import require_known, spoken, system_language
from treue.web.commands.speaking import said as _

console = Console(stderr=True)


def demo(
    customers: Annotated[int, typer.Option(help="How many customers to invent.", min=100, max=1_000_000)] = 20_000,
    language: Annotated[
        str | None,
        typer.Option(
            metavar="de|en", help="What its channels, products and notes are called in. Default: the system's."
        ),
    ] = None,
) -> None:
    """Make the demo shop, if there is no other shop yet."""
    require_known(language)
    folder.prepare()
    with postgres.running():
        django_setup.set_up()
        from django.core.management import call_command

        from treue.core.commerce.models import Order
        from treue.core.events.models import Source
        from treue.core.shop.models import Shop

        call_command("migrate", verbosity=0)
        if any(model.objects.exists() for model in (Order, Source)):
            raise Failure(_("There are orders or sources already. The demo shop is only for an empty installation."))
        Shop.objects.all().delete()
        load(customers, language)


def load(customers: int = 20_000, language: str | None = None) -> None:
    """Make the demo shop with its figures, or nothing. Django is set up, the database is there and empty."""
    from treue.design import formats

    begun = time.monotonic()
    try:
        _make(customers, language)
    except BaseException:  # stopped or failed: half of a demo shop would be taken for the whole from then on
        _take_back()
        raise
    facts = {"customers": formats.number(customers, system_language()), "seconds": f"{time.monotonic() - begun:.0f}"}
    console.print(_("The demo shop is ready (%(customers)s customers, %(seconds)s s).") % facts)


def _make(customers: int, language: str | None) -> None:
    from django.utils.translation import get_language

    from treue.act.loyalty.tasks import begin_demo
    from treue.core.jobs.work import Silent
    from treue.listen.demo import story
    from treue.listen.imports import demo as invented
    from treue.understand.metrics import notes, tasks

    with console.status(_("Inventing a demo shop: three years, and a story to find in the figures …")):
        now = datetime.now().astimezone()
        with spoken(language):  # name, notes, channels and products are kept in the language they are written in
            shop, simulated = invented.load(today=now.date(), progress=Silent(), customers=customers)
            for day, text in notes.of_story(simulated.truth.story):
                notes.write(shop=shop, day=day, text=text, by=None)
            story.happen(shop, now=now, online=invented.words().channels[0])
            spoken_language = get_language() or "en"
    with console.status(_("Computing its figures …")):
        tasks.refresh(Silent(), shop_id=shop.pk)
    begin_demo(shop, language=spoken_language)  # by a worker: nobody waits for a year of points


def _take_back() -> None:
    from django.db import connection

    from treue.core.jobs.work import Silent
    from treue.core.shop.models import Shop
    from treue.core.shop.tasks import remove_shop

    connection.close()  # it may have been interrupted in the middle of an answer
    with console.status(_("Taking the demo shop back …")):
        for shop in Shop.objects.filter(is_demo=True):
            remove_shop(Silent(), shop_id=shop.pk)
