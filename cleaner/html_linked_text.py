"""The article text that a page states in its JSON-LD, for pages whose elements lack it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

_MARKUP = re.compile(r"<[^<>]*>")
_PARAGRAPH = re.compile(r"\s*\n\s*|</p>|<br\s*/?>")
_MIN_CHARS = 400
_MAX_NODES = 3000


def article_body(values: Iterable[Any]) -> list[str]:
    """The longest ``articleBody`` in JSON-LD, a paragraph an entry; empty if there is none.

    >>> [text[:7] for text in article_body([{"articleBody": 200 * "Ab. "}])]
    ['Ab. Ab.']
    """
    longest = max(map(_longest, values), key=len, default="")
    if len(longest) < _MIN_CHARS:
        return []
    lines = (_MARKUP.sub(" ", html.unescape(part)) for part in _PARAGRAPH.split(longest))
    return [text for line in lines if (text := " ".join(line.split()))]


def _longest(value: Any) -> str:
    best = ""
    stack = [value]
    for _ in range(_MAX_NODES):
        if not stack:
            break
        value = stack.pop()
        if isinstance(value, dict):
            body = value.get("articleBody")
            if isinstance(body, str) and len(body) > len(best):
                best = body
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return best
