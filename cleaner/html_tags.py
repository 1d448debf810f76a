"""A page of HTML as a flat list of its tags, each with the text behind it.

No tree is built: one regular expression cuts the page into tags, and whoever reads the list
keeps the nesting in mind (`cleaner.html_nesting`). Scripts, styles and comments, half of a
page or more, are not looked into.

The time that this takes grows with the length of a page and with nothing else: no part of
the expression gives back what it has taken, and every tag that begins also ends, since the
page is cut behind its last ``>``.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

from cleaner import compiled

# Attributes as browsers read them: quotes count only where a value begins.
_VALUE = r"""=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+)"""
_ATTRIBUTES = rf"[^>=]*+(?:{_VALUE}[^>=]*+)*+"
_COMMENT = r"!--(?:-?>|(?:[^-]++|-(?!->))*+(?:-->)?)"
_SCRIPT = r"(?ai:script)(?=[\s/>])"
_STYLE, _TEXTAREA = (rf"(?ai:{name})(?=[\s/>])" for name in ("style", "textarea"))
# Old pages write scripts in scripts, in a comment: <!-- write("<script></script>") -->
_NESTED = rf"<{_SCRIPT}(?:[^<-]++|-(?!->)|<(?!/{_SCRIPT}))*+(?:</(?ai:script))?"
_SCRIPT_TEXT = (
    rf"(?:[^<]++|<(?!/{_SCRIPT}|!--)|<!--(?:[^<-]++|-(?!->)|<(?!/?{_SCRIPT})|{_NESTED})*+)*+"
)


def _whole(tag: str, text: str) -> str:
    """An element from its name to its end; one that ends in "/>" has no text."""
    return rf"{tag}{_ATTRIBUTES}(?:(?<=/)>|>{text}(?:</{tag}{_ATTRIBUTES}>)?)"


# What stands behind "<" and is never seen.
_UNSEEN = (
    rf"(?=[!?/sStT])(?:{_COMMENT}|[!?][^>]*+>?|/(?![a-zA-Z])[^>]*+>?"
    rf"|{_whole(_SCRIPT, _SCRIPT_TEXT)}"
    rf"|{_whole(_STYLE, rf'(?:[^<]++|<(?!/{_STYLE}))*+')}"
    rf"|{_whole(_TEXTAREA, rf'(?:[^<]++|<(?!/{_TEXTAREA}))*+')})"
)
# "<" before anything but a letter is text: a < b.
_TEXT = r"[^<]*+(?:<(?![a-zA-Z!?/])[^<]*+)*+"
_MORE = rf"[^<]*+(?:<(?:{_UNSEEN}|(?![a-zA-Z/]))[^<]*+)*+"
_REST = rf"(?:<{_UNSEEN}(?:(\s)\s*+<{_UNSEEN}|<{_UNSEEN})*+({_MORE}))?"
_TAG = re.compile(rf"<(/?[a-zA-Z][^\s/>]*+)({_ATTRIBUTES})>({_TEXT})(?:</(\1)>({_TEXT}))?{_REST}")
_UNSEEN_PART = re.compile(f"<{_UNSEEN}")
_SCRIPT_PART = re.compile(rf"<{_SCRIPT}({_ATTRIBUTES})>({_SCRIPT_TEXT})")
_OPEN_TAG = re.compile(r"</?[a-zA-Z]")
_SELF_CLOSING = re.compile(rf"(?:{_VALUE}|[^=/]++|/(?!\Z)|=)*+/")
# Long words are found in half of the time of short ones.
_LINKED_DATA, _LINKED_DATA_ESCAPED = "application/ld+json", "application/ld&#"
# Measured: trafilatura is quadratic in the children of one element, 2 s at 25,000 tags. Of 2,400
# news pages the largest has 19,600.
MAX_TAGS = 25_000
MAX_HTML_CHARS = 30_000_000
# A page of so many characters has some 100,000 tags at worst; a larger one with so many times more
# "<" than it may have tags isn't read at all.
_SMALL_CHARS, _MOST_MARKS = 400_000, 4
# Real pages stay below 100, and libxml2 drops what is deeper than 2,048 without a word.
MAX_DEPTH = 500

# Name, attributes, text, closed, tail, gap, rest; see `Tag`.
Tags = list[tuple[str, str, str, str, str, str, str]]


class Page(NamedTuple):
    """The tags of a page in order, and the texts of its JSON-LD scripts."""

    tags: Tags
    linked_data: list[str]


class Tag(NamedTuple):
    """A tag as it is written, and the text behind it.

    `name` begins with ``/`` for an end tag. An element without elements in it is one tag:
    then `closed` is its name again, and `tail` the text behind its end. Where scripts or
    comments stand behind it, `rest` is the text behind those (see `visible`), and `gap` white
    space between them.
    """

    name: str
    attributes: str
    text: str
    closed: str
    tail: str
    gap: str
    rest: str


def read_page(html: str) -> Page | None:
    """Read a page; None where it has too many tags or is too large.

    >>> read_page('<script type="application/ld+json">{"a": 1}</script>').linked_data
    ['{"a": 1}']
    """
    if len(html) > _SMALL_CHARS and (
        len(html) > MAX_HTML_CHARS or html.count("<") > _MOST_MARKS * MAX_TAGS
    ):
        return None
    tags = read_tags(html)
    # Scripts have many "<", which are no tags; most pages have too few tags for any doubt.
    if len(tags) > MAX_TAGS or (2 * len(tags) > MAX_TAGS and _count(tags) > MAX_TAGS):
        return None
    return Page(tags, _linked_data(html))


def _count(tags: Tags) -> int:
    """How many start and end tags there are; a tag may be both."""
    return len(tags) + sum(tag[3] != "" for tag in tags)


def read_tags(html: str) -> Tags:
    """Cut a page into its tags; these are plain tuples, since there are so many.

    The first one stands for the page as a whole and carries the text before all tags:

    >>> for tag in read_tags("Oh <p class=a>1 < 2 <b>or</b> 3<!-- <p> -->."):
    ...     print(Tag(*tag))
    Tag(name='html', attributes='', text='Oh ', closed='', tail='', gap='', rest='')
    Tag(name='p', attributes=' class=a', text='1 < 2 ', closed='', tail='', gap='', rest='')
    Tag(name='b', attributes='', text='or', closed='b', tail=' 3', gap='', rest='.')
    """
    if "\r" in html:
        html = html.replace("\r\n", "\n").replace("\r", "\n")
    rest = _OPEN_TAG.search(html, html.rfind(">") + 1)
    page = "<html>" + (html if rest is None else html[: rest.start()])
    if compiled.tags is None:
        return _TAG.findall(page)
    tags: Tags = compiled.tags.find_tags(page)
    return tags


def visible(text: str) -> str:
    """The text of a tag as it is seen: without scripts and comments, with entities resolved.

    >>> visible("a &lt; b<!-- or <i> --><script>'<p>'</script> &amp; c < d")
    'a < b & c < d'
    """
    if "<" in text:
        text = _UNSEEN_PART.sub("", text)
    return unescape(text) if "&" in text else text


def _linked_data(html: str) -> list[str]:
    """The texts of a page's JSON-LD scripts in order."""
    found = []
    mark = _LINKED_DATA
    position = html.find(mark)
    if position < 0:
        mark = _LINKED_DATA_ESCAPED
        position = html.find(mark)
    while position >= 0:
        start = html.rfind("<", 0, position)
        script = _SCRIPT_PART.match(html, max(start, 0))
        position = html.find("<", position)  # what stands before that stands in the same tag
        if script and _LINKED_DATA in unescape(script[1]):
            position = script.end()
            if html.rfind("<!--", 0, start) <= html.rfind("-->", 0, start):
                found.append(script[2])
        position = html.find(mark, position) if position >= 0 else -1
    return found


def is_self_closing(attributes: str) -> bool:
    """Whether a tag ends in ``/>``, by its attributes as they are written.

    >>> is_self_closing(" class='a' /"), is_self_closing(" href=/a/")
    (True, False)
    """
    return attributes.endswith("/") and _SELF_CLOSING.fullmatch(attributes) is not None
