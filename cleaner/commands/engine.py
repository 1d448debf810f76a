"""What cleans: the worker processes of a command, and the digest of what they work with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from cleaner.config import Config
from cleaner.digests import digests, fingerprint
from cleaner.inprocess import InProcess
from cleaner.pool import Pool
from cleaner.worker import Recipe, make_cleaner

__all__ = ["digests", "fingerprint", "make_cleaner", "usable_cores", "workers"]


def usable_cores() -> int:
    """How many cores this process may use; containers and ``taskset`` often leave it fewer."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def workers(config: Config, digest: str, number: int | None) -> Iterator[Pool | InProcess]:
    """Up to `number` worker processes (None: one a core), gone after the block; 0 means none."""
    recipe = Recipe(make_cleaner, config, digest)
    size = usable_cores() if number is None else number
    pool = Pool(recipe, size) if size else InProcess(recipe)
    try:
        yield pool
    finally:
        pool.close()
