"""Teach a content model a user's labels without the data that it was made from.

What is learned is a correction: a weight for each hashed word pattern, added to the logit that
the model arrives at. It is pulled towards zero, and it is learned from the user's paragraphs
together with rows that the model remembers of its training (`cleaner.rehearsal`), so that a
correction for somebody's picture captions can't turn against the words of ordinary reporting.
The problem is convex and no chance is in it: the same labels give the same model.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cleaner.content import ContentModel, content_probabilities, word_scores
from cleaner.features import Floats, Ints, pieces, tokenise
from cleaner.features_around import Flags
from cleaner.features_words import BITS, content_grams, pack
from cleaner.labelled import ARTICLE, CONTEXT, LabelledPage
from cleaner.rehearsal import Patterns, Precise, Rehearsal, apply, concatenate, patterns, spread

# How strongly weights are pulled towards zero: ten paragraphs of a kind overrule the model even
# where it was sure (a logit of 8), and of 600 remembered rows hardly one changes sides by that.
_PULL = 0.1
_STEPS, _POWER_STEPS = 200, 20
_HELD_OUT = 4  # every fourth page


class Share(NamedTuple):
    """How much of `rows` is judged right: before the correction, and with it."""

    rows: int
    before: float
    after: float


class Tuned(NamedTuple):
    """A corrected model and what changed for paragraphs that the correction hadn't seen.

    `held_out` are the user's, `remembered` those that the model remembers of its training.
    """

    model: ContentModel
    learned: int
    held_out: Share
    remembered: Share


def finetune(model: ContentModel, rehearsal: Rehearsal, pages: Sequence[LabelledPage]) -> Tuned:
    """Correct `model` by labelled pages.

    What changed is measured with a quarter of the pages and half of the remembered rows held
    out; the model that comes out has learned from all of them. Too few pages to hold one out
    leave ``held_out.rows`` at 0.
    """
    rows, base, keep = _judged(model, pages)
    learn = keep != CONTEXT
    held = learn & np.repeat(_held_out(pages), [len(page.texts) for page in pages])
    before = np.zeros(1 << BITS)
    if model.correction is not None:
        before += model.correction.real
    known = rehearsal.base + apply(rehearsal.patterns, before)
    seen = np.arange(known.size) % 2 == 0
    # Remembered rows are to stay where they are, so what was said of them is their target.
    tasks = (
        _Task(rows, base, (keep == ARTICLE).astype(np.float64)),
        _Task(rehearsal.patterns, known, _chance(known)),
    )
    trial = _fit(tasks, (learn & ~held, seen))
    final = _fit(tasks, (learn, np.ones_like(seen)))
    correction = pack(np.stack([before + final, np.zeros(1 << BITS)]).astype(np.float32))
    return Tuned(
        replace(model, correction=correction),
        int(learn.sum()),
        _share(tasks[0], keep, held, trial),
        _share(tasks[1], rehearsal.keep, ~seen, trial),
    )


class _Task(NamedTuple):
    rows: Patterns
    base: Floats | Precise
    target: Floats | Precise


def _judged(model: ContentModel, pages: Sequence[LabelledPage]) -> tuple[Patterns, Floats, Ints]:
    """All paragraphs as patterns, with the model's logit and the user's label."""
    texts = [text for page in pages for text in page.texts]
    keep = np.concatenate([page.keep for page in pages])
    batch = [tokenise(texts[piece]) for piece in pieces([len(text) for text in texts])]
    views = [content_grams(tokens) for tokens in batch]
    lengths = np.array([len(page.texts) for page in pages], np.int64)
    whole = np.ones(len(pages), np.bool_)
    scores = [word_scores(model, grams) for grams in views]
    found = content_probabilities(model, batch, scores, lengths, keep == CONTEXT, whole)
    found = np.clip(found, 1e-6, 1 - 1e-6)
    rows = concatenate([patterns(grams) for grams in views])
    return rows, np.log(found / (1 - found)).astype(np.float32), keep


def _held_out(pages: Sequence[LabelledPage]) -> Flags:
    """Every fourth page, in an order that has nothing to do with that of the file."""
    codes = [zlib.crc32("\n".join(page.texts).encode("utf-8", "replace")) for page in pages]
    held = np.zeros(len(pages), np.bool_)
    held[np.argsort(codes, kind="stable")[_HELD_OUT - 1 :: _HELD_OUT]] = True
    return held


def _fit(tasks: tuple[_Task, _Task], use: tuple[Flags, Flags]) -> Precise:
    """The correction's weights: accelerated gradient descent on both tasks and the pull.

    The remembered rows together weigh no less than the labels.
    """
    weights = [chosen.astype(np.float64) for chosen in use]
    weights[1] *= max(1.0, weights[0].sum() / max(weights[1].sum(), 1.0))

    def gradient(at: Precise, *, curvature: bool = False) -> Precise:
        total = _PULL * at
        for task, weight in zip(tasks, weights, strict=True):
            moved = apply(task.rows, at)
            error = moved / 4 if curvature else _chance(task.base + moved) - task.target
            total = total + spread(task.rows, weight * error, 1 << BITS)
        return total

    # The largest curvature bounds the step that can't overshoot; power iteration finds it.
    direction = gradient(np.ones(1 << BITS), curvature=True)
    for _ in range(_POWER_STEPS):
        direction = gradient(direction / np.linalg.norm(direction), curvature=True)
    step = 0.9 / float(np.linalg.norm(direction))
    at: Precise = np.zeros(1 << BITS)
    ahead = at
    for number in range(_STEPS):
        reached = ahead - step * gradient(ahead)
        ahead = reached + number / (number + 3) * (reached - at)
        at = reached
    return at


def _chance(logits: Floats | Precise) -> Precise:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -30, 30))))


def _share(task: _Task, keep: Ints, chosen: Flags, correction: Precise) -> Share:
    right = keep[chosen] == ARTICLE
    if not right.size:
        return Share(0, 0.0, 0.0)
    after = task.base + apply(task.rows, correction)
    return Share(
        int(right.size),
        float(np.mean((task.base[chosen] >= 0) == right)),
        float(np.mean((after[chosen] >= 0) == right)),
    )
