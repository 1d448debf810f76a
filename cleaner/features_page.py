"""What a paragraph looks like on its page: its own shape, and what the two passes see of it.

Arrays have one row a paragraph; see `cleaner.features_around` for `starts` and `page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.features import (
    COUNTS,
    Floats,
    Hashes,
    Ints,
    Tokens,
    buckets,
    mix,
    sum_by_paragraph,
)
from cleaner.features_around import Flags, density, neighbours, runs

_INDEX = {name: position for position, name in enumerate(COUNTS)}
_SHARES = ("stop", "comma", "quote", "colon", "mark", "separator", "bracket")
_WORD_STEPS = (1, 2, 4, 7, 12, 20, 35, 60)
_ENDS, _BEGINS = ("stop", "colon", "comma", "quote", "bracket", "lower", "digit", "other"), (
    "upper", "lower", "digit", "quote", "separator", "bracket", "other",
)  # fmt: skip
_SETTLED_SCORE = np.float32(-3.0)
_ENDS_SENTENCE, _SETTLED, _AGAIN = 3, 5, 6  # columns of `Shape.own` and `Shape.shared`
_REACH = 4
_LONG = 80
# U+2000-2FFF begin with 0xE2; of these, quotation marks and dashes are folded to ASCII.
_BULLETS = np.array([ord("*"), ord("-"), ord("+"), 0xE2], np.uint8)
_LONGEST_WORDS, _LONGEST_CHARS = 250, 1500
_NOTABLE_BYTES = 5
_PLACE_BITS = 13


class Shape(NamedTuple):
    """The own features of paragraphs, and the columns that neighbours get to see."""

    own: Floats  # (paragraphs, features)
    shared: Floats  # (paragraphs, fewer features)
    chars: Ints
    mass: Ints  # characters that look like prose of an article, in 1/256


def repeated(keys: Hashes, page: Ints) -> Flags:
    """Which paragraphs stand more than once on their page."""
    _, inverse, counts = np.unique(
        keys ^ mix(page.astype(np.uint64) + np.uint64(1)), return_inverse=True, return_counts=True
    )
    return np.asarray(counts[inverse] > 1)


def paragraph_keys(tokens: Tokens) -> Hashes:
    """One hash a paragraph over its words in order; equal for equal wording."""
    size = tokens.words.size
    position = np.arange(size, dtype=np.int64) - np.repeat(
        tokens.first[:-1], tokens.first[1:] - tokens.first[:-1]
    )
    sums = np.zeros(size + 1, np.uint64)
    np.cumsum(mix(tokens.words + position.astype(np.uint64)), out=sums[1:])
    return np.asarray(sums[tokens.first[1:]] - sums[tokens.first[:-1]])


def join(shapes: Sequence[Shape], again: Flags, common: Floats) -> Shape:
    """The shapes of a batch's pieces as one, with what only the whole page tells.

    `again` marks repeated paragraphs, `common` is what `shared_words` found.
    """
    own, shared, chars, mass = (np.concatenate(parts) for parts in zip(*shapes, strict=True))
    own[:, _AGAIN] = shared[:, _AGAIN] = again
    return Shape(
        np.concatenate([own, common], axis=1),
        np.concatenate([shared, common], axis=1),
        chars,
        mass,
    )


def shared_words(batch: Sequence[Tokens], shapes: Sequence[Shape], starts: Ints) -> Floats:
    """How much of a paragraph's vocabulary the page's prose uses elsewhere.

    A teaser for another story is well written too, but it is about something else. Columns:
    the share of the long words, and that of the capitalised ones, that stand in another
    paragraph of prose; 0.5 where there are none.
    """
    columns = []
    # Prose of articles ends its sentences; the longest teasers in a list don't.
    prose = np.concatenate(
        [
            (part.mass > 0) & (part.chars > _LONG) & (part.shared[:, _ENDS_SENTENCE] > 0)
            for part in shapes
        ]
    )
    per_batch = [_notable(tokens) for tokens in batch]
    places = np.concatenate([part[0] for part in per_batch])
    row = np.concatenate(
        [part[1] + done for part, done in zip(per_batch, _offsets(batch), strict=True)]
    )
    in_prose = prose[row]
    elsewhere = np.zeros(places.size, np.bool_)
    bounds = np.searchsorted(row, starts)
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        used = np.bincount(places[low:high][in_prose[low:high]], minlength=1 << _PLACE_BITS)
        elsewhere[low:high] = used[places[low:high]] > in_prose[low:high]
    for kind in (np.concatenate([part[2] for part in per_batch]), None):
        chosen = slice(None) if kind is None else kind
        total = np.bincount(row[chosen], minlength=prose.size)
        found = np.bincount(row[chosen][elsewhere[chosen]], minlength=prose.size)
        columns.append((found + 0.5) / (total + 1))
    return np.column_stack(columns).astype(np.float32)


def _offsets(batch: Sequence[Tokens]) -> list[int]:
    sizes = [tokens.begins.size for tokens in batch]
    return [sum(sizes[:number]) for number in range(len(sizes))]


def _notable(tokens: Tokens) -> tuple[Ints, Ints, Flags]:
    """Long words of a piece: their places in a small table, their rows, which are capitalised."""
    long = np.flatnonzero(tokens.ends - tokens.starts >= _NOTABLE_BYTES)
    row = np.repeat(np.arange(tokens.begins.size), np.diff(tokens.first))[long]
    capital = tokens.classes.take(tokens.starts[long]) == _INDEX["upper"]
    return buckets(tokens.words[long], _PLACE_BITS), row, capital


def shape(tokens: Tokens, scores: Floats, settled: Flags) -> Shape:
    """A paragraph's own features; whether it is repeated is not known before `join`.

    `scores` is ``(paragraphs, 2)``: what the hashed words say, all lines and prose only.
    The words of a settled paragraph don't matter any more, so its scores are fixed.
    """
    words = (tokens.first[1:] - tokens.first[:-1]).astype(np.float32)
    chars = tokens.finishes - tokens.begins
    counts = tokens.counts.astype(np.float32)
    letters = counts[:, _INDEX["upper"]] + counts[:, _INDEX["lower"]]
    per_word = 1.0 / (words + 1)
    per_char = (1.0 / (chars + 1)).astype(np.float32)
    capitals = tokens.classes.take(tokens.starts) == _INDEX["upper"]
    capital_share = sum_by_paragraph(capitals.astype(np.float32), tokens.first) * per_word
    scores = np.where(settled[:, None], _SETTLED_SCORE, np.clip(scores, -8, 8)).astype(np.float32)
    scores /= 4
    last, before_last, head = _edge_classes(tokens)
    question = tokens.buffer.take(np.maximum(tokens.finishes - 1, 0)) == ord("?")
    # A closing quotation mark or bracket hides the full stop before it.
    closed = ((last == _INDEX["quote"]) | (last == _INDEX["bracket"])) & (
        (before_last == _INDEX["stop"]) | (before_last == _INDEX["comma"])
    )
    ends_sentence = (last == _INDEX["stop"]) | closed
    # An article in one line is rare in training: it must not look stranger than a long paragraph.
    log_words = np.log1p(np.minimum(words, _LONGEST_WORDS)) / 4
    listed = (head == _INDEX["separator"]) | (head == _INDEX["other"]) | (head == _INDEX["digit"])
    shared = np.column_stack(
        [scores, log_words, ends_sentence, capital_share, settled, np.zeros_like(words), listed]
    ).astype(np.float32)
    own = np.column_stack(
        [
            shared,
            np.log1p(np.minimum(chars, _LONGEST_CHARS)) / 6,
            letters * per_word / 6,
            *(np.minimum(counts[:, _INDEX[name]] * per_word, 2) for name in _SHARES),
            counts[:, _INDEX["upper"]] / (letters + 1),
            counts[:, _INDEX["digit"]] * per_char,
            counts[:, _INDEX["other"]] * per_char,
            question,
            *(last == _INDEX[name] for name in _ENDS),
            *(head == _INDEX[name] for name in _BEGINS),
            *(words > step for step in _WORD_STEPS),
        ]
    ).astype(np.float32)
    prose = (words >= 8) & ~settled
    weight = np.where(prose, 256 / (1 + np.exp(-4 * scores[:, 1])), 0).astype(np.int64)
    return Shape(own, shared, chars, chars * weight)


def list_items(tokens: Tokens) -> Flags:
    """Paragraphs that begin with a bullet: ``*``, ``-``, ``+`` or a symbol such as ``•``."""
    if not tokens.buffer.size:
        return np.zeros(0, np.bool_)
    head = tokens.buffer.take(tokens.begins)
    return np.asarray(np.isin(head, _BULLETS))


def _edge_classes(tokens: Tokens) -> tuple[NDArray[np.uint8], ...]:
    """The classes of each paragraph's last, last but one, and first byte."""
    top = max(tokens.buffer.size - 1, 0)
    classes = tokens.classes
    return (
        classes.take(np.maximum(tokens.finishes - 1, 0)),
        classes.take(np.maximum(tokens.finishes - 2, 0)),
        classes.take(np.minimum(tokens.begins, top)),
    )


def first_pass(own: Shape, starts: Ints, page: Ints, whole: Flags) -> Floats:
    """Everything that the first judgement sees: ``(paragraphs, features)``."""
    return np.concatenate(
        [
            own.own,
            *neighbours(own.shared, starts, page, _REACH),
            density(own.mass, own.chars, starts, page, whole),
        ],
        axis=1,
    )


def second_pass(own: Shape, logits: Floats, starts: Ints, page: Ints, whole: Flags) -> Floats:
    """What the second judgement sees: the first one of every row around, and little else."""
    settled = own.shared[:, _SETTLED] > 0
    logits = np.where(settled, np.float32(-8), np.clip(logits, -8, 8))
    weight = np.where(settled, 0, 256 / (1 + np.exp(-logits))).astype(np.int64)
    seen = np.column_stack([logits / 4, own.shared[:, 2]]).astype(np.float32)
    return np.concatenate(
        [
            seen,
            own.shared,
            *neighbours(seen, starts, page, 8),
            density(own.chars * weight, own.chars, starts, page, whole),
            runs(logits > 0, own.chars, starts, page),
            runs((logits > 2) & (own.chars > _LONG), own.chars, starts, page),
        ],
        axis=1,
    )
