"""`treue source …`: who sends events."""

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from treue.core import postgres
from treue.web.commands import folder, output
from treue.web.commands.failing import Failure, WrongUse
from treue.web.commands.speaking import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from treue.core.shop.models import Shop
    from treue.listen.tracking.activity import Active

LONGEST_NAME = 60

sources = typer.Typer(help="Who sends events: shops, apps, tills and servers, each with a write key.")

Language = Annotated[str | None, typer.Option(metavar="de|en", help="Default: the system's.")]
OfShop = Annotated[str | None, typer.Option("--shop", metavar="NAME", help="Which shop. Default: the first one.")]


@sources.callback(no_args_is_help=True)
def about() -> None:
    """Who sends events: shops, apps, tills and servers, each with a write key."""


@sources.command()
def add(
    name: Annotated[str, typer.Argument(help="What the source is called, such as “Web shop”.")],
    browser: Annotated[
        bool, typer.Option("--browser", help="It sends from visitors' browsers, where anybody can read its key.")
    ] = False,
    believe_orders: Annotated[
        bool,
        typer.Option(
            "--believe-orders",
            help="With --browser: believe what browsers say of orders, although anybody can make them say it.",
        ),
    ] = False,
    limit: Annotated[int, typer.Option(help="Events a second that it may send.", min=1, max=10_000_000)] = 1000,
    shop: OfShop = None,
    language: Language = None,
) -> None:
    """Make a source and print its write key alone. It is shown this once."""
    folder.prepare(language)
    with spoken(language), _installation():
        from django.utils.translation import gettext as _

        from treue.core.events.models import Source
        from treue.listen.tracking.errors import NameTaken
        from treue.listen.tracking.sources import add as make

        name = name.strip()
        if not 0 < len(name) <= LONGEST_NAME or "\0" in name:
            raise WrongUse(_("A source's name has 1 to %(most)s characters.") % {"most": LONGEST_NAME})
        if believe_orders and not browser:
            raise WrongUse(_("A server is believed about orders anyway: give --believe-orders only with --browser."))
        kind = Source.Kind.BROWSER if browser else Source.Kind.SERVER
        may = {"events_per_second": limit, "believes_orders": believe_orders}
        try:
            _source, key = make(shop=_shop(shop), name=name, kind=kind, by=None, **may)
        except NameTaken as error:
            sentence = _("There is a source “%(name)s” already. Give another name.")
            raise Failure(sentence % {"name": name}) from error
        with output.printed():
            typer.echo(key)


@sources.command("list")
def show(
    shop: OfShop = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the list as JSON to standard output.")] = False,
    language: Language = None,
) -> None:
    """List the sources, when each last sent something, and how much of it was refused."""
    folder.prepare(language)
    with spoken(language), _installation():
        from django.utils import timezone

        from treue.listen.tracking import activity

        found = activity.of(_shop(shop), timezone.now())
        with output.printed():
            if as_json:
                typer.echo(json.dumps([_as_json(each) for each in found], ensure_ascii=False, indent=2))
            else:
                Console(highlight=False, markup=False, soft_wrap=True).print(_table(found))


@contextmanager
def _installation() -> "Iterator[None]":
    from django.core.management import call_command

    with postgres.running():
        call_command("migrate", verbosity=0)
        yield


def _shop(name: str | None) -> "Shop":
    from django.utils.translation import gettext as _

    from treue.core.shop.models import Shop
    from treue.core.shop.setup import ensure_shop

    if name is None:
        return ensure_shop()
    shop = Shop.objects.filter(name=name).order_by("pk").first()
    if shop is None:
        raise Failure(_("There is no shop called “%(name)s”.") % {"name": name})
    return shop


def _as_json(each: "Active") -> dict[str, object]:
    source = each.source
    return {
        "name": source.name,
        "kind": source.kind,
        "is_enabled": source.is_enabled,
        "key_ending": source.key_ending,
        "events_per_second": source.events_per_second,
        "last_event_at": each.last_at.isoformat() if each.last_at else None,
        "taken_in_24_hours": each.taken,
        "refused_in_24_hours": each.refused,
    }


def _table(found: "list[Active]") -> Table:
    from django.utils.translation import gettext as _
    from django.utils.translation import pgettext

    from treue.core.shop import clock
    from treue.listen.imports.sentences import count

    table = Table(box=None, padding=(0, 2, 0, 0))
    numbers = (_("Events in 24 hours"), _("Refused in 24 hours"))
    for label in (_("Name"), _("Kind"), _("Key ends in"), _("Last event"), *numbers, _("Access")):
        table.add_column(label, justify="right" if label in numbers else "left")
    zone = clock.zone()
    for each in found:
        source = each.source
        table.add_row(
            *(source.name, source.get_kind_display(), source.key_ending, clock.printed(each.last_at, zone)),
            *(
                count(each.taken),
                count(each.refused),
                _("On") if source.is_enabled else pgettext("a source", "Switched off"),
            ),
        )
    return table
