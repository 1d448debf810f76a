"""A small neural network in numpy: what scikit-learn's `MLPClassifier` computes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cleaner.features import Floats

# Matrix products of one fixed size: the rounding of a row's result must not depend on how
# many other rows were in its batch.
_BLOCK = 256
# So many rows go through all layers at once: few calls, and what they leave stays in the cache.
_TOGETHER = 8 * _BLOCK
_FIRST_SHARE = np.float32(0.3)


class Layers(NamedTuple):
    """Weights ``(inputs, outputs)`` and biases, one pair a layer; ReLU between layers."""

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]


def forward(layers: Layers, inputs: Floats) -> Floats:
    """The logit of each row of `inputs`, which is fastest where it lies column by column.

    >>> layers = Layers((np.array([[2.0]], np.float32),), (np.array([1.0], np.float32),))
    >>> forward(layers, np.array([[3.0], [-1.0]], np.float32)).tolist()
    [7.0, -1.0]
    """
    columns = np.ascontiguousarray(inputs.T)
    width, rows = columns.shape
    whole = rows - rows % _BLOCK
    result = np.empty(rows, np.float32)
    for start in range(0, whole, _TOGETHER):
        part = slice(start, min(start + _TOGETHER, whole))
        blocks = columns[:, part].reshape(width, -1, _BLOCK)
        result[part] = _forward_blocks(layers, blocks.swapaxes(0, 1))
    if whole < rows:
        last = np.zeros((1, width, _BLOCK), np.float32)
        last[0, :, : rows - whole] = columns[:, whole:]
        result[whole:] = _forward_blocks(layers, last)[: rows - whole]
    return result


def weigh(first: Floats, second: Floats) -> Floats:
    """The final logits from those of two judgements, of which the second knows more.

    Their errors partly cancel out, too.
    """
    return np.asarray(second + _FIRST_SHARE * (first - second), np.float32)


def _forward_blocks(layers: Layers, values: Floats) -> Floats:
    """The logits of ``(blocks, inputs, _BLOCK)`` values, all in one array."""
    # Numpy is twice as slow with a single zero.
    zeros = np.zeros(_BLOCK, np.float32)
    for index, (weights, biases) in enumerate(zip(*layers, strict=True)):
        if index:
            np.maximum(values, zeros, out=values)
        values = np.matmul(weights.T, values)
        values += biases[:, None]
    return values.ravel()


def sigmoid(logits: Floats) -> Floats:
    """Logits to probabilities.

    >>> sigmoid(np.array([0.0, 40.0, -40.0], np.float32)).round(3).tolist()
    [0.5, 1.0, 0.0]
    """
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)
