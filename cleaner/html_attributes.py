"""The attributes of a tag, from how they are written."""

from __future__ import annotations

import re
from collections.abc import Container
from html import unescape

# A quotation mark begins a value only after "="; elsewhere it is part of a name.
_ATTRIBUTE = re.compile(
    r"""([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?"""
)
# In addresses "&copy=2" is no copyright sign: without a semicolon, a reference must not run on.
_REFERENCE = re.compile(r"&(?:#[^;&]*;?|[a-zA-Z][a-zA-Z0-9]*(?:;|(?![a-zA-Z0-9=])))")
# The usual way to write a class, perhaps after other attributes.
_CLASS = re.compile(
    r"""\s*+(?:[^\s/>="']++(?:="[^"]*+"|='[^']*+'|(?=\s))\s++)*?class="([^"&]*+)\""""
)


def attributes_of(written: str, wanted: Container[str]) -> dict[str, str]:
    """The values of wanted attributes by lower-case name; the first of two that are alike counts.

    >>> attributes_of(' CLASS=lead class="x" href=/?a=1&amp;copy=2 hidden', ("class", "href"))
    {'class': 'lead', 'href': '/?a=1&copy=2'}
    """
    found: dict[str, str] = {}
    for spelled, double, single, bare in _ATTRIBUTE.findall(written):
        name = spelled.lower()
        if name in wanted and name not in found:
            value = double or single or bare
            found[name] = _resolved(value) if "&" in value else value
    return found


def class_of(written: str) -> str:
    """The class of an element, or nothing.

    >>> class_of(' href="?class=x" class="lead"'), class_of(" href=/")
    ('lead', '')
    """
    if "lass" not in written and "LASS" not in written:
        return ""
    if usual := _CLASS.match(written):
        return usual[1]
    return attributes_of(written, ("class",)).get("class", "")


def _resolved(value: str) -> str:
    return _REFERENCE.sub(lambda match: unescape(match.group()), value)
