"""A backup that does not come to its end."""

import errno
import io
import os
import tarfile
from datetime import UTC, datetime
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


@pytest.mark.usefixtures("transactional_db")
def test_a_full_disk_is_no_fault_of_the_backups(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_arguments: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    written = backups.write(tmp_path / "treue.tar")
    monkeypatch.setattr(tarfile.TarFile, "extract", fill)
    with pytest.raises(OSError, match="No space left"):
        backups.restore(written)
    assert list((installation / "tmp").iterdir()) == []


@pytest.mark.usefixtures("transactional_db")
def test_when_and_where_the_last_one_was_written_is_remembered(installation: Path, tmp_path: Path) -> None:
    assert backups.last() is None
    written = backups.write(tmp_path / "treue.tar")
    last = backups.last()
    assert last.place == str(written)
    assert (datetime.now(UTC) - last.written_at).total_seconds() < 60


def test_what_another_server_would_refuse_is_left_out_and_no_row_is() -> None:
    noted = b"ALTER TABLE ONLY public.shop_shop ALTER COLUMN id SET (pg_attver=26353520);\n"
    kept = (
        b"SET statement_timeout = 0;\n",
        b"CREATE TABLE public.shop_shop (id bigint NOT NULL);\n",
        b"ALTER TABLE ONLY public.shop_shop ALTER COLUMN id SET (n_distinct=2);\n",
        b"COPY public.shop_shop (name) FROM stdin;\n",
        noted,
    )
    target = io.BytesIO()
    backups._pass_on(io.BytesIO(b"".join((b"SET transaction_timeout = 0;\n", *kept[:2], noted, *kept[2:]))), target)
    assert target.getvalue() == b"".join(kept)
