"""Blocks to numbers: what the tree around a paragraph says about it.

Arrays have one row a block over a whole batch of pages; see `cleaner.block_tree`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.block_facts import BlockFacts
from cleaner.block_tags import TAGS
from cleaner.block_tree import LEVELS, Tree, main_nodes, subtree_sums
from cleaner.features import Floats, Ints, mix
from cleaner.features_around import Flags, neighbours, side_by_side
from cleaner.features_page import Shape

_REACH = 4
_INSIDE = (
    "article", "main", "aside", "nav", "header", "footer", "form", "figure", "ul", "table",
    "blockquote", "section",
)  # fmt: skip
_OWN_TAGS = (
    "div", "p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "tr", "blockquote", "figcaption",
    "button", "section", "pre", "dd", "article", "header",
)  # fmt: skip
_H1 = TAGS.index("h1")
_MAIN_SHARES = (0.5, 0.85)


def path_bits(tree: Tree) -> Ints:
    """Which of the elements of `_INSIDE` stand around each node, a bit each."""
    bits = np.zeros(len(TAGS), np.int64)
    for number, name in enumerate(_INSIDE):
        bits[TAGS.index(name)] = 1 << number
    inside = bits[tree.tag]
    for level in tree.levels:
        inside[level] |= inside[tree.parent[level]]
    return inside


def groups(tree: Tree, page: Ints) -> tuple[Ints, Ints]:
    """Two numberings of blocks: alike by element and the two around it, and same parent."""
    key0, key1, key2 = (tree.key[tree.above[level]] for level in range(3))
    alike = mix(key0 + mix(key1 + mix(key2))) ^ mix(page.astype(np.uint64) + np.uint64(1))
    _, same = np.unique(alike, return_inverse=True)
    return np.asarray(same, np.int64), tree.above[1]


def group_means(group: Ints, values: Sequence[NDArray[Any]], weight: Floats) -> list[Floats]:
    """The weighted mean of each value over each row's group."""
    total = np.bincount(group, weight)
    return [
        (np.bincount(group, value * weight) / np.maximum(total, 1e-6))[group].astype(np.float32)
        for value in values
    ]


class DomShape(NamedTuple):
    """Features from the tree, all and the few that the second judgement sees again.

    `alike` and `beside` number the blocks that stand alike and those in one parent.
    """

    own: Floats
    brief: Floats
    alike: Ints
    beside: Ints


def dom_features(
    tree: Tree, pages: Sequence[BlockFacts], names: Floats, own: Shape, starts: Ints, page: Ints
) -> DomShape:
    """Everything that the tree says about each block: ``(blocks, features)``."""
    link_chars, links, strong, media = (
        np.concatenate([getattr(facts, name) for facts in pages])
        for name in ("link_chars", "links", "strong_chars", "media")
    )
    chars = np.maximum(own.chars, 1)
    linked = np.minimum(link_chars / chars, 1).astype(np.float32)
    names = (np.clip(names, -10, 10) / 4).astype(np.float32)
    alike, beside = groups(tree, page)
    bits = path_bits(tree)[tree.node]
    tags = tree.tag[tree.node]
    clear = own.shared[:, 5] == 0
    columns = [
        names,
        linked[:, None],
        np.log1p(links)[:, None] / 2,
        np.minimum(strong / chars, 1)[:, None],
        np.minimum(media, 4)[:, None] / 2,
        np.minimum(tree.depth[tree.node], 40)[:, None] / 15,
        (bits[:, None] >> np.arange(len(_INSIDE))) & 1,
        tags[:, None] == np.array([TAGS.index(tag) for tag in _OWN_TAGS]),
        *_containers(tree, own, link_chars, clear, page),
        *_group_columns(own, linked, names, alike, beside),
    ]
    around = np.column_stack([linked, names[:, 4], tags <= 1, tags == 2, (tags > 2) & (tags < 9)])
    columns.append(neighbours(around.astype(np.float32), starts, page, _REACH))
    headline = np.concatenate([facts.headline for facts in pages])
    columns += [_since_headline(headline, starts, page), _since_headline(tags == _H1, starts, page)]
    columns += _same_place(tree, alike, starts, page)
    brief = np.column_stack([names, around]).astype(np.float32)
    return DomShape(side_by_side(columns), brief, alike, beside)


