"""Speed beside the peers, in one run on one core; results go to docs/benchmarks.md.

    python scripts/bench.py [text|html|stages] [--data DIR] [--write]

Absolute numbers belong to the machine, ratios are what counts. Time is the CPU time of one
thread. Each contestant runs over the same inputs in turn, several rounds, and the median round
is reported. Without --data the
sample dumps of seeds/ are used, which is little; DIR is a folder with pages/*.jsonl.gz.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

# One core: numpy must not spread small products over threads. Read when numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import bench_html_reading  # noqa: E402

from cleaner.classify import judge  # noqa: E402
from cleaner.config import Config  # noqa: E402
from cleaner.decide import assign  # noqa: E402
from cleaner.duplicates import find_duplicates  # noqa: E402
from cleaner.extract import ExtractOptions, extract, extract_with_facts  # noqa: E402
from cleaner.garbage import (  # noqa: E402
    collect_when_due,
    frozen,
    no_collection,
)
from cleaner.intake import BATCH_RECORDS  # noqa: E402
from cleaner.pipeline import Cleaner, _page  # noqa: E402
from cleaner.records import Cleaned, Raw  # noqa: E402
from cleaner.segment import segment  # noqa: E402
from cleaner.view import view  # noqa: E402
from cleaner.writers.rows import document_row, span_rows  # noqa: E402

ROUNDS = 3

PAGE_SETS = ("newspaper4k-dataset", "fundus-tests")


class Result(NamedTuple):
    """One contestant: seconds of the median round and what it did in it."""

    name: str
    seconds: float
    amount: float
    unit: str

    @property
    def rate(self) -> float:
        return self.amount / self.seconds


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=("text", "html", "stages", "all"), default="all")
    parser.add_argument("--data", type=Path, help="folder with pages/*.jsonl.gz")
    parser.add_argument("--limit", type=int, default=150, help="pages or texts of each set")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args(argv)
    pages = load_pages(options.data, options.limit) if options.data else []
    texts = [page["gold_text"] for page in pages if page["gold_text"]] or seed_texts()
    tables = []
    if options.what in ("text", "all"):
        tables.append(table("Text dumps to cleaned rows", bench_text(texts), "jusText"))
    if options.what in ("stages", "all"):
        raws = raws_of(texts)
        reading = {"decode and repair": lambda: [extract(raw, ExtractOptions()) for raw in raws]}
        stages = bench_stages(raws, reading, sum(len(raw.body) for raw in raws) / 1e6, "MB")
        tables.append(table("Where the time of a text dump goes", stages, None))
    if options.what in ("html", "all") and pages:
        raws = bench_html_reading.raws_of_pages(pages)
        tables.append(table("HTML to cleaned rows", bench_html(raws), "trafilatura.extract"))
        stages = bench_stages(raws, bench_html_reading.stages(raws), len(raws), "pages")
        tables.append(table("Where the time of a page goes", stages, None))
    report = "\n\n".join(tables)
    print(report)
    if options.write:
        write_report(report)
    return 0


def load_pages(data: Path, limit: int) -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = []
    for name in PAGE_SETS:
        with gzip.open(data / "pages" / f"{name}.jsonl.gz") as lines:
            rows = [orjson.loads(line) for line in lines]
        pages += [row for row in rows if row["lang"] == "en" and row["gold_text"]][:limit]
    return pages


def seed_texts() -> list[str]:
    files = sorted((ROOT / "seeds").glob("*.txt"))
    return [file.read_text("utf-8") + f"\nCopy {n}." for n in range(20) for file in files]


def measure(contestants: dict[str, Callable[[], object]], amount: float, unit: str) -> list[Result]:
    """Run the contestants in turn, `ROUNDS` times.

    Each runs once more before it is timed: in a crawl of a million pages nobody else's have just
    gone through the processor's caches.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            run()
            with frozen():  # nobody has to look through what the others have left
                start = time.process_time()
                run()
                seconds[name].append(time.process_time() - start)
    return [Result(name, statistics.median(runs), amount, unit) for name, runs in seconds.items()]


def raws_of(texts: Sequence[str]) -> list[Raw]:
    return [
        Raw(str(number), "bench", "text/plain", text.encode()) for number, text in enumerate(texts)
    ]


def to_rows(cleaner: Cleaner, raws: Sequence[Raw]) -> int:
    """The whole way from bytes to JSON lines as in a worker, without the disk."""
    size = 0
    with no_collection():
        for start in range(0, len(raws), BATCH_RECORDS):
            for cleaned in cleaner.clean_batch(raws[start : start + BATCH_RECORDS]):
                if isinstance(cleaned, Cleaned):
                    size += sum(map(len, rows_of(cleaned)))
            collect_when_due()
    return size


def rows_of(cleaned: Cleaned) -> list[bytes]:
    removed = cleaned.removed
    return [
        document_row(cleaned, cleaned.text, len(removed), "bench"),
        *span_rows(cleaned, removed),
    ]


