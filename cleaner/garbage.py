"""When Python looks for cyclic garbage: between batches, not in the middle of them.

A batch makes many objects that live till its end and hardly any cycle. Looking through them again
and again takes an eighth of the time of a page, and once more, at the end, a thirtieth.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Some 20 MB of small objects.
_MANY = 200_000


@contextmanager
def no_collection() -> Iterator[None]:
    """Put collection off; what was switched off before stays so."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def frozen() -> Iterator[None]:
    """Leave what is there already out of all collections."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def collect_when_due() -> None:
    """Collect where many more objects were made than freed since the last time.

    Asked when the results of a batch are gone, so that only what holds itself is left to count.
    """
    if gc.get_count()[0] > _MANY:
        gc.collect()
