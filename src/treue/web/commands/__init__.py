"""The command line: `treue`."""

from treue.web.commands.main import app

__all__ = ["app"]
