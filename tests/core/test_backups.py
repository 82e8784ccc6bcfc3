"""A backup that does not come to its end."""

import errno
import os
from pathlib import Path

import pytest

from treue.core import backups


@pytest.mark.usefixtures("transactional_db")
def test_it_leaves_nothing_and_what_was_there_before(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fill)
    (tmp_path / "saved").mkdir()
    target = tmp_path / "saved" / "treue.tar"
    target.write_text("yesterday's")
    with pytest.raises(OSError, match="No space left"):
        backups.write(target)
    assert target.read_text() == "yesterday's"
    assert list(target.parent.iterdir()) == [target]
    assert list((installation / "tmp").iterdir()) == []
