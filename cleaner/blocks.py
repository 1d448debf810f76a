"""A page of HTML as blocks of visible text, navigation and all.

Nothing is left out here because it looks like furniture: what does not belong to the article
is removed later, with a reason, like everything else.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import html as lxml_html

from cleaner.block_facts import BlockFacts, facts_of
from cleaner.block_line import Found, Nodes
from cleaner.block_walk import Walked, walk
from cleaner.characters import repair
from cleaner.html_linked_text import article_body
from cleaner.html_text import plain_text
from cleaner.html_tree import parse
from cleaner.records import Block, Span

_MAX_STEPS = 4
_MAX_NAMES_CHARS = 40


class BlockPage(NamedTuple):
    """A page's text, a block a line; `blocks` and `facts` have one entry a line."""

    text: str
    blocks: tuple[Block, ...]
    facts: BlockFacts


def extract_blocks(html: str, tree: lxml_html.HtmlElement | None = None) -> BlockPage:
    """The blocks of a page; `tree` is the page as `cleaner.html_tree.parse` gave it, if it was.

    >>> page = extract_blocks("<nav><a href=/>Home</a></nav><main class=story><p>Rain <i>fell.")
    >>> page.text
    'Home\\nRain fell.'
    >>> page.blocks[1]
    Block(span=Span(start=5, end=15), tag='p', path='html/body/main.story/p', link_chars=0)

    A page that is too large to be parsed comes as lines without a path, see `parse`.
    """
    tree = parse(html, plain=True) if tree is None else tree
    walked = _unparsed(html) if tree is None else walk(tree)
    if '"articleBody"' in html and tree is not None:
        walked = _with_article_body(walked, tree)
    found, text = _repaired(walked.found)
    walked = Walked(found, walked.nodes)
    paths: dict[int, str] = {}
    blocks = []
    start = 0
    for one in found:
        end = start + len(one.text)
        path = paths.get(one.node) or paths.setdefault(one.node, _path(walked.nodes, one.node))
        blocks.append(Block(Span(start, end), walked.nodes.tags[one.node], path, one.link_chars))
        start = end + 1
    title = "" if tree is None else tree.findtext(".//title") or ""
    return BlockPage(text, tuple(blocks), facts_of(walked, title))


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
    found = [one._replace(text=line) for one, line in pairs if line]
    return found, "\n".join([one.text for one in found])


def _path(nodes: Nodes, node: int) -> str:
    """The innermost elements as ``tag.class``, outermost first."""
    steps: list[str] = []
    while node and len(steps) < _MAX_STEPS:
        names = nodes.names[node][:_MAX_NAMES_CHARS].replace(" ", ".")
        tag = nodes.tags[node]
        steps.append(f"{tag}.{names}" if names else tag)
        node = nodes.parents[node]
    return "/".join(reversed(steps))


def _unparsed(html: str) -> Walked:
    lines = [line for line in plain_text(html).split("\n") if line.strip()]
    return Walked(
        [Found(line.strip(), 0, "", 0, 0, 0, 0) for line in lines],
        Nodes([0], [1], [""], [""]),
    )


def _with_article_body(walked: Walked, tree: lxml_html.HtmlElement) -> Walked:
    """Add the article from the page's JSON-LD where its elements don't hold it.

    Pages that are filled in by a script, or shut by a paywall that only hides, state the
    text for search engines.
    """
    body = article_body(tree)
    if not body:
        return walked
    shown = "".join("".join(one.text for one in walked.found).split())
    missing = [line for line in body if "".join(line.split())[:60] not in shown]
    if 2 * sum(map(len, missing)) < sum(map(len, body)):
        return walked
    parents, ends, tags, names = walked.nodes
    node = len(tags)
    nodes = Nodes(
        [*parents, 0], [node + 1, *ends[1:], node + 1], [*tags, "p"], [*names, "articleBody"]
    )
    return Walked(walked.found + [Found(line, node, "", 0, 0, 0, 0) for line in body], nodes)
