"""Train the authorship model: experts on families of machine writing, then their pooling.

What counts is how the model does on writers it has never read. So folds are made of whole
sources (a site, a generator, a genre of human writing), the pooling network learns from the
scores of experts that have not seen the source, and every source weighs the same however
much there is of it.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from authorship_corpus import EVALUATION_ONLY, PROJECT_PIECES, Writing
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression
from weigh_doubtful import with_doubt

from cleaner.authorship import Evidence
from cleaner.features import COUNTS, Floats, Ints, Tokens, pieces, tokenise
from cleaner.features_around import Flags
from cleaner.features_words import (
    BITS,
    VOCABULARY_BITS,
    Grams,
    Pairs,
    content_grams,
    is_name,
    pack,
    style_grams,
    sum_scores,
    word_places,
)

FOLDS = 8
FAMILIES = ("wild", "authored")
_MIN_SOURCES = 25
_UNIT = 1 << 16
_WINDOWS = (1, 2, 3, 5, 8)
_CUTS = {"authored": 3}  # there is least of it: cut it anew, so that its windows differ
_STRENGTH = 10.0


def family(writing: Writing) -> str:
    """Which expert's business a text is: found in the wild, written for this project, academic."""
    if not writing.machine:
        return "human"
    if writing.source.startswith(("wild_", "ai_")):
        return "wild"
    return "authored" if writing.source in PROJECT_PIECES else "academic"


class Chunks(NamedTuple):
    """All chunks of all texts. `fold` is -1 for sources that are for evaluation only."""

    writings: Sequence[Writing]
    batch: list[Tokens]
    starts: Ints
    fold: Ints  # per text
    machine: Flags
    source: Ints
    families: np.ndarray


def assign_folds(writings: Sequence[Writing]) -> Ints:
    """Whole sources in one fold; what shares originals or topics in the same one."""
    single = sorted(
        {w.source for w in writings if _shared_fold(w) is None},
        key=lambda source: (zlib.crc32(source.encode()), source),
    )
    turn = {source: number % FOLDS for number, source in enumerate(single)}
    folds = [_shared_fold(w) for w in writings]
    return np.array(
        [turn[w.source] if f is None else f for w, f in zip(writings, folds, strict=True)]
    )


def _shared_fold(writing: Writing) -> int | None:
    if writing.source in EVALUATION_ONLY:
        return -1
    if writing.source in PROJECT_PIECES or writing.source.startswith("gold-"):
        return zlib.crc32(f"article:{writing.group}".encode()) % FOLDS
    if writing.source.startswith(("imbd", "glimpse", "xsum")):
        return 0  # machine rewrites of the same originals
    return 1 if writing.source.startswith("l2r") else None


def chunks(writings: Sequence[Writing]) -> Chunks:
    """Tokenise every chunk of every text."""
    texts = [chunk for writing in writings for chunk in writing.chunks]
    batch = [tokenise(texts[piece]) for piece in pieces([len(text) for text in texts])]
    sources = sorted({writing.source for writing in writings})
    index = {source: number for number, source in enumerate(sources)}
    return Chunks(
        writings, batch,
        np.concatenate([[0], np.cumsum([len(writing.chunks) for writing in writings])]),
        assign_folds(writings),
        np.array([writing.machine for writing in writings]),
        np.array([index[writing.source] for writing in writings]),
        np.array([family(writing) for writing in writings]),
    )  # fmt: skip


def vocabulary(data: Chunks) -> np.ndarray:
    """Words that are common everywhere: in lower case in at least 25 different sources."""
    owner = np.repeat(data.source, np.diff(data.starts))
    usable = np.repeat(data.fold >= 0, np.diff(data.starts))
    seen = np.zeros((int(data.source.max()) + 1, 1 << VOCABULARY_BITS), np.int32)
    done = 0
    for tokens in data.batch:
        size = tokens.begins.size
        capital = tokens.classes.take(tokens.starts) == COUNTS.index("upper")
        chunk = np.repeat(np.arange(done, done + size), np.diff(tokens.first))
        chosen = ~is_name(tokens) & ~capital & usable[chunk]
        np.add.at(seen, (owner[chunk[chosen]], word_places(tokens)[chosen]), 1)
        done += size
    return np.asarray((seen >= 2).sum(axis=0) >= _MIN_SOURCES)


def _counted(grams: Grams) -> csr_matrix:
    """Pattern counts, one row a chunk, not yet scaled: rows of a window can be added."""
    count = np.diff(grams.first)
    rows = np.tile(np.repeat(np.arange(count.size), count), len(grams.by_word))
    built = csr_matrix(
        (np.ones(rows.size, np.float32), (rows, np.concatenate(grams.by_word))),
        shape=(count.size, 1 << BITS),
    )
    built.sum_duplicates()
    return built


class Windows(NamedTuple):
    """Stretches of one to five chunks: which text, and its first and last chunk."""

    text: Ints
    start: Ints
    end: Ints


