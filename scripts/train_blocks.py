"""Train the block model: scores of words and of element names, then two networks on them.

    python scripts/train_blocks.py --data DIR [--output models/blocks] [--limit PAGES]

Every stage learns from what the stage before says about publishers that it has not seen, and
all reported numbers are on publishers that no stage has seen.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import SGDClassifier

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from cleaner.block_facts import TOKEN_BITS  # noqa: E402
from cleaner.block_features import (  # noqa: E402
    NAME_TABLES,
    DomShape,
    dom_features,
    name_matrix_places,
    name_sums,
)
from cleaner.block_model import (  # noqa: E402
    BlockBatch,
    BlockModel,
    batch_of,
    first_inputs,
    save_block_model,
    second_inputs,
    shapes,
)
from cleaner.blocks import extract_blocks  # noqa: E402
from cleaner.features import Floats, Ints, pieces, tokenise  # noqa: E402
from cleaner.features_page import Flags, Shape  # noqa: E402
from cleaner.features_words import content_grams, pack, score  # noqa: E402
from cleaner.layers import Layers, forward, sigmoid  # noqa: E402
from fit_content import fit_layers, fit_words, matrix  # noqa: E402
from html_corpus import SOURCES, GoldPage, agreement, block_labels, read_pages  # noqa: E402

FOLDS = 4
_PAGES_A_CHUNK = 40
_PROSE_WORDS = 9
_MAX_BLOCKS = 3000
_EASY = -4.0
_EASY_SHARE = 0.2
_NAME_SCALE = np.float32(0.3)
WEIGHTS = {"newspaper4k-dataset": 1.0, "fundus-tests": 1.2, "waddle-daniel": 0.8, "wcxb": 0.5}


class LabelledPage(NamedTuple):
    """A page's blocks with their labels (see `html_corpus.block_labels`)."""

    page: GoldPage
    texts: list[str]
    facts: object
    labels: list[int]


class Chunk(NamedTuple):
    """Some pages as one batch, with what training needs to know of each block."""

    pages: list[LabelledPage]
    batch: BlockBatch
    keep: Ints
    weight: Floats
    fold: Ints
    words: Ints


class Scores(NamedTuple):
    """Linear tables learned without one fold: words ``(2, n)``, intercepts, names ``(4, n)``."""

    words: Floats
    intercepts: Floats
    names: Floats


