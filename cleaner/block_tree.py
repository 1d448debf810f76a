"""The trees of a batch of pages side by side, and sums over their elements.

Arrays have one row an element ("node") or one a block. Nodes are in document order, so an
element's inside is a stretch of nodes, and a sum over it is the difference of two prefix
sums: exact, because all sums are of whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cleaner.block_facts import TOKEN_BITS, BlockFacts
from cleaner.features import Floats, Hashes, Ints, mix

LEVELS = 6
# Tables of name scores: the element itself, the one around it, all further out, inline names.
NAME_TABLES = 4


class Tree(NamedTuple):
    """The elements of a batch of pages, each page's root being its own parent.

    `above` is ``(levels, blocks)``: each block's element, the one around it, and so on.
    """

    node: Ints
    parent: Ints
    end: Ints
    tag: Ints
    depth: Ints
    levels: list[Ints]  # nodes by depth, without roots
    roots: Ints
    tokens: Ints
    owner: Ints  # of each token: a node
    block_tokens: Ints
    block_owner: Ints
    above: Ints
    key: Hashes  # one value for equal tag and names


def tree_of(pages: Sequence[BlockFacts]) -> Tree:
    """Put the trees of a batch side by side."""
    sizes = np.array([facts.parent.size for facts in pages], np.int64)
    blocks = np.array([facts.node.size for facts in pages], np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    shift = np.repeat(starts[:-1], sizes)
    parent = np.concatenate([facts.parent for facts in pages]) + shift
    end = np.concatenate([facts.end for facts in pages]) + shift
    tag = np.concatenate([facts.tag for facts in pages])
    node = np.concatenate([facts.node for facts in pages]) + np.repeat(starts[:-1], blocks)
    depth, levels = _levels(parent, starts[:-1])
    counts = [np.diff(facts.first) for facts in pages]
    owner = np.repeat(
        np.arange(parent.size), np.concatenate([c[:n] for c, n in zip(counts, sizes, strict=True)])
    )
    block_owner = np.repeat(
        np.arange(node.size), np.concatenate([c[n:] for c, n in zip(counts, sizes, strict=True)])
    )
    cuts = [facts.first[facts.parent.size] for facts in pages]
    tokens = np.concatenate([f.tokens[:c] for f, c in zip(pages, cuts, strict=True)])
    block_tokens = np.concatenate([f.tokens[c:] for f, c in zip(pages, cuts, strict=True)])
    above = np.empty((LEVELS, node.size), np.int64)
    current = node
    for level in range(LEVELS):
        above[level] = current
        current = parent[current]
    key = np.zeros(parent.size, np.uint64)
    np.add.at(key, owner, mix(tokens.astype(np.uint64) + np.uint64(1)))
    return Tree(
        node, parent, end, tag, depth, levels, starts[:-1], tokens, owner,
        block_tokens, block_owner, above, mix(key + tag.astype(np.uint64)),
    )  # fmt: skip


def _levels(parent: Ints, roots: Ints) -> tuple[Ints, list[Ints]]:
    """Each node's depth, and the nodes of each depth from 1 on."""
    depth = np.zeros(parent.size, np.int64)
    waiting = np.setdiff1d(np.arange(parent.size), roots, assume_unique=True)
    reached = np.zeros(parent.size, np.bool_)
    reached[roots] = True
    levels: list[Ints] = []
    while waiting.size:
        here = reached[parent[waiting]]
        now, waiting = waiting[here], waiting[~here]
        reached[now] = True
        depth[now] = len(levels) + 1
        levels.append(now)
    return depth, levels


def name_sums(tree: Tree, tables: Floats) -> Floats:
    """What the names of elements say: ``(blocks, 5)`` sums from the name tables.

    Columns: the block's own element, the one around it, everything further out, the inline
    names, and all of them.
    """
    nodes = np.zeros((3, tree.parent.size), np.float32)
    for table in range(3):
        values = tables[table].take(tree.tokens).astype(np.float64)
        nodes[table] = np.bincount(tree.owner, values, tree.parent.size)
    far = nodes[2]
    for level in tree.levels:
        far[level] += far[tree.parent[level]]
    own = nodes[0].take(tree.above[0])
    here, parent, beyond = tree.above[:3]  # a root is its own parent, and counts once
    around = np.where(parent == here, 0, nodes[1].take(parent))
    outside = np.where(beyond == parent, 0, far.take(beyond))
    inline = np.bincount(
        tree.block_owner, tables[3].take(tree.block_tokens).astype(np.float64), tree.node.size
    )
    columns = [own, around, outside, inline, own + around + outside + inline]
    return np.column_stack(columns).astype(np.float32)


def subtree_sums(tree: Tree, values: Ints) -> Ints:
    """The sum of a value over all blocks inside each node."""
    own = np.zeros(tree.parent.size + 1, np.int64)
    np.add.at(own, tree.node + 1, values)
    sums = np.cumsum(own)
    return np.asarray(sums[tree.end] - sums[:-1])


def main_nodes(tree: Tree, mass: Ints, share: float, page_of_node: Ints) -> Ints:
    """For each page the deepest node that holds at least `share` of its mass."""
    total = mass[tree.roots]
    enough = np.flatnonzero(mass >= share * total[page_of_node])
    main = tree.roots.copy()
    np.maximum.at(main, page_of_node[enough], enough)
    return main


def name_matrix_places(tree: Tree) -> tuple[Ints, Ints]:
    """Rows (blocks) and places of every name that `name_sums` adds up, for training."""
    order = np.argsort(tree.owner, kind="stable")
    first = np.searchsorted(tree.owner[order], np.arange(tree.parent.size + 1))
    rows, places = [tree.block_owner], [tree.block_tokens + (3 << TOKEN_BITS)]
    current = np.arange(tree.node.size)
    node = tree.node
    level = 0
    while current.size:
        counts = first[node + 1] - first[node]
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        token = tree.tokens[order][np.repeat(first[node], counts) + offsets]
        rows.append(np.repeat(current, counts))
        places.append(token + (min(level, 2) << TOKEN_BITS))
        keep = tree.parent[node] != node
        current, node = current[keep], tree.parent[node][keep]
        level += 1
    return np.concatenate(rows), np.concatenate(places)
