"""One walk over a page's tags: its visible text block by block, and where each block stands.

The walk is one loop over the tags of a page with the open elements on a stack; nothing
recurses, so depth costs nothing. It runs once a tag on every page, which is why it does
little and looks flat.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from cleaner.block_line import MAX_DEPTH, Found, Nodes, PageText, TooDeepError, names_of
from cleaner.block_tags import Kind
from cleaner.html_attributes import attributes_of, class_of
from cleaner.html_nesting import ELEMENTS, depth_after_end
from cleaner.html_tags import Tags, is_self_closing, visible

# `display:none` is how pages keep the menus, forms and copies that nobody sees.
_MAY_HIDE = re.compile(r"(?<![\w-])hidden(?![\w-])|display: ?none|visibility:hidden")
_HIDING = ("display:none", "display: none", "visibility:hidden")
_TELLING = ("hidden", "style", "class")
_MAX_ALIKE = 100
_MIN_PROSE_CHARS, _MIN_HIDDEN_PROSE_CHARS = 60, 600
_MAX_WALKS = 8
_OF_HEAD = frozenset({"meta", "link", "title", "base"})
_OF_FRAMES = frozenset({"noframes", "frame", "frameset"})

_BLANK = " \t\n\r\f"

Alike = tuple[str, str | None]  # a tag and a class


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
        # Scripts and subscriptions show what stands hidden in the page, as one element or a
        # paragraph at a time; so elements of one class are looked at together.
        articles = {key for key, size in walk.prose.items() if size >= _MIN_HIDDEN_PROSE_CHARS}
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
    seen, such as all that comes before the body; `skip` is None where everything is. `prose`
    counts the characters of prose in what the page hides, but for what is `shown` nevertheless.
    """

    def __init__(self, shown: Collection[Alike]) -> None:
        self.page = PageText()
        self.stack = ["/html"]
        self.skip: int | None = 1
        self.hiding: list[tuple[int, Alike]] = []  # elements in the stack that hide what they hold
        self.shown = shown
        self.prose: Counter[Alike] = Counter()
        self.counts: Counter[Alike] = Counter()
        self.has_html = self.has_head = self.has_body = False
        self.misplaced = 0

    def run(self, tags: Tags) -> None:
        """Go through tags in order."""
        page, stack = self.page, self.stack
        parts, add, elements = page.parts, page.add, ELEMENTS
        block, inline, skipped, media = Kind.BLOCK, Kind.INLINE, Kind.SKIP, Kind.MEDIA
        for name, attributes, inside, closed, tail in tags:
            text = inside
            kind, tag, end, closes, is_void, is_root, is_end = elements[name]
            if is_end:
                if stack[-1] != end or self.skip is not None or is_root:
                    self._end(end)
                else:
                    stack.pop()
                    if kind is block:
                        page.close()
                    elif kind > skipped:
                        page.end(kind)
            else:
                if stack[-1] in closes:
                    self._make_room(closes)
                is_empty = is_void or (attributes[-1:] == "/" and is_self_closing(attributes))
                if closed and (is_empty or is_root):  # its end tag is another one's, or nobody's
                    self.run([(name, attributes, inside, "", ""), ("/" + name, "", tail, "", "")])
                    continue
                if is_root and self._is_misplaced(tag, attributes):
                    pass
                elif self.skip is not None and self._is_unseen(tag):
                    if self.hiding:
                        self._inside_hidden(
                            tag, attributes, text if closed else "", not closed and not is_empty
                        )
                    if closed:
                        text = tail
                    elif not is_empty:
                        stack.append(end)
                else:
                    alike = None
                    if "hidden" in attributes or "none" in attributes:
                        alike = self._hidden(tag, attributes)
                        kind = skipped if alike else kind
                    if kind is block:
                        page.open(tag, attributes)
                        if closed:
                            if text:
                                add(text)
                            page.close()
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
                                self._count(alike, text)
                            text = tail
                        elif not is_empty:
                            self.skip = len(stack)
                            if alike:
                                self.hiding.append((len(stack), alike))
                            stack.append(end)
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
            if text:
                if self.skip is not None and not self._surfaces(text):
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
            kind = ELEMENTS[stack.pop()].kind
            if self.skip is None or len(stack) < self.skip:
                self.page.end(kind)
            else:
                if self.hiding and self.hiding[-1][0] == len(stack):
                    self.hiding.pop()
                if len(stack) == self.skip and self.has_body:
                    self.skip = None

    def _is_misplaced(self, tag: str, attributes: str) -> bool:
        """Whether a start tag of the page's skeleton comes too late, so that it is nothing."""
        if tag == "html":
            wrong = self.has_html or self.has_head or self.has_body
            if not wrong:
                self.page.nodes.names[1] = names_of(attributes)
                self.has_html = bool(attributes)
            self.misplaced += wrong
            return True
        wrong = len(self.stack) != 1 if tag == "head" else "/body" in self.stack
        self.misplaced += wrong
        return wrong

    def _is_unseen(self, tag: str) -> bool:
        """Whether an element is skipped; else it is, or implies, the beginning of the body."""
        if self.has_body:
            return True
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
        """Whether text in a skipped element is seen, as is all text before the body."""
        in_head = not self.has_body and self.stack[-1] in ("/html", "/head")
        if in_head and visible(text).strip(_BLANK):
            del self.stack[1:]
            self._begin_body()
            return True
        if self.hiding and len(text) >= _MIN_PROSE_CHARS:
            self._count_prose(text)
        return False

    def _hidden(self, tag: str, attributes: str) -> Alike | None:
        """A name for the elements that are alike if the page hides this one."""
        if tag in ("html", "body") or not _MAY_HIDE.search(attributes):
            return None
        found = attributes_of(attributes, _TELLING)
        style = found.get("style", "")
        if "hidden" not in found and not any(way in style for way in _HIDING):
            return None
        alike = tag, found.get("class")
        if alike in self.shown:
            return None
        self.counts[alike] += 1
        return alike

    def _inside_hidden(self, tag: str, attributes: str, text: str, is_open: bool) -> None:
        """Look at an element in a hidden one: it may be hidden once more, or hold prose."""
        alike = self._hidden(tag, attributes) if _MAY_HIDE.search(attributes) else None
        if is_open:
            if alike:
                self.hiding.append((len(self.stack), alike))
        elif len(text) >= _MIN_PROSE_CHARS:
            self._count_prose(text, tag == "p")
            if alike and tag == "p":
                self._count(alike, text)

    def _count_prose(self, text: str, in_paragraph: bool = False) -> None:
        for depth, alike in self.hiding:
            if in_paragraph or "/p" in self.stack[depth:]:
                self._count(alike, text)

    def _count(self, alike: Alike, text: str) -> None:
        size = len(visible(text))
        if size >= _MIN_PROSE_CHARS and self.counts[alike] <= _MAX_ALIKE:
            self.prose[alike] += size
