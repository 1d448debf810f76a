"""The program's errors, one reason each. Only `cleaner.cli` prints them and exits.

A message says what happened, the likely cause, and what to type next.
"""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """Exit codes: part of the contract with scripts and cron, never renumbered."""

    DONE = 0
    USAGE = 2
    QUARANTINED = 3
    OVER_ERROR_BUDGET = 4
    LOCKED = 75
    INTERRUPTED = 130
    TERMINATED = 143


class CleanerError(Exception):
    """Base of all errors that the program raises on purpose."""

    exit_status = ExitStatus.USAGE


class UsageError(CleanerError):
    """The command line or the configuration asks for something impossible."""


class RuleError(CleanerError):
    """A rule pack can't be loaded: ``file: rule 'id': problem``, then what to do."""


class ModelError(CleanerError):
    """A model is missing, damaged, or made for another version."""


class InputError(CleanerError):
    """An input can't be read at all: missing, no rights, or of no known format."""


class OutputError(CleanerError):
    """The output folder can't be written or read, or contradicts itself."""


class RejectError(CleanerError):
    """One record can't become a document; it goes to the quarantine, the run goes on."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class WorkerError(CleanerError):
    """Cleaning itself is broken: workers can't start, or every document fails in the same way."""

    exit_status = ExitStatus.OVER_ERROR_BUDGET


class LockedError(CleanerError):
    """Another run holds the output folder."""

    exit_status = ExitStatus.LOCKED
