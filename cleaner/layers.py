"""A small neural network in numpy: what scikit-learn's `MLPClassifier` computes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cleaner.features import Floats

# Matrix products of one fixed size: the rounding of a row's result must not depend on how
# many other rows were in its batch.
_BLOCK = 256
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
    rows = inputs.shape[0]
    result = np.empty(rows, np.float32)
    zeros = np.zeros((max(map(len, layers.biases)), _BLOCK), np.float32)
    for start in range(0, rows, _BLOCK):
        values = columns[:, start : start + _BLOCK]
        if values.shape[1] < _BLOCK:
            padded = np.zeros((columns.shape[0], _BLOCK), np.float32)
            padded[:, : values.shape[1]] = values
            values = padded
        for index, (weights, biases) in enumerate(zip(*layers, strict=True)):
            if index:
                # An array of zeros: numpy is three times slower with a single one.
                np.maximum(values, zeros[: len(values)], out=values)
            values = weights.T @ values
            values += biases[:, None]
        result[start : start + _BLOCK] = values[0, : rows - start]
    return result


def weigh(first: Floats, second: Floats) -> Floats:
    """The final logits from those of two judgements, of which the second knows more.

    Their errors partly cancel out, too.
    """
    return np.asarray(second + _FIRST_SHARE * (first - second), np.float32)


def sigmoid(logits: Floats) -> Floats:
    """Logits to probabilities.

    >>> sigmoid(np.array([0.0, 40.0, -40.0], np.float32)).round(3).tolist()
    [0.5, 1.0, 0.0]
    """
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)
