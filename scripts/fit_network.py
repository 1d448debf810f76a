"""Train a small network with a step that shrinks to nothing: Adam with cosine decay, in numpy.

Labels of paragraphs are noisy. With a constant step the last few thousand rows decide what a
network thinks of the doubtful ones; with a shrinking step it settles on the mean of what it has
seen. On unseen publishers that is worth more than all later stages (see the content card).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from cleaner.features import Floats, Ints
from cleaner.layers import Layers

_BATCH = 1024
_STEP, _DECAY = 3e-3, 1e-3
_MOMENTUM, _SPREAD_MEMORY = 0.9, 0.999


def fit_network(
    x: Floats,
    y: Ints,
    weight: Floats,
    hidden: tuple[int, ...],
    epochs: int,
    seed: int,
    *,
    decay: float = _DECAY,
    min_spread: float = 1e-6,
) -> Layers:
    """A network for P(y = 1), on standardised inputs; the standardisation is folded into it.

    Inputs that spread less than `min_spread` are left as they are. `decay` pulls weights to 0.
    """
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread < min_spread] = 1.0
    chance = np.random.default_rng(seed)
    sizes = (x.shape[1], *hidden, 1)
    bounds = [float(np.sqrt(6 / (a + b))) for a, b in pairwise(sizes)]
    weights = [
        chance.uniform(-bound, bound, shape).astype(np.float32)
        for bound, shape in zip(bounds, pairwise(sizes), strict=True)
    ]
    biases = [
        chance.uniform(-bound, bound, size).astype(np.float32)
        for bound, size in zip(bounds, sizes[1:], strict=True)
    ]
    target = y.astype(np.float32)
    share = (weight / weight.mean()).astype(np.float32)
    step = _Adam([*weights, *biases], epochs * -(-x.shape[0] // _BATCH))
    for _ in range(epochs):
        order = chance.permutation(x.shape[0])
        for start in range(0, order.size, _BATCH):
            rows = order[start : start + _BATCH]
            inputs = (x[rows] - mean) / spread
            parts = target[rows], share[rows] / rows.size
            step(_gradients(weights, biases, inputs, *parts, decay))
    first = weights[0] / spread[:, None]
    shifted = np.asarray(biases[0] - mean @ first, np.float32)
    return Layers((first, *weights[1:]), (shifted, *biases[1:]))


def mean_network(networks: Sequence[Layers]) -> Layers:
    """One network whose logit is the mean of those of several: their errors partly cancel out.

    Their units stand side by side, so it takes one pass and not several.
    """
    count = len(networks)
    columns = list(zip(*(network.weights for network in networks), strict=True))
    weights = [np.concatenate(columns[0], axis=1), *map(_block_diagonal, columns[1:-1])]
    biases: list[Floats] = [
        np.concatenate(parts) for parts in zip(*(n.biases for n in networks), strict=True)
    ]
    last = np.asarray(np.concatenate(columns[-1]) / count, np.float32)
    biases[-1] = np.asarray(biases[-1].mean(keepdims=True), np.float32)
    return Layers((*weights, last), tuple(biases))


def _block_diagonal(parts: Sequence[Floats]) -> Floats:
    heights, widths = zip(*(part.shape for part in parts), strict=True)
    result = np.zeros((sum(heights), sum(widths)), np.float32)
    row = column = 0
    for part, height, width in zip(parts, heights, widths, strict=True):
        result[row : row + height, column : column + width] = part
        row, column = row + height, column + width
    return result


def _gradients(
    weights: list[Floats],
    biases: list[Floats],
    inputs: Floats,
    target: Floats,
    share: Floats,
    decay: float,
) -> list[Floats]:
    """The gradients of the mean log loss: those of all weights, then those of all biases."""
    values = [inputs]
    for layer, bias in zip(weights[:-1], biases[:-1], strict=True):
        values.append(np.maximum(values[-1] @ layer + bias, 0))
    logits = np.clip((values[-1] @ weights[-1] + biases[-1])[:, 0], -30, 30)
    error = ((1 / (1 + np.exp(-logits)) - target) * share)[:, None]
    of_weights, of_biases = [], []
    for layer, value in zip(reversed(weights), reversed(values), strict=True):
        of_weights.append(value.T @ error + (decay / target.size) * layer)
        of_biases.append(error.sum(axis=0))
        error = (error @ layer.T) * (value > 0)
    return [*reversed(of_weights), *reversed(of_biases)]


class _Adam:
    """Moves parameters in place; the size of its steps falls to 0 over `total` of them."""

    def __init__(self, parameters: list[Floats], total: int) -> None:
        self.parameters = parameters
        self.total, self.number = total, 0
        self.means = [np.zeros_like(parameter) for parameter in parameters]
        self.squares = [np.zeros_like(parameter) for parameter in parameters]

    def __call__(self, gradients: list[Floats]) -> None:
        self.number += 1
        size = _STEP * 0.5 * (1 + np.cos(np.pi * self.number / self.total))
        size *= np.sqrt(1 - _SPREAD_MEMORY**self.number) / (1 - _MOMENTUM**self.number)
        for i, gradient in enumerate(gradients):
            self.means[i] += (1 - _MOMENTUM) * (gradient - self.means[i])
            self.squares[i] += (1 - _SPREAD_MEMORY) * (gradient * gradient - self.squares[i])
            self.parameters[i] -= (
                np.float32(size) * self.means[i] / (np.sqrt(self.squares[i]) + np.float32(1e-8))
            )
