"""One walk over a page's tree: its visible text block by block, and where each block stands.

The walk is one loop over the start and end of each element; nothing recurses, so depth costs
nothing. It runs once an element on every page, which is why it does little and looks flat.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree
from lxml import html as lxml_html

from cleaner.block_line import Found, Nodes, PageText
from cleaner.block_tags import KINDS, Kind

# `display:none` is how pages keep the menus, forms and copies that nobody sees.
_HIDDEN = etree.XPath(
    '//*[@hidden or (@style and (contains(@style, "display:none")'
    ' or contains(@style, "display: none") or contains(@style, "visibility:hidden")))]'
)
_PROSE = etree.XPath("descendant-or-self::p//text()", smart_strings=False)
_MAX_ALIKE = 100
_MIN_PROSE_CHARS, _MIN_HIDDEN_PROSE_CHARS = 60, 600


class Walked(NamedTuple):
    """All blocks of a page in order, and the elements above them."""

    found: list[Found]
    nodes: Nodes


def walk(root: lxml_html.HtmlElement) -> Walked:
    """The blocks under `root`, navigation and all.

    >>> page = '<nav><a href=/>Home</a></nav><p>One <b>two</b><br><br>three<script>x</script>'
    >>> for found in walk(lxml_html.document_fromstring(page)).found:
    ...     print(found.text, found.link_chars)
    Home 4
    One two 0
    three 0
    """
    page = PageText()
    kinds, inline, block, skip = KINDS.get, Kind.INLINE, Kind.BLOCK, Kind.SKIP
    hidden = _unseen(root)
    add = page.add
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        kind = kinds(element.tag, inline)
        if hidden and element in hidden:
            kind = skip
        if event == "start":
            if kind is skip:
                walker.skip_subtree()
                continue
            if kind is block:
                page.open(element)
            elif kind is inline:
                if not page.names:
                    page.names = element.get("class") or ""
            elif page.start(kind, element):
                walker.skip_subtree()
                continue
            text = element.text
        else:
            if kind is block:
                page.close()
            elif kind > skip:
                page.end(kind)
            text = element.tail
        if text:
            add(text)
    page.flush()
    page.nodes.ends[0] = len(page.nodes.ends)
    return Walked(page.found, page.nodes)


def _unseen(root: etree._Element) -> set[etree._Element]:
    """The hidden elements, but for those that look like an article.

    Scripts and subscriptions show what stands hidden in the page, as one element or a
    paragraph at a time; so elements of one class are looked at together.
    """
    alike: dict[tuple[str, str | None], list[etree._Element]] = {}
    for element in _HIDDEN(root):
        if element.tag not in ("html", "body"):
            alike.setdefault((element.tag, element.get("class")), []).append(element)
    unseen: set[etree._Element] = set()
    for elements in alike.values():
        sizes = (len(text) for element in elements[:_MAX_ALIKE] for text in _PROSE(element))
        if sum(size for size in sizes if size >= _MIN_PROSE_CHARS) < _MIN_HIDDEN_PROSE_CHARS:
            unseen.update(elements)
    return unseen
