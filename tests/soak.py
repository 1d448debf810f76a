"""Memory of long runs: generated pages or lines of real size, and how much each process held.

    python tests/soak.py html --documents 20000 --folder DIR
    python tests/soak.py jsonl --megabytes 2000 --folder DIR [--kill-after SECONDS]

The input is made in DIR from a seed and removed at the end, and so is the output. The table has a
row for each tenth of the run: the largest resident size of the parent and of a worker in it, in MB.
With --kill-after the run is killed then (SIGKILL) and started again, and the table goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chaos import FURNITURE, PEOPLE, PLACES, children, tell

ROOT = Path(__file__).resolve().parents[1]

TENTHS = 10
MB = 1e6


class Sample(NamedTuple):
    """Resident bytes of the parent and of its largest worker."""

    parent: int
    worker: int


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("html", "jsonl"))
    parser.add_argument("--folder", type=Path, required=True, help="where there is room")
    parser.add_argument("--documents", type=int, default=20_000, help="pages")
    parser.add_argument("--megabytes", type=int, default=2_000, help="of JSON lines")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kill-after", type=float, help="seconds")
    options = parser.parse_args(argv)
    crawl, out = options.folder / "crawl", options.folder / "out"
    crawl.mkdir(parents=True)
    try:
        if options.kind == "html":
            make_pages(crawl, options.documents)
        else:
            make_lines(crawl / "many.jsonl", int(options.megabytes * MB))
        command = [
            sys.executable, "-m", "cleaner", str(crawl), "-o", str(out),
            "--workers", str(options.workers),
        ]  # fmt: skip
        samples: list[Sample] = []
        if options.kill_after:
            process = start(command)
            samples += watch(process, options.kill_after)
            process.send_signal(signal.SIGKILL)
            process.wait()
            tell(f"killed after {options.kill_after:g} s")
        began = time.monotonic()
        process = start(command)
        samples += watch(process)
        tell(table(samples))
        tell(f"status {process.returncode}, {time.monotonic() - began:.0f} s")
        return process.returncode
    finally:
        shutil.rmtree(crawl)
        shutil.rmtree(out, ignore_errors=True)


def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)


def watch(process: subprocess.Popen[bytes], seconds: float = float("inf")) -> list[Sample]:
    """Look at a run's memory every half second until it ends, or for so long."""
    samples, ends = [], time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < ends:
        workers = [resident(worker) for worker in children(process.pid)]
        samples.append(Sample(resident(process.pid), max(workers, default=0)))
        time.sleep(0.5)
    return samples


def resident(process: int) -> int:
    try:
        pages = Path(f"/proc/{process}/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def table(samples: Sequence[Sample]) -> str:
    lines = ["| tenth of the run | parent, MB | worker, MB |", "|---|---|---|"]
    for tenth in range(TENTHS):
        first, last = (len(samples) * n // TENTHS for n in (tenth, tenth + 1))
        part = samples[first:last] or [Sample(0, 0)]
        parent, worker = (max(column) / MB for column in zip(*part, strict=True))
        lines.append(f"| {tenth + 1} | {parent:.0f} | {worker:.0f} |")
    return "\n".join(lines)


def make_pages(folder: Path, number: int) -> None:
    """Pages in the shape of news sites: 60 to 100 KB, of which an article is a small part."""
    chance = random.Random(1)
    for page in range(number):
        section = folder / f"{page // 1000:03}"
        section.mkdir(exist_ok=True)
        (section / f"{page:06}.html").write_text(html(chance, page), "utf-8")


def html(chance: random.Random, number: int) -> str:
    story = "".join(f"<p>{sentence(chance)} {sentence(chance)}</p>\n" for _ in range(25))
    links = "".join(
        f'<li class="menu-item item-{n} level-{n % 3}"><a href="/section-{n}/story-{n}" '
        f'data-track="nav:{n}">{headline(chance)}</a></li>\n'
        for n in range(chance.randrange(100, 170))
    )
    script = ";".join(f"window.config_{n}={{a:{n},b:'{n * 7919}'}}" for n in range(700))
    style = "".join(f".c{n}{{margin:{n}px;color:#{n:06x}}}" for n in range(400))
    furniture = "".join(f"<div class='promo'><span>{line}</span></div>" for line in FURNITURE)
    return (
        f"<html><head><title>{headline(chance)} {number}</title><style>{style}</style>"
        f"<script>{script}</script></head><body><nav><ul>{links}</ul></nav>"
        f"<article><h1>{headline(chance)} {number}</h1>{story}</article>"
        f"<aside>{furniture}<ul>{links}</ul></aside><footer>All rights reserved.</footer>"
        "</body></html>"
    )


def make_lines(path: Path, size: int) -> None:
    """JSON lines of texts of some thousand characters, as dumps of news have them."""
    chance, written, number = random.Random(1), 0, 0
    with path.open("wb") as file:
        while written < size:
            text = f"{headline(chance)}\n" + "".join(
                f"{sentence(chance)} {sentence(chance)}\n\n" for _ in range(chance.randrange(5, 40))
            )
            row = {"id": f"line-{number}", "url": f"https://www.example.org/{number}", "text": text}
            written += file.write(json.dumps(row).encode() + b"\n")
            number += 1


def sentence(chance: random.Random) -> str:
    who, where = chance.choice(PEOPLE), chance.choice(PLACES)
    return (
        f"The council voted {chance.randrange(5, 9)}-{chance.randrange(5)} on Monday to spend "
        f"{chance.randrange(2, 90)} million on works at {where}, {who} said after the meeting."
    )


def headline(chance: random.Random) -> str:
    return f"Works at {chance.choice(PLACES)} to cost {chance.randrange(2, 900)} million"


if __name__ == "__main__":
    raise SystemExit(main())
