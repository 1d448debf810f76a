"""What the model gets to know about a page's blocks beside their text, as arrays.

`BlockFacts` stays out of `Document`: it is needed once, between extraction and judgement, and
is nothing that a reader of the output could use.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from cleaner.block_line import Found
from cleaner.block_tags import TAG_NUMBER
from cleaner.block_walk import Walked
from cleaner.features import Ints

TOKEN_BITS = 16
_WORD = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+")
_DIGITS = re.compile(r"\d+")
_MAX_NAMES = 24
_HEADLINE_CHARS = 16


class BlockFacts(NamedTuple):
    """Arrays over the blocks, then over the elements (nodes) that they stand in.

    `node` is each block's element; `link_chars`, `links`, `strong_chars` and `media` are as in
    `cleaner.block_line.Found`; `headline` is 1 for blocks that begin as the page's title has it.
    `parent`, `end` and `tag` describe the elements in document
    order, element 0 being the root. `tokens` are hashed tags and class names: those of
    element ``i`` are ``tokens[first[i]:first[i + 1]]``, and after the elements follow the
    blocks with the names of their first inline element.
    """

    node: Ints
    link_chars: Ints
    links: Ints
    strong_chars: Ints
    media: Ints
    headline: Ints
    parent: Ints
    end: Ints
    tag: Ints
    tokens: Ints
    first: Ints


def facts_of(walked: Walked, title: str = "") -> BlockFacts:
    """The facts about the blocks of one page, whose window would be called `title`."""
    found, nodes = walked
    title = " ".join(title.split()).lower()
    columns = list(zip(*found, strict=True)) or [()] * len(Found._fields)
    texts, node, names, link_chars, links, strong_chars, media = columns
    bags = [*map(_packed, nodes.tags, nodes.names)]
    bags += [_packed("", name) if name else b"" for name in names]
    first = np.zeros(len(bags) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, bags), np.int64, len(bags)) >> 3, out=first[1:])
    return BlockFacts(
        _ints(node),
        _ints(link_chars),
        _ints(links),
        _ints(strong_chars),
        _ints(media),
        _ints([len(t) >= _HEADLINE_CHARS and t[:_HEADLINE_CHARS].lower() in title for t in texts]),
        _ints(nodes.parents),
        _ints(nodes.ends),
        _ints([TAG_NUMBER.get(tag, 0) for tag in nodes.tags]),
        np.frombuffer(b"".join(bags), np.int64),
        first,
    )


def _ints(values: Iterable[int]) -> Ints:
    """Whole numbers as an array, in a third of the time that numpy takes to look at each."""
    return np.frombuffer(array("q", values), np.int64)


@lru_cache(maxsize=1 << 15)
def _packed(tag: str, names: str) -> bytes:
    """The tokens of an element as an array has them, to be put together without a look."""
    return np.array(name_tokens(tag, names), np.int64).tobytes()


def name_tokens(tag: str, names: str) -> tuple[int, ...]:
    """An element's tag, its class names, and the words in them, hashed.

    Numbers are no names: the ids of two posts differ in nothing else.

    >>> name_tokens("p", "post-12 Lead") == name_tokens("p", "post-7 Lead")
    True
    >>> len(name_tokens("div", "articleBody")), len(name_tokens("div", ""))
    (4, 1)
    """
    texts = {"<" + tag: None}
    for name in names.split()[:_MAX_NAMES]:
        texts.update(dict.fromkeys(_texts_of(name)))
    return tuple(map(_hash, texts))


@lru_cache(maxsize=1 << 15)
def _texts_of(name: str) -> tuple[str, ...]:
    words = ["-" + word.lower() for word in _WORD.findall(name[:60])]
    return ("." + _DIGITS.sub("0", name.lower()[:60]), *words)


@lru_cache(maxsize=1 << 15)
def _hash(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "replace")) & ((1 << TOKEN_BITS) - 1)
