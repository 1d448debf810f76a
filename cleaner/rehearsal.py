"""What a model remembers of its training, so that it can learn more without forgetting.

Some hundred rows, of as many publishers as there are: hashed word patterns in the order of
their hashes, what the model said of them, and their label. Long rows are thinned to a few patterns.
There is no text in it, and none comes back from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.features import Floats, Ints
from cleaner.features_words import Grams

MAX_PATTERNS = 32
Precise = NDArray[np.float64]


class Patterns(NamedTuple):
    """Rows of word patterns: row ``i`` has ``places[first[i]:first[i + 1]]``, each `scale[i]`."""

    places: Ints
    first: Ints
    scale: Floats


class Rehearsal(NamedTuple):
    """A sample of the rows that a model was trained on, without their text.

    `base` is the logit that the model's like arrives at for each, having learned from other
    publishers only; `keep` is 1 for article, 0 for anything else.
    """

    patterns: Patterns
    base: Floats
    keep: Ints


def patterns(grams: Grams) -> Patterns:
    """The patterns of paragraphs, one paragraph after the other."""
    count = grams.first[1:] - grams.first[:-1]
    rows = np.arange(count.size)
    owner = np.concatenate(
        [*[np.repeat(rows, count)] * len(grams.by_word), *[rows] * len(grams.by_paragraph)]
    )
    places = np.concatenate([*grams.by_word, *grams.by_paragraph])
    order = np.argsort(owner, kind="stable")
    return Patterns(places[order], _bounds(np.bincount(owner, minlength=count.size)), grams.scale)


def concatenate(parts: list[Patterns]) -> Patterns:
    """The rows of several tables as one."""
    return Patterns(
        np.concatenate([part.places for part in parts]),
        _bounds(np.concatenate([np.diff(part.first) for part in parts])),
        np.concatenate([part.scale for part in parts]),
    )


def apply(rows: Patterns, weights: Precise) -> Precise:
    """What `weights`, one a place, add to the logit of each row.

    >>> rows = Patterns(np.array([2, 0, 1]), np.array([0, 2, 3]), np.array([0.5, 1.0]))
    >>> apply(rows, np.array([1.0, 2.0, 4.0])).tolist()
    [2.5, 2.0]
    """
    sums = np.concatenate([np.zeros(1), np.cumsum(weights[rows.places], dtype=np.float64)])
    return np.asarray((sums[rows.first[1:]] - sums[rows.first[:-1]]) * rows.scale)


def spread(rows: Patterns, errors: Precise, places: int) -> Precise:
    """Each row's error given to its patterns, summed by place: `apply` the other way round."""
    each = np.repeat(errors * rows.scale, np.diff(rows.first))
    return np.asarray(np.bincount(rows.places, weights=each, minlength=places))


def thinned(rows: Patterns, chosen: Ints, chance: np.random.Generator) -> Patterns:
    """The `chosen` rows, each with at most `MAX_PATTERNS` of its patterns, in hash order."""
    kept = []
    for row in chosen.tolist():
        places = rows.places[rows.first[row] : rows.first[row + 1]]
        if places.size > MAX_PATTERNS:
            places = chance.choice(places, MAX_PATTERNS, replace=False)
        kept.append(np.sort(places))
    return _rows(np.concatenate(kept), np.array([places.size for places in kept]))


def _rows(places: Ints, sizes: Ints) -> Patterns:
    scale = 1.0 / np.sqrt(np.maximum(sizes, 1))
    return Patterns(places, _bounds(sizes), scale.astype(np.float32))


def _bounds(sizes: Ints) -> Ints:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


def rehearsal_arrays(rehearsal: Rehearsal) -> dict[str, NDArray[Any]]:
    """The arrays to store; `rehearsal_from` reads them."""
    return {
        "rehearsal_places": rehearsal.patterns.places.astype(np.uint32),
        "rehearsal_sizes": np.diff(rehearsal.patterns.first).astype(np.uint8),
        "rehearsal_base": rehearsal.base.astype(np.float16),
        "rehearsal_keep": rehearsal.keep.astype(np.uint8),
    }


def rehearsal_from(arrays: Mapping[str, NDArray[Any]]) -> Rehearsal:
    """Raises `KeyError` where a model has none."""
    return Rehearsal(
        _rows(
            arrays["rehearsal_places"].astype(np.int64),
            arrays["rehearsal_sizes"].astype(np.int64),
        ),
        arrays["rehearsal_base"].astype(np.float32),
        arrays["rehearsal_keep"].astype(np.int64),
    )
