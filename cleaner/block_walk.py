"""One walk over a page's tags: its visible text block by block, and where each block stands.

The walk is one loop over the tags of a page with the open elements on a stack; nothing
recurses, so depth costs nothing. It runs once a tag on every page, which is why it does
little and looks flat.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from cleaner.block_hidden import Alike, Hidden
from cleaner.block_line import NAMES, Found, Nodes, PageText, TooDeepError
from cleaner.block_tags import Kind
from cleaner.html_attributes import class_of
from cleaner.html_nesting import ELEMENTS, depth_after_end
from cleaner.html_tags import MAX_DEPTH, Tags, is_self_closing, visible

_MAX_WALKS = 8
_OF_HEAD = frozenset({"meta", "link", "title", "base"})
_OF_FRAMES = frozenset({"noframes", "frame", "frameset"})
_BLANK = " \t\n\r\f"


class Walked(NamedTuple):
    """All blocks of a page in order, and the elements above them."""

    found: list[Found]
    nodes: Nodes


def walk(tags: Tags) -> Walked:
    """The blocks of a page, navigation and all.

    >>> from cleaner.html_tags import read_tags
    >>> page = '<nav><a href=/>Home</a></nav><p>One <b>two</b><br><br>three<script>x</script>'
    >>> for found in walk(read_tags(page)).found:
    ...     print(found.text, found.link_chars)
    Home 4
    One two 0
    three 0

    Raises `TooDeepError`.
    """
    shown: set[Alike] = set()
    for _ in range(_MAX_WALKS):
        walk = _Walk(shown)
        walk.page.open("html", "")
        walk.run(tags)
        articles = walk.hidden.articles()
        if not articles:
            break
        shown |= articles
    page = walk.page
    page.flush()
    ends = page.nodes.ends
    for node in page.stack:
        ends[node] = len(ends)
    return Walked(page.found, page.nodes)


class _Walk:
    """The state of a walk.

    `stack` holds the open elements by their end tags. What stands in it from `skip` on is not
    seen, such as all that comes before the body; `skip` is None where everything is.
    """

    def __init__(self, shown: Collection[Alike]) -> None:
        self.page = PageText()
        self.stack = ["/html"]
        self.skip: int | None = 1
        self.hidden = Hidden(shown)
        self.has_html = self.has_head = self.has_body = False
        self.misplaced = 0

    def run(self, tags: Tags) -> None:
        """Go through tags in order."""
        page, stack, hidden = self.page, self.stack, self.hidden
        parts, add, elements = page.parts, page.add, ELEMENTS
        parents, ends, tags_of_nodes, names = page.nodes
        nodes = page.stack
        block, inline, skipped, media = Kind.BLOCK, Kind.INLINE, Kind.SKIP, Kind.MEDIA
        link = Kind.LINK
        for name, attributes, inside, closed, tail, gap, rest in tags:
            text = inside
            kind, tag, end, closes, is_void, is_root, is_end = elements[name]
            if is_end:
                if stack[-1] != end or self.skip is not None or is_root:
                    self._end(end)
                else:
                    stack.pop()
                    if kind is block:
                        if parts:
                            page.flush()
                        ends[nodes.pop()] = len(ends)
                    elif kind > skipped:
                        page.end(kind)
            else:
                if stack[-1] in closes:
                    self._make_room(closes)
                is_empty = is_void or (attributes[-1:] == "/" and is_self_closing(attributes))
                if closed and (is_empty or is_root):  # its end tag is another one's, or nobody's
                    start = (name, attributes, inside, "", "", "", "")
                    self.run([start, ("/" + name, "", tail, "", "", gap, rest)])
                    continue
                if is_root and self._is_misplaced(tag, attributes):
                    pass
                elif self.skip is not None and (self.has_body or self._is_unseen(tag)):
                    if hidden.around:
                        alike = hidden.name(tag, attributes)
                        if closed:
                            hidden.add_inside(inside, stack, tag)
                            if alike and tag == "p":
                                hidden.add(alike, inside)
                        elif alike and not is_empty:
                            hidden.around.append((len(stack), alike))
                    if closed:
                        text = tail
                    elif not is_empty:
                        stack.append(end)
                else:
                    alike = None
                    if "hidden" in attributes or "none" in attributes:
                        alike = hidden.name(tag, attributes)
                        kind = skipped if alike else kind
                    if kind is block:  # what `page.open` does, without the calls
                        if parts:
                            page.flush()
                        if len(nodes) > MAX_DEPTH:
                            raise TooDeepError
                        parents.append(nodes[-1])
                        ends.append(0)
                        nodes.append(len(tags_of_nodes))
                        tags_of_nodes.append(tag)
                        names.append(NAMES[attributes])
                        if closed:
                            if text:
                                add(text)
                            if parts:
                                page.flush()
                            ends[nodes.pop()] = len(ends)
                            text = tail
                        elif is_empty:
                            page.close()
                        else:
                            stack.append(end)
                    elif kind is inline:
                        if attributes and not page.names:
                            page.names = class_of(attributes)
                        if closed:
                            if text:
                                add(text)
                            text = tail
                        elif not is_empty:
                            stack.append(end)
                    elif kind is skipped or kind is media:
                        page.media += kind is media
                        if closed:
                            if alike and tag == "p":
                                hidden.add(alike, inside)
                            text = tail
                        elif not is_empty:
                            self.skip = len(stack)
                            if alike:
                                hidden.around.append((len(stack), alike))
                            stack.append(end)
                    elif kind is link and closed:  # what `page.start` and `page.end` do
                        if page.after_link == len(parts):
                            parts.append(" ")
                        page.links += 1
                        if not page.names:
                            page.names = class_of(attributes)
                        if text:
                            page.linked += 1
                            add(text)
                            page.linked -= 1
                        page.after_link = len(parts) or -1
                        text = tail
                    else:
                        page.start(kind, tag, attributes)
                        if closed:
                            if text:
                                add(text)
                            page.end(kind)
                            text = tail
                        elif is_empty:
                            page.end(kind)
                        else:
                            stack.append(end)
            if rest or gap:
                text += gap + rest
            if text:
                if self.skip is not None:
                    if self.has_body:
                        if hidden.around:
                            hidden.add_inside(text, stack)
                        continue
                    if not self._surfaces(text):
                        continue
                if parts or not text.isspace():
                    if page.marked or "&" in text or "<" in text:
                        add(text)
                    else:
                        parts.append(text)

    def _end(self, end: str) -> None:
        """An end tag that does more, or less, than to close the innermost element."""
        if end == "/head" and self.misplaced > 0:
            self.misplaced -= 1
        elif end not in ("/html", "/body"):  # pages go on behind them
            if len(self.stack) > MAX_DEPTH:
                raise TooDeepError
            self._close(depth_after_end(self.stack, end))

    def _make_room(self, closes: Collection[str]) -> None:
        depth = len(self.stack)
        while self.stack[depth - 1] in closes:
            depth -= 1
        self._close(depth)

    def _close(self, depth: int) -> None:
        """Close all elements but the outer `depth` ones."""
        stack = self.stack
        while len(stack) > depth:
            kind = ELEMENTS[stack.pop()][0]
            if self.skip is None or len(stack) < self.skip:
                self.page.end(kind)
            else:
                around = self.hidden.around
                if around and around[-1][0] == len(stack):
                    around.pop()
                if len(stack) == self.skip and self.has_body:
                    self.skip = None

    def _is_misplaced(self, tag: str, attributes: str) -> bool:
        """Whether a start tag of the page's skeleton comes too late, so that it is nothing."""
        if tag == "html":
            wrong = self.has_html or self.has_head or self.has_body
            if not wrong:
                self.page.nodes.names[1] = NAMES[attributes]
                self.has_html = bool(attributes)
            self.misplaced += wrong
            return True
        wrong = len(self.stack) != 1 if tag == "head" else "/body" in self.stack
        self.misplaced += wrong
        return wrong

    def _is_unseen(self, tag: str) -> bool:
        """Whether an element before the body is skipped; else it is, or implies, its beginning."""
        if tag == "body":
            self.skip, self.has_body = None, True
            return False
        if tag == "head":
            self.has_head = True
            return True
        if len(self.stack) > 1 or tag in _OF_FRAMES:
            return True
        if tag in _OF_HEAD:
            if not self.has_head:
                self.has_head = True
                self.stack.append("/head")
            return True
        self._begin_body()
        return False

    def _begin_body(self) -> None:
        self.skip, self.has_body = None, True
        self.page.open("body", "")
        self.stack.append("/body")

    def _surfaces(self, text: str) -> bool:
        """Whether text before the body is seen, as all is that stands in no element of the head."""
        if self.stack[-1] in ("/html", "/head") and visible(text).strip(_BLANK):
            del self.stack[1:]
            self._begin_body()
            return True
        if self.hidden.around:
            self.hidden.add_inside(text, self.stack)
        return False
