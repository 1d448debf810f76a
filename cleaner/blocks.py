"""A page of HTML as blocks of visible text, navigation and all.

Nothing is left out here because it looks like furniture: what does not belong to the article
is removed later, with a reason, like everything else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from cleaner.block_facts import BlockFacts, facts_of
from cleaner.block_line import Found, Nodes, TooDeepError
from cleaner.block_walk import Walked, walk
from cleaner.characters import repair
from cleaner.html_head import Head, read_head
from cleaner.html_linked_text import article_body
from cleaner.html_tags import Page, Tags, read_page, read_tags
from cleaner.html_text import plain_text
from cleaner.records import Block, Span

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NO_CONTROLS = bytes({*range(0x20, 0x7F), *range(0x80, 0x100), *b"\t\n\r"})
_MAX_STEPS = 4
# What these types' own constructors do, without a call in Python for each of a page's blocks.
_span, _block = partial(tuple.__new__, Span), partial(tuple.__new__, Block)
_MAX_NAMES_CHARS = 40


class BlockPage(NamedTuple):
    """A page's text, a block a line; `blocks` and `facts` have one entry a line."""

    text: str
    blocks: tuple[Block, ...]
    facts: BlockFacts


def extract_blocks(html: str, page: Page | None = None, head: Head | None = None) -> BlockPage:
    """The blocks of a page; `page` is what `cleaner.html_tags.read_page` gave, if it was asked.

    `head` is what `cleaner.html_head.read_head` found, if it was asked.

    >>> page = extract_blocks("<nav><a href=/>Home</a></nav><main class=story><p>Rain <i>fell.")
    >>> page.text
    'Home\\nRain fell.'
    >>> page.blocks[1]
    Block(span=Span(start=5, end=15), tag='p', path='html/body/main.story/p', link_chars=0)

    A page that is too large or too deep comes as lines without a path.
    """
    page = read_page(html) if page is None else page
    try:
        walked = _unparsed(html) if page is None else _walked(html, page.tags)
    except TooDeepError:
        walked = _unparsed(html)
    if page is None:
        return block_page(walked, "")
    head = read_head(page) if head is None else head
    body = article_body(head.linked_data)
    if body:
        walked = _with_article_body(walked, body)
    return block_page(walked, head.title or "")


def block_page(walked: Walked, title: str) -> BlockPage:
    """The text, blocks and facts of a page whose window would be called `title`."""
    found, text = _repaired(walked.found)
    walked = Walked(found, walked.nodes)
    tags = walked.nodes.tags
    paths = _Paths(walked.nodes)
    blocks = []
    start = 0
    for block, node, _, link_chars, _, _, _ in found:
        end = start + len(block)
        blocks.append(_block((_span((start, end)), tags[node], paths[node], link_chars)))
        start = end + 1
    return BlockPage(text, tuple(blocks), facts_of(walked, title))


def _walked(html: str, tags: Tags) -> Walked:
    walked = walk(tags)
    text = "\n".join([one.text for one in walked.found])
    if text.encode("utf-8", "surrogatepass").translate(None, _NO_CONTROLS):
        # They are no text, and would make blocks of what is empty without them.
        walked = walk(read_tags(_CONTROL.sub("", html)))
    return walked


def _repaired(found: list[Found]) -> tuple[list[Found], str]:
    """Repair characters before offsets exist; a block of nothing but odd spaces goes."""
    joined = "\n".join([one.text for one in found])
    text = repair(joined)
    if text == joined:
        return found, text
    lines = text.split("\n")
    if len(lines) != len(found):  # a wrong encoding can hide a line end
        lines = [" ".join(repair(one.text).split()) for one in found]
    pairs = zip(found, map(str.strip, lines), strict=True)
    found = [one if one.text == line else one._replace(text=line) for one, line in pairs if line]
    return found, "\n".join([one.text for one in found])


class _Paths(dict[int, str]):
    """The innermost elements of each node as ``tag.class``, outermost first."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._above: dict[int, str] = {}

    def __missing__(self, node: int) -> str:
        parents, _, tags, names = self._nodes
        path = ""
        if node:
            parent = parents[node]
            above = self._above.get(parent)
            if above is None:
                above = self._above[parent] = self._steps(parent)
            path = above + _step(tags[node], names[node][:_MAX_NAMES_CHARS])
        self[node] = path
        return path

    def _steps(self, node: int) -> str:
        """What stands in a path before the step of an element in this node."""
        parents, _, tags, names = self._nodes
        steps = [""]
        while node and len(steps) < _MAX_STEPS:
            steps.append(_step(tags[node], names[node][:_MAX_NAMES_CHARS]))
            node = parents[node]
        steps.reverse()
        return "/".join(steps)


@lru_cache(maxsize=1 << 14)
def _step(tag: str, names: str) -> str:
    return f"{tag}.{names.replace(' ', '.')}" if names else tag


def _unparsed(html: str) -> Walked:
    lines = [line for line in plain_text(html).split("\n") if line.strip()]
    return Walked(
        [Found(line.strip(), 0, "", 0, 0, 0, 0) for line in lines],
        Nodes([0], [1], [""], [""]),
    )


def _with_article_body(walked: Walked, body: Sequence[str]) -> Walked:
    """Add the article from the page's JSON-LD where its elements don't hold it.

    Pages that are filled in by a script, or shut by a paywall that only hides, state the
    text for search engines.
    """
    shown = "".join("".join(one.text for one in walked.found).split())
    missing = [line for line in body if "".join(line.split())[:60] not in shown]
    if 2 * sum(map(len, missing)) < sum(map(len, body)):
        return walked
    parents, ends, names_of_tags, names = walked.nodes
    node = len(parents)
    nodes = Nodes(
        [*parents, 0],
        [node + 1, *ends[1:], node + 1],
        [*names_of_tags, "p"],
        [*names, "articleBody"],
    )
    return Walked(walked.found + [Found(line, node, "", 0, 0, 0, 0) for line in body], nodes)
