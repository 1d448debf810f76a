"""A small crawl of texts and JSON lines, and what a run makes of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

Files = dict[str, bytes]
RUN = ["crawl", "-o", "out", "--shard-size", "4", "--quiet"]


def make_crawl(folder: Path) -> Path:
    """Five texts and a JSONL file of eleven records, of which two are rejected."""
    folder.mkdir()
    for name in "abcde":
        (folder / f"{name}.txt").write_text(f"News {name}.\nAD buy\n")
    write_lines(folder / "many.jsonl", [f"Item {n}.\nAD {n}\n" for n in range(9)] + ["REJECT"] * 2)
    settle(folder)
    return folder


def write_lines(path: Path, texts: list[str]) -> None:
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))


def settle(folder: Path, seconds: int = 1_700_000_000) -> None:
    """Give all files an old, fixed time."""
    for path in folder.iterdir():
        os.utime(path, (seconds, seconds))


def output(folder: str = "out") -> Files:
    """All that a run must give again, byte for byte."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in ("documents", "removed", "quarantine")
        for path in Path(folder, name).glob("*")
    }
    return dict(sorted(found.items()))


def texts(folder: str = "out") -> list[str]:
    return [
        json.loads(line)["text"]
        for name, content in output(folder).items()
        if name.startswith("documents")
        for line in content.splitlines()
    ]


def quarantine() -> list[bytes]:
    return [line for path in Path("out/quarantine").glob("*") for line in path.open("rb")]
