"""Spark as the engine that reads, where one machine is too small: a cluster elsewhere that sees the same folder."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
from ibis import BaseBackend, Schema
from pyarrow import parquet

from treue.core.lake.errors import EngineNotInstalled, EngineNotThere, FilesNotSeen, UnknownEngine

if TYPE_CHECKING:
    from pyspark.sql.connect.client import DefaultChannelBuilder
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.session import SparkSession

SCHEME = "sc://"
SECONDS_TO_ANSWER = 15.0
PARTS = ".parts"


class Spark:
    """A session of a cluster, by Spark Connect."""

    def __init__(self, session: "SparkSession", backend: BaseBackend) -> None:
        self.session = session
        self.backend = backend

    def read(self, files: Sequence[Path]) -> ir.Table:
        """Raises FilesNotSeen."""
        from pyspark.errors import AnalysisException

        try:
            return self._seen(self.session.read.parquet(*(file.as_uri() for file in files)))
        except AnalysisException as error:
            if error.getCondition() == "PATH_NOT_FOUND":
                raise FilesNotSeen(files[0].parent) from error
            raise

    def empty(self, schema: Schema) -> ir.Table:
        from ibis.backends.pyspark.datatypes import PySparkSchema

        return self._seen(self.session.createDataFrame([], PySparkSchema.from_ibis(schema)))

    def _seen(self, frame: "DataFrame") -> ir.Table:
        name = ibis.util.gen_name("frame")
        frame.createOrReplaceTempView(name)
        return self.backend.table(name)

    def write(self, table: ir.Table, path: Path) -> None:
        """The cluster writes a file for each of its parts, in their order; they are put together here."""
        parts = path.with_suffix(PARTS)
        shutil.rmtree(parts, ignore_errors=True)
        try:
            self.backend.to_parquet(table, parts.as_uri(), compression="zstd")
            _put_together(sorted(parts.glob("*.parquet")), path)
        finally:
            shutil.rmtree(parts, ignore_errors=True)


@contextmanager
def connected(url: str) -> Iterator[Spark]:
    """A session of its own to the end of the block. Raises UnknownEngine, EngineNotInstalled, EngineNotThere.

    url: as Spark Connect writes it, `sc://host:15002`, with `/;use_ssl=true;token=…` where that is asked for.
    """
    channel = _answering(url)
    from pyspark.sql.connect.session import SparkSession

    session = SparkSession.builder.channelBuilder(channel).create()
    try:
        yield Spark(session, ibis.pyspark.connect(session))
    finally:
        session.stop()


def _answering(url: str) -> "DefaultChannelBuilder":
    """The way to a server that answers: the client itself would go on trying for ten minutes."""
    if not url.startswith(SCHEME):
        raise UnknownEngine
    try:
        import grpc
        from pyspark.errors import PySparkException
        from pyspark.sql.connect.client import DefaultChannelBuilder
    except ImportError as missing:
        raise EngineNotInstalled from missing
    try:
        way = DefaultChannelBuilder(url)
        with way.toChannel() as channel:
            grpc.channel_ready_future(channel).result(SECONDS_TO_ANSWER)
    except PySparkException:
        raise UnknownEngine from None  # its own words quote the address, token and all
    except grpc.FutureTimeoutError:
        raise EngineNotThere(way.endpoint) from None
    return way


def _put_together(parts: Sequence[Path], path: Path) -> None:
    with parquet.ParquetWriter(path, parquet.read_schema(parts[0]), compression="zstd") as whole:
        for part in parts:
            with parquet.ParquetFile(part) as opened:
                for number in range(opened.num_row_groups):
                    whole.write_table(opened.read_row_group(number))
