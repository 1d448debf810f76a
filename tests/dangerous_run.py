"""The program with a `DangerousCleaner`, as a process of its own that tests can kill.

``FAULT=code:n`` makes the n-th fsync of the run fail with that errno; ``CLOCK=jumps`` lets the
wall clock leap by days, back and forth.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from fakes import DangerousCleaner  # noqa: E402

from cleaner.cli import main  # noqa: E402
from cleaner.commands import engine  # noqa: E402


def break_disk(fault: str) -> None:
    code, _, number = fault.partition(":")
    real, left = os.fsync, [int(number)]

    def fsync(handle: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(int(code), os.strerror(int(code)))
        real(handle)

    os.fsync = fsync


def break_clock() -> None:
    chance, real, real_ns = random.Random(0), time.time, time.time_ns
    time.time = lambda: real() + chance.uniform(-1e6, 1e6)
    time.time_ns = lambda: real_ns() + int(chance.uniform(-1e15, 1e15))


if __name__ == "__main__":
    engine.make_cleaner = DangerousCleaner  # type: ignore[assignment]
    engine.digests = lambda config: {"rules": "r1", "models": "m1"}
    if "FAULT" in os.environ:
        break_disk(os.environ["FAULT"])
    if "CLOCK" in os.environ:
        break_clock()
    raise SystemExit(main())
