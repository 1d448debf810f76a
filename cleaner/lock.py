"""One run at a time on an output folder."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from cleaner.errors import LockedError
from cleaner.writers.files import writing_to

LOCK_NAME = ".lock"
# How long, in seconds, the loser waits for the holder to write its name: it does so right after
# it has locked, but a busy machine may stop it between the two.
NAMED_WITHIN = 5.0

if sys.platform == "win32":
    import msvcrt

    # The locked byte lies behind the text, so that the loser can still read who holds it.
    _LOCKED_BYTE = 1 << 20

    def _lock(file: IO[str]) -> None:
        file.seek(_LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)
else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold `folder` for this process; raise `LockedError` naming the holder if it is taken.

    The lock belongs to the open file, so it is gone with the process however that ends. The
    file itself stays: removing it would let two runs lock two different files.
    """
    path = folder / LOCK_NAME
    with writing_to(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        try:
            _lock(file)
        except OSError as error:
            raise LockedError(_who(file, folder)) from error
        with writing_to(path):
            file.seek(0)
            file.truncate()
            started = datetime.now(UTC).isoformat(timespec="seconds")
            json.dump({"pid": os.getpid(), "started": started}, file)
            file.flush()
        try:
            yield
        finally:
            # An old name must not be read as that of the next holder.
            with suppress(OSError):
                file.truncate(0)


def _who(file: IO[str], folder: Path) -> str:
    holder = _holder(file)
    deadline = time.monotonic() + NAMED_WITHIN
    while holder is None and time.monotonic() < deadline:
        time.sleep(0.02)
        holder = _holder(file)
    named = "its process is not known yet" if holder is None else holder
    return (
        f"Another run is working on {folder} ({named}). "
        "Wait until it has finished, or choose another folder with -o."
    )


def _holder(file: IO[str]) -> str | None:
    """The process that the file names, None as long as it has not written its whole name."""
    try:
        file.seek(0)
        holder = json.loads(file.read())
        return f"process {holder['pid']}, started {holder['started']}"
    except (OSError, ValueError, KeyError, TypeError):
        return None
