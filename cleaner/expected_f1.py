"""How likely a block must be to stay, when the page as a whole is judged by its F1.

On a page that the model reads with ease nearly everything is close to 0 or 1, and a half is the
right place to cut. On a page that it is unsure about (a live blog, a test of many products) a
block at 0.4 is more likely gain than loss. The best cut is half of the best F1 that the page's
own probabilities let expect.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner.features import Floats, Ints
from cleaner.features_around import Flags
from cleaner.layers import sigmoid

Doubles = NDArray[np.float64]
_LEAST, _MOST = 0.2, 0.5


def level_pages(logits: Floats, chars: Ints, settled: Flags, starts: Ints) -> Floats:
    """Shift each page's logits so that 0 is its best cut; `settled` blocks don't count.

    The sure page stays nearly as it is, the unsure one is read with more patience:

    >>> sure, unsure = np.array([4, 4, -4], np.float32), np.array([0.5, -0.5, -1], np.float32)
    >>> both, chars = np.concatenate([sure, unsure]), np.full(6, 100)
    >>> (level_pages(both, chars, np.zeros(6, np.bool_), np.array([0, 3, 6])) >= 0).tolist()
    [True, True, False, True, True, False]
    """
    shifted = logits.copy()
    chances = sigmoid(logits).astype(np.float64)
    weights = np.where(settled, 0, chars).astype(np.float64)
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        cut = _best_cut(chances[start:end], weights[start:end])
        shifted[start:end] -= np.float32(np.log(cut / (1 - cut)))
    return shifted


def _best_cut(chances: Doubles, weights: Doubles) -> float:
    """Half of the largest expected F1 over all numbers of kept blocks, likeliest first."""
    order = np.argsort(-chances, kind="stable")
    gains = (chances * weights)[order].cumsum()
    if not gains.size or gains[-1] <= 0:
        return _MOST
    f1 = 2 * gains / (weights[order].cumsum() + gains[-1])
    return float(min(max(f1.max() / 2, _LEAST), _MOST))
