"""The loops that were compiled when the program was installed, or None where they could not be.

Each of them does what a function in Python or numpy does, which explains it and stands in for it,
and tests hold the two equal. With all of them a text takes two thirds of the time. Where an install
finds no compiler, or ``CLEANER_COMPILED=0`` is set, the program does without them. They are loaded
when they are first asked for.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

LOOPS = ("lines", "literals", "sums", "tags", "words")


def are_there() -> bool:
    """Whether the loops are there and wanted, without loading them."""
    return _are_wanted() and find_spec("cleaner._words") is not None


def _are_wanted() -> bool:
    # Their hashes are made of bytes as they lie in memory.
    return os.environ.get("CLEANER_COMPILED") != "0" and sys.byteorder == "little"


def __getattr__(name: str) -> ModuleType | None:
    if name not in LOOPS:
        raise AttributeError(name)
    found = None
    if _are_wanted():
        try:
            found = import_module(f"cleaner._{name}")
        except ImportError:
            found = None
    globals()[name] = found
    return found