def labelled_pages(folder: Path, limit: int | None = None) -> Iterator[LabelledPage]:
    for number, page in enumerate(read_pages(folder, SOURCES)):
        if limit and number % max(1, 1860 // limit):
            continue
        found = extract_blocks(page.html)
        texts = found.text.split("\n") if found.text else []
        if 0 < len(texts) <= _MAX_BLOCKS:
            labels = block_labels(texts, page.gold)
            if any(label == 1 for label in labels):
                yield LabelledPage(page._replace(html=""), texts, found.facts, labels)


def fold_of(domain: str) -> int:
    """A publisher's fold: always the same, whatever else is in the data."""
    return zlib.crc32(f"fold:{domain}".encode()) % FOLDS


def chunks(pages: Sequence[LabelledPage], settle: np.random.Generator | None) -> list[Chunk]:
    """The pages in batches; with `settle`, as if rules had explained part of the chrome."""
    return [
        _chunk(list(pages[start : start + _PAGES_A_CHUNK]), settle)
        for start in range(0, len(pages), _PAGES_A_CHUNK)
    ]


def _chunk(pages: list[LabelledPage], settle: np.random.Generator | None) -> Chunk:
    texts = [text for page in pages for text in page.texts]
    tokens = [tokenise(texts[piece]) for piece in pieces([len(text) for text in texts])]
    keep = np.array([label for page in pages for label in page.labels], np.int64)
    counts = [len(page.texts) for page in pages]
    settled = np.zeros(keep.size, np.bool_)
    if settle is not None:
        share = np.repeat(settle.choice([0.15, 0.4, 0.7], len(pages)), counts)
        settled = (keep == 0) & (settle.random(keep.size) < share)
    batch = batch_of(tokens, [page.facts for page in pages], settled)  # type: ignore[misc]
    chars = np.array([len(text) for text in texts])
    gold = np.array([sum(map(len, page.page.gold)) for page in pages])
    source = np.array([WEIGHTS[page.page.source] for page in pages])
    page_weight = np.repeat(source * 3000 / (gold + 1500), counts)
    weight = (np.clip(chars, 25, 500) / 100 * page_weight).astype(np.float32)
    weight[(keep < 0) | settled] = 0
    fold = np.repeat([fold_of(page.page.domain) for page in pages], counts)
    words = np.concatenate([np.diff(piece.first) for piece in tokens])
    return Chunk(pages, batch, keep, weight, fold, words)


def name_matrix(chunk: Chunk) -> csr_matrix:
    rows, places = name_matrix_places(chunk.batch.tree)
    shape = (chunk.keep.size, NAME_TABLES << TOKEN_BITS)
    return csr_matrix((np.full(rows.size, _NAME_SCALE), (rows, places)), shape=shape)


def fit_names(x: csr_matrix, y: Ints, weight: Floats) -> Floats:
    model = SGDClassifier(
        loss="log_loss", alpha=1e-5, max_iter=5, tol=None, random_state=7, average=True
    )
    model.fit(x, y, sample_weight=weight)
    return (model.coef_[0] * _NAME_SCALE).astype(np.float32).reshape(NAME_TABLES, -1)


def fit_scores(data: Sequence[Chunk]) -> list[Scores]:
    """Linear tables without each fold, and (last) with all."""
    words = vstack([matrix(content_grams(t)) for c in data for t in c.batch.tokens]).tocsr()
    names = vstack([name_matrix(chunk) for chunk in data]).tocsr()
    keep, weight, fold, size = (
        np.concatenate([getattr(chunk, key) for chunk in data])
        for key in ("keep", "weight", "fold", "words")
    )
    fitted = []
    for held in [*range(FOLDS), -1]:
        learn = (weight > 0) & (fold != held)
        tables, intercepts = [], []
        for chosen in (np.flatnonzero(learn), np.flatnonzero(learn & (size >= _PROSE_WORDS))):
            table, intercept = fit_words(words[chosen], keep[chosen], weight[chosen], 7)
            tables.append(table)
            intercepts.append(intercept)
        chosen = np.flatnonzero(learn)
        table = fit_names(names[chosen], keep[chosen], weight[chosen])
        fitted.append(Scores(np.array(tables), np.array(intercepts, np.float32), table))
        print(f"scores without fold {held}: {learn.sum()} blocks", flush=True)
    return fitted


class Described(NamedTuple):
    """A chunk's features, from tables that have not seen each block's publisher."""

    own: Shape
    dom: DomShape
    first: Floats


def describe(chunk: Chunk, fitted: Sequence[Scores], folds: Sequence[int]) -> Described:
    said = []
    at = 0
    for tokens in chunk.batch.tokens:
        grams = content_grams(tokens)
        fold = chunk.fold[at : at + tokens.begins.size]
        result = np.zeros((fold.size, 2), np.float32)
        for held in folds:
            both = score(grams, pack(fitted[held].words)) + fitted[held].intercepts
            result = np.where((fold == held)[:, None], both, result)
        said.append(result.astype(np.float32))
        at += fold.size
    names = np.zeros((chunk.keep.size, 5), np.float32)
    for held in folds:
        here = chunk.fold == held
        if here.any():
            names[here] = name_sums(chunk.batch.tree, fitted[held].names)[here]
    own = shapes(chunk.batch, said)
    dom = dom_features(
        chunk.batch.tree, chunk.batch.facts, names, own, chunk.batch.starts, chunk.batch.page
    )
    return Described(own, dom, first_inputs(chunk.batch, own, dom))


def sample(chunk: Chunk, described: Described, chance: np.random.Generator) -> tuple[Flags, Floats]:
    """Which blocks to learn from, and their weights: clear chrome is plenty, a part will do."""
    easy = (described.own.shared[:, 0] * 4 < _EASY) & (described.dom.brief[:, 4] * 4 < 0)
    easy &= chunk.keep == 0
    use = (chunk.weight > 0) & (~easy | (chance.random(chunk.keep.size) < _EASY_SHARE))
    return use, np.where(easy, chunk.weight / _EASY_SHARE, chunk.weight)


def fit_pass(
    x: list[Floats], data: Sequence[Chunk], used: list[tuple[Flags, Floats]],
    hidden: tuple[int, ...], epochs: int, networks: int,
) -> tuple[list[list[Layers]], list[list[Layers]]]:
    """Networks without each fold, and with all (as the last entry)."""
    rows = np.concatenate([part[use] for part, (use, _) in zip(x, used, strict=True)])
    keep = np.concatenate([c.keep[use] for c, (use, _) in zip(data, used, strict=True)])
    fold = np.concatenate([c.fold[use] for c, (use, _) in zip(data, used, strict=True)])
    weight = np.concatenate([weight[use] for use, weight in used])
    result = []
    for held in [*range(FOLDS), -1]:
        chosen = np.flatnonzero(fold != held)
        result.append([
            fit_layers(rows[chosen], keep[chosen], weight[chosen], hidden, epochs, seed)
            for seed in range(networks)
        ])
        print(f"networks without fold {held}: {chosen.size} x {rows.shape[1]}", flush=True)
    return result  # type: ignore[return-value]


def predict(fitted: Sequence[Sequence[Layers]], x: Floats, fold: Ints) -> Floats:
    """Each row's logit by the networks that have not seen its publisher."""
    logits = np.zeros(x.shape[0], np.float32)
    for held in range(FOLDS):
        here = np.flatnonzero(fold == held)
        if here.size:
            logits[here] = sum(forward(layers, x[here]) for layers in fitted[held]) / len(fitted[held])
    return logits


def report(data: Sequence[Chunk], logits: Sequence[Floats], threshold: float) -> dict[str, list[float]]:
    """F1, precision and recall a source and language, at a threshold."""
    scores: dict[str, list[tuple[float, ...]]] = {}
    for chunk, values in zip(data, logits, strict=True):
        chance = sigmoid(values)
        for number, page in enumerate(chunk.pages):
            here = chance[chunk.batch.starts[number] : chunk.batch.starts[number + 1]]
            text = "\n".join(t for t, p in zip(page.texts, here, strict=True) if p >= threshold)
            key = f"{page.page.source}/{page.page.lang}"
            scores.setdefault(key, []).append(agreement(text, page.page.gold))
    result = {}
    for key, values in scores.items():
        f1, precision, recall = (float(np.mean(column)) for column in zip(*values, strict=True))
        harmonic = 2 * precision * recall / (precision + recall)
        result[key] = [len(values), harmonic, precision, recall, f1]
    return result


def show(rows: dict[str, list[float]]) -> None:
    for key, (count, *values) in rows.items():
        print(f"{key:28} {count:4.0f}  " + "  ".join(f"{value:.4f}" for value in values), flush=True)


def train(
    data: Path, output: Path, *, limit: int | None = None, networks: int = 1,
    epochs: tuple[int, int] = (5, 4), pages: list[LabelledPage] | None = None,
) -> None:
    """Train on `data`/pages, cross-validate, and write the model into `output`."""
    chance = np.random.default_rng(7)
    pages = list(labelled_pages(data, limit)) if pages is None else pages
    order = chance.permutation(len(pages))
    pages = [pages[i] for i in order]
    plain = chunks(pages, None)
    settled = chunks([page for page in pages if chance.random() < 0.5], chance)
    everything = [*plain, *settled]
    fitted = fit_scores(plain)
    described = [describe(chunk, fitted, range(FOLDS)) for chunk in everything]
    used = [sample(c, d, chance) for c, d in zip(everything, described, strict=True)]
    firsts = fit_pass([d.first for d in described], everything, used, (64, 32), epochs[0], networks)
    logits = [predict(firsts, d.first, c.fold) for c, d in zip(everything, described, strict=True)]
    show(report(plain, logits[: len(plain)], 0.5))
    x = [second_inputs(c.batch, d.own, d.dom, values) for c, d, values in zip(everything, described, logits, strict=True)]
    seconds = fit_pass(x, everything, used, (48, 24), epochs[1], networks)
    finals = [predict(seconds, values, c.fold) for c, values in zip(everything, x, strict=True)]
    for threshold in (0.3, 0.4, 0.5, 0.6):
        print("threshold", threshold)
        show(report(plain, finals[: len(plain)], threshold))
    words, intercepts, names = fitted[-1]
    import pickle
    pickle.dump((plain and [(c.pages, c.batch.starts, c.keep) for c in plain], finals[: len(plain)], logits[: len(plain)]), open("/tmp/bl/cv.pkl", "wb"))
    model = BlockModel("", 0.5, pack(words), intercepts, names, tuple(firsts[-1]), tuple(seconds[-1]))
    save_block_model(output, model)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with pages/*.jsonl.gz")
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "blocks")
    parser.add_argument("--limit", type=int, help="about how many pages, for a trial")
    options = parser.parse_args(argv)
    train(options.data, options.output, limit=options.limit)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