def _containers(tree: Tree, own: Shape, link_chars: Ints, clear: Flags, page: Ints) -> list[Floats]:
    """How much prose and how many links the elements around a block hold."""
    mass = subtree_sums(tree, own.mass)
    chars = subtree_sums(tree, own.chars)
    linked = subtree_sums(tree, link_chars)
    count = subtree_sums(tree, clear.astype(np.int64))
    ends = np.append(tree.roots[1:], tree.parent.size)
    page_of_node = np.repeat(np.arange(tree.roots.size), ends - tree.roots)
    total = mass[tree.roots][page]
    above = tree.above
    result = [
        mass[above].T / (total[:, None] + 256.0),
        np.log1p(mass[above].T / 256.0) / 8,
        linked[above].T / (chars[above].T + 1.0),
        mass[above].T / (256.0 * chars[above].T + 256),
        np.log1p(count[above].T) / 4,
    ]
    for share in _MAIN_SHARES:
        main = main_nodes(tree, mass, share, page_of_node)
        inside = (tree.node >= main[page]) & (tree.node < tree.end[main][page])
        holds = (above <= main[page]) & (tree.end[above] > main[page])
        steps = LEVELS - holds.sum(axis=0)
        below = np.where(inside, np.minimum(tree.depth[tree.node] - tree.depth[main][page], 8), 0)
        result.append(
            np.column_stack(
                [inside, steps / 4, below / 4, above[0] == main[page], above[1] == main[page],
                 above[2] == main[page], mass[main][page] / (total + 256.0)]
            )
        )  # fmt: skip
    return [part.astype(np.float32) for part in result]


def _group_columns(
    own: Shape, linked: Floats, names: Floats, alike: Ints, beside: Ints
) -> list[Floats]:
    """How the blocks that stand alike on the page, or side by side, look on average."""
    weight = own.chars.astype(np.float32)
    result = []
    for group in (alike, beside):
        values = [own.shared[:, 0], own.shared[:, 1], own.shared[:, 2], own.shared[:, 3], linked]
        columns: list[NDArray[Any]] = [*group_means(group, values, weight)]
        count = np.bincount(group)[group]
        size = np.bincount(group, weight)[group]
        columns += [np.log1p(count) / 4, np.log1p(size) / 10, weight / np.maximum(size, 1)]
        result.append(np.column_stack(columns).astype(np.float32))
    return result


def _since_headline(mark: NDArray[Any], starts: Ints, page: Ints) -> Floats:
    """Where a block stands to the headlines of its page: an article begins below its own.

    Columns: is one, how many come before, the first is still to come, rows since the last.
    """
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(mark, dtype=np.int64)])
    before = sums[:-1] - sums[starts[page]]
    total = sums[starts[page + 1]] - sums[starts[page]]
    rows = np.arange(page.size)
    places = np.flatnonzero(mark)
    last = places[np.clip(sums[:-1] - 1, 0, None)] if places.size else np.zeros_like(rows)
    since = np.where(before > 0, rows - last, 0)
    return np.column_stack(
        [mark, np.minimum(before, 5) / 2, (before == 0) & (total > 0), np.log1p(since) / 4]
    ).astype(np.float32)


def _same_place(tree: Tree, alike: Ints, starts: Ints, page: Ints) -> list[Floats]:
    """Whether the blocks before and after stand in the same parent, or stand alike."""
    rows = np.arange(page.size)
    columns = []
    for distance in (-3, -2, -1, 1, 2, 3):
        other = rows + distance
        inside = (other >= starts[page]) & (other < starts[page + 1])
        other = np.where(inside, other, rows)
        for key in (tree.above[1], tree.above[2], alike):
            columns.append(inside & (key[other] == key))
    return [np.column_stack(columns).astype(np.float32)]
