"""`treue key …`: keys of the API, made, listed and revoked on the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from treue.core import postgres
from treue.web.commands import django_setup, folder
from treue.web.commands.failing import Failure, WrongUse
from treue.web.commands.speaking import said as _

LONGEST_NAME = 60

keys = typer.Typer(help="Make, list and revoke keys of the API.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What the key is for, such as the program that uses it.")]
Scopes = Annotated[list[str], typer.Option("--scope", metavar="read|write", help="Can be given twice.")]
Days = Annotated[int | None, typer.Option(help="How long it is valid. Default: until it is revoked.", min=1, max=3650)]


@keys.callback()
def about() -> None:
    """Make, list and revoke keys of the API."""


@keys.command()
def add(name: Name, scope: Scopes, days: Days = None) -> None:
    """Make a key and print it alone, once: it is stored nowhere."""
    if not name.strip() or len(name.strip()) > LONGEST_NAME or not name.isprintable():
        raise WrongUse(_("A key needs a name of at most %(count)s characters.") % {"count": LONGEST_NAME})
    unknown = set(scope) - {"read", "write"}
    if unknown:
        raise WrongUse(_("A scope is read or write."))
    with _installation():
        from django.utils import timezone

        from treue.core.shop.setup import ensure_shop
        from treue.core.staff import keys
        from treue.core.staff.errors import KeyNameTaken

        expires = timezone.now() + timedelta(days=days) if days else None
        try:
            _key, token = keys.add(shop=ensure_shop(), name=name.strip(), scopes=scope, by=None, expires_at=expires)
        except KeyNameTaken as error:
            sentence = _("There is a key named %(name)s. Revoke it first, or choose another name.")
            raise Failure(sentence % {"name": error.name}) from error
    typer.echo(token)


@keys.command("list")
def list_keys() -> None:
    """The keys that are in force."""
    with _installation():
        from django.utils import timezone

        from treue.core.shop.setup import ensure_shop
        from treue.core.staff.models import ApiKey

        zone = ensure_shop().tz
        table = Table(_("Name"), _("Begins with"), _("Scopes"), _("Last used"), _("Valid until"))
        for key in ApiKey.objects.in_force(timezone.now()).order_by("name"):
            moments = [f"{each.astimezone(zone):%Y-%m-%d %H:%M}" if each else "–" for each in _moments(key)]
            table.add_row(key.name, key.prefix, ", ".join(key.scopes), *moments)
    Console().print(table if table.row_count else _("There are no keys."))


@keys.command()
def revoke(name: Name) -> None:
    """From now on nobody comes in with the key."""
    with _installation():
        from treue.core.shop.setup import ensure_shop
        from treue.core.staff import keys
        from treue.core.staff.errors import NoSuchKey

        try:
            keys.revoke(key=keys.named(ensure_shop(), name.strip()), by=None)
        except NoSuchKey as error:
            sentence = _("There is no key named %(name)s. `treue key list` names those there are.")
            raise Failure(sentence % {"name": error.name}) from error
    Console(stderr=True).print(_("Revoked: %(name)s.") % {"name": name.strip()}, markup=False)


def _moments(key: object) -> tuple[datetime | None, datetime | None]:
    return key.last_used_at, key.expires_at


@contextmanager
def _installation() -> Iterator[None]:
    """With its database as the program needs it."""
    folder.prepare()
    with postgres.running():
        django_setup.set_up()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield
