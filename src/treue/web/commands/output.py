"""Where a command's result goes: a file that is whole or not there at all."""

import errno
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from treue.web.commands.failing import Failure, WrongUse, deafen


@contextmanager
def printed() -> Iterator[None]:
    """What is printed inside has arrived when this ends. Raises Failure where standard output takes no more."""
    from django.utils.translation import gettext as _

    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        deafen()
        reason = error.strerror or error
        raise Failure(_("The result cannot be written to standard output: %(reason)s.") % {"reason": reason}) from error


@contextmanager
def named(path: Path, sentence: str) -> Iterator[None]:
    """What the system says against a file becomes a Failure. sentence: with places for `path` and `reason`."""
    try:
        yield
    except OSError as error:
        raise Failure(sentence % {"path": path, "reason": error.strerror or error}) from error


def require_another(path: Path, source: Path, option: str) -> None:
    """Raises WrongUse where a result would replace the file that it is made of, by whatever name."""
    from django.utils.translation import gettext as _

    with suppress(OSError):  # one of them is not there
        if path.samefile(source):
            raise WrongUse(
                _("%(option)s %(path)s is the file that is read, and would be lost. Give another name.")
                % {"option": option, "path": path}
            )


def require_place(path: Path) -> None:
    """Try whether something can be written there, before hours of work. Raises OSError."""
    if not _takes_what_comes(path):
        require_file(path)


def require_file(path: Path) -> None:
    """Try whether a file can be made there, or replaced. Raises OSError."""
    if path.exists() and not path.is_file():
        code = errno.EISDIR if path.is_dir() else errno.EINVAL
        raise OSError(code, os.strerror(code), str(path))
    with tempfile.NamedTemporaryFile(dir=path.resolve().parent, prefix=f".{path.name[:80]}."):
        pass


def write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file whole or not at all; a link stays and what it leads to is replaced. Raises OSError."""
    if _takes_what_comes(path):
        with path.open("wb") as file:
            file.writelines(pieces)
        return
    place = path.resolve()
    partial = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            file.writelines(pieces)
        partial.replace(place)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _takes_what_comes(path: Path) -> bool:
    """A pipe or a device, which must not be replaced by a file."""
    return path.exists() and not path.is_file() and not path.is_dir()
