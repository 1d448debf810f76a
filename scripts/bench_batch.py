"""What a run costs beside cleaning itself, and what a second worker brings.

    python scripts/bench_batch.py [--data DIR] [--limit N] [--write]

DIR is a folder with pages/*.jsonl.gz; without it the sample dumps of seeds/ are used, which is
little. Whole runs over files, each round in turn; the median round counts. The overhead is CPU
time: all that the parent does, and all that the worker does beside cleaning (reading files,
making rows, talking), over the time that the same worker spends inside of the cleaner in the same
run. The speed-up is wall time, so the machine must have two idle cores; `load` in the table
says what else ran.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from bench import load_pages  # noqa: E402

from cleaner import cli  # noqa: E402
from cleaner.commands import engine  # noqa: E402
from cleaner.config import Config  # noqa: E402
from cleaner.pipeline import Cleaner  # noqa: E402
from cleaner.records import Cleaned, Raw, Rejected  # noqa: E402

ROUNDS = 3
# Texts are cleaned so fast that a few hundred tell of nothing but the start.
TEXT_COPIES = 20
KINDS = ("html", "txt", "jsonl")
JSONL_FILES = 8
# Where a worker leaves its times.
TIMES = "BENCH_BATCH_TIMES"


class Spent(NamedTuple):
    """Seconds of one run: on the clock, and of CPU, in the parent and in its one worker."""

    wall: float = 0.0
    parent: float = 0.0
    inside: float = 0.0
    outside: float = 0.0

    def without(self, other: Spent) -> Spent:
        return Spent(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


class TimedCleaner(Cleaner):
    """Keeps account of the CPU time inside and outside of cleaning, from the first batch on."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._first: float | None = None
        self._inside = 0.0

    def clean(self, raw: Raw) -> Cleaned:
        with self._account():
            return super().clean(raw)

    def clean_batch(self, raws: Sequence[Raw]) -> list[Cleaned | Rejected]:
        with self._account():
            return super().clean_batch(raws)

    @contextmanager
    def _account(self) -> Iterator[None]:
        began = time.process_time()
        if self._first is None:
            self._first = began
        try:
            yield
        finally:
            now = time.process_time()
            self._inside += now - began
            times = {"inside": self._inside, "outside": now - self._first - self._inside}
            Path(os.environ[TIMES]).write_text(json.dumps(times), "utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with pages/*.jsonl.gz")
    parser.add_argument("--limit", type=int, default=400, help="pages of each set")
    parser.add_argument("--what", choices=(*KINDS, "all"), default="all")
    parser.add_argument("--write", action="store_true", help="append to docs/benchmarks.md")
    options = parser.parse_args(argv)
    pages = load_pages(options.data, options.limit) if options.data else seed_pages()
    with tempfile.TemporaryDirectory() as folder:
        report = compare(pages, Path(folder), options.what)
    print(report)
    if options.write:
        with (ROOT / "docs" / "benchmarks.md").open("a", encoding="utf-8") as file:
            file.write(f"\n{report}\n")
    return 0


def seed_pages() -> list[dict[str, Any]]:
    """The sample pages and texts, over and over."""
    pages = [path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("*.html"))]
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    return [
        {"html": pages[number % len(pages)], "gold_text": texts[number % len(texts)]}
        for number in range(200)
    ]


def compare(pages: Sequence[dict[str, Any]], folder: Path, what: str) -> str:
    """Run each contestant in turn, and tell the ratios."""
    documents = write_inputs(pages, folder)
    lines = [
        "## Runs over files", "",
        f"{len(pages)} pages, and their texts {TEXT_COPIES} times over; median of {ROUNDS} rounds, "
        f"load {os.getloadavg()[0]:.1f}", "",
        "| | cleaning, CPU s | beside it: worker | parent | overhead | ms a document | ms a MB "
        "| 1 worker, s | 2 workers, s | speed-up |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for kind in KINDS if what == "all" else (what,):
        lines.append(_row(kind, folder, documents[kind]))
    return "\n".join(lines)


def write_inputs(pages: Sequence[dict[str, Any]], folder: Path) -> dict[str, int]:
    """A folder of inputs for each of `KINDS`; how many documents each holds."""
    texts = [page["gold_text"] for page in pages] * TEXT_COPIES
    lines = [orjson.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts)]
    bodies = {
        "html": [page["html"].encode("utf-8", "replace") for page in pages],
        "txt": [text.encode("utf-8", "replace") for text in texts],
        "jsonl": [b"\n".join(lines[part::JSONL_FILES]) for part in range(JSONL_FILES)],
    }
    for kind in KINDS:
        (folder / kind).mkdir()
        for number, body in enumerate(bodies[kind]):
            (folder / kind / f"{number:05}.{kind}").write_bytes(body)
    return {"html": len(pages), "txt": len(texts), "jsonl": len(texts)}


def _row(kind: str, folder: Path, documents: int) -> str:
    files = sorted((folder / kind).iterdir())
    few = folder / f"few-{kind}"
    few.mkdir()
    for file in files[: len(files) // 4]:
        (few / file.name).symlink_to(file)
    # Loading, and the first use of each pattern, are paid once, whatever the size of the crawl;
    # so the last three quarters are compared.
    costs, one, two = [], [], []
    for _ in range(ROUNDS):
        costs.append(_accounts(folder / kind, folder).without(_accounts(few, folder)))
        one.append(_run(folder / kind, folder, 1))
        two.append(_run(folder / kind, folder, 2))
    cost = sorted(costs, key=_overhead)[ROUNDS // 2]
    beside = 1000 * (cost.parent + cost.outside)
    later = files[len(files) // 4 :]
    count = documents * len(later) // len(files)
    size = sum(path.stat().st_size for path in later) / 1e6
    walls = [statistics.median(walls) for walls in (one, two)]
    return (
        f"| {kind} | {cost.inside:.2f} | {cost.outside:.2f} | {cost.parent:.2f} "
        f"| {100 * _overhead(cost):.1f} % | {beside / count:.3f} | {beside / size:.2f} "
        f"| {walls[0]:.2f} | {walls[1]:.2f} | {walls[0] / walls[1]:.2f} |"
    )


def _overhead(cost: Spent) -> float:
    return (cost.parent + cost.outside) / cost.inside


def _accounts(inputs: Path, folder: Path) -> Spent:
    """A run of one worker that keeps account of its time."""
    times = folder / "times.json"
    os.environ[TIMES] = str(times)
    make = engine.make_cleaner
    engine.make_cleaner = TimedCleaner
    parent = _cpu()
    try:
        wall = _run(inputs, folder, 1)
    finally:
        engine.make_cleaner = make
    return Spent(wall, _cpu() - parent, **json.loads(times.read_bytes()))


def _run(inputs: Path, folder: Path, workers: int) -> float:
    """The seconds of a whole run."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=folder) as out:
        status = cli.main([str(inputs), "-o", out, "--workers", str(workers), "--quiet"])
        assert status in (0, 3), status
    return time.perf_counter() - began


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    raise SystemExit(main())
