"""A gzip file → the file inside it, inflated no further than the limits allow.

The size that a gzip file declares is never believed: it is four bytes that anybody can write.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from core.dataset.progress import Progress
from core.dataset.readers.source import Source
from core.dataset.readers.spool import Spool
from core.errors import BadFile, LimitExceeded
from core.language import N_
from core.settings import MIB, settings

__all__ = ["inflated"]

RATIO_FLOOR_BYTES = 64 * MIB  # a small file may shrink as far as it likes


@contextmanager
def inflated(source: Source, progress: Progress) -> Iterator[Source]:
    """The file inside; it goes when the `with` ends.

    Raises:
        BadFile: it is damaged or cut off, or holds another packed file.
        LimitExceeded: it unpacks to more than `max_inflated_bytes`, or to more than `max_zip_ratio` times its size.

    Example:
        >>> with inflated(Source.of(gzip.compress(b"a,b"), "t.csv.gz"), Progress()) as inner:
        ...     inner.name, inner.read()
        ('t.csv', b'a,b')
    """
    name = source.name.removesuffix(".gz").removesuffix(".GZ") or source.name
    with Spool(name) as spool:
        try:
            _inflate(source, spool, progress)
        except (OSError, EOFError, zlib.error) as error:
            raise BadFile(N_("{name} is a gzip file that is damaged or cut off. Pack it again and upload that file.").format(name=source.name)) from error
        inner = spool.source()
        if not inner.size_bytes:
            raise BadFile(N_("{name} is a gzip file with nothing in it. Pack it again and upload that file.").format(name=source.name))
        if inner.is_packed:
            raise BadFile(N_("{name} is a gzip file that holds {what_words}. Unpack it once and upload what is inside.").format(name=source.name, what_words=inner.looks_like or N_("a zip file")))
        yield inner


def _inflate(source: Source, spool: Spool, progress: Progress) -> None:
    with source.open() as packed, gzip.GzipFile(fileobj=packed) as stream:
        while block := stream.read(MIB):
            spool.write(block)
            _check_ratio(spool, source)
            progress.step("Unpacking", min(packed.tell(), source.size_bytes), source.size_bytes)


def _check_ratio(spool: Spool, source: Source) -> None:
    limit = settings().max_zip_ratio
    if spool.size_bytes > max(RATIO_FLOOR_BYTES, limit * source.size_bytes):
        raise LimitExceeded(
            N_("{name} unpacks to more than {limit} times its size, as no honest table does. Unpack it yourself and upload what is inside, or raise {variable}.").format(name=source.name, limit=f"{limit:,}", variable=settings().variable("max_zip_ratio"))
        )
