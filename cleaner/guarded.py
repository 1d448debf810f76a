"""Cleaning that always gives an answer: a document that hangs or breaks costs only itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from cleaner.deadline import DeadlineError, deadline
from cleaner.errors import RejectError
from cleaner.records import Cleaned, Raw, Rejected

_log = logging.getLogger(__name__)

# On top of the deadline for one document, a batch may take this much for each that it holds.
_SECONDS_IN_BATCH = 0.1

Began = Callable[[int], object]


class CleansBatches(Protocol):
    """The part of `cleaner.pipeline.Cleaner` that a run needs."""

    def clean(self, raw: Raw) -> Cleaned: ...

    def clean_batch(self, raws: Sequence[Raw]) -> list[Cleaned | Rejected]: ...


def allowance(documents: int, seconds: float) -> float:
    """The seconds that `documents` may take together, where one may take `seconds`.

    >>> allowance(1, 10.0), allowance(50, 10.0)
    (10.0, 15.0)
    """
    return seconds if documents == 1 else seconds + _SECONDS_IN_BATCH * documents


def clean_guarded(
    cleaner: CleansBatches,
    records: Sequence[Raw | Rejected],
    seconds: float,
    began: Began = lambda documents: None,
) -> list[Cleaned | Rejected]:
    """The outcome of each record, in order; what a reader rejected already passes through.

    The batch is cleaned as one. Where that takes too long or fails, each of its documents is
    cleaned alone, and the culprit is rejected as ``timeout``, ``out-of-memory`` or
    ``internal-error``. `began` is told how many documents are begun together each time.
    """
    raws = [record for record in records if isinstance(record, Raw)]
    outcomes = iter(_clean_all(cleaner, raws, seconds, began))
    return [next(outcomes) if isinstance(record, Raw) else record for record in records]


def _clean_all(
    cleaner: CleansBatches, raws: Sequence[Raw], seconds: float, began: Began
) -> list[Cleaned | Rejected]:
    if len(raws) > 1:
        began(len(raws))
        try:
            with deadline(allowance(len(raws), seconds)):
                outcomes = cleaner.clean_batch(raws)
            if len(outcomes) == len(raws):
                return outcomes
            _log.warning("A batch of %d gave %d results.", len(raws), len(outcomes))
        except DeadlineError:
            _log.info("A batch of %d documents took too long; trying them one by one.", len(raws))
        except Exception as error:
            _log.info("A batch of %d documents failed (%r); trying each.", len(raws), error)
    return [_clean_alone(cleaner, raw, seconds, began) for raw in raws]


def _clean_alone(
    cleaner: CleansBatches, raw: Raw, seconds: float, began: Began
) -> Cleaned | Rejected:
    began(1)
    try:
        with deadline(seconds):
            return cleaner.clean(raw)
    except DeadlineError:
        return timed_out(raw, seconds)
    except RejectError as error:
        return Rejected(raw, error.kind, error.reason)
    except MemoryError:
        return Rejected(raw, "out-of-memory", "Cleaning it took more memory than a worker may use.")
    except Exception as error:
        _log.debug("%s: cleaning failed", raw.id, exc_info=True)
        return Rejected(raw, "internal-error", f"Cleaning it failed: {error!r}.")


def timed_out(raw: Raw, seconds: float) -> Rejected:
    """The verdict on a document that was not cleaned within its deadline."""
    reason = f"Cleaning it took longer than {seconds:g} seconds (see --document-timeout)."
    return Rejected(raw, "timeout", reason)
