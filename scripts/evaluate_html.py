"""Accuracy of HTML extraction beside its peers, in one run, on one core, against pinned floors.

    python scripts/evaluate.py --data DIR html [--folds DIR] [--limit PAGES] [--peers NAMES]

`program` is the whole program: rules, model, decisions and lifted titles, as
``python -m cleaner`` writes it. `model` is the choice of the block model alone. Both judge each
page by the model that has not seen its publisher: `--folds` is what `train_blocks.py --folds`
wrote, and without it these models are trained first. F1 is that of the mean precision and the
mean recall of 4-word shingles; `same` is F1 over paragraphs that are exactly the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import _setup  # noqa: F401
import gate
import numpy as np
from html_corpus import (
    FOLDS,
    SOURCES,
    Agreement,
    GoldPage,
    agreement,
    fold_of,
    paragraph_agreement,
    read_pages,
)
from html_peers import Contestant, peers
from html_worst import reason

from cleaner.block_model import BlockModel, judge_blocks, load_block_model
from cleaner.blocks import extract_blocks
from cleaner.classify import load_models
from cleaner.config import Config
from cleaner.modelstore import model_folder
from cleaner.pipeline import Cleaner
from cleaner.records import Cleaned, Document, Raw
from cleaner.segment import segment

BATCH = 32
PROGRAM, MODEL, PEER = "program", "model", "trafilatura"
# What a floor is pinned on; the other languages have too few pages.
_PINNED = ("newspaper4k-dataset/en", "fundus-tests/en", "fundus-tests/de", "waddle-daniel/en",
           "wcxb/en")  # fmt: skip


class Outcome(NamedTuple):
    """One contestant's text for one page, compared with the gold."""

    page: GoldPage
    text: str
    shingles: Agreement
    paragraphs: Agreement


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with pages/*.jsonl.gz")
    parser.add_argument("--models", type=Path, default=model_folder(), help="where the models are")
    parser.add_argument("--folds", type=Path, help="models without each fold of publishers")
    parser.add_argument("--limit", type=int, help="pages of each set")
    parser.add_argument("--sources", nargs="+", default=SOURCES)
    parser.add_argument("--peers", nargs="*", help="which of the peers to run (default: all)")
    parser.add_argument("--update", action="store_true", help="pin new floors")
    parser.add_argument("--allow-regression", metavar="REASON", help="why a floor may be lowered")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        return _evaluate(options, options.folds or _trained(options.data, Path(folder)))


def _trained(data: Path, folder: Path) -> Path:
    import train_blocks

    train_blocks.train(data, folder / "all", folds=folder)
    return folder


def _evaluate(options: argparse.Namespace, folds: Path) -> int:
    pages = [
        p for s in options.sources for p in list(read_pages(options.data, [s]))[: options.limit]
    ]
    others = {} if options.peers == [] else peers()
    if options.peers is not None:
        others = {name: run for name, run in others.items() if name in options.peers}
    outcomes = {}
    print("| | pages/s |\n|---|---|")
    for name, run in {**ours(folds), **others}.items():
        start = time.perf_counter()
        texts = run(pages)
        print(f"| {name} | {len(pages) / (time.perf_counter() - start):.0f} |", flush=True)
        outcomes[name] = [compare(page, text) for page, text in zip(pages, texts, strict=True)]
    print()
    print_tables(outcomes)
    print_worst(outcomes[PROGRAM])
    if options.limit or tuple(options.sources) != SOURCES or PEER not in outcomes:
        print("Not all pages, or without trafilatura: the floors are not looked at.")
        return 0
    return check(options, numbers(outcomes))


def check(options: argparse.Namespace, measured: dict[str, float]) -> int:
    """Compare with the pinned floors, or pin new ones."""
    folder = options.models / "blocks"
    metrics = gate.read_metrics(folder)
    digest = gate.evaluation_digest("blocks", options.data)
    if options.update:
        try:
            metrics = gate.raised(metrics, measured, options.allow_regression)
        except ValueError as error:
            print(f"{error}\nTo accept that, give a reason: --allow-regression REASON")
            return 1
        rounded = {name: round(value, 5) for name, value in measured.items()}
        metrics |= {"numbers": metrics["numbers"] | rounded, "evaluation_digest": digest}
        gate.write_metrics(folder, metrics)
        return 0
    if digest != metrics["evaluation_digest"]:
        print("blocks: measured on other data than the pinned floors; pin them with --update")
        return 1
    problems = gate.breaches(metrics, measured)
    print("\n".join(f"blocks: {problem}" for problem in problems) or "blocks: all floors kept")
    return 1 if problems else 0


def ours(folds: Path) -> dict[str, Contestant]:
    """The program and its model alone, each page judged by models that don't know its publisher."""
    found = sorted(folds.glob("fold-*"))
    models = [load_block_model(folder) for folder in found]
    known = load_models()
    cleaners = [Cleaner(Config(), replace(known, blocks=model)) for model in models]
    return {
        PROGRAM: lambda pages: _in_folds(pages, lambda fold, part: _cleaned(cleaners[fold], part)),
        MODEL: lambda pages: _in_folds(pages, lambda fold, part: _judged(models[fold], part)),
    }


def _in_folds(
    pages: Sequence[GoldPage], run: Callable[[int, Sequence[GoldPage]], list[str]]
) -> list[str]:
    """The texts of all pages, by what belongs to the fold of each page's publisher."""
    texts = [""] * len(pages)
    for fold in range(FOLDS):
        mine = [i for i, page in enumerate(pages) if fold_of(page.domain) == fold]
        for start in range(0, len(mine), BATCH):
            rows = mine[start : start + BATCH]
            for row, text in zip(rows, run(fold, [pages[i] for i in rows]), strict=True):
                texts[row] = text
    return texts


def _cleaned(cleaner: Cleaner, pages: Sequence[GoldPage]) -> list[str]:
    raws = [
        Raw(page.id, page.source, "text/html", page.html.encode("utf-8", "replace"),
            {"url": page.url} if page.url else {})
        for page in pages
    ]  # fmt: skip
    results = cleaner.clean_batch(raws)
    return [result.text if isinstance(result, Cleaned) else "" for result in results]


def _judged(model: BlockModel, pages: Sequence[GoldPage]) -> list[str]:
    found = [extract_blocks(page.html) for page in pages]
    paragraphs = [segment(Document("", "", None, one.text, one.blocks)) for one in found]
    judged = judge_blocks(
        model,
        [
            (paragraphs_of_page, one.facts, np.zeros(len(paragraphs_of_page), np.bool_))
            for paragraphs_of_page, one in zip(paragraphs, found, strict=True)
        ],
    )
    return [
        "\n".join(
            paragraph.text
            for paragraph, chance in zip(page, chances.tolist(), strict=True)
            if chance >= model.keep_threshold
        )
        for page, chances in zip(paragraphs, judged, strict=True)
    ]


def compare(page: GoldPage, text: str) -> Outcome:
    lines = text.split("\n")
    return Outcome(page, text, agreement(text, page.gold), paragraph_agreement(lines, page.gold))


def summary(outcomes: Sequence[Outcome]) -> tuple[float, ...]:
    """F1 of mean precision and recall, precision, recall, mean F1, F1 of same paragraphs."""
    f1, precision, recall = (
        float(np.mean(column))
        for column in zip(*(outcome.shingles for outcome in outcomes), strict=True)
    )
    same = float(np.mean([outcome.paragraphs.f1 for outcome in outcomes]))
    total = 2 * precision * recall / max(precision + recall, 1e-9)
    return total, precision, recall, f1, same


def by_set(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes of each source and language."""
    sets: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        sets.setdefault(f"{outcome.page.source}/{outcome.page.lang}", []).append(outcome)
    return sets


def numbers(outcomes: dict[str, list[Outcome]]) -> dict[str, float]:
    """What floors are pinned on: F1, and how far paragraphs are ahead of trafilatura's."""
    sets = {name: by_set(results) for name, results in outcomes.items()}
    found = {}
    for key in _PINNED:
        ahead = summary(sets[PROGRAM][key])[-1] - summary(sets[PEER][key])[-1]
        found[f"program.{key}.f1"] = summary(sets[PROGRAM][key])[0]
        found[f"program.{key}.same_ahead_of_trafilatura"] = ahead
        found[f"model.{key}.f1"] = summary(sets[MODEL][key])[0]
    return found


def print_tables(outcomes: dict[str, list[Outcome]]) -> None:
    sets = {name: by_set(results) for name, results in outcomes.items()}
    for key in sets[PROGRAM]:
        print(f"### {key} ({len(sets[PROGRAM][key])} pages)\n")
        print("| | F1 | P | R | mean F1 | same |\n|---|---|---|---|---|---|")
        for name, found in sets.items():
            print(f"| {name} |", " | ".join(f"{value:.4f}" for value in summary(found[key])), "|")
        print()


def print_worst(outcomes: Sequence[Outcome], count: int = 20) -> None:
    """The pages on which the program is worst, each with what cost most."""
    print(
        f"### worst {count} of {PROGRAM}\n\n| page | F1 | P | R | reason |\n|---|---|---|---|---|"
    )
    for page, text, (f1, precision, recall), _ in sorted(outcomes, key=lambda o: o.shingles.f1)[
        :count
    ]:
        print(f"| {page.source} {page.id[:40]} {page.domain} | {f1:.3f} | {precision:.3f} "
              f"| {recall:.3f} | {reason(page, text)} |")  # fmt: skip
    print()


if __name__ == "__main__":
    sys.exit(main())