def bench_text(texts: Sequence[str]) -> list[Result]:
    cleaner = Cleaner(Config())
    raws = raws_of(texts)
    contestants: dict[str, Callable[[], object]] = {
        "cleaner (everything)": lambda: to_rows(cleaner, raws)
    }
    try:
        import justext

        words = justext.get_stoplist("English")
        marked = ["".join(f"<p>{line}</p>" for line in text.split("\n")) for text in texts]
        contestants["jusText"] = lambda: [justext.justext(page, words) for page in marked]
    except ImportError:
        print("jusText is not installed: pip install -c constraints.txt -e '.[bench]'")
    try:
        from datatrove.data import Document as TroveDocument
        from datatrove.pipeline.filters import GopherQualityFilter

        gopher = GopherQualityFilter()
        contestants["datatrove GopherQualityFilter"] = lambda: [
            gopher.filter(TroveDocument(text=text, id="1")) for text in texts
        ]
    except ImportError:
        print("datatrove is not installed: pip install datatrove spacy")
    return measure(contestants, sum(len(raw.body) for raw in raws) / 1e6, "MB")


def bench_stages(
    raws: Sequence[Raw], reading: Mapping[str, Callable[[], object]], amount: float, unit: str
) -> list[Result]:
    """The steps of the pipeline one by one; `reading` are those up to the extracted text."""
    cleaner = Cleaner(Config())
    options = ExtractOptions()
    extracts = [extract_with_facts(raw, options) for raw in raws]
    documents = [document for document, _ in extracts]
    segmented = [segment(document) for document in documents]
    views = [view(document.text) for document in documents]
    hits = [
        cleaner.rules.find(document, paragraphs)
        for document, paragraphs in zip(documents, segmented, strict=True)
    ]
    examined = cleaner._examine(extracts)
    judgements = judge(cleaner.models, [_page(item) for item in examined])
    cleaned = cleaner.clean_documents(extracts)
    contestants: dict[str, Callable[[], object]] = {
        **reading,
        "segment": lambda: [segment(document) for document in documents],
        "view": lambda: [view(document.text) for document in documents],
        "rules": lambda: [
            cleaner.rules.find_all(
                documents[start : start + BATCH_RECORDS],
                segmented[start : start + BATCH_RECORDS],
                views[start : start + BATCH_RECORDS],
            )
            for start in range(0, len(documents), BATCH_RECORDS)
        ],
        "duplicates": lambda: [
            find_duplicates(paragraphs, seen)
            for paragraphs, seen in zip(segmented, views, strict=True)
        ],
        "assign": lambda: [
            assign(document.text, paragraphs, hit.findings)
            for document, paragraphs, hit in zip(documents, segmented, hits, strict=True)
        ],
        "classify": lambda: [
            judge(cleaner.models, [_page(item) for item in examined[start : start + BATCH_RECORDS]])
            for start in range(0, len(examined), BATCH_RECORDS)
        ],
        "title, decide, metadata": lambda: [
            cleaner._decide(item, judgement)
            for item, judgement in zip(examined, judgements, strict=True)
        ],
        "rows": lambda: [rows_of(one) for one in cleaned],
    }
    # A batch is cleaned without garbage collection, which else falls on whoever makes objects.
    with no_collection():
        return measure(contestants, amount, unit)


def bench_html(raws: Sequence[Raw]) -> list[Result]:
    cleaner, other = Cleaner(Config()), Cleaner(Config(extractor="trafilatura"))
    html = [raw.body.decode("utf-8") for raw in raws]
    contestants: dict[str, Callable[[], object]] = {
        "cleaner (everything)": lambda: to_rows(cleaner, raws),
        "cleaner --extractor trafilatura": lambda: to_rows(other, raws),
        **bench_html_reading.peers(html),
    }
    return measure(contestants, len(raws), "pages")


def table(title: str, results: Sequence[Result], peer: str | None) -> str:
    base = next((result for result in results if result.name == peer), None)
    unit = results[0].unit
    lines = [
        f"## {title}",
        "",
        f"{results[0].amount:.1f} {unit}, median of {ROUNDS} rounds, one core",
        "",
        f"| | {unit}/s |" + (f" x {peer} |" if base else " share |"),
        "|---|---|---|",
    ]
    total = sum(result.seconds for result in results)
    for result in results:
        ratio = result.rate / base.rate if base else result.seconds / total
        lines.append(f"| {result.name} | {result.rate:.1f} | {ratio:.2f} |")
    return "\n".join(lines)


def write_report(report: str) -> None:
    path = ROOT / "docs" / "benchmarks.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "# Benchmarks\n\nWritten by `scripts/bench.py --write`. Ratios count; absolute numbers "
        f"belong to the machine they were measured on.\n\n{report}\n",
        "utf-8",
    )


if __name__ == "__main__":
    raise SystemExit(main())