def cut_windows(data: Chunks) -> Windows:
    chance = random.Random(3)
    result = []
    for number, name in enumerate(data.families.tolist()):
        for _ in range(_CUTS.get(name, 1)):
            start, stop = int(data.starts[number]), int(data.starts[number + 1])
            while start < stop:
                end = min(start + chance.choice(_WINDOWS), stop)
                result.append((number, start, end))
                start = end
    return Windows(*np.array(result).T)


def window_matrix(counted: csr_matrix, words: Ints, windows: Windows) -> csr_matrix:
    """Add up the chunks of each window and scale as `cleaner.authorship.pooled` does."""
    length = windows.end - windows.start
    rows = np.repeat(np.arange(length.size), length)
    offset = np.arange(rows.size) - np.repeat(np.cumsum(length) - length, length)
    columns = np.repeat(windows.start, length) + offset
    chooser = csr_matrix(
        (np.ones(rows.size, np.float32), (rows, columns)), shape=(length.size, counted.shape[0])
    )
    scale = 1 / np.sqrt(np.maximum(chooser @ words, 1))
    return (diags(scale) @ (chooser @ counted)).astype(np.float32).tocsr()


def balanced(text: Ints, data: Chunks, shares: Mapping[str, float]) -> Floats:
    """Weights of texts: sources weigh the same in a family, families as `shares` say."""
    weight = np.zeros(text.size)
    names = data.families[text]
    for name, share in shares.items():
        chosen = names == name
        source = data.source[text[chosen]]
        each = 1.0 / np.bincount(source)[source]
        weight[chosen] = share * each / each.sum()
    return np.asarray(weight * text.size / weight.sum(), np.float32)


class Experts(NamedTuple):
    """One view's linear models, one a family."""

    weights: Pairs
    intercepts: Floats


def rarity(counted: csr_matrix) -> Floats:
    """How much a pattern counts: the root of its inverse document frequency.

    Without it a linear model hardly learns from rare patterns, with the whole of it (as is
    usual for topics) it learns little else.
    """
    seen = np.bincount(counted.indices, minlength=counted.shape[1])
    return np.asarray(np.sqrt(np.log(counted.shape[0] / (seen + 1.0)).clip(0)), np.float32)


def fit_experts(x: csr_matrix, unit: Floats, windows: Windows, data: Chunks, fold: int) -> Experts:
    """One linear model a family, against all human sources outside the fold.

    `unit` is what the columns of `x` were multiplied with.
    """
    tables, intercepts = [], []
    names = data.families[windows.text]
    usable = (data.fold[windows.text] >= 0) & (data.fold[windows.text] != fold)
    for name in FAMILIES:
        shares = {"human": 1.0, name: 1.0}
        rows = np.flatnonzero(usable & np.isin(names, list(shares)))
        text = windows.text[rows]
        part, machine = x[rows], data.machine[text]
        weight = balanced(text, data, shares)
        weight = with_doubt(part, machine, weight, data.fold[text] % 2, _STRENGTH)
        model = LogisticRegression(C=_STRENGTH, max_iter=60)
        model.fit(part, machine, sample_weight=weight)
        # Half precision is what the artefact stores: score with the same numbers here.
        tables.append((model.coef_[0] * unit).astype(np.float16).astype(np.float32))
        intercepts.append(float(model.intercept_[0]))
    return Experts(pack(np.array(tables)), np.array(intercepts, np.float32))


class Scored(NamedTuple):
    """Out-of-fold evidence of every chunk, and the experts that learned from all."""

    found: Evidence
    experts: tuple[Experts, Experts]
    vocabulary: np.ndarray


def score_chunks(data: Chunks) -> Scored:
    """Evidence of each chunk from experts that have not seen its source."""
    known = vocabulary(data)
    words = np.concatenate([np.diff(tokens.first) for tokens in data.batch])
    windows = cut_windows(data)
    fold = np.repeat(data.fold, np.diff(data.starts))
    sums, all_experts = [], []
    for view in (lambda tokens: style_grams(tokens, known), content_grams):
        grams = [view(tokens) for tokens in data.batch]
        counted = vstack([_counted(g) for g in grams]).tocsr()
        unit = rarity(counted)
        x = (window_matrix(counted, words, windows) @ diags(unit)).tocsr()
        length = np.float32(np.sqrt(x.multiply(x).sum(axis=1).mean()))
        x.data /= length
        part = np.zeros((words.size, len(FAMILIES)), np.int64)
        for held in (*range(FOLDS), -1):
            experts = fit_experts(x, unit / length, windows, data, held)
            mine = fold == held
            scores = np.concatenate([sum_scores(g, experts.weights) for g in grams])
            part[mine] = np.rint(scores[mine] * _UNIT)
        sums.append(part)
        all_experts.append(experts)
    return Scored(
        Evidence(np.concatenate(sums, axis=1), words), (all_experts[0], all_experts[1]), known
    )
