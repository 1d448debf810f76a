"""The line of text that a walk over a page is putting together, and the blocks behind it."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import html as lxml_html

from cleaner.block_tags import Kind

_SENTENCE_ENDS = (".", "!", "?", '"', "”", ":", "…", "»", ")")
_MIN_BREAK_CHARS = 60
_MAX_CELL_CHARS = 60
_CELL_BREAK = " | "
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


class Nodes(NamedTuple):
    """The elements that start blocks, in document order; number 0 is the root.

    `parents` are indexes into these lists, `ends` the indexes after the last element inside;
    `names` are an element's class, id and the like as written, with a space between.
    """

    parents: list[int]
    ends: list[int]
    tags: list[str]
    names: list[str]


class Found(NamedTuple):
    """A block's text and where it stands.

    `node` is an index into `Nodes`, `names` are those of the first inline element in
    it, `links` counts its links, `media` the pictures and frames since the block before.
    """

    text: str
    node: int
    names: str
    link_chars: int
    links: int
    strong_chars: int
    media: int


class PageText:
    """What the walk has found so far, and the line that it is in."""

    __slots__ = (
        "after_link", "broken", "cell", "found", "link_chars", "linked", "links", "media",
        "names", "nodes", "parts", "pre", "stack", "strong", "strong_chars",
    )  # fmt: skip

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.nodes = Nodes([0], [0], [""], [""])
        self.stack = [0]
        self.linked = self.strong = self.pre = self.media = 0
        self._clear()

    def _clear(self) -> None:
        self.parts: list[str] = []
        self.names = ""
        self.link_chars = self.links = self.strong_chars = 0
        self.broken = -1  # how many parts there were at the last line break
        self.cell = -1  # the same where the table cell began
        self.after_link = -1  # the same where the last link ended

    def add(self, text: str) -> None:
        if not self.parts and text.isspace():
            return
        if self.linked or self.strong:
            size = len(" ".join(text.split()))
            if self.linked:
                self.link_chars += size
            if self.strong:
                self.strong_chars += size
        if self.pre and "\n" in text:
            *lines, text = _BLANK_LINE.split(text)
            for line in lines:
                self.parts.append(line)
                self.flush()
        self.parts.append(text)

    def open(self, element: lxml_html.HtmlElement) -> None:
        if self.parts:
            self.flush()
        get = element.get
        names = [
            name
            for name in (get("class"), get("id"), get("itemprop"), get("role"), get("data-testid"))
            if name
        ]
        parents, ends, tags, all_names = self.nodes
        parents.append(self.stack[-1])
        ends.append(0)
        self.stack.append(len(tags))
        tags.append(element.tag)
        all_names.append(" ".join(names))

    def close(self) -> None:
        if self.parts:
            self.flush()
        self._leave()

    def _leave(self) -> None:
        self.nodes.ends[self.stack.pop()] = len(self.nodes.ends)

    def start(self, kind: Kind, element: lxml_html.HtmlElement) -> bool:
        """Begin an element of the rarer kinds; True where its inside is not text."""
        if kind is Kind.LINK:
            if self.after_link == len(self.parts):
                self.parts.append(" ")  # links side by side: a style sheet keeps them apart
            self.linked += 1
            self.links += 1
            self.names = self.names or element.get("class") or ""
        elif kind is Kind.STRONG:
            self.strong += 1
        elif kind is Kind.MEDIA:
            self.media += 1
            return True
        elif kind is Kind.BREAK:
            self._break()
        elif kind is Kind.CELL:
            self._open_cell(element)
        elif kind is Kind.PRE:
            self.pre += 1
            self.open(element)
        return False

    def end(self, kind: Kind) -> None:
        if kind is Kind.LINK:
            self.linked -= 1
            self.after_link = len(self.parts) or -1
        elif kind is Kind.STRONG:
            self.strong -= 1
        elif kind is Kind.CELL:
            self._close_cell()
        elif kind is Kind.PRE:
            self.pre -= 1
            self.close()

    def _break(self) -> None:
        """A line break ends a paragraph when it is the second, or when a sentence ends there."""
        since = "".join(self.parts[max(self.broken, 0) :]).rstrip()
        if not since:
            if self.broken >= 0:
                self.flush()
        elif len(since) >= _MIN_BREAK_CHARS and since.endswith(_SENTENCE_ENDS):
            self.flush()
        self.parts.append("\n")
        self.broken = len(self.parts)

    def _open_cell(self, element: lxml_html.HtmlElement) -> None:
        """Short cells of a row stand in one line; a menu's cells (all links) don't."""
        parts, self.parts = self.parts, []
        if 2 * self.link_chars > sum(map(len, parts)):
            self.parts = parts
            self.flush()
            parts = []
        self.open(element)
        self.parts = parts
        self.cell = len(parts)

    def _close_cell(self) -> None:
        own = "".join(self.parts[self.cell :]).strip() if self.cell >= 0 else ""
        if len(own) > _MAX_CELL_CHARS or self.cell < 0:
            inside = self.parts[max(self.cell, 0) :]
            self.parts = self.parts[: max(self.cell, 0)]
            self.flush()
            self.parts = inside
            self.flush()
        elif own:
            self.parts.append(_CELL_BREAK)
        self._leave()

    def flush(self) -> None:
        """End the line: what it holds becomes a block, if there is anything to see."""
        text = " ".join("".join(self.parts).split())
        if self.cell >= 0:
            text = text.removesuffix("|").rstrip()
        if text:
            self.found.append(
                Found(
                    text,
                    self.stack[-1],
                    self.names,
                    min(self.link_chars, len(text)),
                    self.links,
                    min(self.strong_chars, len(text)),
                    self.media,
                )
            )
            self.media = 0
        self._clear()
