"""Cleaners for tests of the machinery around them: fast, without rules or models."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from cleaner.config import Config
from cleaner.errors import ModelError, RejectError
from cleaner.records import Action, Cleaned, Decision, Document, Finding, Raw, Rejected, Span


class FakeCleaner:
    """Removes lines that begin with ``AD``; some words in a text make it misbehave.

    ``REJECT`` rejects the document, ``CRASH`` raises, ``HANG`` runs for ever and swallows
    exceptions meanwhile, ``GAP`` loses a character of the text.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.digests = {"rules": "r1", "models": "m1"}

    def why(self, by: str) -> str | None:
        """Why the only rule exists."""
        return "Lines in capitals sell something." if by == "rule:fake.ad" else None

    def clean(self, raw: Raw) -> Cleaned:
        """Clean one record, or misbehave as its text says."""
        text = raw.body.decode("utf-8")
        if "REJECT" in text and self.config.text_field != "mended":
            raise RejectError("fake", "It asked for it.")
        if "CRASH" in text:
            raise ZeroDivisionError("fake crash")
        while "HANG" in text:
            try:
                time.sleep(0.01)
            except Exception:
                continue
        decisions = tuple(_decide(text, label_only=self.config.label_only))
        metadata = {"title": "A title", "host": "example.org", "path": raw.source}
        metadata |= {"record": raw.meta.get("record"), "added": raw.meta.get("added")}
        document = Document(raw.id, raw.source, None, text + ("x" if "GAP" in text else ""))
        return Cleaned(document, decisions, metadata)

    def clean_batch(self, raws: Sequence[Raw]) -> list[Cleaned | Rejected]:
        """Clean records in order; rejections are results."""
        results: list[Cleaned | Rejected] = []
        for raw in raws:
            try:
                results.append(self.clean(raw))
            except RejectError as error:
                results.append(Rejected(raw, error.kind, error.reason))
        return results


def _decide(text: str, *, label_only: bool) -> list[Decision]:
    decisions, start = [], 0
    for line in text.splitlines(keepends=True):
        span = Span(start, start + len(line))
        if line.startswith("AD"):
            because = Finding(span, "chrome", "rule:fake.ad", 0.9)
            action = Action.KEEP if label_only else Action.REMOVE
            decisions.append(Decision(span, action, "chrome", because))
        else:
            decisions.append(Decision(span, Action.KEEP, "reporting", None))
        start += len(line)
    return decisions


class DangerousCleaner(FakeCleaner):
    """Fails as only C code can: for worker processes, not for the test's own.

    ``SEGFAULT`` and ``KILL`` end the process, ``EXIT`` leaves it, ``STUCK`` sleeps in C code that
    holds the interpreter's lock, ``HUNGRY`` asks for 4 GB, ``GROW`` keeps 500 MB. ``DIE-ONCE path``
    kills the process unless the file exists, and makes it first.
    """

    def clean(self, raw: Raw) -> Cleaned:
        """Clean one record, or end as its text says."""
        text = raw.body.decode("utf-8")
        if "SEGFAULT" in text:
            ctypes.string_at(0)
        if "KILL" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "EXIT" in text:
            os._exit(7)
        if "STUCK" in text:
            ctypes.PyDLL(None).sleep(600)
        if "HUNGRY" in text:
            bytearray(4 << 30)
        if "GROW" in text:
            _kept.append(b"x" * (500 << 20))
        if "DIE-ONCE" in text:
            mark = Path(text.split()[1])
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().clean(raw)


class UnloadableCleaner(FakeCleaner):
    """Ends its process while it is being made."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        os._exit(9)


class RefusingCleaner(FakeCleaner):
    """Can't be made, and says why."""

    def __init__(self, config: Config) -> None:
        raise ModelError("The model is gone. Put it back.")


_kept: list[bytes] = []
