"""One run at a time on an output folder."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from cleaner.errors import LockedError
from cleaner.writers.files import writing_to

LOCK_NAME = ".lock"

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
        yield


def _who(file: IO[str], folder: Path) -> str:
    try:
        file.seek(0)
        holder = json.load(file)
        named = f"process {holder['pid']}, started {holder['started']}"
    except (OSError, ValueError, KeyError, TypeError):
        named = "its process is not known yet"
    return (
        f"Another run is working on {folder} ({named}). "
        "Wait until it has finished, or choose another folder with -o."
    )
