"""What rules take from articles, and what the whole program leaves of the pages around them.

    python scripts/evaluate.py --data DIR dumps [--write]

Articles are the gold texts of all English pages: what rules take from them is counted as
lost, also dates, bylines and pleas that the gold has kept. Dumps are whole pages of English news
as two programs render them, a line being what the gold says of it; pages whose gold stops while
the article goes on (`CUT_GOLD`) are left out. Templates are learned from the dumps themselves, as
users do, and the models are the shipped ones, which have seen these pages. `--write` writes
docs/accuracy.md. Ends with 1 where a number is above or under the floor in its row.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import _setup
import cards
import numpy as np
from content_corpus import CLEAN_GOLD, CUT_GOLD, Record, read

from cleaner.config import Config
from cleaner.decide import assign
from cleaner.pipeline import Cleaner
from cleaner.records import Cleaned, Document, Finding, Paragraph, Raw
from cleaner.segment import segment
from cleaner.templates import TemplateSet, learn_from

GOLD = (*CLEAN_GOLD, "waddle-daniel", "wcxb", "mozilla-readability")
ROWS = (
    cards.Row("rules.lost", "characters of English gold text that rules take", 0.0002, 0.001),
    *(cards.Row(f"rules.lost.{source}", f"... {source}") for source in GOLD),
    cards.Row("rules.explained", "lines outside the gold that rules explain"),
    cards.Row("rules.explained_with_templates", "... rules and templates", 0.6, 0.35),
    cards.Row("program.left", "other characters among the kept ones, whole program", 0.015, 0.04),
    *(cards.Row(f"program.left.{source}", f"... {source}") for source in CLEAN_GOLD),
    cards.Row("program.lost", "characters of the gold that the whole program takes"),
)
_BATCH = 64
_PART_OF_LINE = 0.9
_DOCUMENT = Path(_setup.CHECKOUT) / "docs" / "accuracy.md"


def lost_to_rules(cleaner: Cleaner, data: Path) -> cards.Numbers:
    """The share of each set's gold text, and of all, that rules take on their own."""
    lost: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for source in GOLD:
        for record in read(data / "pages" / f"{source}.jsonl.gz"):
            if record["lang"] == "en" and record["gold_text"]:
                document = Document("", "", _url(record), str(record["gold_text"]))
                paragraphs = segment(document)
                taken = _taken(document, paragraphs, cleaner.rules.find(document, paragraphs)[0])
                lost[source] += int(taken.sum())
                total[source] += len(document.text)
    numbers = {f"rules.lost.{source}": lost[source] / total[source] for source in GOLD}
    return {"rules.lost": lost.total() / total.total(), **numbers}


def dumps(data: Path) -> Iterator[Record]:
    """Each page of English news whose gold is whole, in each rendering."""
    for source in CLEAN_GOLD:
        for record in read(data / "lines" / f"{source}.jsonl.gz"):
            if record["lang"] == "en" and (source, record["id"]) not in CUT_GOLD:
                yield record


def explained(cleaner: Cleaner, records: Sequence[Record]) -> cards.Numbers:
    """The share of lines outside the gold that rules explain, and rules with templates."""
    found: Counter[str] = Counter()
    for renderer in sorted({str(record["renderer"]) for record in records}):
        documents = [
            (record, Document("", "", _url(record), "\n".join(text for text, _ in _lines(record))))
            for record in records
            if record["renderer"] == renderer
        ]
        templates = _templates(document for _, document in documents)
        for record, document in documents:
            paragraphs = segment(document)
            findings = cleaner.rules.find(document, paragraphs)[0]
            by_rules = _taken(document, paragraphs, findings)
            both = by_rules | _taken(document, paragraphs, templates.find(document, paragraphs))
            for begin, text, keep in _places(record):
                if keep == 0 and text.strip():
                    enough = _PART_OF_LINE * len(text.strip())
                    found["lines"] += 1
                    found["rules"] += bool(by_rules[begin : begin + len(text)].sum() >= enough)
                    found["both"] += bool(both[begin : begin + len(text)].sum() >= enough)
    return {
        "rules.explained": found["rules"] / max(found["lines"], 1),
        "rules.explained_with_templates": found["both"] / max(found["lines"], 1),
    }


