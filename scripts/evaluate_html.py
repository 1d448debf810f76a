"""Accuracy and speed of HTML extraction beside its peers, in one run, on one core.

    python scripts/evaluate_html.py --data DIR --folds DIR [--limit PAGES] [--peers NAMES]

`--folds` is what `train_blocks.py --folds` wrote: each page is judged by the model that has not
seen its publisher. Without it the shipped model is used, which has seen the pages: only the
speed is worth reading then. F1 is that of the mean precision and the mean recall of 4-word
shingles; `same` is F1 over paragraphs that are exactly the same.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from html_corpus import (  # noqa: E402
    SOURCES,
    Agreement,
    GoldPage,
    agreement,
    fold_of,
    paragraph_agreement,
    read_pages,
)

from cleaner.block_model import BlockModel, judge_blocks, load_block_model  # noqa: E402
from cleaner.blocks import extract_blocks  # noqa: E402
from cleaner.records import Document  # noqa: E402
from cleaner.segment import segment  # noqa: E402

BATCH = 32
OURS = "blocks"
Contestant = Callable[[Sequence[GoldPage]], list[str]]


class Outcome(NamedTuple):
    """One contestant's text for one page, compared with the gold."""

    page: GoldPage
    shingles: Agreement
    paragraphs: Agreement


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with pages/*.jsonl.gz")
    parser.add_argument("--folds", type=Path, help="models without each fold of publishers")
    parser.add_argument("--limit", type=int, help="pages of each set")
    parser.add_argument("--sources", nargs="+", default=SOURCES)
    parser.add_argument("--peers", nargs="*", help="which of the peers to run (default: all)")
    options = parser.parse_args(argv)
    pages = [
        p for s in options.sources for p in list(read_pages(options.data, [s]))[: options.limit]
    ]
    runs = {OURS: ours(options.folds), **peers()}
    if options.peers is not None:
        runs = {name: run for name, run in runs.items() if name == OURS or name in options.peers}
    outcomes = {}
    print("| | pages/s |\n|---|---|")
    for name, run in runs.items():
        start = time.perf_counter()
        texts = run(pages)
        print(f"| {name} | {len(pages) / (time.perf_counter() - start):.0f} |", flush=True)
        outcomes[name] = [compare(page, text) for page, text in zip(pages, texts, strict=True)]
    print()
    print_tables(outcomes)
    print_worst(outcomes[OURS])
    return 0


def ours(folds: Path | None) -> Contestant:
    """The block model, for each page the one that has not seen the page's publisher."""
    if folds is None:
        shipped = load_block_model()
        return lambda pages: extract_articles([shipped], pages)
    models = [load_block_model(folder) for folder in sorted(folds.glob("fold-*"))]
    return lambda pages: extract_articles(models, pages)


def extract_articles(models: Sequence[BlockModel], pages: Sequence[GoldPage]) -> list[str]:
    texts = [""] * len(pages)
    for number, model in enumerate(models):
        mine = [
            i for i, page in enumerate(pages) if len(models) == 1 or fold_of(page.domain) == number
        ]
        for start in range(0, len(mine), BATCH):
            rows = mine[start : start + BATCH]
            for row, text in zip(rows, _judged(model, [pages[i].html for i in rows]), strict=True):
                texts[row] = text
    return texts


def _judged(model: BlockModel, html: Sequence[str]) -> list[str]:
    found = [extract_blocks(one) for one in html]
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


def peers() -> dict[str, Contestant]:
    """What other programs make of a page, with their settings that suit news best."""
    import trafilatura
    from lxml import html as lxml_html
    from readability import Document as Readability
    from resiliparse.extract.html2text import extract_plain_text

    def each(run: Callable[[str], str | None]) -> Contestant:
        def guarded(page: GoldPage) -> str:
            try:
                return run(page.html) or ""
            except Exception as error:
                print(f"{page.id}: {error!r}"[:100], file=sys.stderr)
                return ""

        return lambda pages: [guarded(page) for page in pages]

    def readable(html: str) -> str:
        article = lxml_html.fromstring(Readability(html).summary())
        return "\n".join(" ".join(p.itertext()) for p in article.iter("p", "li", "h2", "h3"))

    extract = partial(trafilatura.extract, include_comments=False, include_tables=False)
    return {
        "trafilatura": each(extract),
        "trafilatura fast": each(partial(extract, fast=True)),
        "trafilatura precision": each(partial(extract, favor_precision=True)),
        "resiliparse": each(lambda html: extract_plain_text(html, main_content=True)),
        "readability-lxml": each(readable),
    }


def compare(page: GoldPage, text: str) -> Outcome:
    lines = text.split("\n")
    return Outcome(page, agreement(text, page.gold), paragraph_agreement(lines, page.gold))


def summary(outcomes: Sequence[Outcome]) -> str:
    """F1 of mean precision and recall, precision, recall, mean F1, F1 of same paragraphs."""
    f1, precision, recall = (
        float(np.mean(column))
        for column in zip(*(outcome.shingles for outcome in outcomes), strict=True)
    )
    same = float(np.mean([outcome.paragraphs.f1 for outcome in outcomes]))
    total = 2 * precision * recall / max(precision + recall, 1e-9)
    return f"{total:.4f} | {precision:.3f} | {recall:.3f} | {f1:.4f} | {same:.4f}"


def print_tables(outcomes: dict[str, list[Outcome]]) -> None:
    keys = dict.fromkeys((o.page.source, o.page.lang) for o in next(iter(outcomes.values())))
    for source, lang in keys:
        rows = {
            name: [o for o in results if (o.page.source, o.page.lang) == (source, lang)]
            for name, results in outcomes.items()
        }
        print(f"### {source}, {lang} ({len(rows[OURS])} pages)\n")
        print("| | F1 | P | R | mean F1 | same |\n|---|---|---|---|---|---|")
        for name, results in rows.items():
            print(f"| {name} | {summary(results)} |")
        print()


def print_worst(outcomes: Sequence[Outcome], count: int = 20) -> None:
    """The pages on which ours is worst, and which half of it is."""
    print(f"### worst {count} of {OURS}\n\n| page | F1 | P | R | reason |\n|---|---|---|---|---|")
    for page, (f1, precision, recall), _ in sorted(outcomes, key=lambda o: o.shingles.f1)[:count]:
        whole = agreement(extract_blocks(page.html).text, page.gold).recall
        if whole < 0.5:
            reason = "the text is not in the page's elements"
        elif recall < 0.5:
            reason = "article taken for chrome"
        else:
            reason = "chrome taken for article" if precision < recall else "parts missing"
        print(f"| {page.source} {page.id[:40]} {page.domain} | {f1:.3f} | {precision:.3f} "
              f"| {recall:.3f} | {reason} |")  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
