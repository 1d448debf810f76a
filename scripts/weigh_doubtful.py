"""Let a linear model learn most from the people that are easily taken for machines.

What counts is how few human texts lie above a threshold that half of a percent may reach. Log loss
cares for the average one, and most of human writing is far away from any threshold.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from cleaner.features import Floats, Ints
from cleaner.features_around import Flags

# The tenth of human rows that looks most like a machine's weighs so many times as much.
_SHARE, _FACTOR = 0.1, 25.0


def with_doubt(
    x: csr_matrix, machine: Flags, weight: Floats, half: Ints, strength: float
) -> Floats:
    """The weights of rows, higher for human rows that another model takes for a machine's.

    `half` is 0 or 1 a row: each half is judged by a model (with the regularisation `strength`)
    that has learned from the other one, so whole sources must be in one of them. Rows of
    machines keep their weights.
    """
    logits = np.zeros(len(machine))
    for held in (0, 1):
        mine = half == held
        model = LogisticRegression(C=strength, max_iter=40)
        model.fit(x[~mine], machine[~mine], sample_weight=weight[~mine])
        logits[mine] = model.decision_function(x[mine])
    doubtful = ~machine & (logits >= np.quantile(logits[~machine], 1 - _SHARE))
    return np.asarray(np.where(doubtful, _FACTOR, 1.0) * weight, np.float32)
