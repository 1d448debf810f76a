"""Cleaning that always gives an answer: a document that hangs or breaks costs only itself."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from cleaner.deadline import DeadlineError, deadline
from cleaner.errors import RejectError
from cleaner.records import Cleaned, Raw, Rejected

_log = logging.getLogger(__name__)


class CleansBatches(Protocol):
    """The part of `cleaner.pipeline.Cleaner` that a run needs."""

    def clean(self, raw: Raw) -> Cleaned: ...

    def clean_batch(self, raws: Sequence[Raw]) -> list[Cleaned | Rejected]: ...


def clean_guarded(
    cleaner: CleansBatches, records: Sequence[Raw | Rejected], seconds: float
) -> list[Cleaned | Rejected]:
    """The outcome of each record, in order; what a reader rejected already passes through.

    The batch is cleaned as one. Where that takes too long or fails, each of its documents is
    cleaned alone, and the culprit is rejected as ``timeout`` or ``internal-error``.
    """
    raws = [record for record in records if isinstance(record, Raw)]
    outcomes = iter(_clean_all(cleaner, raws, seconds))
    return [next(outcomes) if isinstance(record, Raw) else record for record in records]


def _clean_all(
    cleaner: CleansBatches, raws: Sequence[Raw], seconds: float
) -> list[Cleaned | Rejected]:
    if len(raws) > 1:
        try:
            # As long as one document may take: a batch mostly needs a fraction of that.
            with deadline(seconds):
                outcomes = cleaner.clean_batch(raws)
            if len(outcomes) == len(raws):
                return outcomes
            _log.warning("A batch of %d gave %d results.", len(raws), len(outcomes))
        except DeadlineError:
            _log.info("A batch of %d documents took too long; trying them one by one.", len(raws))
        except Exception as error:
            _log.info("A batch of %d documents failed (%r); trying each.", len(raws), error)
    return [_clean_alone(cleaner, raw, seconds) for raw in raws]


def _clean_alone(cleaner: CleansBatches, raw: Raw, seconds: float) -> Cleaned | Rejected:
    try:
        with deadline(seconds):
            return cleaner.clean(raw)
    except DeadlineError:
        reason = f"Cleaning it took longer than {seconds:g} seconds (see --document-timeout)."
        return Rejected(raw, "timeout", reason)
    except RejectError as error:
        return Rejected(raw, error.kind, error.reason)
    except Exception as error:
        _log.debug("%s: cleaning failed", raw.id, exc_info=True)
        return Rejected(raw, "internal-error", f"Cleaning it failed: {error!r}.")
