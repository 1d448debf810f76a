"""The attributes of a tag, from how they are written."""

from __future__ import annotations

import re
from html import unescape

# A quotation mark begins a value only after "="; elsewhere it is part of a name.
_ATTRIBUTE = re.compile(
    r"""([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?"""
)
# In addresses "&copy=2" is no copyright sign: without a semicolon, a reference must not run on.
_REFERENCE = re.compile(r"&(?:#[^;&]*;?|[a-zA-Z][a-zA-Z0-9]*(?:;|(?![a-zA-Z0-9=])))")


def attributes_of(written: str) -> dict[str, str]:
    """Attribute values by lower-case name; the first of two that are alike counts.

    >>> attributes_of(' CLASS=lead class="x" data-n=\\'a "b"\\' href=/?a=1&amp;copy=2 hidden')
    {'class': 'lead', 'data-n': 'a "b"', 'href': '/?a=1&copy=2', 'hidden': ''}
    """
    found: dict[str, str] = {}
    for spelled, double, single, bare in _ATTRIBUTE.findall(written):
        name = spelled.lower()
        if name not in found:
            value = double or single or bare
            if "&" in value:
                value = _REFERENCE.sub(lambda match: unescape(match.group()), value)
            found[name] = value
    return found
