"""The loops that were compiled when the program was installed, or None where they could not be.

Each of them does what a function in Python or numpy does, which explains it and stands in for it,
and tests hold the two equal. With all of them a text takes two thirds of the time. Where an install
finds no compiler, or ``CLEANER_COMPILED=0`` is set, the program does without them.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType


def _load(name: str) -> ModuleType | None:
    # Their hashes are made of bytes as they lie in memory.
    if os.environ.get("CLEANER_COMPILED") == "0" or sys.byteorder != "little":
        return None
    try:
        return import_module(name)
    except ImportError:
        return None


lines = _load("cleaner._lines")
literals = _load("cleaner._literals")
sums = _load("cleaner._sums")
tags = _load("cleaner._tags")
words = _load("cleaner._words")
