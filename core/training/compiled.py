"""What JAX compiled is kept on the disk, so that the second run of a kind begins at once; the newest of it, up to a size.

Every setting that somebody looks at on a shared server is rehearsed and leaves code behind, about 0.6 MB on a
processor, and nobody would ever remove it. JAX's own limit needs one more package and a lock that all workers
wait for. This needs neither: JAX takes code that has vanished for code that was never there, and compiles again.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

__all__ = ["LIMIT_BYTES", "compiled_folder", "keep_newest"]

LIMIT_BYTES = 256 * 1024 * 1024  # hundreds of settings


def compiled_folder(home: Path) -> Path:
    """Where JAX keeps what it compiled.

    Args:
        home: LIMELIGHT_HOME.
    """
    return home.resolve() / "cache" / "jax"


def keep_newest(home: Path, limit_bytes: int = LIMIT_BYTES) -> int:
    """Remove what was used longest ago, until the rest is small enough; may be called at any time, by any process.

    A file was used when it was last read, as far as the disk notes that (most do once a day), or when it was written.

    Args:
        home: LIMELIGHT_HOME.
        limit_bytes: what may stay; default: LIMIT_BYTES.

    Returns:
        Bytes that were removed.
    """
    found: list[tuple[int, int, Path]] = []
    with contextlib.suppress(OSError):
        for path in compiled_folder(home).iterdir():
            with contextlib.suppress(OSError):  # somebody else removed it
                known = path.stat()
                found.append((max(known.st_atime_ns, known.st_mtime_ns), known.st_size, path))
    kept = removed = 0
    for _, size, path in sorted(found, reverse=True):
        kept += size
        if kept > limit_bytes or not size:  # empty: its writer was killed, and JAX would never write it again
            with contextlib.suppress(OSError):
                path.unlink()
                removed += size
    return removed
