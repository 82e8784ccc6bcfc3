"""Where the database is, for whoever connects to it without Django: programs, the lake's reader, probes."""

from psycopg.conninfo import make_conninfo

NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def place() -> dict[str, str]:
    """Django's database as libpq's parameters; what DATABASE_URL asks for beyond a place (sslmode, …) among them."""
    from django.db import connection

    settings = connection.settings_dict
    given = {name: str(settings[key]) for name, key in NAMES.items() if settings.get(key)}
    more = {name: str(value) for name, value in settings.get("OPTIONS", {}).items() if name != "pool"}
    return given | more


def conninfo(**more: object) -> str:
    """more: further parameters of libpq, such as `connect_timeout=2`."""
    return make_conninfo(**place() | {name: str(value) for name, value in more.items()})


def address() -> str:
    """The database for a program's command line, where everybody can read it: without the password."""
    return make_conninfo(**{name: value for name, value in place().items() if name != "password"})
