"""The article text that a page states in its JSON-LD, for pages whose elements lack it."""

from __future__ import annotations

import html
import json
import re

from lxml import etree
from lxml import html as lxml_html

_LINKED_DATA = etree.XPath('//script[contains(@type, "ld+json")]')
_MARKUP = re.compile(r"<[^<>]*>")
_PARAGRAPH = re.compile(r"\s*\n\s*|</p>|<br\s*/?>")
_MIN_CHARS = 400
_MAX_NODES = 3000


def article_body(tree: lxml_html.HtmlElement) -> list[str]:
    """The longest ``articleBody`` of a page, a paragraph an entry; empty where there is none.

    >>> page = '<script type="application/ld+json">{"articleBody": "%s"}</script>' % (200 * "Ab. ")
    >>> [text[:7] for text in article_body(lxml_html.document_fromstring(page))]
    ['Ab. Ab.']
    """
    longest = max(map(_longest, _LINKED_DATA(tree)), key=len, default="")
    if len(longest) < _MIN_CHARS:
        return []
    lines = (_MARKUP.sub(" ", html.unescape(part)) for part in _PARAGRAPH.split(longest))
    return [text for line in lines if (text := " ".join(line.split()))]


def _longest(script: etree._Element) -> str:
    text = script.text or ""
    if '"articleBody"' not in text:
        return ""
    try:
        stack = [json.loads(text, strict=False)]  # raw line breaks in strings are common
    except (ValueError, RecursionError):
        return ""
    best = ""
    for _ in range(_MAX_NODES):
        if not stack:
            break
        value = stack.pop()
        if isinstance(value, dict):
            body = value.get("articleBody")
            if isinstance(body, str) and len(body) > len(best):
                best = body
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return best
