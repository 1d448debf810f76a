"""Runs of the whole program that are killed at random moments; also by hand:

python tests/chaos.py --kills 200 --documents 5000
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Where one worker after the other is killed before it has begun, a run ends by itself.
GAVE_UP = 4
PEOPLE = "Ana Ruiz|Tomas Berg|Lena Okoye|Mark Adeyemi|Ines Falk|Yusuf Aydin".split("|")
PLACES = "Mill Street|the harbour|the old depot|Weston|the river bank|Northgate".split("|")
FURNITURE = [
    "Already a member? Sign in here", "Share this article on Facebook", "Read Next:",
    "© 2025 Port News. All rights reserved.", "Photo courtesy: A. Lind / Shutterstock.com",
]  # fmt: skip


def make_corpus(folder: Path, documents: int, seed: int = 1) -> None:
    """Write `documents` records: text and HTML files, JSON lines, packed ones, damaged ones."""
    chance = random.Random(seed)
    (folder / "pages").mkdir(parents=True)
    (folder / "texts").mkdir()
    files = documents // 3
    for number in range(files):
        story = _story(chance, number)
        kind = number % 10
        if kind < 5:
            (folder / "texts" / f"{number:05}.txt").write_text(story, "utf-8")
        elif kind < 9:
            (folder / "pages" / f"{number:05}.html").write_text(_page(story), "utf-8")
        else:
            packed = gzip.compress(_page(story).encode(), 6, mtime=0)
            packed = packed[: len(packed) // 2] if number % 50 == 9 else packed
            (folder / "pages" / f"{number:05}.html.gz").write_bytes(packed)
    lines = [_line(chance, number) for number in range(documents - files)]
    half = len(lines) // 2
    (folder / "many.jsonl").write_bytes(b"".join(lines[:half]))
    (folder / "more.jsonl.gz").write_bytes(gzip.compress(b"".join(lines[half:]), 6, mtime=0))
    for path in folder.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def _story(chance: random.Random, number: int) -> str:
    lines = [f"Bridge Number {number} Closes For Repairs"]
    for _ in range(chance.randrange(2, 9)):
        who, where = chance.choice(PEOPLE), chance.choice(PLACES)
        lines.append(
            f"The council voted {chance.randrange(5, 9)}-{chance.randrange(5)} on Monday to spend "
            f"{chance.randrange(2, 90)} million on works at {where}, {who} said after the meeting."
        )
        if chance.random() < 0.3:
            lines.append(chance.choice(FURNITURE))
    return "\n\n".join(lines) + "\n"


def _page(story: str) -> str:
    title, *paragraphs = story.strip().split("\n\n")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html><head><title>{title}</title></head><body><nav><a href='/'>Home</a></nav><article>"
        f"<h1>{title}</h1>{body}</article><footer>All rights reserved.</footer></body></html>"
    )


def _line(chance: random.Random, number: int) -> bytes:
    whole = json.dumps({"id": f"line-{number}", "text": _story(chance, number)}).encode()
    if number % 40 == 7:
        return whole[: len(whole) // 2] + b"\n"
    if number % 40 == 23:
        return b'{"prose": 7}\n'
    return whole + b"\n"


def contents(out: Path) -> dict[str, str]:
    """A digest of every file of an output folder that must come out the same."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("documents", "removed", "quarantine")
        for path in sorted((out / folder).glob("*"))
    }


def ids(out: Path) -> Counter[str]:
    """How often each record is in the documents or the quarantine."""
    found: Counter[str] = Counter()
    for folder in ("documents", "quarantine"):
        for path in (out / folder).glob("*.jsonl"):
            for line in path.open("rb"):
                found[json.loads(line)["id"]] += 1
    return found


def command(corpus: Path, out: Path, *options: str) -> list[str]:
    return [
        sys.executable, "-m", "cleaner", str(corpus), "-o", str(out), "--shard-size", "150",
        "--workers", "2", *options,
    ]  # fmt: skip


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def start(corpus: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start a run; what it says is in the file beside `out` that ends in ``.log``."""
    with Path(f"{out}.log").open("ab") as log:
        return subprocess.Popen(
            command(corpus, out, *options), env=environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip


def finish(corpus: Path, out: Path, *options: str) -> int:
    """Run to the end, and return the exit status."""
    return start(corpus, out, *options).wait(timeout=600)


def children(process: int) -> list[int]:
    """The worker processes of a run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
            words = entry.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == process and b"spawn_main" in words:
            found.append(int(entry.parent.name))
    return found


def kill(process: subprocess.Popen[bytes], whom: str, chance: random.Random) -> bool:
    """SIGKILL the parent, a worker, or all; False where there was nobody left."""
    workers = children(process.pid)
    victims = {"parent": [process.pid], "worker": chance.sample(workers, min(1, len(workers)))}
    for victim in victims.get(whom, [*workers, process.pid]):
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            return False
    return process.poll() is None or process.returncode == -signal.SIGKILL


class Chaos:
    """Kills runs over one corpus until so many kills have struck; counts what happened."""

    def __init__(self, folder: Path, documents: int, seed: int = 1) -> None:
        self.folder, self.chance = folder, random.Random(seed)
        self.corpus = folder / "crawl"
        make_corpus(self.corpus, documents, seed)
        began = time.monotonic()
        assert finish(self.corpus, folder / "whole") == 3
        self.seconds = time.monotonic() - began
        self.expected = contents(folder / "whole")
        self.ids = ids(folder / "whole")
        self.counts: Counter[str] = Counter()

    def round(self, name: str, most: int) -> None:
        """One output folder: strike until a run comes to its end; then compare the result."""
        out, struck = self.folder / name, 0
        process = start(self.corpus, out)
        while struck < most:
            try:
                process.wait(self.chance.uniform(0.05, 2.5))
            except subprocess.TimeoutExpired:
                whom = self.chance.choice(["parent", "worker", "both"])
                self.counts[whom if kill(process, whom, self.chance) else "missed"] += 1
                struck += 1
                if whom != "worker":
                    process.wait(timeout=60)
            if process.poll() is not None:
                if process.returncode in (0, 3):
                    break
                if process.returncode == GAVE_UP:
                    assert "before they could begin" in Path(f"{out}.log").read_text("utf-8")
                    self.counts["gave up"] += 1
                else:
                    assert process.returncode == -signal.SIGKILL, f"status {process.returncode}"
                process = start(self.corpus, out)
        process.wait(timeout=600)
        status = finish(self.corpus, out)
        assert status in (0, 3), f"{name}: the last run ended with {status}"
        assert ids(out) == self.ids, f"{name}: records were lost or doubled"
        assert contents(out) == self.expected, f"{name}: the output differs"
        self.counts["rounds"] += 1

    @property
    def kills(self) -> int:
        return sum(self.counts[whom] for whom in ("parent", "worker", "both"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        chaos = Chaos(Path(folder), options.documents, options.seed)
        tell(f"undisturbed: {chaos.seconds:.1f} s, {sum(chaos.ids.values())} records")
        number = 0
        while chaos.kills < options.kills:
            number += 1
            chaos.round(f"out{number}", options.kills - chaos.kills)
            tell(f"{number}: {dict(chaos.counts)}")
    return 0


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
