"""Worker processes: whatever a document does to its worker costs only that document."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from fakes import DangerousCleaner, FakeCleaner, RefusingCleaner, UnloadableCleaner

from cleaner.config import Config
from cleaner.errors import ModelError, WorkerError
from cleaner.inprocess import InProcess
from cleaner.intake import Batch
from cleaner.pool import Pool
from cleaner.records import Raw, Rejected
from cleaner.worker import Part, Recipe

CONFIG = Config(document_timeout=0.5)


def recipe(cleaner: type[FakeCleaner] = DangerousCleaner) -> Recipe:
    return Recipe(cleaner, CONFIG, "digest")


@pytest.fixture
def pool() -> Iterator[Pool]:
    """Two workers; none is left after the test."""
    made = Pool(recipe(), 2)
    yield made
    made.close()
    assert not made._workers


def batch(*texts: str, start: int = 0) -> Batch:
    records: list[Raw | Rejected] = [
        Raw(f"{start + number}", "in.jsonl", "text/plain", text.encode())
        for number, text in enumerate(texts)
    ]
    return Batch(records, size=sum(map(len, texts)), read=len(texts))


def kinds(part: Part) -> dict[str, str]:
    rows = map(orjson.loads, part.rows.quarantine)
    return {row["id"]: row["kind"] for row in rows}


def documents(part: Part) -> list[str]:
    return [orjson.loads(row)["text"] for row in part.rows.documents]


# --- documents that end or stop their worker -----------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SEGFAULT", "worker-died"),
        ("KILL", "worker-died"),
        ("EXIT", "worker-died"),
        ("STUCK", "timeout"),
        ("HANG", "timeout"),
        ("CRASH", "internal-error"),
        ("HUNGRY", "out-of-memory"),
    ],
)
def test_a_document_that_ends_or_stops_its_worker_costs_only_itself(
    pool: Pool, text: str, kind: str
) -> None:
    """It is quarantined; its neighbours in the batch and the batches after it are cleaned."""
    [(_, first), (_, second)] = pool.results(
        iter([batch("One.", text, "Two."), batch("Three.", start=3)])
    )

    assert kinds(first) == {"1": kind}
    assert documents(first) == ["One.", "Two."]
    assert documents(second) == ["Three."]
    assert first.written == [True, False, True]


def test_a_worker_that_is_killed_by_somebody_else_costs_nothing(pool: Pool, tmp_path: Path) -> None:
    """A document that is not to blame is cleaned by the next worker, without a trace."""
    texts = [f"DIE-ONCE {tmp_path / str(number)} ." for number in range(2)]

    [(_, part)] = pool.results(iter([batch("One.", *texts, "Two.")]))

    assert documents(part) == ["One.", *texts, "Two."]
    assert kinds(part) == {}


def test_the_reason_names_the_signal(pool: Pool) -> None:
    """The quarantine says how the worker ended, in words that are the same every time."""
    [(_, part)] = pool.results(iter([batch("SEGFAULT")]))

    assert orjson.loads(part.rows.quarantine[0])["reason"] == (
        "Each worker that cleaned it was ended by SIGSEGV, also a fresh one that had only this."
    )


def test_a_worker_that_has_grown_is_replaced() -> None:
    """Memory that a library never gives back goes with its process."""
    pool = Pool(Recipe(DangerousCleaner, Config(document_timeout=60), "digest"), 1)
    for _, part in pool.results(iter([batch("GROW")])):
        assert documents(part) == ["GROW"]

    assert not pool._workers
    pool.close()


# --- workers that can't work ---------------------------------------------------------------


def test_workers_that_never_begin_end_the_run() -> None:
    """A worker that dies while it loads is no document's fault, and not tried for ever."""
    pool = Pool(recipe(UnloadableCleaner), 2)
    with pytest.raises(WorkerError, match=r"5 worker processes .* ended with status 9"):
        list(pool.results(iter([batch("One.")])))
    pool.close()


def test_an_error_while_loading_is_the_users_to_read() -> None:
    """What is wrong with models or rules is said as it would be without workers."""
    pool = Pool(recipe(RefusingCleaner), 2)
    with pytest.raises(ModelError, match="Put it back"):
        list(pool.results(iter([batch("One.")])))
    pool.close()


def test_a_stopped_worker_does_not_stop_the_run(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker under SIGSTOP answers nothing; its time runs out like any other's."""
    monkeypatch.setattr("cleaner.spawn.SECONDS_TO_TALK", 1)
    results = pool.results(batch(f"Text {n}.", start=n) for n in range(40))
    next(results)
    stopped = next(worker for worker in pool._workers.values() if worker.is_ready)
    assert stopped.process.pid is not None
    os.kill(stopped.process.pid, signal.SIGSTOP)

    # Stopped while it was at a document, it is that document's time that has run out.
    outcomes = [len(part.rows.documents) + part.counts.rejected["timeout"] for _, part in results]
    assert outcomes == [1] * 39


# --- order and amount ----------------------------------------------------------------------


def test_results_come_in_order_and_few_are_read_ahead(pool: Pool) -> None:
    """The input is never read far beyond what is being cleaned, however long it is."""
    read = 0

    def batches() -> Iterator[Batch]:
        nonlocal read
        for number in range(100):
            read += 1
            yield batch(*[f"Text {number}."] * (1 + number % 3), start=number)

    seen = []
    for found, part in pool.results(batches()):
        seen.append(documents(part)[0])
        assert len(part.rows.documents) == len(found.records)
        assert read - len(seen) <= 9

    assert seen == [f"Text {number}." for number in range(100)]


def test_no_more_workers_are_started_than_there_are_batches(pool: Pool) -> None:
    """A run over one page doesn't wait for processes that it has no work for."""
    assert [documents(part) for _, part in pool.results(iter([batch("One.")]))] == [["One."]]
    assert len(pool._workers) == 1


def test_after_a_signal_only_begun_batches_are_finished(pool: Pool) -> None:
    """What comes back is the beginning of the input, without a hole."""
    seen: list[str] = []
    batches = (batch(f"Text {number}.", start=number) for number in range(100))
    for _, part in pool.results(batches, lambda: len(seen) >= 5):
        seen.extend(documents(part))

    assert seen == [f"Text {number}." for number in range(len(seen))]
    assert 5 <= len(seen) <= 20


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_rows_do_not_depend_on_who_makes_them(number: int) -> None:
    """In this process, in one or in three: the same bytes and counts, for rejects too."""
    batches = [batch("One.\nAD x\n", "REJECT", "CRASH", start=4 * n) for n in range(6)]
    rejected = Rejected(Raw("r", "in.jsonl", "text/plain", b"{"), "bad-json", "No JSON.")
    batches[2].records.append(rejected)
    batches.append(Batch())
    workers = Pool(recipe(), number) if number else InProcess(recipe())
    parts = [part for _, part in workers.results(iter(batches))]
    workers.close()

    expected = [part for _, part in InProcess(recipe()).results(iter(batches))]
    assert parts == expected
    assert sum(part.counts.quarantined for part in parts) == 13
