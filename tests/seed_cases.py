"""The sample dumps with their expected labels, and what a cleaned one has wrong."""

from __future__ import annotations

import functools
import json
import unicodedata
from pathlib import Path
from typing import Any

import regex

from cleaner.config import Config
from cleaner.pipeline import Cleaner
from cleaner.records import Action, Cleaned, Raw

SEEDS = Path(__file__).parents[1] / "seeds"
SHARED = Path(__file__).parents[2] / "shared" / "seeds"
_QUOTED = regex.compile(r'"([^"]+)"')
_DECLARED = {"none": "none", "inferred": "none", "partial": "partial", "section": "section"}

Case = dict[str, Any]


def cases(folder: Path) -> dict[str, Case]:
    """The entries of a folder's expected.json, by file name."""
    path = folder / "expected.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


DUMPS = {name: case for name, case in cases(SEEDS).items() if "lines" in case}
FEEDS = {name: case for name, case in cases(SEEDS).items() if "records" in case}
CLEAN = [name for name, case in DUMPS.items() if case.get("clean")]


@functools.lru_cache(maxsize=1)
def cleaner() -> Cleaner:
    """One cleaner for all tests: loading the models takes longer than using them."""
    return Cleaner(Config())


def clean(text: str) -> Cleaned:
    """Clean a text dump."""
    return cleaner().clean(Raw("seed", "seed.txt", "text/plain", text.encode("utf-8")))


def read_seed(name: str, folder: Path = SEEDS) -> str:
    """A sample's text with its line ends as they are."""
    return (folder / name).read_bytes().decode("utf-8")


def nfc(text: str) -> str:
    """A text with white space and Unicode forms made equal, for comparing."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _lines(cleaned: Cleaned) -> list[tuple[str, list[tuple[str, Action, str]]]]:
    """Each line with its visible pieces: label, action and text."""
    text, lines, start = cleaned.document.text, [], 0
    for line in text.split("\n"):
        end = start + len(line)
        pieces = []
        for decision in cleaned.decisions:
            piece = text[max(decision.span.start, start) : min(decision.span.end, end)]
            if decision.span.start < end and start < decision.span.end and piece.strip():
                pieces.append((decision.label, decision.action, piece))
        lines.append((line, pieces))
        start = end + 1
    return lines


def problems_of(cleaned: Cleaned, case: Case) -> list[str]:
    """How a cleaned dump differs from what its case allows, in words."""
    lines, metadata, problems = _lines(cleaned), cleaned.metadata, []
    for number, allowed in case["lines"].items():
        line, pieces = lines[int(number) - 1]
        spans = case.get("spans", {}).get(number)
        judged = [p for p in pieces if p[1] is Action.KEEP] if spans else pieces
        wrong = {label for label, _, _ in judged} - set(allowed.split("|"))
        if wrong or not judged:
            problems.append(f"line {number} is {sorted(wrong)}, not {allowed}: {line[:60]!r}")
        if spans:
            removed = nfc(" ".join(piece for _, action, piece in pieces if action is Action.REMOVE))
            problems += [
                f"line {number} still has {phrase!r}"
                for phrase in _QUOTED.findall(spans)
                if nfc(phrase) not in removed
            ]
        kept = "".join(piece for _, action, piece in pieces if action is Action.KEEP)
        wanted = case.get("kept", {}).get(number)
        if wanted and nfc(kept) != nfc(wanted):
            problems.append(f"line {number} keeps {kept!r}")
    if "title_line" in case:
        title = lines[case["title_line"] - 1][0]
        if nfc(str(metadata["title"])) != nfc(title):
            problems.append(f"title is {metadata['title']!r}")
    if "authors" in case and metadata["authors"] != "; ".join(case["authors"]):
        problems.append(f"authors are {metadata['authors']!r}")
    if "date" in case and not str(metadata["created"]).startswith(case["date"]):
        problems.append(f"date is {metadata['created']!r}")
    if metadata["ai_declared"] != declared(case["document_ai"]):
        problems.append(f"ai_declared is {metadata['ai_declared']!r}")
    if "ai_disclosure" in case and not metadata["ai_disclosure"]:
        problems.append("no ai_disclosure")
    if bool(metadata["truncated"]) != ("truncated = true" in case["document_ai"]):
        problems.append(f"truncated is {metadata['truncated']!r}")
    return problems


def declared(sentence: str) -> str:
    """The value of ai_declared that a case's `document_ai` stands for."""
    kind = regex.match(r"(?:declared-)?(\w+)", sentence)
    assert kind
    return _DECLARED[kind[1]]
