"""The line of text that a walk over a page is putting together, and the blocks behind it."""

from __future__ import annotations

import re
from functools import partial
from typing import NamedTuple

from cleaner.block_tags import Kind
from cleaner.html_attributes import attributes_of, class_of
from cleaner.html_tags import MAX_DEPTH, visible

_SENTENCE_ENDS = (".", "!", "?", '"', "”", ":", "…", "»", ")")
_MIN_BREAK_CHARS = 60
_MAX_CELL_CHARS = 60
_CELL_BREAK = " | "
_MAX_ROW_PARTS = 1000  # no table is that wide
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
# Longer ones carry a picture or a program's data; nobody styles by their names.
_MAX_ATTRIBUTES_CHARS = 20_000
_MAX_KEPT_CHARS, _MAX_KEPT = 256, 1 << 15
# Members of an enumeration take longer to look up than what is done with them.
_BLOCK, _LINK, _STRONG, _BREAK = Kind.BLOCK, Kind.LINK, Kind.STRONG, Kind.BREAK
_CELL, _PRE = Kind.CELL, Kind.PRE
_NAMING = ("class", "id", "itemprop", "role", "data-testid")
_ONLY_CLASS = re.compile(r"""\s*class="([^"&]*)"\s*""")


class TooDeepError(Exception):
    """Elements are nested deeper than on any page that somebody made to be read."""


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


# What its own constructor does, without a call in Python.
_found = partial(tuple.__new__, Found)


class _Names(dict[str, str]):
    """What publishers call elements, by the attributes as they are written.

    >>> NAMES[' data-x=1 id="top" class="story  lead"']
    'story  lead top'
    """

    def __missing__(self, attributes: str) -> str:
        names = "" if _is_huge(attributes) else _names_of(attributes)
        if len(attributes) <= _MAX_KEPT_CHARS:
            if len(self) >= _MAX_KEPT:
                self.clear()
            self[attributes] = names
        return names


NAMES = _Names({"": ""})


def _is_huge(attributes: str) -> bool:
    size = _MAX_ATTRIBUTES_CHARS
    return len(attributes) >= size and ">" not in attributes[:size]


def _names_of(attributes: str) -> str:
    if only := _ONLY_CLASS.fullmatch(attributes):
        return only[1]
    found = attributes_of(attributes, _NAMING)
    return " ".join([found[key] for key in _NAMING if found.get(key)])


class PageText:
    """What the walk has found so far, and the line that it is in.

    `parts` is one list for good: whoever holds it may append to it where `marked` is 0.
    """

    __slots__ = (
        "after_link", "broken", "cell", "found", "link_chars", "linked", "links", "marked",
        "media", "names", "nodes", "parts", "pre", "stack", "strong", "strong_chars",
    )  # fmt: skip

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.nodes = Nodes([0], [0], [""], [""])
        self.stack = [0]
        self.linked = self.strong = self.pre = self.media = self.marked = 0
        self.parts: list[str] = []
        self._clear()

    def _clear(self) -> None:
        self.parts.clear()
        self.names = ""
        self.link_chars = self.links = self.strong_chars = 0
        self.broken = -1  # how many parts there were at the last line break
        self.cell = -1  # the same where the table cell began
        self.after_link = -1  # the same where the last link ended

    def add(self, text: str) -> None:
        """Add a stretch of text as it is written."""
        if "&" in text or "<" in text:
            text = visible(text)
        if not text or (not self.parts and text.isspace()):
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

    def open(self, tag: str, attributes: str) -> None:
        if self.parts:
            self.flush()
        self._enter(tag, attributes)

    def _enter(self, tag: str, attributes: str) -> None:
        if len(self.stack) > MAX_DEPTH:
            raise TooDeepError
        parents, ends, tags, names = self.nodes
        parents.append(self.stack[-1])
        ends.append(0)
        self.stack.append(len(tags))
        tags.append(tag)
        names.append(NAMES[attributes])

    def close(self) -> None:
        if self.parts:
            self.flush()
        self.nodes.ends[self.stack.pop()] = len(self.nodes.ends)

    def start(self, kind: Kind, tag: str, attributes: str) -> None:
        """Begin an element of the rarer kinds."""
        if kind is _LINK:
            if self.after_link == len(self.parts):
                self.parts.append(" ")  # links side by side: a style sheet keeps them apart
            self.linked += 1
            self.marked += 1
            self.links += 1
            self.names = self.names or class_of(attributes)
        elif kind is _STRONG:
            self.strong += 1
            self.marked += 1
        elif kind is _BREAK:
            self._break()
        elif kind is _CELL:
            self._open_cell(tag, attributes)
        elif kind is _PRE:
            self.pre += 1
            self.marked += 1
            self.open(tag, attributes)

    def end(self, kind: Kind) -> None:
        """End an element of any kind."""
        if kind is _BLOCK:
            self.close()
        elif kind is _LINK:
            self.linked -= 1
            self.marked -= 1
            self.after_link = len(self.parts) or -1
        elif kind is _STRONG:
            self.strong -= 1
            self.marked -= 1
        elif kind is _CELL:
            self._close_cell()
        elif kind is _PRE:
            self.pre -= 1
            self.marked -= 1
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

    def _open_cell(self, tag: str, attributes: str) -> None:
        """Short cells of a row stand in one line; a menu's cells (all links) don't."""
        if len(self.parts) > _MAX_ROW_PARTS or (
            self.link_chars and 2 * self.link_chars > sum(map(len, self.parts))
        ):
            self.flush()
        self._enter(tag, attributes)
        self.cell = len(self.parts)

    def _close_cell(self) -> None:
        own = "".join(self.parts[self.cell :]).strip() if self.cell >= 0 else ""
        if len(own) > _MAX_CELL_CHARS or self.cell < 0:
            first = max(self.cell, 0)
            inside = self.parts[first:]
            del self.parts[first:]
            self.flush()
            self.parts += inside
            self.flush()
        elif own:
            self.parts.append(_CELL_BREAK)
        self.nodes.ends[self.stack.pop()] = len(self.nodes.ends)

    def flush(self) -> None:
        """End the line: what it holds becomes a block, if there is anything to see."""
        parts = self.parts
        text = " ".join((parts[0] if len(parts) == 1 else "".join(parts)).split())
        if self.cell >= 0:
            text = text.removesuffix("|").rstrip()
        if text:
            size = len(text)
            linked, strong = self.link_chars, self.strong_chars
            self.found.append(
                _found(
                    (
                        text,
                        self.stack[-1],
                        self.names,
                        linked if linked < size else size,
                        self.links,
                        strong if strong < size else size,
                        self.media,
                    )
                )
            )
            self.media = 0
        self._clear()