def left_by_program(cleaner: Cleaner, records: Sequence[Record]) -> cards.Numbers:
    """What of the kept text is no gold, and what of the gold is not kept, in characters."""
    counts: Counter[tuple[str, int, bool]] = Counter()
    for start in range(0, len(records), _BATCH):
        batch = records[start : start + _BATCH]
        raws = [
            Raw("", "", "text/plain", "\n".join(text for text, _ in _lines(record)).encode(),
                {"url": _url(record)})
            for record in batch
        ]  # fmt: skip
        for record, cleaned in zip(batch, cleaner.clean_batch(raws), strict=True):
            if not isinstance(cleaned, Cleaned):
                continue
            taken = np.zeros(len(cleaned.document.text), np.bool_)
            for decision in cleaned.removed:
                taken[slice(*decision.span)] = True
            for begin, text, keep in _places(record, cleaned.document.text):
                gone = int(taken[begin : begin + len(text)].sum())
                counts[str(record["source"]), keep, True] += gone
                counts[str(record["source"]), keep, False] += len(text) - gone
    numbers = {f"program.left.{source}": _left(counts, [source]) for source in CLEAN_GOLD}
    left = _left(counts, CLEAN_GOLD)
    gold = [counts[source, 1, gone] for source in CLEAN_GOLD for gone in (True, False)]
    lost = sum(counts[source, 1, True] for source in CLEAN_GOLD)
    return {"program.left": left, **numbers, "program.lost": lost / max(sum(gold), 1)}


def _left(counts: Counter[tuple[str, int, bool]], sources: Sequence[str]) -> float:
    """The share of what is no gold among the kept characters."""
    other, gold = (sum(counts[source, keep, False] for source in sources) for keep in (0, 1))
    return other / max(other + gold, 1)


def _url(record: Record) -> str | None:
    return str(record["url"]) if record["url"] else None


def _lines(record: Record) -> list[tuple[str, int]]:
    return record["lines"]  # type: ignore[return-value]


def _places(record: Record, text: str | None = None) -> Iterator[tuple[int, str, int]]:
    """Each line with its offset and label, -1 where it is a mixed one.

    In `text`, which was repaired, lines that have changed are passed over.
    """
    mixed = set(record.get("mixed") or ())  # type: ignore[call-overload]
    at = 0
    for number, (line, keep) in enumerate(_lines(record)):
        begin = at if text is None else text.find(line, at)
        if begin >= 0:
            yield begin, line, -1 if number in mixed else keep
            at = begin + len(line) + (text is None)


def _taken(
    document: Document, paragraphs: Sequence[Paragraph], findings: Sequence[Finding]
) -> np.ndarray:
    """Which characters of a document findings take."""
    taken = np.zeros(len(document.text), np.bool_)
    found = assign(document.text, paragraphs, findings)
    for index in found.whole:
        taken[slice(*paragraphs[index].span)] = True
    for cuts in found.cuts.values():
        for piece in cuts:
            taken[slice(*piece.span)] = True
    return taken


def _templates(documents: Iterable[Document]) -> TemplateSet:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "templates.jsonl"
        learn_from(documents, path)
        return TemplateSet.load(path)


def measure(data: Path) -> cards.Numbers:
    """All numbers of the table."""
    cleaner = Cleaner(Config())
    records = list(dumps(data))
    return {
        **lost_to_rules(cleaner, data),
        **explained(cleaner, records),
        **left_by_program(cleaner, records),
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with pages and lines")
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md")
    options = parser.parse_args(argv)
    numbers = measure(options.data)
    table = "\n".join(
        [
            "| | measured | floor | aim |",
            "|---|---|---|---|",
            *(cards.line(r, numbers) for r in ROWS),
        ]
    )
    print(table)
    if options.write:
        text = (Path(__file__).parent / "cards" / "accuracy.md").read_text("utf-8")
        _DOCUMENT.write_text(text.replace("{{table}}", table), "utf-8")
    short = cards.short_of(ROWS, numbers)
    print("\n".join(short) or "all floors kept")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
