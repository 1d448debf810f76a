"""A small neural network in numpy: what scikit-learn's `MLPClassifier` computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cleaner.features import Floats

# Matrix products of one fixed size: the rounding of a row's result must not depend on how
# many other rows were in its batch.
_BLOCK = 256


class Layers(NamedTuple):
    """Weights ``(inputs, outputs)`` and biases, one pair a layer; ReLU between layers."""

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]


def forward(layers: Layers, inputs: Floats) -> Floats:
    """The logit of each row of `inputs`.

    >>> layers = Layers((np.array([[2.0]], np.float32),), (np.array([1.0], np.float32),))
    >>> forward(layers, np.array([[3.0], [-1.0]], np.float32)).tolist()
    [7.0, -1.0]
    """
    rows = inputs.shape[0]
    result = np.empty(rows, np.float32)
    for start in range(0, rows, _BLOCK):
        values = inputs[start : start + _BLOCK]
        if values.shape[0] < _BLOCK:
            padded = np.zeros((_BLOCK, inputs.shape[1]), np.float32)
            padded[: values.shape[0]] = values
            values = padded
        for index, (weights, biases) in enumerate(zip(*layers, strict=True)):
            if index:
                values = np.maximum(values, 0)
            values = values @ weights + biases
        result[start : start + _BLOCK] = values[: rows - start, 0]
    return result


def average(networks: Sequence[Layers], inputs: Floats) -> Floats:
    """The mean of several networks' logits: their errors partly cancel out."""
    logits = sum(forward(layers, inputs) for layers in networks)
    return np.asarray(logits / np.float32(len(networks)))


def sigmoid(logits: Floats) -> Floats:
    """Logits to probabilities.

    >>> sigmoid(np.array([0.0, 40.0, -40.0], np.float32)).round(3).tolist()
    [0.5, 1.0, 0.0]
    """
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)
