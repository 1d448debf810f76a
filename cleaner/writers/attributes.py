"""Removed spans as dolma attributes: a row a document, beside the documents, in their order.

The offsets are code points of the extracted text, which is what ``restore`` gives back; taking
the spans of ``cleaner__remove`` out of that text gives the document's ``text``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

ATTRIBUTES = "attributes"
REMOVE = "cleaner__remove"

_Spans = dict[str, list[list[int | float]]]


def attribute_rows(
    documents: Sequence[bytes], removed: Sequence[bytes], labels: Sequence[bytes] = ()
) -> list[bytes]:
    """The attributes of a shard's documents, from its rows.

    A span counts 1.0 in ``cleaner__remove``, and its finding's score under its label. What
    ``--label-only`` found stands under its label only, since nothing is removed then.

    >>> document = b'{"id": "a", "metadata": {"removed_spans": 1}}'
    >>> span = b'{"id": "a", "start": 4, "end": 9, "label": "chrome", "score": 0.9}'
    >>> attribute_rows([document], [span])[0].decode()
    '{"id":"a","attributes":{"cleaner__remove":[[4,9,1.0]],"cleaner__chrome":[[4,9,0.9]]}}'
    """
    rows, at = [], 0
    left = [orjson.loads(line) for line in reversed(labels)]
    for line in documents:
        document = orjson.loads(line)
        number = document["metadata"]["removed_spans"]
        spans = [orjson.loads(span) for span in removed[at : at + number]]
        at += number
        attributes: _Spans = {REMOVE: [[span["start"], span["end"], 1.0] for span in spans]}
        while left and left[-1]["id"] == document["id"]:
            spans.append(left.pop())
        for span in spans:
            attributes.setdefault(f"cleaner__{span['label']}", []).append(_scored(span))
        rows.append(orjson.dumps({"id": document["id"], "attributes": attributes}))
    return rows


def _scored(span: dict[str, Any]) -> list[int | float]:
    score = span["score"]
    return [span["start"], span["end"], 1.0 if score is None else float(score)]
