"""Train the block model on pages with gold text, and measure it on unseen publishers.

    python scripts/train_blocks.py --data DIR [--output models/blocks] [--folds DIR] [--limit N]

`--folds` also writes one model for each fold of publishers, trained without it, which
`evaluate_html.py` uses. All numbers in metrics.json are on publishers that no stage has seen.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

# Small matrices: several threads only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import gate  # noqa: E402
from fit_blocks import (  # noqa: E402
    Chunk,
    LabelledPage,
    Networks,
    Scores,
    chunks,
    describe,
    fit_pass,
    fit_scores,
    predict,
    sample,
)  # fmt: skip
from html_corpus import FOLDS, SOURCES, agreement, block_labels, doubtful, read_pages  # noqa: E402

from cleaner.block_model import BlockModel, save_block_model, second_inputs  # noqa: E402
from cleaner.blocks import extract_blocks  # noqa: E402
from cleaner.expected_f1 import level_pages  # noqa: E402
from cleaner.features import Floats  # noqa: E402
from cleaner.features_words import pack  # noqa: E402
from cleaner.layers import sigmoid, weigh  # noqa: E402

_MAX_BLOCKS = 3000
_THRESHOLDS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
# News decides about the threshold; the other sets are off-news, or fifteen years old.
_NEWS = ("newspaper4k-dataset/en", "fundus-tests/en", "fundus-tests/de", "waddle-daniel/en")
Table = dict[str, dict[str, float]]


def train(
    data: Path,
    output: Path,
    *,
    folds: Path | None = None,
    limit: int | None = None,
    networks: int = 5,
    epochs: tuple[int, int] = (6, 5),
) -> None:
    """Train on `data`/pages, cross-validate, and write model and metrics into `output`."""
    chance = np.random.default_rng(7)
    pages = list(labelled_pages(data, limit))
    pages = [pages[i] for i in chance.permutation(len(pages))]
    plain = chunks(pages, None)
    everything = [*plain, *chunks([page for page in pages if chance.random() < 0.5], chance)]
    scores = fit_scores(plain)
    described = [describe(chunk, scores, range(FOLDS)) for chunk in everything]
    used = [sample(c, d, chance) for c, d in zip(everything, described, strict=True)]
    inputs = [one.first for one in described]
    first = fit_pass(inputs, everything, used, (64, 32), epochs[0], networks)
    logits = [predict(first, x, c.fold) for c, x in zip(everything, inputs, strict=True)]
    inputs = [
        second_inputs(chunk.batch, one.own, one.dom, values)
        for chunk, one, values in zip(everything, described, logits, strict=True)
    ]
    second = fit_pass(inputs, everything, used, (32, 16), epochs[1], networks)
    final = [
        level_pages(
            weigh(before, predict(second, x, chunk.fold)),
            one.own.chars, chunk.batch.settled, chunk.batch.starts,
        )
        for chunk, one, before, x in zip(plain, described, logits, inputs, strict=False)
    ]  # fmt: skip
    threshold = best_threshold(plain, final)
    write_metrics(output, data, table(plain, final, threshold))
    save_block_model(output, assemble(scores, first, second, -1, threshold))
    for held in range(FOLDS if folds else 0):
        model = assemble(scores, first, second, held, threshold)
        save_block_model((folds or output) / f"fold-{held}", model)


def labelled_pages(folder: Path, limit: int | None = None) -> Iterator[LabelledPage]:
    """The pages with a label for every block; without those whose gold text is elsewhere."""
    step = max(1, 1860 // limit) if limit else 1
    for number, page in enumerate(read_pages(folder, SOURCES)):
        if number % step:
            continue
        found = extract_blocks(page.html)
        texts = found.text.split("\n") if found.text else []
        if 0 < len(texts) <= _MAX_BLOCKS:
            labels = block_labels(texts, page.gold)
            parents = found.facts.parent[found.facts.node].tolist()
            labels = doubtful(texts, labels, parents)
            if 1 in labels:
                yield LabelledPage(page._replace(html=""), texts, found.facts, labels)


def assemble(
    scores: Sequence[Scores], first: Networks, second: Networks, held: int, threshold: float
) -> BlockModel:
    """The model that has not seen fold `held`, or with -1 the one that has seen everything."""
    words, intercepts, names = scores[held]
    return BlockModel(
        "", threshold, pack(words), intercepts, names, tuple(first[held]), tuple(second[held])
    )


def table(data: Sequence[Chunk], logits: Sequence[Floats], threshold: float) -> Table:
    """Mean agreement a source and language; `f1` is that of mean precision and recall."""
    found: dict[str, list[tuple[float, ...]]] = {}
    for chunk, values in zip(data, logits, strict=True):
        chances = np.split(sigmoid(values), chunk.batch.starts[1:-1])
        for page, chance in zip(chunk.pages, chances, strict=True):
            text = "\n".join(t for t, p in zip(page.texts, chance, strict=True) if p >= threshold)
            key = f"{page.page.source}/{page.page.lang}"
            found.setdefault(key, []).append(agreement(text, page.page.gold))
    result = {}
    for key, rows in sorted(found.items()):
        mean, precision, recall = (float(np.mean(column)) for column in zip(*rows, strict=True))
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        row = {"f1": f1, "precision": precision, "recall": recall, "mean_f1": mean}
        result[key] = {"pages": len(rows)} | {name: round(v, 4) for name, v in row.items()}
    return result


def best_threshold(data: Sequence[Chunk], logits: Sequence[Floats]) -> float:
    """The probability at which news pages agree best with their gold texts."""

    def quality(threshold: float) -> float:
        rows = table(data, logits, threshold)
        return sum(rows[key]["f1"] + rows[key]["mean_f1"] for key in _NEWS if key in rows)

    return max(_THRESHOLDS, key=quality)


def write_metrics(output: Path, data: Path, rows: Table) -> None:
    """Replace the numbers of what was trained; pinned floors stay as they are."""
    for key, row in rows.items():
        print(f"{key:26}", *(f"{name} {value:g}" for name, value in row.items()))
    found = {f"trained.{key}.{name}": row[name] for key, row in rows.items() for name in row}
    gate.write_numbers(output, found, gate.evaluation_digest("blocks", data))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with pages/*.jsonl.gz")
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "blocks")
    parser.add_argument("--folds", type=Path, help="where to write a model for each fold")
    parser.add_argument("--limit", type=int, help="about how many pages, for a trial")
    options = parser.parse_args(argv)
    train(options.data, options.output, folds=options.folds, limit=options.limit)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
