"""What a run costs beside cleaning itself, and what a second worker brings.

    python scripts/bench_batch.py --data DIR [--limit N] [--write]

DIR is a folder with pages/*.jsonl.gz. Whole runs over files, each round in turn; the median round
counts. The overhead is CPU time of all processes over that of the cleaner alone, which gets the
same pages in the same batches in this process. The speed-up is wall time, so the machine must
have two idle cores; `load` in the table says what else ran.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from bench import load_pages  # noqa: E402

from cleaner import cli  # noqa: E402
from cleaner.config import Config  # noqa: E402
from cleaner.intake import BATCH_RECORDS  # noqa: E402
from cleaner.pipeline import Cleaner  # noqa: E402
from cleaner.records import Raw  # noqa: E402

ROUNDS = 3
# Texts are cleaned so fast that a few hundred tell of nothing but the start.
TEXT_COPIES = 20


class Spent(NamedTuple):
    """Seconds of one round: on the clock, and of all processes' CPU."""

    wall: float
    cpu: float


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with pages/*.jsonl.gz")
    parser.add_argument("--limit", type=int, default=400, help="pages of each set")
    parser.add_argument("--what", choices=("html", "txt", "all"), default="all")
    parser.add_argument("--write", action="store_true", help="append to docs/benchmarks.md")
    options = parser.parse_args(argv)
    pages = load_pages(options.data, options.limit)
    with tempfile.TemporaryDirectory() as folder:
        report = compare(pages, Path(folder), options.what)
    print(report)
    if options.write:
        with (ROOT / "docs" / "benchmarks.md").open("a", encoding="utf-8") as file:
            file.write(f"\n{report}\n")
    return 0


def compare(pages: Sequence[dict[str, Any]], folder: Path, what: str) -> str:
    """Run each contestant in turn, and tell the ratios."""
    for kind, field, copies in (("html", "html", 1), ("txt", "gold_text", TEXT_COPIES)):
        (folder / kind).mkdir()
        for number, page in enumerate([*pages] * copies):
            body = page[field].encode("utf-8", "replace")
            (folder / kind / f"{number:05}.{kind}").write_bytes(body)
    lines = [
        "## Runs over files", "",
        f"{len(pages)} pages, and their texts {TEXT_COPIES} times over; median of {ROUNDS} rounds, "
        f"load {os.getloadavg()[0]:.1f}", "",
        "| | cleaner alone, CPU s | run of 1 worker, CPU s | overhead | start, CPU s "
        "| 1 worker, s | 2 workers, s | speed-up |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for kind in ("html", "txt") if what == "all" else (what,):
        lines.append(_row(kind, folder))
    return "\n".join(lines)


def _row(kind: str, folder: Path) -> str:
    cleaner = Cleaner(Config())
    media_type = {"html": "text/html", "txt": "text/plain"}[kind]
    files = sorted((folder / kind).iterdir())
    raws = [Raw(path.stem, str(path), media_type, path.read_bytes()) for path in files]
    few = folder / f"few-{kind}"
    few.mkdir()
    for file in files[: len(files) // 4]:
        (few / file.name).symlink_to(file)
    contestants: dict[str, Callable[[], object]] = {
        "alone, few": lambda: _alone(cleaner, raws[: len(raws) // 4]),
        "alone": lambda: _alone(cleaner, raws),
        "one, few": lambda: _run(few, folder, 1),
        "one": lambda: _run(folder / kind, folder, 1),
        "two": lambda: _run(folder / kind, folder, 2),
    }
    spent: dict[str, list[Spent]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            spent[name].append(_measure(contestant))
    cpu = {name: statistics.median(one.cpu for one in rounds) for name, rounds in spent.items()}
    wall = {name: statistics.median(one.wall for one in rounds) for name, rounds in spent.items()}
    # Loading and the first use of each pattern are paid once, whatever the size of the crawl; so
    # the last three quarters are compared, and what goes before is told apart.
    alone = cpu["alone"] - cpu["alone, few"]
    run = cpu["one"] - cpu["one, few"]
    start = cpu["one"] - run * len(files) / (len(files) - len(files) // 4)
    return (
        f"| {kind} | {alone:.2f} | {run:.2f} | {100 * (run / alone - 1):.1f} % "
        f"| {start:.2f} | {wall['one']:.2f} | {wall['two']:.2f} "
        f"| {wall['one'] / wall['two']:.2f} |"
    )


def _alone(cleaner: Cleaner, raws: Sequence[Raw]) -> None:
    for start in range(0, len(raws), BATCH_RECORDS):
        cleaner.clean_batch(raws[start : start + BATCH_RECORDS])


def _run(inputs: Path, folder: Path, workers: int) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as out:
        status = cli.main([str(inputs), "-o", out, "--workers", str(workers), "--quiet"])
        assert status in (0, 3), status


def _measure(contestant: Callable[[], object]) -> Spent:
    wall, cpu = time.perf_counter(), _cpu()
    contestant()
    return Spent(time.perf_counter() - wall, _cpu() - cpu)


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


if __name__ == "__main__":
    raise SystemExit(main())
