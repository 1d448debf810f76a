"""One run at a time on an output folder, and the other one learns whose it is."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from cleaner import lock
from cleaner.errors import LockedError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="holds the lock with fcntl")


def test_a_holder_that_is_slow_to_write_its_name_is_named(tmp_path: Path) -> None:
    """A busy machine may stop the holder between locking and writing."""
    with (tmp_path / lock.LOCK_NAME).open("w+", encoding="utf-8") as file:
        lock._lock(file)

        def name_it() -> None:
            time.sleep(0.2)
            file.write('{"pid": 4711, ')
            file.flush()
            time.sleep(0.1)
            file.write('"started": "2026-01-02T03:04:05+00:00"}')
            file.flush()

        writer = threading.Thread(target=name_it)
        writer.start()
        with (
            pytest.raises(LockedError, match=r"process 4711, started 2026-01-02"),
            lock.locked(tmp_path),
        ):
            pass
        writer.join()


def test_a_holder_that_never_writes_its_name_does_not_hold_the_other_up_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "NAMED_WITHIN", 0.1)
    with (tmp_path / lock.LOCK_NAME).open("w+", encoding="utf-8") as file:
        lock._lock(file)
        with pytest.raises(LockedError, match="not known yet"), lock.locked(tmp_path):
            pass


def test_the_name_is_gone_with_the_run(tmp_path: Path) -> None:
    """The next loser must not read the name of a run that ended long ago."""
    with lock.locked(tmp_path):
        assert str(os.getpid()) in (tmp_path / lock.LOCK_NAME).read_text()
    assert (tmp_path / lock.LOCK_NAME).read_bytes() == b""
